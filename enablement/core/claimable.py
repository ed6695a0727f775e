"""Rows that are work: the row is the queue, the Celery message only wakes a worker.

A task calls `claim`; the conditional UPDATE lets exactly one worker go on. A worker that dies leaves a lease that
lapses, and the sweep wakes the row again, so a broker that loses messages loses no work.
"""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ClaimableQuerySet(models.QuerySet[Any]):
    def claimable(self) -> Self:
        """Rows that a worker may take now: queued and due, or running with a lapsed lease."""
        now = timezone.now()
        return self.filter(
            Q(work_state=WorkState.QUEUED, run_after__lte=now) | Q(work_state=WorkState.RUNNING, lease_until__lt=now)
        )

    def claim(self, pk: object, *, lease: timedelta) -> bool:
        """Take one row; True for the one caller whose UPDATE changed it."""
        now = timezone.now()
        return (
            self.claimable()
            .filter(pk=pk, work_attempts__lt=self.model.MAX_WORK_ATTEMPTS)
            .update(work_state=WorkState.RUNNING, lease_until=now + lease, work_attempts=F("work_attempts") + 1)
            == 1
        )

    def give_up_exhausted(self) -> int:
        """Mark rows as failed whose attempts are used up, so that a row that kills its worker is not tried for ever."""
        return (
            self.claimable()
            .filter(work_attempts__gte=self.model.MAX_WORK_ATTEMPTS)
            .update(work_state=WorkState.FAILED, lease_until=None)
        )


class Claimable(models.Model):
    """Abstract: state, lease and attempt count of a piece of work."""

    MAX_WORK_ATTEMPTS: ClassVar[int] = 5

    work_state = models.CharField(max_length=12, choices=WorkState.choices, default=WorkState.QUEUED, editable=False)
    run_after = models.DateTimeField(default=timezone.now, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    work_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    work_error = models.TextField(blank=True, editable=False)

    work = ClaimableQuerySet.as_manager()

    class Meta:
        abstract = True

    def finish_work(self) -> None:
        """Set the done state on this instance; the caller saves it together with the result."""
        self.work_state = WorkState.DONE
        self.lease_until = None
        self.work_error = ""

    @classmethod
    def retry_later(cls, pk: object, *, error: Exception, delay: timedelta, counts: bool = True) -> None:
        """Hand a claimed row back; after the last attempt it is marked as failed and keeps the error.

        Without `counts` the row keeps the attempt: a full disk, or a storage that is away for an hour, is not its
        fault and must not end in work that nobody takes up any more.
        """
        said = f"{type(error).__name__}: {error}"[:2000]
        rows = cls.work.filter(pk=pk, work_state=WorkState.RUNNING)
        if counts:
            last = rows.filter(work_attempts__gte=cls.MAX_WORK_ATTEMPTS)
            last.update(work_state=WorkState.FAILED, lease_until=None, work_error=said)
        rows.update(
            work_state=WorkState.QUEUED,
            lease_until=None,
            run_after=timezone.now() + delay,
            work_error=said,
            work_attempts=F("work_attempts") - (0 if counts else 1),
        )
