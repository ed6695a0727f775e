"""Texts of a QTI item: markup to plain text, pictures to the room that the question has for one."""

import re
from collections.abc import Callable
from html import escape
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from assessments.exchange.embedded import Place
from assessments.exchange.formats.qti.names import Source, attribute, below, name_of
from assessments.exchange.questions import Question
from assessments.exchange.text import html_to_text, tidy
from assessments.exchange.xml import Node

BLANK = "_____"
UNIT = "qti-unit"  # our own class for a unit behind a number
_SPOT = "\ue002"  # of the private area: stands for a field until the text is read
INLINE = frozenset({"text-entry-interaction", "inline-choice-interaction"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif"})
# Read elsewhere, or shown by rules that are not read.
_NEVER = frozenset(
    {"feedback-inline", "feedback-block", "template-block", "template-inline", "stylesheet", "modal-feedback"}
    | {"catalog-info", "source", "track", "gap-text", "gap-img", "rubric-block"}
)
# What is no text of the item itself, and is not read.
_UNREAD = frozenset({"printed-variable", "include", "info-control", "assessment-stimulus-ref", "stimulus-ref"})
Mark = Callable[[Node], str]


def _blank(node: Node) -> str:
    return f" {BLANK} " if name_of(node) in INLINE else ""


def said(source: Source, node: Node, *, mark: Mark = _blank, place: Place | None = None) -> str:
    """The text inside. `mark` says what stands for an interaction or a gap; `place` is where a picture may go."""
    html = _markup(source, node, mark)
    takes = place.takes if place is not None else None
    text, losses, media = html_to_text(html, keep_blanks=True, takes=takes)
    question = source.question
    for loss in losses:
        question.lose(loss)
    for address, _alt in media:
        if place is None or address not in place.settled:
            shown = address.partition(",")[0] if address.startswith("data:") else address
            question.lose(_("The embedded file “%(name)s” is not taken over.") % {"name": shown[:80] or "?"})
    return text


def _markup(source: Source, node: Node, mark: Mark) -> str:
    """The HTML inside."""
    parts = []
    for one in node.content:
        if isinstance(one, str):
            parts.append(escape(one))
            continue
        name = name_of(one)
        if name in INLINE or name == "gap":
            parts.append(escape(mark(one)))
        elif name == "math":
            parts.append(escape(_formula(source, one)))
        elif name in _UNREAD:
            source.question.lose(_("Not read: %(names)s.") % {"names": f"{name} {_address(one)[:80]}".strip()})
        elif not _left_out(one, name):
            parts.append(_element(source, one, name, mark))
    return "".join(parts)


def _left_out(node: Node, name: str) -> bool:
    if name == "rubric-block":  # instructions for those who are asked are a part of the question
        return "candidate" not in node.get("view").split()
    return node.get("class") == UNIT or name in _NEVER or name.endswith("-interaction")


def _element(source: Source, node: Node, name: str, mark: Mark) -> str:
    address, alt = _address(node), node.get("alt")
    if name == "object" and is_picture(node):
        shown = next((one for one in below(node, "object", "img") if _ending(one) in _PICTURES), node)
        return f'<img src="{escape(_address(shown))}" alt="{escape(alt or tidy(node.text))}">'
    named = {"href" if name == "a" else "src": address, "alt": alt}
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in named.items() if value)
    tag = {"content-body": "div", "prompt": "div", "rubric-block": "div", "hottext": "span", "picture": "span"}
    return f"<{tag.get(name, node.tag)}{attributes}>{_markup(source, node, mark)}</{tag.get(name, node.tag)}>"


def _address(node: Node) -> str:
    return node.get("src") or node.get("data") or node.get("href")


def is_picture(node: Node) -> bool:
    """Whether an `img` or `object` shows a picture."""
    return name_of(node) == "img" or node.get("type").startswith("image/") or _ending(node) in _PICTURES


def _ending(node: Node) -> str:
    return PurePosixPath(_address(node).partition("?")[0]).suffix.lower()


def _formula(source: Source, node: Node) -> str:
    """MathML as LaTeX where it brings some along, else as its letters in a row."""
    source.question.lose(_("Formulas in MathML become plain text; check how they read."))
    latex = [one for one in below(node, "annotation") if "tex" in one.get("encoding").lower()]
    text = latex[0].text if latex else node.get("alttext") or _letters(node)
    return " ".join(text.split())


def _letters(node: Node) -> str:
    """The letters of MathML in a row, with signs where their place means something: x², a fraction, a root."""
    parts = [_letters(one) for one in node if not name_of(one).startswith("annotation")]
    sign = {"msup": "^", "msub": "_", "mfrac": "/"}.get(name_of(node))
    if sign and len(parts) == 2:
        return sign.join(part if len(part) == 1 else f"({part})" for part in map(str.strip, parts))
    if name_of(node) == "msqrt":
        return f"√({''.join(parts).strip()})"
    return "".join(
        one if isinstance(one, str) else "" if name_of(one).startswith("annotation") else _letters(one)
        for one in node.content
    )


def without(node: Node, gone: list[Node]) -> Node:
    """A copy that leaves these elements out."""
    left = [one for one in node.content if not any(one is other for other in gone)]
    content = [one if isinstance(one, str) else without(one, gone) for one in left]
    return Node(node.tag, node.attributes, node.line, content)


def prompt(source: Source, body: Node, interactions: list[Node]) -> str:
    """The body's text and the interactions' own prompts; a blank where something is filled in within the text."""
    text = said(source, body, mark=lambda node: _SPOT if name_of(node) in INLINE else "", place=source.place)
    if text.count(_SPOT) == 1:
        text = text.removesuffix(_SPOT)
    text = re.sub(rf" *{_SPOT} *", f" {BLANK} ", text).strip()
    prompts = [
        said(source, one, place=source.place) for node in interactions for one in node if name_of(one) == "prompt"
    ]
    return "\n\n".join(part for part in (text, *prompts) if part)


def words(source: Source, node: Node) -> str:
    """The words inside in one line, to name what is lost; nothing is noted."""
    return " ".join(said(Source(source.root, Question(""), source.find, source.place), node).split())


def note_rubrics(source: Source, body: Node) -> None:
    """What is written for others than those who are asked, whole: it is what markers go by."""
    for rubric in below(body, "rubric-block"):
        if "candidate" not in attribute(rubric, "view").split() and (text := words(source, rubric)):
            view = f" ({attribute(rubric, 'view')})" if attribute(rubric, "view") else ""
            source.question.lose(_("Not read: %(names)s.") % {"names": f"rubric-block{view} “{text}”"})
