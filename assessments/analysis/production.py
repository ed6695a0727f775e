"""How an analysis comes to be: claim, read, compute, store. Called by the task and by the benchmark alone."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessments.analysis.advice import flags
from assessments.analysis.choosing import choose, reason_to_withhold
from assessments.analysis.item_figures import item_figures
from assessments.analysis.quiz_figures import quiz_figures
from assessments.analysis.reading import Reader
from assessments.analysis.reasons import number
from assessments.analysis.section_figures import section_figures
from assessments.enums import Withheld
from assessments.kinds import kinds
from assessments.models import ItemAnalysis, ItemVersion, QuizAnalysis
from assessments.models.analysis import SCHEMA
from enablement.core.claimable import WorkState
from enablement.core.disclosure import MINIMUM_GROUP
from enablement.core.errors import is_outage

LEASE = timedelta(seconds=settings.LEASE_SECONDS)


@dataclass(frozen=True)
class Timing:
    """Seconds of one analysis by part, for the benchmark."""

    choosing: float
    reading: float
    figures: float
    storing: float


def compute(pk: int) -> Timing | None:
    """Claim an analysis, compute and store it. None when there was nothing to claim, or the claim was lost.

    The row is changed only where it still carries this claim (state and attempt), so that a worker that lost its lease
    stores nothing.
    """
    if not QuizAnalysis.work.claim(pk, lease=LEASE):
        return None
    analysis = QuizAnalysis.objects.get(pk=pk)
    try:
        return _compute_claimed(analysis)
    except Exception as error:
        QuizAnalysis.retry_later(pk, error=error, delay=timedelta(seconds=30), counts=not is_outage(error))
        raise


def _compute_claimed(analysis: QuizAnalysis) -> Timing | None:
    began, as_of = time.monotonic(), timezone.now()
    chosen = choose(analysis, as_of)
    reason = reason_to_withhold(analysis, chosen)
    if reason is not None:
        _withhold(analysis, reason)
        return None
    reader, started = Reader(chosen, analysis.activity_id), time.monotonic()
    if not reader.read(lambda _done: _renew(analysis)):
        return None
    columns, read = reader.builder.build(), time.monotonic()
    people = len(set(columns.people.tolist()))
    if people < MINIMUM_GROUP:
        _withhold(analysis, Withheld.FEW)
        return None
    result = {"waiting": reader.builder.unmarked, **quiz_figures(columns)}
    if sections := section_figures(columns, reader.sectioning):
        result["sections"] = sections
    rows = [
        _row(analysis, reader.versions[version], count, figures)
        for version, count, figures in item_figures(columns, reader.codes, reader.guess)
    ]
    computed = time.monotonic()
    stored = {
        "as_of": as_of,
        "withheld": "",
        "people": people,
        "attempts": columns.attempts,
        "seconds": computed - began,
        "schema": SCHEMA,
        "result": result,
    }
    if not _store(analysis, stored, rows):
        return None
    return Timing(started - began, read - started, computed - read, time.monotonic() - computed)


def _row(analysis: QuizAnalysis, version: ItemVersion, people: int, figures: Mapping[str, Any]) -> ItemAnalysis:
    kind = kinds().get(version.kind)
    flagged = flags(figures, people, kind.tally_keys(version.content, "de") if kind is not None else [])
    return ItemAnalysis(
        analysis=analysis,
        item_version=version,
        people=people,
        facility=number(figures.get("facility")),
        discrimination=number(figures.get("discrimination")),
        too_easy=flagged.too_easy,
        too_hard=flagged.too_hard,
        suspicious=flagged.suspicious,
        figures=dict(figures),
    )


def _mine(analysis: QuizAnalysis) -> QuerySet[QuizAnalysis]:
    claim = {"work_state": WorkState.RUNNING, "work_attempts": analysis.work_attempts}
    return QuizAnalysis.objects.filter(pk=analysis.pk, **claim)


def _renew(analysis: QuizAnalysis) -> bool:
    """Keep the lease; False when another worker has the row."""
    return _mine(analysis).update(lease_until=timezone.now() + LEASE) == 1


def _end(analysis: QuizAnalysis, **changes: Any) -> bool:
    done = {"work_state": WorkState.DONE, "lease_until": None, "work_error": "", "checked_at": timezone.now()}
    return _mine(analysis).update(**done, **changes) == 1


def _withhold(analysis: QuizAnalysis, reason: Withheld) -> None:
    """End without a new result; the one that may be there stays, because it may still be shown."""
    _end(analysis, withheld=reason)


@transaction.atomic
def _store(analysis: QuizAnalysis, result: Mapping[str, Any], rows: list[ItemAnalysis]) -> bool:
    if not _end(analysis, **result):
        return False
    ItemAnalysis.objects.filter(analysis=analysis).delete()
    ItemAnalysis.objects.bulk_create(rows, batch_size=500)
    return True
