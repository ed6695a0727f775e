"""How an item and its interactions show themselves, and what they limit: whatever of that an item has no place for."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.formats.qti.marking import LENGTHS, LINES
from assessments.exchange.formats.qti.names import Source, attribute, below, default_of, name_of, number
from assessments.exchange.formats.qti.texts import words
from assessments.exchange.moodle_family import percent
from assessments.exchange.xml import Node

_CHOICES = ("simple-choice", "inline-choice", "simple-associable-choice", "gap-text", "gap-img")


def note_settings(source: Source, body: Node) -> None:
    """Note them on the question, after it is read."""
    root, question = source.root, source.question
    if attribute(root, "time-dependent") == "true":
        question.lose(_("The time that an answer takes counts there; here it does not."))
    if unread := ", ".join(_unread(root)):
        question.lose(_("Not read: %(names)s.") % {"names": unread[:300]})
    for node in body.walk():
        if name_of(node).endswith("-interaction"):
            for sentence in _of(source, node):
                question.lose(sentence)
    for sentence in _bounds(root):
        question.lose(sentence)


def _unread(root: Node) -> Iterator[str]:
    """What is only named: it says something to other programs, or how they draw it."""
    for node in (root, *(one for one in root.walk() if name_of(one).endswith("-interaction"))):
        if text := node.get("label").strip():
            yield f"label “{text}”"
    for node in root.walk():
        if name_of(node) == "stylesheet":
            yield f"stylesheet {node.get('href')}".strip()
        elif name_of(node) == "correct-response" and node.get("interpretation").strip():
            yield f"interpretation “{node.get('interpretation').strip()}”"
        elif name_of(node) == "text-entry-interaction" and node.get("base") not in {"", "10"}:
            yield f"base {node.get('base')}"


def _of(source: Source, node: Node) -> Iterator[str]:
    """What one interaction says beside its texts and its key."""
    yield from _of_choices(source, node)
    yield from _of_a_field(node)
    name = name_of(node)
    if name == "extended-text-interaction":
        yield from _of_a_text(node)
    elif name == "order-interaction":
        count, most = len(list(below(node, "simple-choice"))), _limit(node, "max-choices")
        if 0 < most < count:
            yield _("Only %(count)s of its entries are put in order there; here all of them.") % {"count": most}
    elif name in {"match-interaction", "associate-interaction"}:
        most = _limit(node, "max-associations")
        if 0 < most < sum(bool(one.text) for one in source.question.answers):
            yield _("At most %(count)s pairs may be made there; here as many as one likes.") % {"count": most}
    elif name == "slider-interaction" and attribute(node, "step") not in {"", "1"}:
        yield _("The number is set in steps of %(step)s there.") % {"step": attribute(node, "step")[:20]}


def _of_choices(source: Source, node: Node) -> Iterator[str]:
    if attribute(node, "shuffle") == "false":
        yield _("Its answers are not to be mixed there; here the test decides.")
        return
    fixed = [words(source, one) for one in below(node, *_CHOICES) if attribute(one, "fixed") == "true"]
    if named := ", ".join(filter(None, fixed)):
        yield _("These keep their places there while the others are mixed: %(names)s.") % {"names": named[:200]}


def _of_a_field(node: Node) -> Iterator[str]:
    if text := attribute(node, "placeholder-text").strip():
        yield _("Its empty field says “%(text)s” there.") % {"text": text[:120]}
    if (length := attribute(node, "expected-length")) not in {"", *LENGTHS.values()}:
        yield _("Its field expects %(count)s characters there.") % {"count": length[:20]}
    if (lines := attribute(node, "expected-lines")) not in {"", LINES}:
        yield _("The field for the answer has %(count)s lines there.") % {"count": lines[:20]}


def _limit(node: Node, name: str) -> int:
    """A number of choices or texts; 0 where there is none."""
    text = attribute(node, name)
    return int(text) if text.isdecimal() else 0


def _of_a_text(node: Node) -> Iterator[str]:
    if attribute(node, "format") == "xhtml":
        yield _("The answer may be formatted there; here it is plain text.")
    if max(_limit(node, "max-strings"), _limit(node, "min-strings")) > 1:
        yield _("Several texts are asked for there, here it is one.")
    if attribute(node, "pattern-mask"):
        yield _("Not read: %(names)s.") % {"names": "pattern-mask"}


def _bounds(root: Node) -> Iterator[str]:
    """Scores that begin, or may end, elsewhere than between nothing and everything."""
    for node in below(root, "mapping", "outcome-declaration"):
        lower = attribute(node, "lower-bound" if name_of(node) == "mapping" else "normal-minimum")
        if lower and number(lower) < 0:
            yield _("Its score may be below zero there (down to %(points)s points); here it ends at zero.") % {
                "points": percent(number(lower))
            }
    several = [one for one in below(root, "response-declaration") if attribute(one, "cardinality") != "single"]
    for node in (mapping for one in several for mapping in below(one, "mapping")):
        values = [number(attribute(one, "mapped-value") or "0") for one in below(node, "map-entry")]
        upper, whole = attribute(node, "upper-bound"), sum((one for one in values if one > 0), Decimal(0))
        if upper and 0 < number(upper) < whole:
            yield _("There %(points)s of %(whole)s points are enough for full marks.") % {
                "points": percent(number(upper)),
                "whole": percent(whole),
            }
    for node in below(root, "outcome-declaration"):
        value = default_of(node)
        if attribute(node, "identifier") == "SCORE" and value and number(value):
            yield _("It begins with %(points)s points there.") % {"points": percent(number(value))}
