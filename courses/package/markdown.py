"""Markdown to Wagtail's rich text and back, for the small set of features that lessons use.

Paragraphs, headings of level 2 to 4, bold, italic, lists, links and line breaks. Links to pages and files of the
package are written `[text](page:m01-l1)` and `[text](file:plan.pdf)`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False})
_INLINE = {"strong": "b", "em": "i"}
_BLOCKS = {"paragraph": "p", "bullet_list": "ul", "ordered_list": "ol", "list_item": "li"}
_LINK = re.compile(r"^(https?://|mailto:)", re.IGNORECASE)
_PACKAGE_LINK = re.compile(r"^(page|file):(.+)$")
_FEATURES = {"b": "bold", "i": "italic", "ul": "ul", "ol": "ol", "h2": "h2", "h3": "h3", "h4": "h4"}

# (kind, identifier) -> attributes of the link in rich text, such as ' linktype="page" id="3"'
Resolver = Callable[[str, str], str]
# (linktype, id) -> the package's address of the target, such as "page:m01-l1"
Namer = Callable[[str, str], str]


class LossError(ValueError):
    """Rich text that Markdown cannot carry without a loss."""


@dataclass(frozen=True)
class Finding:
    """What a Markdown text contains that is no text: a mistake (with its line, from 0) or a reference."""

    line: int
    message: str = ""
    reference: tuple[str, str] | None = None


def inspect(source: str, features: list[str]) -> list[Finding]:
    """Mistakes and references of a Markdown text, for a rich text field with these Wagtail features."""
    found: list[Finding] = []
    for token in _PARSER.parse(source):
        line = token.map[0] if token.map else 0
        for each in [token, *(token.children or [])]:
            found += _inspect(each, line, features)
    return found


def _inspect(token: Token, line: int, features: list[str]) -> list[Finding]:
    kind = token.type.removesuffix("_open").removesuffix("_close")
    if token.nesting < 0 or kind in {"inline", "text", "softbreak", "hardbreak", "paragraph", "list_item"}:
        return []
    if kind == "link":
        target = str(token.attrGet("href") or "")
        if match := _PACKAGE_LINK.match(target):
            return [Finding(line, reference=(match[1], match[2]))]
        wrong = f"a link must lead to https:, mailto:, page: or file:, not to {target!r}"
        return [] if _LINK.match(target) else [Finding(line, wrong)]
    name = token.tag if kind == "heading" else _INLINE.get(kind) or _BLOCKS.get(kind)
    if _FEATURES.get(name or "") in features:
        return []
    return [Finding(line, f"{kind.replace('_', ' ')} is not allowed here")]


def to_rich_text(source: str, resolve: Resolver) -> str:
    """Wagtail's rich text of a Markdown text that `inspect` found no mistake in."""
    parts: list[str] = []
    depth = 0
    for token in _PARSER.parse(source):
        if token.type == "inline":
            parts += [_inline(child, resolve) for child in token.children or []]
        elif token.type.startswith("heading"):
            parts.append(f"<{'/' if token.nesting < 0 else ''}{token.tag}>")
        else:
            kind = token.type.removesuffix("_open").removesuffix("_close")
            if kind == "paragraph" and depth:
                # A list item is one line in rich text; further paragraphs of it become line breaks.
                if token.nesting > 0 and parts[-1] != "<li>":
                    parts.append("<br/>")
                continue
            depth += token.nesting if kind == "list_item" else 0
            parts.append(f"<{'/' if token.nesting < 0 else ''}{_BLOCKS[kind]}>")
    return "".join(parts)


def _inline(token: Token, resolve: Resolver) -> str:
    kind = token.type.removesuffix("_open").removesuffix("_close")
    if kind in _INLINE:
        return f"<{'/' if token.nesting < 0 else ''}{_INLINE[kind]}>"
    if kind == "link":
        if token.nesting < 0:
            return "</a>"
        target = str(token.attrGet("href") or "")
        match = _PACKAGE_LINK.match(target)
        return f"<a{resolve(match[1], match[2])}>" if match else f'<a href="{escape(target)}">'
    if kind == "softbreak":
        return " "
    return "<br/>" if kind == "hardbreak" else escape(token.content, quote=False)


_ALWAYS = re.compile(r"([\\*`\[\]<])")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_CLOSED_BY_PUNCTUATION = re.compile(r"[^\w\s*]\*+$")
_CLOSES_HEADING = re.compile(r"(^|\s)(#+)$")  # "## Ticket #" would lose its last sign
_LINE_START = re.compile(r"^(\s*)([#>+\-=~]|\d{1,9}(?=[.)]))")


