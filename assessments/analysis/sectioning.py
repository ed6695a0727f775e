"""Which section a question of an attempt stood in: by what the attempt has frozen, see `assessments.sections`.

A section is known by its heading in both languages. Attempts before and after a rename are two sections, as their
people read two different ones; a new introduction changes nothing.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

from assessments.analysis.columns import NO_SECTION
from assessments.models import Attempt


class Heading(NamedTuple):
    german: str
    english: str


class Sectioning:
    """Numbers for the sections of many attempts."""

    def __init__(self, quiz: int) -> None:
        """`quiz` is the id of its activity. One query: whether any of its attempts has sections."""
        self._any = Attempt.objects.filter(activity=quiz, policy__has_key="sections").exists()
        self._numbers: dict[Heading, int] = {}
        self._begins: dict[Heading, int] = {}  # in the newest attempt that has it

    def of(self, attempts: Sequence[int], positions: Sequence[int], ids: Sequence[int]) -> list[int]:
        """The number of the section of each row, NO_SECTION for none. One query at most, on `ids`."""
        if not self._any:
            return [NO_SECTION] * len(attempts)
        rows = Attempt.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "policy__sections")
        places = {pk: self._read(frozen) for pk, frozen in rows if frozen}
        return [self._at(places.get(attempt), position) for attempt, position in zip(attempts, positions, strict=True)]

    def _read(self, frozen: list[dict[str, Any]]) -> tuple[list[int], list[int]]:
        """Positions where sections begin, and their numbers."""
        begins, numbers = [], []
        for one in frozen:
            heading = Heading(one["heading_de"], one["heading_en"])
            begins.append(int(one["first"]))
            numbers.append(self._numbers.setdefault(heading, len(self._numbers)))
            self._begins[heading] = int(one["first"])
        return begins, numbers

    def _at(self, section: tuple[list[int], list[int]] | None, position: int) -> int:
        if section is None:
            return NO_SECTION
        begins, numbers = section
        found = bisect_right(begins, position)
        return numbers[found - 1] if found else NO_SECTION

    @property
    def headings(self) -> list[Heading]:
        """All sections by their numbers."""
        return list(self._numbers)

    def place(self, heading: Heading) -> int:
        """Where it begins in the newest attempt that has it."""
        return self._begins[heading]
