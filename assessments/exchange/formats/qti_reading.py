"""A QTI item to a question of Moodle's family, which means the same: choices with marks, pairs, an order, a number.

Source: 1EdTech QTI 3.0 and 2.2 ASI information models. Names are read in the manner of 3.0: `choiceInteraction` and
`qti-choice-interaction` are both `choice-interaction`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from html import escape

from django.utils.translation import gettext as _

from assessments.exchange.moodle_family import share
from assessments.exchange.questions import Answer, Question
from assessments.exchange.text import html_to_text, tidy
from assessments.exchange.xml import Node

_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Rules of scoring that say no more than the declared right response and mapping do.
_PLAIN_RULES = frozenset(
    {"response-condition", "response-if", "response-else-if", "response-else", "match", "variable", "correct"}
    | {"set-outcome-value", "base-value", "map-response", "is-null", "not", "equal", "response-processing", "and"}
    | {"string-match", "multiple", "lt"}
)
_EXPLANATIONS = ("explanation", "general", "solution", "feedback", "rationale")
_INLINE = frozenset({"text-entry-interaction", "inline-choice-interaction"})
BLANK = "_____"


class Unreadable(Exception):  # noqa: N818 - a finding about a file, not a fault of the program
    """This item is none that the family has. The message says why."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class _Declared:
    """A response declaration. `mapping` is in points; keys of pairs are “left right”."""

    cardinality: str = "single"
    base_type: str = "identifier"
    correct: list[str] = field(default_factory=list)
    mapping: dict[str, Decimal] = field(default_factory=dict)
    default: Decimal = Decimal(0)
    case_sensitive: bool = False


def name_of(node: Node) -> str:
    """`choice-interaction`, whichever version wrote it."""
    return _CAMEL.sub(r"-\1", node.tag).lower().removeprefix("qti-")


def attribute(node: Node, name: str) -> str:
    """An attribute by its name in 3.0."""
    camel = re.sub(r"-([a-z])", lambda found: found.group(1).upper(), name)
    return node.get(name) or node.get(camel)


def below(node: Node, *names: str) -> Iterator[Node]:
    return (one for one in node.walk() if name_of(one) in names)


def question_from(root: Node) -> Question:
    """The question of an item. Raises Unreadable."""
    body = next(below(root, "item-body"), None)
    if body is None:
        raise Unreadable(_("The item has no body."))
    question = Question("", name=" ".join(tidy(root.get("title")).split()), line=root.line)
    ident = tidy(root.get("identifier"))
    question.identifier = ident.removeprefix("item-") if _UUID.fullmatch(ident.removeprefix("item-")) else ident
    question.name = question.name or question.identifier
    interactions = [one for one in body.walk() if name_of(one).endswith("-interaction")]
    declared = {attribute(one, "identifier"): _declared(one) for one in below(root, "response-declaration")}
    if len(interactions) > 1:
        names = ", ".join(sorted({name_of(one) for one in interactions}))
        raise Unreadable(_("It asks several things at once (%(names)s).") % {"names": names}, interactions[1].line)
    _rules(question, root)
    question.text = _prompt(question, body, interactions)
    if not interactions:
        question.qtype = "description"
    else:
        (interaction,) = interactions
        response = declared.get(attribute(interaction, "response-identifier"), _Declared())
        reader = _READERS.get(name_of(interaction))
        if reader is None:
            message = _("There is no kind of item for “%(name)s”.") % {"name": name_of(interaction)}
            raise Unreadable(message, interaction.line)
        try:
            reader(question, interaction, response, root)
        except InvalidOperation:
            raise Unreadable(_("A mark or tolerance in it is no number."), interaction.line) from None
    _feedback(question, root)
    return question


def _declared(node: Node) -> _Declared:
    found = _Declared(attribute(node, "cardinality") or "single", attribute(node, "base-type") or "identifier")
    for correct in (one for one in node if name_of(one) == "correct-response"):
        found.correct = [" ".join(value.text.split()) for value in below(correct, "value")]
    for mapping in (one for one in node if name_of(one) == "mapping"):
        found.default = _number(attribute(mapping, "default-value") or "0")
        for entry in below(mapping, "map-entry"):
            key = " ".join(attribute(entry, "map-key").split())
            found.mapping[key] = _number(attribute(entry, "mapped-value") or "0")
            found.case_sensitive |= attribute(entry, "case-sensitive") == "true"
    return found


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]}) from None
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return value


# --- texts ---


def _markup(node: Node, *, leave: frozenset[str], mark: str = "") -> str:
    """The HTML inside; elements named in `leave` are left out, `mark` stands for interactions in a line."""
    parts = []
    for one in node.content:
        if isinstance(one, str):
            parts.append(escape(one))
            continue
        name = name_of(one)
        if one.get("class") == "qti-unit":
            continue
        if name in _INLINE:
            parts.append(mark)
        elif name not in leave and not name.endswith("-interaction"):
            named = {"src": one.get("src") or one.get("data"), "alt": one.get("alt")}
            said = "".join(f' {key}="{escape(value)}"' for key, value in named.items() if value)
            tag = {"content-body": "div", "prompt": "div", "rubric-block": "div"}.get(name, one.tag)
            parts.append(f"<{tag}{said}>{_markup(one, leave=leave, mark=mark)}</{tag}>")
    return "".join(parts)


