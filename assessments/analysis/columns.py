"""Attempts as columns of small whole numbers: 100,000 attempts × 20 items take about 40 MB.

Whole numbers on purpose: points and weights add up exactly, and a share of two of them is the same float wherever the
same share occurs. So "all have the same score" is a comparison, not a matter of tolerance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FULL = 10_000  # a score of 1, see `assessments.kinds.base.SCORE_STEP`
CENT = 100  # a weight of 1
NO_CODE = -1  # the answer was deleted
NO_SECTION = -1  # the question stands in none
Integers = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Block = tuple[Small, Integers, Small, Small, Small, Small]


@dataclass(frozen=True)
class Row:
    """A question of an attempt. `score` 0 to 1, None: not marked yet. `code`: what was answered, see `Codes`.

    `section`: the number of the section in which it stood, see `sectioning`.
    """

    attempt: int
    version: int
    score: float | None
    weight: float
    code: int = NO_CODE
    section: int = NO_SECTION


@dataclass(frozen=True)
class Columns:
    """All rows of the attempts that are analysed. Attempts and versions are counted from 0 here.

    `people` has the person (a number without meaning) of each attempt; `versions` the ids of the item versions.
    """

    people: Integers
    versions: Integers
    attempt: Small
    version: Small
    score: Small
    weight: Small
    code: Small
    section: Small

    @property
    def attempts(self) -> int:
        return int(self.people.size)

    @cached_property
    def one_each(self) -> bool:
        """Whether nobody has two attempts here."""
        return bool(np.unique(self.people).size == self.people.size)

    def of_section(self, number: int) -> "Columns":
        """The rows of one section, and the attempts that have some."""
        kept = self.section == number
        used, attempt = np.unique(self.attempt[kept], return_inverse=True)
        versions, version = np.unique(self.version[kept], return_inverse=True)
        return Columns(
            people=self.people[used],
            versions=self.versions[versions],
            attempt=attempt.astype(np.int32),
            version=version.astype(np.int32),
            score=self.score[kept],
            weight=self.weight[kept],
            code=self.code[kept],
            section=self.section[kept],
        )

    def points(self) -> Integers:
        """Score × weight of each row, in 1/FULL × 1/CENT."""
        return self.score.astype(np.int64) * self.weight

    def totals(self, values: Small | Integers) -> Integers:
        """Sum by attempt. Exact: the sums stay far below 2^53."""
        sums = np.bincount(self.attempt, weights=values.astype(np.float64), minlength=self.attempts)
        return np.rint(sums).astype(np.int64)


class Builder:
    """Takes rows as they stream in and packs them, block by block."""

    def __init__(self, attempts: Integers, people: Integers) -> None:
        """`attempts` are ids in ascending order, `people` the person of each."""
        self._attempts, self._people = attempts, people
        self._blocks: list[Block] = []
        self._unmarked: set[int] = set()

    def add(
        self,
        attempts: Sequence[int],
        versions: Sequence[int],
        scores: Sequence[float | None],
        weights: Sequence[float],
        codes: Sequence[int],
        sections: Sequence[int],
    ) -> None:
        """A block of rows. Scores between 0 and 1, weights of 0 and more."""
        if not attempts:
            return
        places = np.searchsorted(self._attempts, np.asarray(attempts, np.int64)).astype(np.int32)
        if None in scores:
            self._unmarked.update(int(places[at]) for at, score in enumerate(scores) if score is None)
            scores = [0.0 if score is None else score for score in scores]
        self._blocks.append(
            (
                places,
                np.asarray(versions, np.int64),
                np.rint(np.asarray(scores, np.float64) * FULL).astype(np.int32),
                np.rint(np.asarray(weights, np.float64) * CENT).astype(np.int32),
                np.asarray(codes, np.int32),
                np.asarray(sections, np.int32),
            )
        )

    def add_rows(self, rows: Iterable[Row]) -> None:
        """The same from single rows."""
        taken = list(rows)
        self.add(
            [row.attempt for row in taken],
            [row.version for row in taken],
            [row.score for row in taken],
            [row.weight for row in taken],
            [row.code for row in taken],
            [row.section for row in taken],
        )

    @property
    def unmarked(self) -> int:
        """Attempts of which a question is not marked yet: they are left out, because their total is not known."""
        return len(self._unmarked)

    def build(self) -> Columns:
        """The columns. Attempts without a row, and those that wait for marking, are left out."""
        kinds = (np.int32, np.int64, np.int32, np.int32, np.int32, np.int32)
        parts = [
            np.concatenate([block[place] for block in self._blocks]) if self._blocks else np.empty(0, kind)
            for place, kind in enumerate(kinds)
        ]
        self._blocks.clear()
        if self._unmarked:
            kept = ~np.isin(parts[0], np.fromiter(self._unmarked, np.int32, len(self._unmarked)))
            parts = [part[kept] for part in parts]
        attempt, version, score, weight, code, section = parts
        used, attempt = np.unique(attempt, return_inverse=True)
        versions, version = np.unique(version, return_inverse=True)
        return Columns(
            people=self._people[used],
            versions=versions.astype(np.int64),
            attempt=attempt.astype(np.int32),
            version=version.astype(np.int32),
            score=score.astype(np.int32),
            weight=weight.astype(np.int32),
            code=code.astype(np.int32),
            section=section.astype(np.int32),
        )


class Codes:
    """Numbers for what can be answered: one for each different set of tally keys of an item version."""

    def __init__(self) -> None:
        self._codes: dict[int, dict[tuple[str, ...], int]] = {}

    def code(self, version: int, keys: Iterable[str]) -> int:
        known = self._codes.setdefault(version, {})
        return known.setdefault(tuple(keys), len(known))

    def keys(self, version: int) -> list[tuple[str, ...]]:
        """The sets of keys of a version, by code."""
        return list(self._codes.get(version, ()))
