"""Learner records. They point to activities, never to pages, so deleting a page never deletes a record."""

import uuid
from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.enums import (
    ActivityKind,
    Audience,
    CompletionStatus,
    EnrollmentSource,
    MoveOn,
    SuccessStatus,
    Verb,
)


class Activity(models.Model):
    """The language-neutral thing that records point to: one row per path, module, lesson, quiz.

    `key` is Wagtail's `translation_key`. The rest mirrors the live pages (see `courses.services.sync_activity`), so
    that outline, reports and certificates read one table in any language, and still do when the page is gone.
    """

    key = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=ActivityKind.choices)
    code = models.CharField(max_length=20, blank=True, help_text=_("Short code such as M01."))
    title_de = models.CharField(max_length=255, blank=True)
    title_en = models.CharField(max_length=255, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(default=0, help_text=_("Planned learning time, without children."))
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.BOTH)
    required = models.BooleanField(default=True)
    move_on = models.CharField(max_length=10, choices=MoveOn.choices, default=MoveOn.COMPLETED)
    certificate = models.BooleanField(default=False, help_text=_("A certificate is issued when this is satisfied."))
    is_live = models.BooleanField(default=False)
    first_live_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Set in the transaction that changes what a module or path asks for, and cleared when its running enrolments have
    # been looked at again: the row is the queue, so that a lost message leaves nobody waiting.
    outline_changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ("position", "pk")
        indexes = (
            models.Index(fields=["parent", "position"]),
            models.Index(fields=["kind", "is_live"]),
            models.Index(
                fields=["outline_changed_at"],
                condition=Q(outline_changed_at__isnull=False),
                name="activity_outline_changed",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the active language, else in the other one."""
        titles = {"de": self.title_de, "en": self.title_en}
        return titles[self.title_language] or str(self.key)

    @property
    def title_language(self) -> str:
        """The language that `title` is in, for who hears it. Not always that of the page: one may be unpublished."""
        if (get_language() or "").startswith("en"):
            return "en" if self.title_en or not self.title_de else "de"
        return "de" if self.title_de or not self.title_en else "en"

    def title_in(self, language: str) -> str:
        return (self.title_en if language.startswith("en") else self.title_de) or self.title


class PathStep(models.Model):
    """A module's place on a path, and for whom it is required there."""

    path = models.ForeignKey("courses.Activity", models.CASCADE, related_name="steps")
    module = models.ForeignKey("courses.Activity", models.PROTECT, related_name="on_paths")
    position = models.PositiveIntegerField()
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.BOTH)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["path", "module"], name="path_step_once"),)

    def __str__(self) -> str:
        return f"{self.path} → {self.module}"


class Prerequisite(models.Model):
    """`module` opens after `requires` is satisfied."""

    module = models.ForeignKey("courses.Activity", models.CASCADE, related_name="prerequisites")
    requires = models.ForeignKey("courses.Activity", models.PROTECT, related_name="opens")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["module", "requires"], name="prerequisite_once"),
            models.CheckConstraint(condition=~Q(module=F("requires")), name="prerequisite_not_self"),
        )

    def __str__(self) -> str:
        return f"{self.requires} → {self.module}"


class Enrollment(models.Model):
    """A person takes a path or a module, in a cycle (1, and one more for each recertification)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("people.User", models.PROTECT, related_name="enrollments")
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="enrollments")
    cycle = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=10, choices=EnrollmentSource.choices)
    assigned_by = models.ForeignKey("people.User", models.PROTECT, null=True, blank=True, related_name="+")
    enrolled_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    satisfied_at = models.DateTimeField(null=True, blank=True, db_index=True)
    frozen_outline = models.JSONField(
        null=True, blank=True, help_text=_("Keys of the required activities when this was satisfied.")
    )

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = (models.UniqueConstraint(fields=["user", "activity", "cycle"], name="enrollment_once_per_cycle"),)
        indexes = (
            models.Index(fields=["activity", "satisfied_at"]),
            # Reports leave out what a later cycle has replaced; they look for it among the few rows that have one.
            models.Index(
                fields=["user", "activity", "cycle", "enrolled_at"],
                condition=Q(cycle__gt=1),
                name="enrollment_later_cycles",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.activity}"


class Progress(models.Model):
    """How far a person got in one activity of any kind. Completion and success are two fields."""

    user = models.ForeignKey("people.User", models.PROTECT, related_name="progress")
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="progress")
    cycle = models.PositiveSmallIntegerField(default=1)
    completion_status = models.CharField(
        max_length=14, choices=CompletionStatus.choices, default=CompletionStatus.NOT_ATTEMPTED
    )
    success_status = models.CharField(max_length=8, choices=SuccessStatus.choices, default=SuccessStatus.UNKNOWN)
    score_scaled = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    position = models.UUIDField(null=True, blank=True, help_text=_("Key of the activity last opened inside this one."))
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        constraints = (
            models.UniqueConstraint(fields=["user", "activity", "cycle"], name="progress_once_per_cycle"),
            models.CheckConstraint(
                condition=Q(score_scaled=None) | Q(score_scaled__gte=0, score_scaled__lte=1),
                name="progress_score_scaled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.activity}: {self.get_completion_status_display()}"


class LearningEventQuerySet(models.QuerySet["LearningEvent"]):
    """Append-only: what happened is not edited."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("learning events are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("learning events are append-only")


class LearningEvent(models.Model):
    """An xAPI-shaped statement, written in the transaction of the state it explains."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey("people.User", models.PROTECT, related_name="learning_events")
    verb = models.CharField(max_length=14, choices=Verb.choices)
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="events")
    cycle = models.PositiveSmallIntegerField(default=1)
    result = models.JSONField(default=dict, blank=True)
    context = models.JSONField(default=dict, blank=True)
    timestamp = models.DateTimeField(default=timezone.now)
    sequence = models.BigIntegerField(default=0, help_text=_("Order of events that share a timestamp."))

    objects = LearningEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning event")
        verbose_name_plural = _("learning events")
        ordering = ("timestamp", "sequence")
        indexes = (models.Index(fields=["actor", "activity", "cycle"]), models.Index(fields=["timestamp"]))

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.activity}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("learning events are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("learning events are append-only")
