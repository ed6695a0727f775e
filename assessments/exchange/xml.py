"""XML without its dangers: a tree of plain nodes that know their line, in bounded memory and time.

`defusedxml` refuses entity declarations (bombs) and external references; here the size is bounded besides: elements,
depth. Its SAX parser is used instead of its ElementTree because SAX says in which line an element began.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, ErrorHandler
from xml.sax.saxutils import escape, quoteattr
from xml.sax.xmlreader import InputSource

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser
from django.utils.translation import gettext as _

from assessments.exchange.items import FileError
from assessments.exchange.limits import MAX_DEPTH, MAX_ELEMENTS
from assessments.exchange.text import decode, tidy

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
# A document type that only names a file. Nothing is fetched; with declarations of its own it is refused below.
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[<>]*>")
_ENCODING = re.compile(rb"""^[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Characters that XML 1.0 does not allow, and references to them, which some tools write all the same.
_REFERENCE = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass
class Node:
    """An element: local name, attributes by local name, and its content, text and elements mixed."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    line: int = 0
    content: list["str | Node"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Node"]:
        return (one for one in self.content if isinstance(one, Node))

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def all(self, *tags: str) -> list["Node"]:
        """Children with one of these names."""
        return [child for child in self if child.tag in tags]

    def first(self, *tags: str) -> "Node | None":
        return next((child for child in self if child.tag in tags), None)

    def walk(self) -> Iterator["Node"]:
        """The element and everything below it, in the order of the file."""
        yield self
        for child in self:
            yield from child.walk()

    @property
    def text(self) -> str:
        """All text inside, as it stands."""
        return "".join(one if isinstance(one, str) else one.text for one in self.content)

    def said(self, tag: str) -> str:
        """Text of the first child with that name, trimmed; empty if there is none."""
        child = self.first(tag)
        return child.text.strip() if child is not None else ""


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self.path: list[Node] = []
        self.count = 0
        self.locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 - SAX's name
        self.locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
        self.count += 1
        line = self.locator.getLineNumber()
        if self.count > MAX_ELEMENTS or len(self.path) >= MAX_DEPTH:
            raise FileError(_("The XML is too large or too deeply nested."), line=line)
        node = Node(_local(name), {_local(key): value for key, value in attrs.items()}, line)
        if self.path:
            self.path[-1].content.append(node)
        else:
            self.root = node
        self.path.append(node)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        self.path.pop()

    def characters(self, content: str) -> None:
        if not self.path:
            return
        parts = self.path[-1].content
        parts.append(content)
        # Long texts come in pieces of a line; joined here, so that they are not joined again with every look.
        if len(parts) >= 64 and all(isinstance(part, str) for part in parts[-64:]):
            parts[-64:] = ["".join(part for part in parts[-64:] if isinstance(part, str))]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def parse(content: bytes) -> Node:
    """The root element. Raises FileError with the line for what is not well-formed, hostile, or too large."""
    text = _FORBIDDEN.sub("", _REFERENCE.sub("", _decoded(content)))
    declaration = _DECLARATION.match(text)
    if declaration:
        text = "\n" * declaration.group().count("\n") + text[declaration.end() :]
    text = _DOCTYPE.sub(lambda found: "\n" * found.group().count("\n"), text, count=1)
    # A declared encoding is no longer true; white space before the root is harmless without a declaration.
    source = InputSource()
    source.setByteStream(BytesIO(text.encode()))
    source.setEncoding("utf-8")
    parser = DefusedExpatParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    builder = _Builder()
    parser.setContentHandler(builder)
    parser.setErrorHandler(ErrorHandler())
    try:
        parser.parse(source)
    except DefusedXmlException as error:
        raise FileError(_("The XML declares entities or refers to other files. That is not read.")) from error
    except SAXParseException as error:
        line = error.getLineNumber() or 0
        raise FileError(_("The XML is not well-formed: %(why)s.") % {"why": error.getMessage()}, line=line) from error
    if builder.root is None:
        raise FileError(_("The file is empty."))
    return builder.root


def _decoded(content: bytes) -> str:
    named = _ENCODING.search(content[:400])
    if named and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            encoding = codecs.lookup(named.group(1).decode()).name
            # Who writes “ISO-8859-1” means Windows-1252, as every browser knows (WHATWG, Encoding Standard): else its
            # quotation marks, dashes and € would be control characters, which are dropped.
            return content.decode("cp1252" if encoding in {"iso8859-1", "ascii"} else encoding).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    return decode(content)


# --- writing ---


def element(tag: str, *content: str, **attributes: str) -> str:
    """`<tag …>content</tag>`; content is markup already."""
    said = "".join(f" {name}={quoteattr(_FORBIDDEN.sub('', tidy(value)))}" for name, value in attributes.items())
    return f"<{tag}{said}>{''.join(content)}</{tag}>" if content else f"<{tag}{said}/>"


def escaped(text: str) -> str:
    """Text as markup; trimmed, without what XML cannot hold."""
    return escape(_FORBIDDEN.sub("", tidy(text)))
