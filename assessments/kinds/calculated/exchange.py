"""Calculated questions elsewhere: Moodle's `calculated`, whose numbers are fixed sets and whose formulas are PHP's.

Source: Moodle's `question/type/calculated` and `question/format/xml/format.php` (4.5). A question there has up to a
hundred sets of numbers for its wild cards; here a range with a step stands for them.
"""

import random
import re
from collections.abc import Sequence
from decimal import Decimal
from math import gcd
from typing import Any

from django.utils.translation import gettext as _

from assessments.exchange.items import Raw
from assessments.exchange.moodle_family import near, percent
from assessments.exchange.questions import Answer, NotRepresentableError, Question
from assessments.exchange.raw import children, listed, own, say
from assessments.exchange.xml import element, escaped
from assessments.kinds.calculated.filling import PLACE
from assessments.kinds.calculated.formula import MAX_PLACES, Constant, FormulaError, Name, Node, parse
from assessments.kinds.calculated.variables import MAX_VARIABLES, NAME, Grid, frozen, grid
from assessments.kinds.numeric.exchange import first_mistakes, number, plain, read_unit

SETS = 20
_RELATIVE, _NOMINAL = "1", "2"
_THEIR_NAMES = {"ln": "log", "mod": "fmod"}
_OUR_NAMES = {"log": "ln", "fmod": "mod"}
_WILD_CARD = re.compile(r"\{\s*([^{}=\s][^{}]*?)\s*\}")
_THEIR_PLACE = re.compile(r"\{=((?:[^{}]|\{[^{}]*\})*)\}")


# --- formulas ---------------------------------------------------------------------------------------------------------
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "negative": 3, "^": 4, "%": 5}


def written(node: Node, *, moodle: bool, least: int = 0) -> str:
    """A formula with the parentheses that it needs below an operator of that binding.

    For Moodle: variables in braces, no blanks (none may stand in `{=…}` there), powers and percents as PHP knows them.
    """
    if isinstance(node, Constant):
        return format(node.value, "f")
    if isinstance(node, Name):
        return "{" + node.name + "}" if moodle else node.name
    name, operands = node.name, node.operands
    if name == "pow" and not moodle:
        name = "^"
    if moodle and name == "%":
        name, operands = "/", (*operands, Constant(Decimal(100)))
    if moodle and name == "^":
        name = "pow"
    own_binding = _BINDING.get(name)
    if own_binding is None:
        inside = ("," if moodle else ", ").join(written(one, moodle=moodle) for one in operands)
        return f"{_THEIR_NAMES.get(name, name) if moodle else name}({inside})"
    if name == "negative":
        text = "-" + written(operands[0], moodle=moodle, least=own_binding)
    elif name == "%":
        text = written(operands[0], moodle=moodle, least=own_binding) + " %"
    else:  # from the left, but powers from the right
        left, right = (own_binding + (name == "^"), own_binding + (name != "^"))
        sides = (written(one, moodle=moodle, least=side) for one, side in zip(operands, (left, right), strict=True))
        text = (name if moodle else f" {name} ").join(sides)
    return f"({text})" if own_binding < least else text


def ours(source: str) -> str:
    """Moodle's formula in our words. Raises NotRepresentableError for what we cannot calculate."""
    text = _WILD_CARD.sub(lambda found: f" {found[1]} ", source.strip().removeprefix("="))
    text = re.sub(r"[A-Za-z_]\w*(?=\s*\()", lambda found: _OUR_NAMES.get(found[0].lower(), found[0].lower()), text)
    text = re.sub(r"\bpi\s*\(\s*\)", "3.14159265358979", text)
    try:
        return written(parse(text), moodle=False)
    except FormulaError as error:
        raise NotRepresentableError(
            _("The formula “%(formula)s” cannot be calculated here: %(reason)s")
            % {"formula": source[:120], "reason": error}
        ) from None


def theirs(formula: str) -> str:
    """Our formula in Moodle's words. Raises FormulaError."""
    return written(parse(formula), moodle=True)


