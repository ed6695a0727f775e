"""From the database into columns: in blocks of attempts, one short query each.

No cursor stays open while the lease is renewed: SQLite would keep an old snapshot and refuse the write.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import FloatField, OuterRef, Subquery, TextField
from django.db.models.functions import Cast

from assessments.analysis.choosing import Chosen
from assessments.analysis.columns import NO_CODE, Builder, Codes
from assessments.analysis.sectioning import Sectioning
from assessments.kinds import Kind, kinds, ungraded_kinds
from assessments.models import AttemptItem, Check, ItemVersion, Response

ATTEMPTS_PER_BLOCK = 1_000
SHORT = 300  # letters of an answer that is remembered: choices repeat, texts do not


class Reader:
    """Reads the rows of chosen attempts, and what was answered as codes. Answers themselves are not kept."""

    def __init__(self, chosen: Chosen, quiz: int) -> None:
        """`quiz` is the id of its activity."""
        self.chosen = chosen
        self.sectioning = Sectioning(quiz)
        self.codes = Codes()
        self.versions: dict[int, ItemVersion] = {}
        self.builder = Builder(chosen.attempts, chosen.persons)
        self._forgotten = set(chosen.attempts[chosen.forgotten].tolist())
        self._seen: dict[tuple[int, str | None], int] = {}

    def read(self, alive: Callable[[int], bool]) -> bool:
        """Read everything; `alive` is told how many attempts are read and says whether to go on. False: stopped."""
        ids = self.chosen.attempts
        for start in range(0, ids.size, ATTEMPTS_PER_BLOCK):
            self._block(ids[start : start + ATTEMPTS_PER_BLOCK].tolist())
            if not alive(min(start + ATTEMPTS_PER_BLOCK, ids.size)):
                return False
        return True

    def _block(self, ids: list[int]) -> None:
        newest = Response.objects.filter(attempt_item=OuterRef("pk")).order_by("-sequence")
        # What is never scored is no question of the test here; an attempt with it is as complete as any other.
        rows = AttemptItem.objects.filter(attempt__in=ids).exclude(item_version__kind__in=ungraded_kinds()).order_by()
        values = list(
            rows.values_list(
                "pk",
                "attempt_id",
                "item_version_id",
                "position",
                Cast("score", FloatField()),
                Cast("weight", FloatField()),
                Subquery(newest.values(text=Cast("value", TextField()))[:1]),
            )
        )
        if not values:
            return
        first = self._first_tries(ids)
        if first:
            values = [
                (pk, *row[:3], first[pk][0], row[4], first[pk][1]) if pk in first else (pk, *row) for pk, *row in values
            ]
        _pks, attempts, versions, positions, scores, weights, answers = zip(*values, strict=True)
        self._know(set(versions))
        orders = self._orders(ids, versions)
        codes = [
            NO_CODE if attempt in self._forgotten else self._code(version, answer, orders.get((attempt, version)))
            for attempt, version, answer in zip(attempts, versions, answers, strict=True)
        ]
        sections = self.sectioning.of(attempts, positions, ids)
        self.builder.add(attempts, versions, scores, weights, codes, sections)

    def _first_tries(self, ids: list[int]) -> dict[int, tuple[float, str]]:
        """Attempt item → score and answer of its first try in practice.

        The formulas describe questions that were answered without help. What came after a hint, and what a penalty
        took, says little about the question.
        """
        rows = Check.objects.filter(attempt_item__attempt__in=ids, number=1).order_by()
        answer = Cast("response__value", TextField())
        return {
            pk: (score, text)
            for pk, score, text in rows.values_list("attempt_item", Cast("score", FloatField()), answer)
        }

    def _know(self, ids: Iterable[int]) -> None:
        missing = [pk for pk in ids if pk not in self.versions]
        if missing:
            self.versions |= ItemVersion.objects.in_bulk(missing)

    def _kind(self, version: int) -> Kind | None:
        """None for a kind whose folder was taken away: its scores still count."""
        return kinds().get(self.versions[version].kind)

    def _draws(self, version: int) -> bool:
        kind = self._kind(version)
        return kind is not None and kind.draws

    def _orders(self, ids: list[int], versions: Iterable[int]) -> dict[tuple[int, int], Any]:
        """What was drawn at the start, for kinds that draw something, by attempt and version."""
        drawing = [pk for pk in set(versions) if self._draws(pk)]
        if not drawing:
            return {}
        rows = AttemptItem.objects.filter(attempt__in=ids, item_version__in=drawing)
        found = rows.order_by().values_list("attempt_id", "item_version_id", "option_order")
        return {(attempt, version): order for attempt, version, order in found}

    def _code(self, version: int, answer: str | None, order: Any) -> int:
        if order is not None:
            return self._tally(version, answer, order)
        known = self._seen.get((version, answer))
        if known is None:
            known = self._tally(version, answer, None)
            if answer is None or len(answer) <= SHORT:
                self._seen[version, answer] = known
        return known

    def _tally(self, version: int, answer: str | None, order: Any) -> int:
        kind = self._kind(version)
        if kind is None:
            return NO_CODE
        content = self.versions[version].content
        if order is not None:
            content = kind.as_asked(content, order)
        return self.codes.code(version, kind.tally(content, json.loads(answer) if answer else None))

    def guess(self, version: int) -> float | None:
        """Mean score of answers by chance, see `Kind.guess_score`."""
        kind = self._kind(version)
        return kind.guess_score(self.versions[version].content) if kind is not None else None
