"""Asking for item analyses: by a button, and by the clock."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from assessments.analysis.work import compute_analysis
from assessments.enums import AttemptChoice, AttemptState
from assessments.models import Attempt, ItemVersion, QuizAnalysis
from assessments.models.analysis import SCHEMA
from courses.models import Activity
from enablement.core.claimable import WorkState
from enablement.core.disclosure import MINIMUM_GROUP
from enablement.core.wake import wake


@transaction.atomic
def request_analysis(
    quiz: Activity,
    *,
    choice: AttemptChoice = AttemptChoice.FIRST,
    since: datetime | None = None,
    until: datetime | None = None,
    anew: bool = False,
) -> QuizAnalysis:
    """Put the analysis in the queue. One that waits or runs is returned as it is, however many people ask.

    `anew`: one that runs has read what is no longer true. It begins again, and its worker stores nothing.

    `since` and `until` bound when attempts began; `until` is exclusive and must be later. The result that is there
    stays until the new one comes.
    """
    row, created = QuizAnalysis.objects.get_or_create(activity=quiz, choice=choice, since=since, until=until)
    locked = QuizAnalysis.objects.select_for_update().get(pk=row.pk)
    if created or not locked.is_waiting:
        now = timezone.now()
        locked.work_state, locked.run_after, locked.requested_at = WorkState.QUEUED, now, now
        locked.lease_until, locked.work_attempts, locked.work_error = None, 0, ""
        locked.save(
            update_fields=[
                "work_state",
                "run_after",
                "requested_at",
                "lease_until",
                "work_attempts",
                "work_error",
            ]
        )
        wake(compute_analysis, locked.pk)
    elif anew and locked.work_state == WorkState.RUNNING:
        # The count of attempts goes on: it tells the next claim from the one that is lost.
        locked.work_state, locked.run_after, locked.lease_until = WorkState.QUEUED, timezone.now(), None
        locked.save(update_fields=["work_state", "run_after", "lease_until"])
        wake(compute_analysis, locked.pk)
    return locked


def analyse_regraded(version: ItemVersion) -> int:
    """Compute again what is stored about tests whose answers this version graded. Returns how many were asked for.

    Call it in the transaction that ends the regrading. Until they are there, the results of before are shown as such.
    """
    tests = Attempt.objects.filter(items__graded_version=version).order_by().values("activity")
    stored = list(QuizAnalysis.objects.filter(activity__in=tests).select_related("activity").order_by("pk"))
    for one in stored:
        request_analysis(one.activity, choice=AttemptChoice(one.choice), since=one.since, until=one.until, anew=True)
    return len(stored)


def refresh_analyses() -> int:
    """The nightly sweep: compute again where attempts have ended since the last look. Returns how many were asked for.

    Every test that five people have taken gets the analysis of its first attempts, also when nobody asked for one, so
    that lists of hard and suspicious items are complete. A time that has an end is computed on request only.
    """
    ended = Attempt.objects.exclude(state=AttemptState.OPEN).order_by().values("activity")
    tests = {
        row["activity"]: row
        for row in ended.annotate(newest=Max("submitted_at"), people=Count("user", distinct=True)).filter(
            people__gte=MINIMUM_GROUP
        )
    }
    known = QuizAnalysis.objects.filter(activity__in=tests, until=None).select_related("activity").order_by("pk")
    asked = 0
    for analysis in list(known):
        if _is_old(analysis, tests[analysis.activity_id]["newest"]):
            request_analysis(
                analysis.activity,
                choice=AttemptChoice(analysis.choice),
                since=analysis.since,
                until=analysis.until,
            )
            asked += 1
    whole = QuizAnalysis.objects.filter(choice=AttemptChoice.FIRST, since=None, until=None)
    for quiz in Activity.objects.filter(Q(pk__in=tests) & ~Q(pk__in=whole.values("activity"))).order_by("pk"):
        request_analysis(quiz)
        asked += 1
    return asked


def _is_old(analysis: QuizAnalysis, newest: datetime) -> bool:
    """Whether attempts have ended since it was computed, or the product describes results differently now."""
    if analysis.is_waiting:
        return False
    if analysis.result is not None and analysis.schema != SCHEMA:
        return True
    return analysis.checked_at is None or newest >= analysis.checked_at
