"""What one person is allowed beyond the rules of a test: given by a trainer, with a reason, for as long as it holds."""

import uuid
from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.allowances import Allowance

DAY_MINUTES = 24 * 60


class QuizExceptionQuerySet(models.QuerySet["QuizException"]):
    def holding(self, now: datetime) -> "QuizExceptionQuerySet":
        """Neither withdrawn nor run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), withdrawn_at=None)


class QuizException(models.Model):
    """More time, more attempts or a later closing for one person at one test. One at a time; a new one replaces it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("people.User", models.PROTECT, related_name="quiz_exceptions", verbose_name=_("person"))
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="quiz_exceptions")
    extra_minutes = models.PositiveSmallIntegerField(
        _("more minutes"), default=0, validators=[MaxValueValidator(DAY_MINUTES)]
    )
    time_multiplier = models.PositiveSmallIntegerField(
        _("time limit in percent of the usual one"),
        default=100,
        validators=[MinValueValidator(100), MaxValueValidator(400)],
        help_text=_("150: one and a half times. Extra time of the person is not added: the larger of the two holds."),
    )
    extra_attempts = models.PositiveSmallIntegerField(_("more attempts"), default=0, validators=[MaxValueValidator(20)])
    closes_at = models.DateTimeField(_("closes later"), null=True, blank=True)
    reason = models.CharField(
        _("reason"),
        max_length=500,
        help_text=_("The person reads it in the export of their data. Never write down a diagnosis."),
    )
    created_by = models.ForeignKey("people.User", models.PROTECT, related_name="+", verbose_name=_("given by"))
    created_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(
        _("holds until"),
        null=True,
        blank=True,
        help_text=_("For attempts that start before. Empty: until it is withdrawn. A running attempt keeps its time."),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = QuizExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "activity"], condition=Q(withdrawn_at=None), name="quiz_exception_one"
            ),
            models.CheckConstraint(
                condition=Q(extra_minutes__gt=0)
                | Q(time_multiplier__gt=100)
                | Q(extra_attempts__gt=0)
                | Q(closes_at__isnull=False),
                name="quiz_exception_gives_something",
                violation_error_message=_("Nothing is given yet: minutes, percent, attempts or a later closing."),
            ),
            models.CheckConstraint(condition=Q(time_multiplier__gte=100), name="quiz_exception_time_multiplier"),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.activity}"

    @property
    def allowance(self) -> Allowance:
        return Allowance(self.extra_minutes, self.time_multiplier, self.extra_attempts, self.closes_at, self.expires_at)

    def holds(self, now: datetime) -> bool:
        return self.withdrawn_at is None and (self.expires_at is None or self.expires_at > now)