_NEVER = frozenset(
    {"feedback-inline", "feedback-block", "rubric-block", "template-block", "stylesheet", "modal-feedback"}
)


def _said(question: Question, node: Node, *, mark: str = "") -> str:
    text, losses, media = html_to_text(_markup(node, leave=_NEVER, mark=mark), keep_blanks=True)
    for loss in losses:
        question.lose(loss)
    for source, _alt in media:
        shown = source.partition(",")[0] if source.startswith("data:") else source
        question.lose(_("The embedded file “%(name)s” is not taken over.") % {"name": shown[:80] or "?"})
    return text


def _prompt(question: Question, body: Node, interactions: list[Node]) -> str:
    """The body's text and the interaction's own prompt; a blank where something is filled in within the text."""
    text = _said(question, body, mark=f" {BLANK} ")
    text = re.sub(rf" *{BLANK} *", f" {BLANK} ", text).strip()
    text = text.removesuffix(BLANK).strip() if text.count(BLANK) == 1 and text.endswith(BLANK) else text
    prompts = [_said(question, one) for node in interactions for one in node if name_of(one) == "prompt"]
    for rubric in below(body, "rubric-block"):
        if tidy(rubric.text):
            question.lose(_("Not read: %(names)s.") % {"names": f"rubric-block “{tidy(rubric.text)[:80]}”"})
    return "\n\n".join(part for part in (text, *prompts) if part)


def _ident(node: Node) -> str:
    return attribute(node, "identifier").removeprefix("id_")


def _choice(question: Question, node: Node) -> Answer:
    """A choice with its text and the feedback inside it."""
    answer = Answer(_said(question, node), ident=_ident(node))
    inside = [_said(question, one) for one in below(node, "feedback-inline", "feedback-block")]
    answer.feedback = "\n\n".join(part for part in inside if part)
    return answer


# --- what is asked ---


def _choices(question: Question, node: Node, response: _Declared, root: Node) -> None:
    question.qtype, question.single = "multichoice", response.cardinality == "single"
    nodes = list(below(node, "simple-choice"))
    question.answers = [_choice(question, one) for one in nodes]
    if question.single and {answer.ident for answer in question.answers} == {"true", "false"}:
        question.qtype = "truefalse"
    keys = [attribute(one, "identifier") for one in nodes]
    if response.mapping:
        points = [response.mapping.get(key, response.default) for key in keys]
        most = max(points, default=Decimal(0)) if question.single else sum(one for one in points if one > 0)
        for answer, value in zip(question.answers, points, strict=True):
            answer.fraction = share_of(value, Decimal(most))
        return
    right = set(response.correct)
    if not right & set(keys):
        raise Unreadable(_("It names no right answer."), node.line)
    wrong = len(keys) - len(right & set(keys))
    for answer, key in zip(question.answers, keys, strict=True):
        if question.single:
            answer.fraction = Decimal(100 if key in right else 0)
        else:
            answer.fraction = share(1, len(right)) if key in right else -share(1, wrong)
    if not question.single:
        question.lose(
            _("There it is all or nothing; here each right choice earns its part and each wrong one takes one.")
        )


def share_of(value: Decimal, whole: Decimal) -> Decimal:
    return (value * 100 / whole).quantize(Decimal("0.00001")) if whole else Decimal(0)


def _order(question: Question, node: Node, response: _Declared, root: Node) -> None:
    question.qtype = "ordering"
    entries = {attribute(one, "identifier"): _choice(question, one) for one in below(node, "simple-choice")}
    if not response.correct:
        raise Unreadable(_("It names no right answer."), node.line)
    question.answers = [entries[key] for key in response.correct if key in entries]
    if len(question.answers) != len(entries):
        question.lose(_("There a part of the entries is drawn; here all of them are asked."))
    if not any(one.tag.endswith("-sum") or name_of(one) == "sum" for one in root.walk()):
        question.lose(_("There it is all or nothing; here each entry at its place earns its part."))


def _match(question: Question, node: Node, response: _Declared, root: Node) -> None:
    question.qtype = "match"
    sets = list(below(node, "simple-match-set"))
    if len(sets) != 2:
        raise Unreadable(_("It has no two lists to match."), node.line)
    left, right = (
        {attribute(one, "identifier"): one for one in below(half, "simple-associable-choice")} for half in sets
    )
    partners = _partners(response, node)
    if set(left) - set(partners):
        question.lose(_("An entry that belongs to nothing is left out."))
    texts = {key: _choice(question, one) for key, one in right.items()}
    used = set()
    for key, one in left.items():
        partner = partners.get(key, "")
        if partner in texts:
            answer = _choice(question, one)
            answer.match, answer.fraction = texts[partner].text, Decimal(100)
            question.answers.append(answer)
            used.add(partner)
    rest = [(key, answer) for key, answer in texts.items() if key not in used]
    question.answers += [Answer("", match=answer.text, ident=_ident(right[key])) for key, answer in rest]
    if len({value for value in response.mapping.values() if value > 0}) > 1:
        question.lose(_("Pairs are worth different marks there; here all are worth the same."))
    if not response.mapping:
        question.lose(_("There it is all or nothing; here each right pair earns its part."))


