"""Work and plans of the reports room: export jobs and assignments waiting for their confirmation."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enablement.core.claimable import Claimable, WorkState
from enablement.core.outgoing import OutgoingMail
from reports.enums import ExportKind

KEEP_EXPORTS = timedelta(days=14)
KEEP_PLANS = timedelta(days=1)


class ExportJob(Claimable):
    """One export that somebody asked for. The row is the queue, the progress and the way to the file.

    `scope_path` is the tree path of the unit that bounded the requester's view when the job was made (empty: the whole
    company). A requester whose view has shrunk since then does not get the file.
    """

    MAX_WORK_ATTEMPTS: ClassVar[int] = 3

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    requested_by = models.ForeignKey("people.User", models.PROTECT, related_name="exports", editable=False)
    kind = models.CharField(_("format"), max_length=4, choices=ExportKind.choices)
    filters = models.JSONField(default=dict, help_text=_("The report's URL parameters."))
    scope_path = models.CharField(max_length=255, blank=True, editable=False)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    moment = models.DateTimeField(_("as of"), help_text=_("What the numbers were true at."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    rows_done = models.PositiveIntegerField(default=0, editable=False)
    rows_total = models.PositiveIntegerField(default=0, editable=False)
    file = models.FileField(max_length=255, blank=True, editable=False)

    objects: ClassVar[models.Manager["ExportJob"]] = models.Manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["work_state", "run_after"]),
            models.Index(fields=["requested_by", "created_at"]),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def folder(self) -> str:
        """Where the job's files lie in the storage, also those that a killed worker left behind."""
        return f"exports/{self.uuid}"

    @property
    def is_waiting(self) -> bool:
        return self.work_state in {WorkState.QUEUED, WorkState.RUNNING}

    @property
    def is_ready(self) -> bool:
        return self.work_state == WorkState.DONE and bool(self.file) and self.expires_at > timezone.now()


class AssignmentPlan(models.Model):
    """A manual assignment that was shown as a dry run and waits for its confirmation: the frozen set of people."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.ForeignKey("people.User", models.PROTECT, related_name="+", editable=False)
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    send_mail = models.BooleanField(default=True, db_default=True, help_text=_("Whether each person gets a mail."))
    user_ids = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    result = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("planned assignment")
        verbose_name_plural = _("planned assignments")

    def __str__(self) -> str:
        return f"{self.activity} ({len(self.user_ids)})"


class AssignmentMail(OutgoingMail):
    """The one mail that tells a person about an assignment. Written with it, sent by a worker, at least once.

    One per enrolment by constraint, so another due date or a second click sends nothing more.
    """

    enrollment = models.OneToOneField("courses.Enrollment", models.CASCADE, related_name="+", editable=False)

    class Meta:
        verbose_name = _("mail on an assignment")
        verbose_name_plural = _("mails on assignments")
        indexes = (models.Index(fields=["work_state", "run_after"], name="assignment_mail_work"),)

    def __str__(self) -> str:
        return f"{self.enrollment_id} ({self.get_work_state_display()})"
