"""What stands around the question of an item: feedback, scoring of its own, and settings that an item has not."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from assessments.exchange.bands import whole_lost
from assessments.exchange.formats.qti.names import (
    Source,
    Unreadable,
    attribute,
    below,
    default_of,
    ident_of,
    name_of,
    number,
)
from assessments.exchange.formats.qti.texts import said
from assessments.exchange.moodle_family import percent
from assessments.exchange.questions import Answer, Question
from assessments.exchange.xml import Node

# Rules of scoring that say no more than the declared right response and mapping do.
_PLAIN_RULES = frozenset(
    {"response-condition", "response-if", "response-else-if", "response-else", "match", "variable", "correct"}
    | {"set-outcome-value", "base-value", "map-response", "is-null", "not", "equal", "response-processing", "and"}
    | {"string-match", "multiple", "lt", "sum", "divide", "product", "index", "max", "or", "member"}
)
_EXPLANATIONS = ("explanation", "general", "solution", "rationale")
_OF_A_CHOICE = frozenset({"simple-choice", "inline-choice", "simple-associable-choice", "hottext"})


def feedback(source: Source, root: Node) -> None:
    """Feedback of an answer by its id, the explanation by its usual names, hints; the rest is named.

    What is said in the same words to right and to wrong answers is an explanation too.
    """
    question = source.question
    by_result = _by_result(root)
    alone = len({ident_of(one) for one in _feedbacks(root) if ident_of(one).lower().startswith("feedback")}) == 1
    outcomes = {attribute(one, "identifier"): attribute(one, "base-type") for one in below(root, "outcome-declaration")}
    whole = []
    for node in _feedbacks(root):
        title = " ".join(node.get("title").split())
        text, ident = "\n\n".join(part for part in (title, said(source, node)) if part), ident_of(node)
        outcome = attribute(node, "outcome-identifier")
        if not text:
            continue
        if outcome.upper() == "HINT" or ident.lower().startswith("hint"):
            question.hints.append(text)
        elif (outcome, attribute(node, "identifier")) in by_result and attribute(node, "show-hide") != "hide":
            begin = by_result[outcome, attribute(node, "identifier")]
            question.bands[begin] = "\n\n".join(part for part in (question.bands.get(begin, ""), text) if part)
        elif ident.lower().startswith(_EXPLANATIONS) or (alone and ident.lower().startswith("feedback")):
            question.feedback = "\n\n".join(part for part in (question.feedback, text) if part)
        elif (
            attribute(node, "show-hide") == "hide"
            or outcomes.get(outcome) == "boolean"
            or not _told(source, ident, text)
        ):
            whole.append(text)
    if len(whole) > 1 and len(set(whole)) == 1:
        question.feedback = "\n\n".join(part for part in (question.feedback, whole[0]) if part)
        return
    for text in whole:
        question.lose(whole_lost(text))


def _by_result(root: Node) -> dict[tuple[str, str], int]:
    """Outcome and identifier of feedback → the percentage from which it is shown: to right answers, or to all others.

    By rules like those of TAO: if the response matches the correct one, set the outcome to this, else to that.
    """
    found: dict[tuple[str, str], int] = {}
    for rule in below(root, "response-condition"):
        first = next((one for one in rule if name_of(one) == "response-if"), None)
        condition = next(iter(first), None) if first is not None else None
        while condition is not None and name_of(condition) == "and" and len(list(condition)) == 1:
            condition = next(iter(condition))
        asked = {name_of(one) for one in condition} if condition is not None else set()
        if (
            condition is None
            or name_of(condition) != "match"
            or asked != {"variable", "correct"}
            or len(list(rule)) > 2
        ):
            continue
        for branch in (one for one in rule if name_of(one) in {"response-if", "response-else"}):
            begin = 100 if branch is first else 0
            found |= dict.fromkeys(_set_feedback(branch), begin)
    return found


def _set_feedback(branch: Node) -> Iterator[tuple[str, str]]:
    for action in branch:
        value = next(iter(action), None)
        plain = value is not None and name_of(value) == "base-value" and attribute(value, "base-type") == "identifier"
        if name_of(action) == "set-outcome-value" and value is not None and plain:
            yield attribute(action, "identifier"), value.text.strip()


def _told(source: Source, ident: str, text: str) -> bool:
    """Whether the feedback found the answer or the gap that it is about."""
    question = source.question
    wrong, gap = (re.fullmatch(rf"{name}-(\d+)", ident) for name in ("wrong", "gap"))
    targets: list[Answer | Question] = [answer for answer in question.answers if answer.ident and answer.ident == ident]
    if wrong is not None:
        targets += question.answers[int(wrong.group(1)) :][:1]
    if gap is not None and int(gap.group(1)) > 0:
        targets += (question.extras.get("gaps") or [])[int(gap.group(1)) - 1 :][:1]
    for target in targets[:1]:
        target.feedback = "\n\n".join(part for part in dict.fromkeys((target.feedback, text)) if part)
    return bool(targets)


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


def _two_ways(processing: Node) -> bool:
    """Whether marks come by a mapping and, besides, by a rule of their own: a bonus for all that is right."""
    own = [
        value
        for rule in below(processing, "response-if", "response-else-if", "response-else")
        for action in rule
        if name_of(action) == "set-outcome-value" and attribute(action, "identifier") == "SCORE"
        for value in action
        if name_of(value) == "base-value" and value.text.strip().strip("0.")
    ]
    return bool(own) and next(below(processing, "map-response"), None) is not None


def settings(source: Source, root: Node, language: str) -> None:
    """Note scoring that says more than right responses and mappings, and what else has no place. Raises Unreadable."""
    question = source.question
    if next(below(root, "template-processing", "template-declaration"), None) is not None:
        raise Unreadable(_("It draws its values by a template; that is not read."))
    _note_rules(source, root)
    for node in root:
        if name_of(node) in {"assessment-stimulus-ref", "companion-materials-info", "catalog-info"}:
            shown = f"{name_of(node)} {node.get('href')[:80]}".strip()
            question.lose(_("Not read: %(names)s.") % {"names": shown})
    named = root.get("lang").partition("-")[0].lower()
    if named and named != language:
        question.lose(_("It says that its language is “%(named)s”.") % {"named": root.get("lang")[:20]})


def _note_rules(source: Source, root: Node) -> None:
    question = source.question
    for node in below(root, "response-processing"):
        names = {name_of(one) for one in node.walk()} - _PLAIN_RULES
        if not names and _two_ways(node):
            names = {"map-response", "match"}
        if names:
            question.lose(
                _("Its own rules of scoring are not read (%(names)s).") % {"names": ", ".join(sorted(names))[:120]}
            )
    if marks := ", ".join(_marks_below_zero(root)):
        question.lose(_("Its own rules of scoring are not read (%(names)s).") % {"names": marks[:120]})
    if attribute(root, "adaptive") == "true":
        question.lose(_("It is adaptive there; here it is answered once."))
    for node in below(root, "outcome-declaration"):
        most = attribute(node, "normal-maximum") if attribute(node, "identifier") == "SCORE" else ""
        if attribute(node, "identifier") == "MAXSCORE":
            most = default_of(node)
        if most and number(most) not in (0, 1):
            question.lose(
                _("It is worth %(points)s points there; here the test decides.") % {"points": percent(number(most))}
            )


def _marks_below_zero(root: Node) -> Iterator[str]:
    """Outcomes that hold what a wrong answer costs, as Inspera writes them: `SCORE_EACH_WRONG -0.5`."""
    for node in below(root, "outcome-declaration"):
        name, value = attribute(node, "identifier"), default_of(node)
        if name != "SCORE" and attribute(node, "base-type") in {"float", "integer"} and value.startswith("-"):
            yield f"{name} {value}"
