"""Calculated: a number worked out from numbers that are drawn for each attempt."""

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from assessments.kinds.base import LANGUAGE_NAMES, LANGUAGES, Content, TallyKey, list_values, missing_texts, text_in
from assessments.kinds.base import texts as bilingual
from assessments.kinds.calculated import filling, variables
from assessments.kinds.calculated.editor import TOLERANCES, CalculatedBlock
from assessments.kinds.calculated.formula import (
    LARGEST,
    MAX_PLACES,
    FormulaError,
    compute,
    names,
    parse,
    rounded,
)
from assessments.kinds.calculated.variables import Values
from assessments.kinds.numeric import Numeric, plain_number
from assessments.kinds.numeric.reading import format_number

_TEXT_LABELS = {
    "prompt": gettext_lazy("Question"),
    "solution": gettext_lazy("Worked solution"),
    "feedback": gettext_lazy("Explanation"),
}


class Calculated(Numeric):
    """Response: the text as typed, read and graded as `Numeric` does.

    `option_order` freezes `{variable: number}`; `as_asked` turns it into a question with a number for an answer.
    """

    key_fields = frozenset({"formula", "tolerance", "tolerance_in", "variables"})
    name = "calculated"
    label = gettext_lazy("Calculated number")
    description = gettext_lazy("A result is worked out from numbers that are drawn for each attempt.")
    icon = "calculator"
    rank = 32
    block_class: ClassVar = CalculatedBlock

    # --- authoring ---

    def content(self, raw: Mapping[str, Any]) -> Content:
        decimals = raw.get("decimals", 2)
        return {
            **bilingual(raw, "prompt", "unit", "solution", "feedback"),
            "variables": variables.frozen(raw.get("variables")),
            "formula": str(raw.get("formula") or "").strip(),
            "decimals": decimals if isinstance(decimals, int) and 0 <= decimals <= MAX_PLACES else 2,
            "tolerance": plain_number(raw.get("tolerance") or 0),
            "tolerance_in": raw.get("tolerance_in") if raw.get("tolerance_in") in TOLERANCES else "number",
            "mistakes": [
                {"id": key, "formula": str(value.get("formula") or "").strip(), **bilingual(value, "feedback")}
                for key, value in list_values(raw.get("mistakes"))
            ],
        }

    def problems(self, content: Content) -> list[str]:
        """Texts, names and formulas by themselves; if these are sound, every corner of the ranges and many draws."""
        found = self.common_problems(content)
        found += missing_texts(content, "solution", _("Worked solution"))
        if not content["tolerance"] or Decimal(content["tolerance"]) < 0:
            found.append(_("The tolerance must be 0 or more."))
        for number, mistake in enumerate(content["mistakes"], 1):
            found += missing_texts(mistake, "feedback", _("Typical mistake %(value)s") % {"value": number})
        found += variables.problems(content["variables"])
        found += self._unreadable(content)
        found += self._unnamed(content)
        return found or list(dict.fromkeys(self._broken(content)))

    def _formulas(self, content: Content) -> Iterator[tuple[str, str]]:
        """Where a formula stands, and the formula."""
        yield _("Formula"), content["formula"]
        for number, mistake in enumerate(content["mistakes"], 1):
            yield _("Typical mistake %(value)s") % {"value": number}, mistake["formula"]
        for name, language, text in filling.texts(content):
            where = f"{_TEXT_LABELS.get(name, name)} ({LANGUAGE_NAMES[language]})"
            for place in filling.PLACE.finditer(text):
                yield f"{where}, {place[0]}", place["name"] or place["formula"]

    def _unreadable(self, content: Content) -> Iterator[str]:
        known = {one["name"] for one in content["variables"]}
        for where, formula in self._formulas(content):
            try:
                unknown = [one for one in names(parse(formula)) if one.name not in known]
            except FormulaError as error:
                yield f"{where}: {error}"
                continue
            for one in unknown:
                yield f"{where}: " + str(
                    FormulaError(_("There is no variable “%(name)s”.") % {"name": one.name}, one.position)
                )

    def _unnamed(self, content: Content) -> Iterator[str]:
        """Numbers that are needed and not told, and numbers that nobody needs."""
        needed = filling.asked_for("{=" + content["formula"] + "}")
        told = {language: filling.asked_for(content[f"prompt_{language}"]) for language in LANGUAGES}
        for name in sorted(one["name"] for one in content["variables"] if one["name"]):
            for language in LANGUAGES:
                if name in needed and name not in told[language]:
                    yield _("The question in %(language)s does not show {%(name)s}, which the formula needs.") % {
                        "language": LANGUAGE_NAMES[language].lower(),
                        "name": name,
                    }
            if name not in needed.union(*told.values()):
                yield _("The variable “%(name)s” stands neither in the formula nor in the question.") % {"name": name}

    def _broken(self, content: Content) -> Iterator[str]:
        """What is wrong with results, each once, with the first values for which it is."""
        told: set[str] = set()
        alike = {one["id"]: number for number, one in enumerate(content["mistakes"], 1)}
        for values in variables.cases(content["variables"]):
            asked = self._worked_out(content, values)
            for key, sentence in [*self._without_result(content, values), *self._odd(asked, values)]:
                if key not in told:
                    told.add(key)
                    yield f"{sentence} {self._with(values)}"
            for one in asked["mistakes"]:
                if not one["value"] or not self._near(asked, {Decimal(one["value"])}, asked["answer"]):
                    alike.pop(one["id"], None)
        for number in alike.values():
            yield _("Typical mistake %(value)s gives the right result whatever is drawn.") % {"value": number}

    def _without_result(self, content: Content, values: Values) -> Iterator[tuple[str, str]]:
        """The place of each formula that has no result for these values, and why."""
        for where, formula in self._formulas(content):
            try:
                compute(parse(formula), values)
            except FormulaError as error:
                yield where, f"{where}: {error}"

    def _odd(self, asked: Content, values: Values) -> Iterator[tuple[str, str]]:
        """Results that nobody can be graded by."""
        if not asked["answer"]:
            return
        answer = Decimal(asked["answer"])
        if not answer and compute(parse(asked["formula"]), values):
            yield "places", _("The result rounds to 0; give more decimal places.")
        if answer and Decimal(asked["tolerance"]) >= abs(answer):
            yield "tolerance", _("The tolerance is as large as the result: 0 would count as right.")

    def _with(self, values: Values) -> str:
        """`With deals = 3, price = 0,5.`"""
        language = get_language() or "de"
        named = ", ".join(f"{name} = {format_number(value, language)}" for name, value in values.items())
        return _("With %(values)s.") % {"values": named}

    # --- asking ---

    def option_order(self, content: Content, rng: random.Random, *, shuffle: bool) -> Any:
        return variables.drawn(content["variables"], rng)

    def as_asked(self, content: Content, option_order: Any) -> Content:
        """The question with its numbers: texts filled, `answer`, `tolerance` and `mistakes` as `Numeric` has them."""
        values = variables.values_of(content["variables"], option_order)
        asked: Content = filling.everywhere(self._worked_out(content, values), values)
        return asked

    def _worked_out(self, content: Content, values: Values) -> Content:
        answer = self._result(content, content["formula"], values)
        tolerance = Decimal(content["tolerance"] or 0)
        if content["tolerance_in"] == "percent":
            tolerance = abs(Decimal(answer or 0)) * tolerance / 100
        mistakes = [
            {**mistake, "value": self._result(content, mistake["formula"], values)} for mistake in content["mistakes"]
        ]
        return {**content, "answer": answer, "tolerance": format(tolerance, "f"), "mistakes": mistakes}

    def _result(self, content: Content, formula: str, values: Values) -> str:
        """Rounded, in plain notation; empty where a draft has no result."""
        try:
            return format(rounded(compute(parse(formula), values), content["decimals"]), "f")
        except FormulaError:
            return ""

    # --- grading and review ---

    def _near(self, content: Content, values: frozenset[Decimal] | set[Decimal], target: str) -> bool:
        """Within the tolerance, or the same once it is rounded: who types more digits than asked for is not wrong."""
        if super()._near(content, values, target):
            return True
        return bool(target) and any(
            abs(value) < LARGEST and rounded(value, content["decimals"]) == Decimal(target) for value in values
        )

    def review(self, content: Content, response: Any, language: str) -> dict[str, Any]:
        tolerance = Decimal(content["tolerance"] or 0)
        return {
            **super().review(content, response, language),
            "tolerance": filling.written(tolerance, language) if tolerance else "",
            "solution": text_in(content, "solution", language),
        }

    # --- statistics ---

    def tally_keys(self, content: Content, language: str) -> list[TallyKey]:
        """Numbers differ from attempt to attempt, so answers are named by the formula that they follow."""
        return [
            TallyKey("right", content["formula"], right=True),
            *(
                TallyKey(one["id"], _("%(number)s (typical mistake)") % {"number": one["formula"]}, right=False)
                for one in content["mistakes"]
            ),
            TallyKey("other number", _("Another number, or none that can be read"), right=False),
        ]


KIND = Calculated()
