"""Which attempts an analysis counts, and whether its result may be shown beside others.

Two results that differ by one person give that person's answers away by subtraction: whoever presses "compute" before
and after a colleague takes the test would read the difference. So a result is only shown if it differs from every
other stored result over the same choice of attempts by nobody or by at least five people (query set overlap control:
Hundepool et al., Statistical Disclosure Control, 2012, ch. 4; Dobkin, Jones & Lipton 1979).
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import BooleanField, ExpressionWrapper, FloatField, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from assessments.enums import AttemptChoice, AttemptState, Withheld
from assessments.models import Attempt, QuizAnalysis
from enablement.core.disclosure import MINIMUM_GROUP

_TYPE = np.dtype([("attempt", np.int64), ("person", np.int64), ("score", np.float64), ("forgotten", np.bool_)])
_CHUNK = 5_000


@dataclass(frozen=True)
class Chosen:
    """Ids of attempts in ascending order, the person of each, and whether its answers have been deleted."""

    attempts: NDArray[np.int64]
    persons: NDArray[np.int64]
    forgotten: NDArray[np.bool_]

    @property
    def people(self) -> int:
        return int(np.unique(self.persons).size)


def ended_attempts(analysis: QuizAnalysis, as_of: datetime) -> QuerySet[Attempt]:
    """Attempts at the test that began within the bounds of the analysis and had been handed in at that moment."""
    rows = Attempt.objects.filter(activity=analysis.activity_id, submitted_at__lte=as_of)
    if analysis.since is not None:
        rows = rows.filter(started_at__gte=analysis.since)
    if analysis.until is not None:
        rows = rows.filter(started_at__lt=analysis.until)
    return rows.exclude(state__in=[AttemptState.OPEN, AttemptState.ABANDONED])


def choose(analysis: QuizAnalysis, as_of: datetime) -> Chosen:
    """The attempts that count. Of each person the first, last or best one within the bounds, or all. One query.

    Of several best ones it is the earliest: later ones had more practice. An attempt that waits for marking is chosen
    like the others, and left out when its rows are read, because no other attempt of the person is the first one.
    """
    rows = ended_attempts(analysis, as_of).order_by("user_id", "started_at", "pk")
    values = rows.values_list(
        "pk",
        "user_id",
        Coalesce(Cast("score_scaled", FloatField()), -1.0),
        ExpressionWrapper(Q(answers_deleted_at__isnull=False), BooleanField()),
    )
    table = np.fromiter(values.iterator(chunk_size=_CHUNK), dtype=_TYPE)
    kept = table[_kept(table, AttemptChoice(analysis.choice))]
    kept.sort(order="attempt")
    return Chosen(kept["attempt"].copy(), kept["person"].copy(), kept["forgotten"].copy())


def _kept(table: NDArray[np.void], choice: AttemptChoice) -> NDArray[np.intp]:
    """Places of the rows that count; `table` is in the order of persons and, within a person, of time."""
    places = np.arange(table.size)
    if choice is AttemptChoice.ALL or not table.size:
        return places
    begins = np.flatnonzero(np.diff(table["person"], prepend=table["person"][0] - 1))
    if choice is AttemptChoice.FIRST:
        return begins
    if choice is AttemptChoice.LAST:
        return np.append(begins[1:], table.size) - 1
    by_score = np.lexsort((places, -table["score"], table["person"]))
    return by_score[begins]


def differing_people(one: Chosen, other: Chosen) -> int:
    """How many people have an attempt in one of the two that the other does not have."""
    ours = ~np.isin(one.attempts, other.attempts, assume_unique=True)
    theirs = ~np.isin(other.attempts, one.attempts, assume_unique=True)
    return int(np.unique(np.concatenate([one.persons[ours], other.persons[theirs]])).size)


def reason_to_withhold(analysis: QuizAnalysis, chosen: Chosen) -> Withheld | None:
    """Why a result over these attempts may not be shown, or None."""
    if chosen.people < MINIMUM_GROUP:
        return Withheld.FEW
    stored = QuizAnalysis.objects.filter(
        activity=analysis.activity_id, choice=analysis.choice, as_of__isnull=False, result__isnull=False
    )
    for other in stored.order_by("pk"):
        if other.as_of is not None and 0 < differing_people(chosen, choose(other, other.as_of)) < MINIMUM_GROUP:
            return Withheld.FEW_NEW if other.pk == analysis.pk else Withheld.OVERLAP
    return None