def _partners(response: _Declared, node: Node) -> dict[str, str]:
    """Identifier on the left → the one on the right that belongs to it. Raises Unreadable."""
    keys = response.correct or [key for key, value in response.mapping.items() if value > 0]
    pairs = [key.split(" ") for key in keys]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise Unreadable(_("It names no right answer."), node.line)
    partners = dict(pairs)
    if len(partners) < len(pairs):
        raise Unreadable(_("An entry belongs to several choices; here each belongs to one."), node.line)
    return partners


def _text(question: Question, node: Node, response: _Declared, root: Node) -> None:
    """Numbers become a number, all else a short text; the tolerance stands in the rules of scoring."""
    numeric = response.base_type in {"integer", "float"}
    question.qtype = "numerical" if numeric else "shortanswer"
    values = {value: Decimal(1) for value in response.correct[:1]} | response.mapping or {}
    for value in response.correct[1:]:
        values.setdefault(value, Decimal(1) if not response.mapping else Decimal(0))
    if not values:
        raise Unreadable(_("It names no right answer."), node.line)
    most = max(values.values())
    tolerance = _tolerance(root) if numeric else None
    for value, points in values.items():
        text = format(_number(value), "f") if numeric else tidy(value)
        full = points > 0 and points == most
        question.answers.append(Answer(text, Decimal(100) if full else share_of(points, most), tolerance=tolerance))
    if numeric:
        for answer in question.answers:
            answer.tolerance = tolerance if answer.fraction > 0 else Decimal(0)
    unit = next((one for one in root.walk() if one.get("class") == "qti-unit"), None)
    if unit is not None:
        question.extras["units"] = [(tidy(unit.text), "1")]
    question.extras["literal"] = True  # an asterisk is one
    question.extras["usecase"] = "1" if response.case_sensitive else "0"
    if attribute(node, "pattern-mask"):
        question.lose(_("Not read: %(names)s.") % {"names": "pattern-mask"})


def _tolerance(root: Node) -> Decimal:
    for node in below(root, "equal"):
        mode, text = attribute(node, "tolerance-mode"), attribute(node, "tolerance")
        if mode == "absolute" and text:
            return max(_number(part) for part in text.split()[:2])
        if mode == "relative" and text:
            raise Unreadable(_("Its tolerance is relative; here it is a number."), node.line)
    return Decimal(0)


def _inline_choice(question: Question, node: Node, response: _Declared, root: Node) -> None:
    question.qtype = "multichoice"
    right = set(response.correct)
    for one in below(node, "inline-choice"):
        answer = _choice(question, one)
        answer.fraction = Decimal(100 if attribute(one, "identifier") in right else 0)
        question.answers.append(answer)
    question.lose(_("A list within the text becomes answers below it."))


def _extended(question: Question, node: Node, response: _Declared, root: Node) -> None:
    question.qtype = "essay"
    question.extras["responseformat"] = "plain"


_READERS = {
    "choice-interaction": _choices,
    "order-interaction": _order,
    "match-interaction": _match,
    "text-entry-interaction": _text,
    "inline-choice-interaction": _inline_choice,
    "extended-text-interaction": _extended,
}


# --- what stands around it ---


def _feedback(question: Question, root: Node) -> None:
    """Modal feedback: of an answer by its id, the explanation by its usual names; the rest is named."""
    by_ident = {answer.ident: answer for answer in question.answers if answer.ident}
    for node in below(root, "modal-feedback"):
        text, ident = _said(question, node), _ident(node)
        if not text:
            continue
        if attribute(node, "outcome-identifier").upper() == "HINT" or ident.lower().startswith("hint"):
            question.hints.append(text)
        elif ident in by_ident:
            by_ident[ident].feedback = by_ident[ident].feedback or text
        elif ident.lower().startswith(_EXPLANATIONS):
            question.feedback = "\n\n".join(part for part in (question.feedback, text) if part)
        elif (number := re.fullmatch(r"wrong-(\d+)", ident)) and int(number.group(1)) < len(question.answers):
            question.answers[int(number.group(1))].feedback = text
        else:
            question.lose(_("Feedback on the answer as a whole: “%(text)s”") % {"text": text[:120]})


def _rules(question: Question, root: Node) -> None:
    """Note scoring that says more than right responses and mappings."""
    for node in below(root, "response-processing"):
        names = {name_of(one) for one in node.walk()} - _PLAIN_RULES - {"sum", "divide", "product", "index", "max"}
        if names:
            question.lose(
                _("Its own rules of scoring are not read (%(names)s).") % {"names": ", ".join(sorted(names))[:120]}
            )
    if next(below(root, "template-processing", "template-declaration"), None) is not None:
        raise Unreadable(_("It draws its values by a template; that is not read."))
    if attribute(root, "adaptive") == "true":
        question.lose(_("It is adaptive there; here it is answered once."))
