"""Grading again after a question was corrected: the job, its progress, and its reason."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enablement.core.claimable import Claimable, WorkState


class Regrading(Claimable):
    """Finished attempts are graded again by the key of `version`. The row is the queue and the progress.

    It goes through attempts in the order of their keys; `last_attempt` is how far it came, so that a job that was
    killed goes on there.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey("assessments.ItemVersion", models.PROTECT, related_name="+")
    requested_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(_("reason"))
    keep_passes = models.BooleanField(
        _("keep passes"),
        default=True,
        help_text=_("Whoever has passed has passed, also where the corrected key would not give it."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_attempt = models.BigIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    done = models.PositiveIntegerField(default=0, editable=False)
    changed = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[models.Manager["Regrading"]] = models.Manager()

    class Meta:
        verbose_name = _("regrading")
        verbose_name_plural = _("regradings")
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["work_state", "run_after"], name="regrading_work"),)
        constraints = (
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(work_state__in=[WorkState.QUEUED, WorkState.RUNNING]),
                name="regrading_one_running",
            ),
        )

    def __str__(self) -> str:
        return f"{self.version} ({self.get_work_state_display()})"

    @property
    def is_waiting(self) -> bool:
        return self.work_state in {WorkState.QUEUED, WorkState.RUNNING}
