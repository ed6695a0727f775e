"""Grading finished attempts again by a corrected question: asked for once, done in the background, never half."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.enums import GradeSource
from assessments.models import Attempt, AttemptItem, ItemVersion, Regrading
from assessments.selectors.regrading import graded_otherwise
from assessments.services.analysing import analyse_regraded
from assessments.services.changing import change_grade
from assessments.services.submitting import lock_attempt, lock_enrollment
from enablement.core.claimable import WorkState
from enablement.core.errors import DomainError, is_outage
from people.models import User
from people.roles import may_mark
from people.services import log_access

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
BATCH = 100


def request_regrading(actor: User, *, version: ItemVersion, reason: str, keep_passes: bool = True) -> Regrading:
    """Ask for grading again by this version; returns the job that runs already, if one does.

    Raises DomainError `forbidden`, `reason_missing`.
    """
    if not may_mark(actor):
        raise DomainError(_("You may not grade again."), code="forbidden")
    if not reason.strip():
        raise DomainError(_("Say why: the people whose result changes read it, and it is kept."), code="reason_missing")
    running = Regrading.objects.filter(version=version, work_state__in=[WorkState.QUEUED, WorkState.RUNNING])
    try:
        with transaction.atomic():
            job = Regrading.objects.create(
                version=version,
                requested_by=actor,
                reason=reason.strip()[:1000],
                keep_passes=keep_passes,
                total=graded_otherwise(version).count(),
            )
            log_access(actor, subjects=[None], action="regrade", detail=f"question {version.item_key}")
    except IntegrityError:  # two clicks, or two trainers: one job
        return running.get()
    return job


def run_regrading(pk: int) -> bool:
    """Claim a job and go through its attempts. True when this call finished it."""
    if not Regrading.work.claim(pk, lease=LEASE):
        return False
    job = Regrading.objects.select_related("version", "requested_by").get(pk=pk)
    try:
        return _go_through(job)
    except Exception as error:
        Regrading.retry_later(pk, error=error, delay=timedelta(seconds=30), counts=not is_outage(error))
        raise


def _mine(job: Regrading) -> QuerySet[Regrading]:
    """The row, as long as it carries this claim: a worker that lost its lease writes nothing more into it."""
    return Regrading.objects.filter(pk=job.pk, work_state=WorkState.RUNNING, work_attempts=job.work_attempts)


def _go_through(job: Regrading) -> bool:
    last = job.last_attempt
    while True:
        batch = list(
            graded_otherwise(job.version).filter(pk__gt=last).select_related("user", "activity__parent")[:BATCH]
        )
        if not batch:
            return _end(job)
        changed = sum(_regrade_one(attempt, job) for attempt in batch)
        last = batch[-1].pk
        if not _mine(job).update(
            last_attempt=last,
            done=F("done") + len(batch),
            changed=F("changed") + changed,
            lease_until=timezone.now() + LEASE,
        ):
            return False


@transaction.atomic
def _end(job: Regrading) -> bool:
    if not _mine(job).update(work_state=WorkState.DONE, lease_until=None, finished_at=timezone.now()):
        return False
    analyse_regraded(job.version)
    return True


@transaction.atomic
def _regrade_one(attempt: Attempt, job: Regrading) -> bool:
    """Lock order: enrolment, then attempt. Doing it twice changes nothing the second time."""
    enrollment = lock_enrollment(attempt)
    locked = lock_attempt(attempt)
    items = AttemptItem.objects.filter(attempt=locked, item_version__item_key=job.version.item_key)
    items.update(graded_version=job.version)
    change = change_grade(
        locked,
        enrollment,
        source=GradeSource.REGRADED,
        actor=job.requested_by,
        reason=job.reason,
        keep_pass=job.keep_passes,
    )
    return change is not None