def _our_text(text: str) -> str:
    """`{={a}*2}` becomes `{= a * 2}`; a formula that we cannot calculate stays as it was written."""

    def place(found: re.Match[str]) -> str:
        try:
            return "{= " + ours(found[1]) + "}"
        except NotRepresentableError:
            return found[0]

    return _THEIR_PLACE.sub(place, text)


def _their_text(text: str) -> str:
    def place(found: re.Match[str]) -> str:
        if found["name"]:
            return "{" + found["name"] + "}"
        try:
            return "{=" + theirs(found["formula"]) + "}"
        except FormulaError:
            return found[0]

    return PLACE.sub(place, text)


# --- reading ----------------------------------------------------------------------------------------------------------
def read_question(question: Question, language: str) -> Raw | None:
    if question.qtype != "calculated":
        return None
    full = [answer for answer in question.answers if near(answer.fraction, Decimal(100))]
    if not full:
        raise NotRepresentableError(_("No number earns full marks."))
    right = full[0]
    if right.feedback:
        question.lose(_("Feedback on the right number: “%(text)s”") % {"text": right.feedback[:120]})
    return {
        **say("prompt", _our_text(question.text), language),
        **say("solution", _our_text(question.feedback), language),
        **(read_unit(question, language) if question.extras.get("units") else {}),
        "variables": listed([_variable(question, one) for one in question.extras.get("datasets") or ()]),
        "formula": ours(right.text),
        "decimals": _decimals(question, right),
        **_tolerance(question, right),
        "mistakes": listed(_mistakes(question, [one for one in question.answers if one is not right], language)),
    }


def _variable(question: Question, node: Any) -> Raw:
    """A wild card with its range. Its step is the largest that all its numbers lie on. Raises NotRepresentableError."""

    def said(tag: str) -> str:
        child = node.first(tag)
        return (child.said("text") or child.text).strip() if child is not None else ""

    name = said("name")
    if not NAME.fullmatch(name):
        raise NotRepresentableError(
            _("The wild card “%(name)s” has no name that a formula could use.") % {"name": name}
        )
    least, most = number(said("minimum")), number(said("maximum"))
    items = node.first("dataset_items")
    numbers = [number(one.said("value")) for one in items.all("dataset_item")] if items is not None else []
    known = sorted({one for one in numbers if one is not None})
    if least is None or most is None or (known and not least <= known[0] <= known[-1] <= most):
        if not known:
            raise NotRepresentableError(_("The wild card “%(name)s” has no range.") % {"name": name})
        least, most = known[0], known[-1]
    if said("distribution") not in {"", "uniform"}:
        question.lose(_("The numbers of “%(name)s” are not spread evenly there.") % {"name": name})
    question.lose(_("The file's sets of numbers; here each attempt draws its own from the range."))
    places = int(said("decimals")) if said("decimals").isdigit() else 1
    return {"name": name, "least": plain(least), "most": plain(most), "step": plain(_step(least, known, places))}


def _step(least: Decimal, known: Sequence[Decimal], places: int) -> Decimal:
    finest = Decimal(1).scaleb(-min(places, 6))
    steps = [int((one - least) / finest) for one in known if not (one - least) % finest]
    whole = gcd(*steps) if len(steps) == len(known) >= 3 else 1
    return finest * (whole or 1)


def _decimals(question: Question, right: Answer) -> int:
    length = str(right.extras.get("correctanswerlength") or "2")
    if str(right.extras.get("correctanswerformat") or "1") != "1":
        question.lose(_("The result is rounded to %(count)s significant digits there.") % {"count": length})
        return 2
    return min(int(length), MAX_PLACES) if length.isdigit() else 2


def _tolerance(question: Question, right: Answer) -> Raw:
    sort = str(right.extras.get("tolerancetype") or _RELATIVE)
    tolerance = right.tolerance or Decimal(0)
    if sort == _NOMINAL:
        return {"tolerance": plain(tolerance), "tolerance_in": "number"}
    if sort != _RELATIVE:
        question.lose(_("The tolerance is geometric there, here in percent of the result."))
    return {"tolerance": plain(tolerance * 100), "tolerance_in": "percent"}


