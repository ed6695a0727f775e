"""Interactions in which something is typed, set or handed in: a word, a number, a text, a file."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.exchange.formats.qti.names import Declared, Source, Unreadable, attribute, below, number, share_of
from assessments.exchange.formats.qti.texts import UNIT
from assessments.exchange.moodle_family import percent
from assessments.exchange.questions import Answer, Question
from assessments.exchange.text import tidy
from assessments.exchange.xml import Node

_NUMBERS = frozenset({"integer", "float"})


def text_entry(source: Source, node: Node, response: Declared) -> None:
    """Numbers become a number, all else a short text."""
    read_entry(source, source.question, node, response)
    unit = next((one for one in source.root.walk() if one.get("class") == UNIT), None)
    if unit is not None:
        source.question.extras["units"] = [(tidy(unit.text), "1")]


def read_entry(source: Source, question: Question, node: Node, response: Declared) -> None:
    """Type and answers of one field; the tolerance stands in the rules of scoring. Raises Unreadable."""
    numeric = response.base_type in _NUMBERS
    question.qtype = "numerical" if numeric else "shortanswer"
    values = {value: Decimal(1) for value in response.correct[:1]} | response.mapping or {}
    for value in response.correct[1:]:
        values.setdefault(value, Decimal(1) if not response.mapping else Decimal(0))
    if not values or max(values.values()) <= 0:
        raise Unreadable(_("It names no right answer."), node.line)
    most = max(values.values())
    if response.default:
        source.question.lose(
            _("Every other answer counts %(points)s points there, here none.") % {"points": percent(response.default)}
        )
    ident = attribute(node, "response-identifier")
    for value, points in values.items():
        text = format(number(value), "f") if numeric else tidy(value)
        answer = Answer(text, Decimal(100) if points == most else share_of(points, most))
        if numeric:
            answer.tolerance = _tolerance(source, ident, number(value)) if answer.fraction > 0 else Decimal(0)
        question.answers.append(answer)
    question.extras["literal"] = True  # an asterisk is one
    differ_by_case = len({value.casefold() for value in values}) < len(
        {(key.casefold(), one) for key, one in values.items()}
    )
    question.extras["usecase"] = "1" if response.case_sensitive or differ_by_case else "0"
    if attribute(node, "pattern-mask"):
        source.question.lose(_("Not read: %(names)s.") % {"names": "pattern-mask"})


def _tolerance(source: Source, ident: str, value: Decimal) -> Decimal:
    """Of the first comparison of this response that has one; a relative one is in percent of the value."""
    told = {
        (attribute(node, "tolerance-mode"), attribute(node, "tolerance"))
        for node in below(source.root, "equal")
        if ident in {attribute(one, "identifier") for one in below(node, "variable")} and attribute(node, "tolerance")
    }
    if len(told) > 1:
        source.question.lose(_("Of several tolerances there, the first one counts here."))
    for node in below(source.root, "equal"):
        if ident not in {attribute(one, "identifier") for one in below(node, "variable")}:
            continue
        mode, text = attribute(node, "tolerance-mode"), attribute(node, "tolerance")
        if mode in {"absolute", "relative"} and text:
            sides = [number(part) for part in text.split()[:2]]
            most = max(sides)
            if min(sides) != most:
                source.question.lose(_("The tolerance differs from side to side there; here the wider one counts."))
            return most if mode == "absolute" else abs(value) * most / 100
    return Decimal(0)


def slider(source: Source, node: Node, response: Declared) -> None:
    """A number that is set on a scale: here it is typed."""
    read_entry(source, source.question, node, Declared("single", "float", response.correct, response.mapping))
    scale = {"least": attribute(node, "lower-bound"), "most": attribute(node, "upper-bound")}
    source.question.lose(_("The number is set on a scale from %(least)s to %(most)s there; here it is typed.") % scale)


def extended_text(source: Source, node: Node, response: Declared) -> None:
    question = source.question
    question.qtype = "essay"
    question.extras["responseformat"] = "plain"
    if response.cardinality in {"multiple", "ordered"}:
        question.lose(_("Several texts are asked for there, here it is one."))
    if response.correct:
        question.extras["graderinfo"] = "\n".join(response.correct)


def upload(source: Source, node: Node, response: Declared) -> None:
    """A file: an essay without text, as Moodle has it."""
    question = source.question
    question.qtype = "essay"
    sorts = " ".join(one for one in (attribute(node, "type"), attribute(node, "types")) if one)
    question.extras |= {"responseformat": "noinline", "attachments": "1", "filetypeslist": sorts}
    if node.get("data-maxbytes"):  # our own
        question.extras["maxbytes"] = node.get("data-maxbytes")
