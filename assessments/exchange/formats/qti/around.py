"""What stands around the question of an item: feedback, scoring of its own, and settings that an item has not."""

import re

from django.utils.translation import gettext as _

from assessments.exchange.formats.qti.names import Source, Unreadable, attribute, below, ident_of, name_of, number
from assessments.exchange.formats.qti.texts import said
from assessments.exchange.moodle_family import percent
from assessments.exchange.xml import Node

# Rules of scoring that say no more than the declared right response and mapping do.
_PLAIN_RULES = frozenset(
    {"response-condition", "response-if", "response-else-if", "response-else", "match", "variable", "correct"}
    | {"set-outcome-value", "base-value", "map-response", "is-null", "not", "equal", "response-processing", "and"}
    | {"string-match", "multiple", "lt", "sum", "divide", "product", "index", "max", "or", "member"}
)
_EXPLANATIONS = ("explanation", "general", "solution", "feedback", "rationale")
_OF_A_CHOICE = frozenset({"simple-choice", "inline-choice", "simple-associable-choice", "hottext"})


def feedback(source: Source, root: Node) -> None:
    """Feedback of an answer by its id, the explanation by its usual names, hints; the rest is named."""
    question = source.question
    by_ident = {answer.ident: answer for answer in question.answers if answer.ident}
    for node in _feedbacks(root):
        text, ident = said(source, node), ident_of(node)
        if not text:
            continue
        if attribute(node, "outcome-identifier").upper() == "HINT" or ident.lower().startswith("hint"):
            question.hints.append(text)
        elif ident in by_ident:
            by_ident[ident].feedback = by_ident[ident].feedback or text
        elif ident.lower().startswith(_EXPLANATIONS):
            question.feedback = "\n\n".join(part for part in (question.feedback, text) if part)
        elif (found := re.fullmatch(r"wrong-(\d+)", ident)) and int(found.group(1)) < len(question.answers):
            question.answers[int(found.group(1))].feedback = text
        elif (found := re.fullmatch(r"gap-(\d+)", ident)) and _gap(source, int(found.group(1)), text):
            continue
        else:
            question.lose(_("Feedback on the answer as a whole: “%(text)s”") % {"text": text[:120]})


def _feedbacks(node: Node) -> list[Node]:
    """Modal feedback, and what is shown in the body; what stands inside of a choice is the choice's."""
    found = []
    for one in node:
        name = name_of(one)
        if name in {"modal-feedback", "feedback-block", "feedback-inline"}:
            found.append(one)
        elif name not in _OF_A_CHOICE:
            found += _feedbacks(one)
    return found


def _gap(source: Source, place: int, text: str) -> bool:
    gaps = source.question.extras.get("gaps") or []
    if 0 < place <= len(gaps):
        gaps[place - 1].feedback = text
    return 0 < place <= len(gaps)


def settings(source: Source, root: Node, language: str) -> None:
    """Note scoring that says more than right responses and mappings, and what else has no place. Raises Unreadable."""
    question = source.question
    if next(below(root, "template-processing", "template-declaration"), None) is not None:
        raise Unreadable(_("It draws its values by a template; that is not read."))
    for node in below(root, "response-processing"):
        names = {name_of(one) for one in node.walk()} - _PLAIN_RULES
        if names:
            question.lose(
                _("Its own rules of scoring are not read (%(names)s).") % {"names": ", ".join(sorted(names))[:120]}
            )
    if attribute(root, "adaptive") == "true":
        question.lose(_("It is adaptive there; here it is answered once."))
    for node in below(root, "outcome-declaration"):
        most = attribute(node, "normal-maximum")
        if attribute(node, "identifier") == "SCORE" and most and number(most) not in (0, 1):
            question.lose(
                _("It is worth %(points)s points there; here the test decides.") % {"points": percent(number(most))}
            )
    for node in root:
        if name_of(node) in {"assessment-stimulus-ref", "companion-materials-info", "catalog-info"}:
            shown = f"{name_of(node)} {node.get('href')[:80]}".strip()
            question.lose(_("Not read: %(names)s.") % {"names": shown})
    named = root.get("lang").partition("-")[0].lower()
    if named and named != language:
        question.lose(_("It says that its language is “%(named)s”.") % {"named": root.get("lang")[:20]})