def _mistakes(question: Question, others: Sequence[Answer], language: str) -> list[Raw]:
    mistakes = []
    for answer in others:
        if answer.fraction > 0:
            question.lose(
                _("“%(value)s” earns %(percent)s %% there; here one result is right.")
                % {"value": answer.text[:80], "percent": percent(answer.fraction)}
            )
            if answer.feedback:
                question.lose(_("Its feedback: “%(text)s”") % {"text": answer.feedback[:80]})
        elif answer.text.strip() in {"", "*"}:
            if answer.feedback:
                question.lose(_("Feedback on every other number: “%(text)s”") % {"text": answer.feedback[:80]})
        else:
            mistakes.append({"formula": ours(answer.text), **say("feedback", _our_text(answer.feedback), language)})
    return first_mistakes(question, mistakes, "formula")


# --- writing ----------------------------------------------------------------------------------------------------------
def write_question(raw: Raw, language: str) -> Question:
    grids = {one["name"]: grid(one) for one in frozen(raw.get("variables"))}
    sound = {name: one for name, one in grids.items() if one is not None}
    if not sound or len(sound) < len(grids) or len(sound) > MAX_VARIABLES:
        raise NotRepresentableError(_("The ranges of its variables are not complete."))
    solution, explanation = own(raw, "solution", language), own(raw, "feedback", language)
    question = Question("calculated", _their_text(own(raw, "prompt", language)), feedback=_their_text(solution))
    if explanation:
        question.feedback = _their_text("\n\n".join(part for part in (solution, explanation) if part))
        question.lose(_("Worked solution and explanation become one text."))
    tolerance = number(raw.get("tolerance") or 0) or Decimal(0)
    relative = raw.get("tolerance_in") == "percent"
    how = {
        "tolerancetype": _RELATIVE if relative else _NOMINAL,
        "correctanswerformat": "1",
        "correctanswerlength": str(raw.get("decimals", 2)),
    }
    given = tolerance / 100 if relative else tolerance
    try:
        question.answers = [
            Answer(theirs(str(raw.get("formula") or "")), Decimal(100), tolerance=given, extras=how),
            *(
                Answer(
                    theirs(str(mistake.get("formula") or "")),
                    feedback=_their_text(own(mistake, "feedback", language)),
                    tolerance=given,
                    extras=how,
                )
                for _ident, mistake in children(raw, "mistakes")
            ),
        ]
    except FormulaError as error:
        raise NotRepresentableError(str(error)) from None
    if unit := own(raw, "unit", language):
        question.extras["units"] = [(unit, "1")]
    question.lose(_("Moodle asks fixed sets of numbers: %(count)d of them are written.") % {"count": SETS})
    question.extras["elements"] = [
        element("synchronize", "0"),
        element("dataset_definitions", *[_definition(name, one) for name, one in sound.items()]),
    ]
    return question


def _definition(name: str, numbers: Grid) -> str:
    """A wild card with its sets: both ends and one step first, so that range and step can be read back."""
    rng = random.Random(name)  # noqa: S311 - the same file each time
    ends = [0, numbers.count - 1, min(1, numbers.count - 1)]
    places = [*ends, *(rng.randrange(numbers.count) for _set in range(SETS - len(ends)))]
    decimals = max(0, -int(numbers.step.normalize().as_tuple().exponent), -int(numbers.least.as_tuple().exponent))
    items = [
        element("dataset_item", element("number", str(place)), element("value", plain(numbers.at(at))))
        for place, at in enumerate(places, 1)
    ]
    text = {
        "status": "private",
        "name": name,
    }
    return element(
        "dataset_definition",
        *[element(tag, element("text", escaped(value))) for tag, value in text.items()],
        element("type", "calculated"),
        element("distribution", element("text", "uniform")),
        element("minimum", element("text", plain(numbers.least))),
        element("maximum", element("text", plain(numbers.ends[-1]))),
        element("decimals", element("text", str(decimals))),
        element("itemcount", str(SETS)),
        element("dataset_items", *items),
        element("number_of_items", str(SETS)),
    )
