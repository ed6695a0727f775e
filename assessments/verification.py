"""What must be true of stored attempts. `manage.py verify_records` prints every row for which it is not."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.utils import timezone

from assessments.counting import standing
from assessments.enums import AttemptState, GradeMethod, MarkingState, Navigation, Overdue
from assessments.kinds import kinds
from assessments.models import (
    AnswerFile,
    Attempt,
    AttemptItem,
    Check,
    GradeChange,
    Item,
    ItemAnalysis,
    ItemVersion,
    MarkingTask,
    QuizAnalysis,
    Response,
)
from assessments.models.items import content_checksum
from assessments.selectors.grades import regrade_many
from courses.enums import SuccessStatus
from courses.models import Enrollment, Progress
from enablement.core.disclosure import MINIMUM_GROUP
from enablement.core.verification import record_check

BATCH = 500


def _batches(attempts: Iterable[Attempt]) -> Iterator[list[Attempt]]:
    rows = iter(attempts)
    while batch := list(islice(rows, BATCH)):
        yield batch


@record_check("attempts: one open per person, test and cycle")
def open_twice() -> Iterator[str]:
    rows = Attempt.objects.filter(state=AttemptState.OPEN).order_by().values("user", "activity", "cycle")
    for row in rows.annotate(count=Count("pk")).filter(count__gt=1):
        yield f"person {row['user']}, test {row['activity']}, cycle {row['cycle']}: {row['count']} open attempts"


@record_check("attempts: not above the maximum")
def above_maximum() -> Iterator[str]:
    """By the maximum that was frozen when the attempt started: a limit lowered later is no fault."""
    for attempt in Attempt.objects.filter(policy__attempts_allowed__gt=0).order_by("pk").iterator():
        if attempt.number > attempt.policy["attempts_allowed"]:
            yield f"attempt {attempt.uuid} is number {attempt.number} of {attempt.policy['attempts_allowed']} allowed"


@record_check("attempts: have their item versions")
def without_versions() -> Iterator[str]:
    items = AttemptItem.objects.filter(attempt=OuterRef("pk"))
    for attempt in Attempt.objects.filter(~Exists(items)).order_by("pk").iterator():
        yield f"attempt {attempt.uuid} has no questions"


@record_check("attempts: score equals a regrade of versions and responses")
def score_differs() -> Iterator[str]:
    unreadable = AttemptItem.objects.exclude(item_version__kind__in=kinds()).filter(attempt=OuterRef("pk"))
    graded_here = Attempt.objects.filter(~Exists(unreadable), answers_deleted_at=None)
    closed = graded_here.exclude(state=AttemptState.OPEN).order_by("pk")
    for batch in _batches(closed.iterator(chunk_size=BATCH)):
        for attempt, items, graded in regrade_many(batch):
            passed = (graded.passed or attempt.pass_kept) if graded.passed is not None else None
            if (attempt.score_scaled, attempt.passed) != (graded.score_scaled, passed):
                yield (
                    f"attempt {attempt.uuid} has {attempt.score_scaled} (passed: {attempt.passed}), "
                    f"a regrade gives {graded.score_scaled} (passed: {passed})"
                )
            for item in items:
                if item.score != graded.scores[item.pk]:
                    yield (
                        f"attempt {attempt.uuid}, question {item.position} has {item.score}, "
                        f"a regrade gives {graded.scores[item.pk]}"
                    )


@record_check("attempts: those that wait for marks have an answer to mark")
def marking_without_task() -> Iterator[str]:
    """Such an attempt would wait for ever."""
    waiting = MarkingTask.objects.filter(attempt_item__attempt=OuterRef("pk")).exclude(state=MarkingState.DONE)
    for attempt in Attempt.objects.filter(~Exists(waiting), state=AttemptState.MARKING).order_by("pk").iterator():
        yield f"attempt {attempt.uuid} waits for marks, but no answer of it is in the queue"


@record_check("attempts: files that are answers are in the storage")
def files_missing() -> Iterator[str]:
    """Their sizes too: half a file is none."""
    for row in AnswerFile.objects.filter(attached=True, discarded_at=None).order_by("pk").iterator(chunk_size=BATCH):
        if not row.stored_as or not default_storage.exists(row.stored_as):
            yield f"file {row.uuid} is an answer of question {row.attempt_item_id}, but the storage does not have it"
        elif default_storage.size(row.stored_as) != row.size:
            yield f"file {row.uuid} has another size than when it was handed in"


@record_check("attempts: no more tries than allowed, and none after a right one")
def tries_beyond() -> Iterator[str]:
    right_before = Check.objects.filter(attempt_item=OuterRef("attempt_item"), number__lt=OuterRef("number"), score=1)
    rows = Check.objects.annotate(late=Exists(right_before)).select_related("attempt_item__attempt").order_by("pk")
    for check in rows.iterator(chunk_size=BATCH):
        practice = check.attempt_item.attempt.practice
        if practice is None or check.number > practice.tries or check.late:  # type: ignore[attr-defined]  # annotated above
            yield (
                f"attempt {check.attempt_item.attempt.uuid}, question {check.attempt_item.position} "
                f"has a try {check.number} that its rules do not give"
            )


@record_check("attempts: submitted before deadline and grace ended")
def submitted_late() -> Iterator[str]:
    for attempt in Attempt.objects.filter(submitted_at__gt=F("closes_at")).order_by("pk").iterator():
        yield f"attempt {attempt.uuid} was submitted at {attempt.submitted_at}, it closed at {attempt.closes_at}"


@record_check("attempts: responses received before deadline and grace ended")
def responses_late() -> Iterator[str]:
    # A second of tolerance: the clock is read before the row is written.
    late = Response.objects.filter(received_at__gt=F("attempt_item__attempt__closes_at") + timedelta(seconds=1))
    for response in late.select_related("attempt_item__attempt").order_by("pk").iterator():
        yield f"attempt {response.attempt_item.attempt.uuid} has a response of {response.received_at}"
    # Where there is time to hand in, answers end before that.
    after_the_end = Response.objects.filter(
        attempt_item__attempt__policy__overdue=Overdue.GRACE, received_at__gt=F("attempt_item__attempt__deadline_at")
    )
    for response in after_the_end.select_related("attempt_item__attempt").order_by("pk").iterator():
        until = response.attempt_item.attempt.answers_until
        if until is not None and response.received_at > until + timedelta(seconds=1):
            yield f"attempt {response.attempt_item.attempt.uuid} has a response of {response.received_at}, too late"


@record_check("attempts: nothing is answered beyond the question that stands open")
def answered_beyond() -> Iterator[str]:
    """Where questions come one after the other."""
    beyond = Response.objects.filter(
        attempt_item__attempt__policy__navigation=Navigation.SEQUENTIAL,
        attempt_item__position__gt=F("attempt_item__attempt__reached"),
    )
    for response in beyond.select_related("attempt_item__attempt").order_by("pk").iterator():
        item = response.attempt_item
        yield f"attempt {item.attempt.uuid} has reached question {item.attempt.reached}, {item.position} has an answer"


@record_check("attempts: closed by the sweep in time")
def overdue() -> Iterator[str]:
    limit = timezone.now() - timedelta(seconds=2 * settings.SWEEP_SECONDS)
    for attempt in Attempt.objects.filter(state=AttemptState.OPEN, closes_at__lt=limit).order_by("pk").iterator():
        yield f"attempt {attempt.uuid} should have been closed at {attempt.closes_at}"


@record_check("attempts: a pass is in the person's progress")
def pass_not_recorded() -> Iterator[str]:
    progress = Progress.objects.filter(
        user=OuterRef("user"),
        activity=OuterRef("activity"),
        cycle=OuterRef("cycle"),
        success_status=SuccessStatus.PASSED,
        score_scaled__gte=OuterRef("score_scaled"),
    )
    best_counts = ~Exists(_counted_otherwise(OuterRef("user"), OuterRef("activity"), OuterRef("cycle")))
    for attempt in Attempt.objects.filter(best_counts, ~Exists(progress), passed=True).order_by("pk").iterator():
        yield f"attempt {attempt.uuid} is passed with {attempt.score_scaled}, the progress does not say so"


def _counted_otherwise(user: Any, activity: Any, cycle: Any) -> QuerySet[Attempt]:
    """Attempts of this person, test and cycle by whose rules not simply the best one counts."""
    others = [method for method in GradeMethod if method is not GradeMethod.HIGHEST]
    return Attempt.objects.filter(user=user, activity=activity, cycle=cycle, policy__grade_method__in=others)


@record_check("attempts: what counts of several is in the person's progress")
def counted_not_recorded() -> Iterator[str]:
    """For tests in which not the best attempt counts. A pass stands where it completed the module or was kept."""
    concerned = Attempt.objects.filter(
        Exists(_counted_otherwise(OuterRef("user"), OuterRef("activity"), OuterRef("cycle")))
    ).select_related("activity")
    key = attrgetter("user_id", "activity_id", "cycle")
    rows = concerned.order_by("user_id", "activity_id", "cycle", "number").iterator(chunk_size=BATCH)
    for (user, activity, cycle), attempts in groupby(rows, key):
        own = list(attempts)
        counts = standing(own)
        if counts is None:
            continue
        progress = Progress.objects.filter(user=user, activity=activity, cycle=cycle).first()
        told = (None, "") if progress is None else (progress.score_scaled, progress.success_status)
        success = SuccessStatus.PASSED if counts.passed else SuccessStatus.FAILED
        if told == (counts.score_scaled, success):
            continue
        stands = Enrollment.objects.filter(
            user=user, activity=own[0].activity.parent_id, cycle=cycle, satisfied_at__isnull=False
        )
        kept = stands.exists() or GradeChange.objects.filter(attempt__in=own).exists()
        if told != (counts.score_scaled, SuccessStatus.PASSED) or not kept:
            yield f"person {user}, test {activity}, cycle {cycle}: {told} is recorded, {counts} counts"


@record_check("items: kinds are known")
def kind_unknown() -> Iterator[str]:
    """A kind whose folder was taken away: its questions can be neither shown nor graded."""
    for version in ItemVersion.objects.exclude(kind__in=kinds()).order_by("pk"):
        yield f"item {version.item_key}, version {version.number} is of the unknown kind {version.kind!r}"


@record_check("items: versions are as they were frozen")
def version_changed() -> Iterator[str]:
    for version in ItemVersion.objects.order_by("pk").iterator(chunk_size=BATCH):
        if content_checksum(version.kind, version.content) != version.checksum:
            yield f"item {version.item_key}, version {version.number} differs from its checksum"


@record_check("items: live ones have a version")
def live_without_version() -> Iterator[str]:
    versions = ItemVersion.objects.filter(item=OuterRef("pk"))
    for item in Item.objects.filter(~Exists(versions), live=True).order_by("pk"):
        yield f"item {item.key} is live without a version"


@record_check("items: statistics hold no negative or impossible sums")
def statistics_impossible() -> Iterator[str]:
    for version in ItemVersion.objects.filter(statistic__isnull=False).select_related("statistic"):
        statistic = version.statistic
        if not Decimal(0) <= statistic.score_sum <= statistic.responses:
            yield f"item {version.item_key}, version {version.number}: {statistic.score_sum} of {statistic.responses}"


@record_check("analysis overdue by more than two sweeps")
def analyses_overdue() -> Iterator[str]:
    late = timezone.now() - timedelta(seconds=2 * settings.SWEEP_SECONDS)
    for analysis in QuizAnalysis.work.claimable().order_by("pk").iterator(chunk_size=BATCH):
        if (analysis.lease_until or analysis.run_after) < late:
            yield f"analysis {analysis.pk} of test {analysis.activity_id} is {analysis.work_state} and nobody takes it"


@record_check("analyses: tell about no group of fewer than five people")
def analyses_of_few() -> Iterator[str]:
    for analysis in QuizAnalysis.objects.filter(result__isnull=False, people__lt=MINIMUM_GROUP).order_by("pk"):
        yield f"analysis {analysis.pk} of test {analysis.activity_id} is about {analysis.people} people"
    for item in ItemAnalysis.objects.filter(people__lt=MINIMUM_GROUP).order_by("pk").iterator(chunk_size=BATCH):
        if item.people or item.figures or item.facility is not None:
            yield f"analysis {item.analysis_id} tells of {item.people} people about version {item.item_version_id}"
