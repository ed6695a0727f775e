"""The numbers of a calculated question: from which ranges they are drawn, and by which of them a formula is tried."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

from assessments.kinds.base import list_values
from assessments.kinds.calculated.formula import FUNCTIONS
from assessments.kinds.numeric import plain_number

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
MAX_VARIABLES = 8
SAMPLES = 200
_LARGEST = Decimal(10) ** 12
_FINEST = Decimal("0.000001")
Values = dict[str, Decimal]


@dataclass(frozen=True)
class Grid:
    """`count` numbers from `least` on, `step` apart."""

    least: Decimal
    step: Decimal
    count: int

    def at(self, place: int) -> Decimal:
        return self.least + place * self.step

    @property
    def ends(self) -> tuple[Decimal, ...]:
        return (self.least, self.at(self.count - 1)) if self.count > 1 else (self.least,)


def frozen(raw: Sequence[Any] | None) -> list[dict[str, str]]:
    """The variables of a stored ListBlock."""
    return [
        {
            "id": key,
            "name": str(value.get("name") or "").strip(),
            **{end: plain_number(value.get(end)) for end in ("least", "most", "step")},
        }
        for key, value in list_values(raw)
    ]


def grid(variable: Mapping[str, str]) -> Grid | None:
    """None while something is missing or makes no sense."""
    if not all(variable[end] for end in ("least", "most", "step")):
        return None
    least, most, step = (Decimal(variable[end]) for end in ("least", "most", "step"))
    if least > most or max(abs(least), abs(most)) > _LARGEST or not _FINEST <= step <= _LARGEST:
        return None
    return Grid(least, step, int((most - least) / step) + 1)


def drawn(variables: Sequence[Mapping[str, str]], rng: random.Random) -> dict[str, str]:
    """A number for each variable in plain notation, to be frozen; unfinished variables are left out."""
    grids = {one["name"]: grid(one) for one in variables}
    return {name: format(one.at(rng.randrange(one.count)), "f") for name, one in grids.items() if one is not None}


def values_of(variables: Sequence[Mapping[str, str]], frozen_values: object) -> Values:
    """The numbers that were frozen. A variable that came with a later correction of the question takes its least."""
    known = frozen_values if isinstance(frozen_values, dict) else {}
    found = {one["name"]: plain_number(known.get(one["name"])) or one["least"] for one in variables}
    return {name: Decimal(number) for name, number in found.items() if number}


def cases(variables: Sequence[Mapping[str, str]]) -> Iterator[Values]:
    """All corners of the ranges, where formulas break, and `SAMPLES` draws: always the same ones."""
    grids = {one["name"]: grid(one) for one in variables}
    sound = {name: one for name, one in grids.items() if one is not None}
    for corner in product(*(one.ends for one in sound.values())):
        yield dict(zip(sound, corner, strict=True))
    rng = random.Random(2009)  # noqa: S311 - a check that says something else each time helps nobody
    for _number in range(SAMPLES):
        yield {name: one.at(rng.randrange(one.count)) for name, one in sound.items()}


def problems(variables: Sequence[Mapping[str, str]]) -> list[str]:
    """What keeps the variables from being drawn."""
    found = []
    if not 1 <= len(variables) <= MAX_VARIABLES:
        found.append(_("The question needs one to %(most)d variables.") % {"most": MAX_VARIABLES})
    for number, one in enumerate(variables, 1):
        name = one["name"]
        if not NAME.fullmatch(name) or name.lower() in FUNCTIONS:
            found.append(
                _("Variable %(number)d: its name is one word of letters a–z and digits, and not that of a function.")
                % {"number": number}
            )
        if grid(one) is None:
            found.append(
                _(
                    "Variable %(number)d: “from” must not be above “to”, the step must be 0.000001 or more, and all of "
                    "them within a trillion."
                )
                % {"number": number}
            )
    names = [one["name"] for one in variables]
    if len(set(names)) != len(names):
        found.append(_("Two variables have the same name."))
    return found