def _escaped(text: str) -> str:
    text = _ALWAYS.sub(r"\\\1", text)
    text = _UNDERSCORE.sub(r"\\_", text)
    return _ENTITY.sub("&amp;", text)


def _escaped_start(line: str) -> str:
    """A line that would otherwise start a heading, quotation or list."""

    def replace(match: re.Match[str]) -> str:
        mark = match[2]
        return f"{match[1]}\\{mark}" if not mark.isdigit() else f"{match[1]}{mark}\\"

    return _LINE_START.sub(replace, line)


class _Writer(HTMLParser):
    """Reads rich text and writes Markdown, one paragraph per line."""

    def __init__(self, name: Namer) -> None:
        super().__init__(convert_charrefs=True)
        self.name = name
        self.blocks: list[str] = []
        self.line = ""
        self.lists: list[str] = []
        self.counts: list[int] = []
        self.prefix = ""
        self.marks: list[tuple[str, str, int]] = []  # tag, what closes it, where its content starts

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in {"p", "h2", "h3", "h4"}:
            self.prefix = "#" * int(tag[1]) + " " if tag[0] == "h" else self.prefix
        elif tag in {"ul", "ol"}:
            self._flush()
            self.lists.append(tag)
            self.counts.append(0)
        elif tag == "li":
            self._flush()
            self.counts[-1] += 1
            indent = "   " * (len(self.lists) - 1)
            self.prefix = indent + (f"{self.counts[-1]}. " if self.lists[-1] == "ol" else "- ")
        elif tag == "br":
            self.line += "\\\n"
        elif tag in {"b", "strong", "i", "em", "a"}:
            mark = {"b": "**", "strong": "**", "i": "*", "em": "*", "a": ""}[tag]
            target = self._target(values) if tag == "a" else mark
            self.line += "[" if tag == "a" else ""
            self.marks.append((tag, target, len(self.line)))
        else:
            raise LossError(f"<{tag}> has no form in Markdown")

    def _target(self, values: dict[str, str]) -> str:
        if "linktype" in values:
            return self.name(values["linktype"], values.get("id", ""))
        return values.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "h2", "h3", "h4", "li"}:
            self._flush()
        elif tag in {"ul", "ol"}:
            self.lists.pop()
            self.counts.pop()
            if not self.lists:
                self.blocks.append("")
        elif tag in {"b", "strong", "i", "em", "a"} and self.marks:
            _tag, closing, start = self.marks.pop()
            content = self.line[start:]
            if tag == "a":
                self.line += f"](<{closing}>)" if re.search(r"[\s()]", closing) else f"]({closing})"
            elif content.strip():
                # Marks must touch their words, so blanks at the edges move out.
                before, after = content[: len(content) - len(content.lstrip())], content[len(content.rstrip()) :]
                inner, outer = content.strip(), self.line[:start] + before
                if outer[-1:].isalnum() and not inner[0].isalnum():
                    outer = f"{outer[:-1]}&#{ord(outer[-1])};"
                self.line = f"{outer}{closing}{inner}{closing}{after}"

    def handle_data(self, data: str) -> None:
        text = _escaped(re.sub(r"\s+", " ", data))
        # In "**„so“**bald" nothing closes for CommonMark: a letter follows the punctuation. As an entity it does.
        if _CLOSED_BY_PUNCTUATION.search(self.line) and text[:1].isalnum():
            text = f"&#{ord(text[0])};{text[1:]}"
        self.line += text

    def _flush(self) -> None:
        line = self.line.strip()
        if line or self.prefix.strip():
            if self.prefix.startswith("#"):
                start = _CLOSES_HEADING.sub(r"\1\\\2", line)
            else:
                start = "\n".join(map(_escaped_start, line.split("\n")))
            self.blocks.append(f"{self.prefix}{start}")
            if not self.lists:
                self.blocks.append("")
        self.line = ""
        self.prefix = ""

    def result(self) -> str:
        self._flush()
        return "\n".join(self.blocks).strip() + "\n"


def to_markdown(rich_text: str, name: Namer) -> str:
    """Markdown of Wagtail's rich text; ends with a line break. Raises LossError where it cannot carry something."""
    writer = _Writer(name)
    writer.feed(rich_text)
    writer.close()
    text = writer.result()
    return "" if text == "\n" else text
