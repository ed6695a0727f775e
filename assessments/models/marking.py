"""Marking by hand: what waits for people, what they gave, and every grade that was changed afterwards."""

import uuid
from typing import Any, ClassVar, NoReturn

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.enums import GradeSource, MarkingState
from enablement.core.outgoing import OutgoingMail


class MarkingTask(models.Model):
    """One answer that people mark. The row is the queue; a claim is a lease, so that a closed tab blocks nobody.

    `markers_wanted` and `anonymous` are frozen from the test's rules when the attempt was handed in.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt_item = models.OneToOneField("assessments.AttemptItem", models.CASCADE, related_name="marking_task")
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=MarkingState.choices, default=MarkingState.WAITING)
    markers_wanted = models.PositiveSmallIntegerField(default=1)
    anonymous = models.BooleanField(default=True)
    assigned_to = models.ForeignKey("people.User", models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_by = models.ForeignKey("people.User", models.SET_NULL, null=True, blank=True, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("answer to mark")
        verbose_name_plural = _("answers to mark")
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(
                fields=["activity", "created_at"], condition=~Q(state=MarkingState.DONE), name="marking_task_queue"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state=MarkingState.DONE, done_at__isnull=False)
                | (~Q(state=MarkingState.DONE) & Q(done_at=None)),
                name="marking_task_done",
            ),
            models.CheckConstraint(
                condition=Q(markers_wanted__gte=1, markers_wanted__lte=2), name="marking_task_markers"
            ),
        )

    def __str__(self) -> str:
        return f"{self.attempt_item} ({self.get_state_display()})"


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("these rows are append-only")


class Mark(models.Model):
    """What one person gave: a level for each criterion, and words for the learner. Append-only; a `final` one decides.

    `score` is between 0 and 1. The last final mark counts; a later one is a correction and says so in a `GradeChange`.
    """

    task = models.ForeignKey("assessments.MarkingTask", models.CASCADE, related_name="marks")
    marker = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    levels = models.JSONField(help_text=_("Level by criterion."))
    score = models.DecimalField(max_digits=5, decimal_places=4, validators=[MinValueValidator(0), MaxValueValidator(1)])
    comment = models.TextField(blank=True)
    final = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager["Mark"]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ("task", "created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["task", "marker"], condition=Q(final=False), name="mark_one_each"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="mark_score"),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.score}"


class GradeChange(models.Model):
    """A grade that people or a correction changed: who, when, why, from what to what. Append-only.

    `actor` is None only where the person was erased since. Scores are between 0 and 1, None: not known yet.
    """

    attempt = models.ForeignKey("assessments.Attempt", models.CASCADE, related_name="grade_changes")
    source = models.CharField(max_length=10, choices=GradeSource.choices)
    actor = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(blank=True)
    score_before = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    score_after = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    passed_before = models.BooleanField(null=True)
    passed_after = models.BooleanField(null=True)
    items = models.JSONField(default=list, help_text=_("Changed questions: position, before, after."))
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager["GradeChange"]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("changed grade")
        verbose_name_plural = _("changed grades")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.score_before} → {self.score_after}"


class ResultMail(OutgoingMail):
    """The mail that tells a person that a result is there or was corrected. One per changed grade."""

    grade_change = models.OneToOneField(GradeChange, models.CASCADE, related_name="+", editable=False)

    class Meta:
        verbose_name = _("mail on a result")
        verbose_name_plural = _("mails on results")
        indexes = (models.Index(fields=["work_state", "run_after"], name="result_mail_work"),)

    def __str__(self) -> str:
        return f"{self.grade_change_id} ({self.get_work_state_display()})"
