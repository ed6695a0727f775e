"""Bytes to text, and HTML to the plain text that items hold."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from assessments.exchange.items import FileError

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
         (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip
_LISTS = {"ul", "ol", "li", "dl", "dt", "dd", "table", "tr"}
_NUMBERED = frozenset({"ol", "ul"})
_BLOCKS = frozenset(
    {"p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article", "figure"}
    | {"figcaption"}
    | _LISTS
)
_IGNORED = frozenset({"p", "div", "br", "span", "html", "body", "section", "article", "figure", "tbody", "thead"})
_SKIPPED = frozenset({"script", "style", "head", "title"})
_VOID = frozenset({"br", "hr", "img", "input", "source", "wbr", "meta", "link"})
_MEDIA = frozenset({"img", "video", "audio", "object", "embed", "iframe", "svg", "canvas", "source"})
_FORMULA = re.compile(r"\\\(.+?\\\)|\\\[.+?\\\]|\$\$.+?\$\$", re.DOTALL)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SCRIPTS = {"sup": (_RAISED, "^"), "sub": (_LOWERED, "_")}
_DEEPEST = 20  # within each other: each is put together once more with all that is inside
# Links that say something outside of their page.
_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel):\S+", re.IGNORECASE)
_BLANKS, _SOURCE_BREAK = re.compile(r"\s+"), re.compile(r"[ \t]*[\n\r]\s*")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def decode(content: bytes) -> str:
    """Text of UTF-8, UTF-16 (with or without its mark) or Windows-1252, with `\\n` line ends. Raises FileError."""
    if not content.strip():
        raise FileError(_("The file is empty."))
    text = _decoded(content)
    if text is not None and not text.strip("\ufeff \t\r\n"):
        raise FileError(_("The file is empty."))
    if text is None or "\x00" in text:
        raise FileError(_("This is not a text file in UTF-8, UTF-16 or Windows-1252."))
    # Files that were put together have a mark before each part, which nobody sees: no line would begin as it should.
    return text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes) -> str | None:
    encodings = [name for bom, name in _BOMS if content.startswith(bom)][:1]
    if not encodings:
        sample = content[:2000]
        if sample.count(0) > len(sample) // 4:
            encodings = ["utf-16-be" if sample[:1] == b"\x00" else "utf-16-le"]
        else:
            encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def tidy(text: str) -> str:
    """Without control characters and blanks at the ends; the form in which texts are kept and compared."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub("", text).strip()


def _first_number(attributes: dict[str, str | None]) -> tuple[str, int]:
    """How a numbered list counts: type and first number."""
    start = attributes.get("start") or ""
    return attributes.get("type") or "1", int(start) if start.isdecimal() and len(start) < 6 else 1


class _Reducer(HTMLParser):
    """HTML to lines of text; notes what formatting and media went."""

    def __init__(self, blanks: re.Pattern[str], takes: Callable[[str, str], bool] | None) -> None:
        super().__init__(convert_charrefs=True)
        self.takes = takes
        self.blanks = blanks
        self.parts: list[str] = []
        self.formatting: set[str] = set()
        self.media: set[str] = set()
        self.sources: list[tuple[str, str]] = []
        self.skipping = 0
        self.preformatted = 0
        self.lists: list[tuple[str, int] | None] = []  # numbered ones: how, and the next number
        self.open: list[tuple[str, int, str]] = []  # links and raised or lowered text: tag, first part, address

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self.skipping += 1
            self.formatting.add(tag)
        elif tag in _MEDIA:
            self._media(tag, {name: value or "" for name, value in attrs})
        elif (tag in _SCRIPTS or tag == "a") and len(self.open) < _DEEPEST:
            self.open.append((tag, len(self.parts), dict(attrs).get("href") or ""))
        elif tag not in _IGNORED:
            self.formatting.add(tag)
        if tag == "pre":
            self.preformatted += 1
        if tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self._new_line()
        self._list(tag, dict(attrs))
        if tag in {"td", "th"} and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        if tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        if tag in _NUMBERED and self.lists:
            self.lists.pop()
        if self.open and self.open[-1][0] == tag:
            self._close(*self.open.pop())
        if tag == "p":
            self.parts.append("\n\n")
        elif tag in _BLOCKS and tag not in _VOID:
            self._new_line()

    def _new_line(self) -> None:
        last = next((part for part in reversed(self.parts) if part.strip(" ")), "\n")
        if not last.endswith("\n"):
            self.parts.append("\n")

    def _list(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag in _NUMBERED:
            self.lists.append(_first_number(attributes) if tag == "ol" else None)
        elif tag == "li":
            self.parts.append(self._bullet())

    def _bullet(self) -> str:
        """“2. ” or “b. ” where answers may name it so."""
        if not self.lists or self.lists[-1] is None:
            return "– "
        how, number = self.lists[-1]
        self.lists[-1] = how, number + 1
        letters = how in {"a", "A"} and 1 <= number <= 26
        return f"{chr(ord(how) + number - 1) if letters else number}. "

    def _close(self, tag: str, first: int, address: str) -> None:
        """A link with its address behind it; 10² as such, or as 10^x: without a sign it would be another number."""
        inside = "".join(self.parts[first:])
        if tag == "a":
            if not _ADDRESS.fullmatch(address):
                self.formatting.add(tag)  # within the page or the course: its address says nothing elsewhere
            elif address not in {inside.strip(), f"mailto:{inside.strip()}"}:
                self.parts.append(f" ({address.removeprefix('mailto:')})")
            return
        table, sign = _SCRIPTS[tag]
        text = inside.strip()
        if text and all(ord(letter) in table for letter in text):
            self.parts[first:] = [text.translate(table)]
        elif text:
            self.formatting.add(tag)
            self.parts[first:] = [f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _SKIPPED:
            self.skipping = max(0, self.skipping - 1)

    def _media(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "img" and self.takes is not None and self.takes(attributes.get("src", ""), attributes.get("alt", "")):
            return
        self.media.add(tag)
        if tag in {"audio", "video"} and not attributes.get("src"):
            return  # the sources inside of it are named
        self.sources.append((attributes.get("src", "")[:1000], attributes.get("alt", "")))
        if attributes.get("alt"):
            self.parts.append(f"[{attributes['alt']}]")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.parts.append(data if self.preformatted else self.blanks.sub(" ", data))


def html_to_text(
    html: str, *, keep_blanks: bool = False, takes: Callable[[str, str], bool] | None = None
) -> tuple[str, list[str], list[tuple[str, str]]]:
    """Plain text, sentences about what was lost, and source and alternative text of each embedded medium.

    `takes` is asked for each picture, by source and alternative text; what it takes is not among the media.
    With `keep_blanks`, only line breaks of the source become one blank; else any number of blanks does, and Moodle's
    many non-breaking ones become ordinary.
    """
    reducer = _Reducer(_SOURCE_BREAK if keep_blanks else _BLANKS, takes)
    reducer.feed(html)
    reducer.close()
    reducer.formatting |= {tag for tag, _first, _address in reducer.open}  # never closed, so not read as what it is
    joined = "".join(reducer.parts)
    lines = [line.strip() for line in (joined if keep_blanks else joined.replace("\xa0", " ")).split("\n")]
    text = tidy(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))
    losses = []
    if reducer.formatting:
        names = ", ".join(sorted(reducer.formatting))
        losses.append(_("Formatting is reduced to plain text (%(names)s).") % {"names": names})
    if _FORMULA.search(text):
        losses.append(_("Formulas stay as they were typed."))
    return text, losses, reducer.sources
