"""Stored item analyses: the row is the job, its progress and, with its date, its result."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.enums import AttemptChoice, Withheld
from enablement.core.claimable import Claimable, WorkState

# Of `QuizAnalysis.result` and `ItemAnalysis.figures`; a result of another one is computed anew.
SCHEMA = 2
# Stands in the unique constraint for "no limit": databases do not agree on whether two NULLs are equal.
_NO_LIMIT = Value("1900-01-01 00:00:00+00:00", output_field=models.DateTimeField())


class QuizAnalysis(Claimable):
    """The analysis of one test over one choice of its attempts. Holds sums about groups, no answer of a person.

    `since` and `until` bound when attempts began (until is exclusive; empty: no limit). `result` is what
    `assessments.analysis.figures` describes, true of the attempts that had ended at `as_of`; it stays while a new one
    is computed, and when a new one may not be shown (`withheld`).
    """

    MAX_WORK_ATTEMPTS: ClassVar[int] = 3

    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="analyses", editable=False)
    choice = models.CharField(_("attempts"), max_length=5, choices=AttemptChoice.choices, default=AttemptChoice.FIRST)
    since = models.DateTimeField(null=True, blank=True, editable=False)
    until = models.DateTimeField(null=True, blank=True, editable=False)
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False, help_text=_("When the job ended last."))
    as_of = models.DateTimeField(_("as of"), null=True, blank=True, editable=False)
    withheld = models.CharField(max_length=8, choices=Withheld.choices, blank=True, editable=False)
    people = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    seconds = models.FloatField(default=0, editable=False, help_text=_("How long the computation took."))
    schema = models.PositiveSmallIntegerField(default=0, editable=False)
    result = models.JSONField(null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager["QuizAnalysis"]] = models.Manager()

    class Meta:
        verbose_name = _("analysis")
        verbose_name_plural = _("analyses")
        constraints = (
            models.UniqueConstraint(
                "activity",
                "choice",
                Coalesce(F("since"), _NO_LIMIT),
                Coalesce(F("until"), _NO_LIMIT),
                name="analysis_once",
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gt=F("since")), name="analysis_until_after_since"
            ),
        )
        indexes = (models.Index(fields=["work_state", "run_after"], name="analysis_work"),)

    def __str__(self) -> str:
        return f"{self.activity} ({self.get_choice_display()})"

    @property
    def is_waiting(self) -> bool:
        return self.work_state in {WorkState.QUEUED, WorkState.RUNNING}


class ItemAnalysis(models.Model):
    """What an analysis says about one version of an item. The columns are for lists and filters.

    `people` is 0 and `figures` is empty where fewer than five people had the item.
    """

    analysis = models.ForeignKey("assessments.QuizAnalysis", models.CASCADE, related_name="items")
    item_version = models.ForeignKey("assessments.ItemVersion", models.PROTECT, related_name="analyses")
    people = models.PositiveIntegerField(default=0)
    facility = models.FloatField(null=True)
    discrimination = models.FloatField(null=True)
    too_easy = models.BooleanField(default=False)
    too_hard = models.BooleanField(default=False)
    suspicious = models.BooleanField(default=False, help_text=_("Something speaks against its key."))
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("analysis of an item")
        verbose_name_plural = _("analyses of items")
        constraints = (models.UniqueConstraint(fields=["analysis", "item_version"], name="item_analysis_once"),)

    def __str__(self) -> str:
        return f"{self.analysis_id}: {self.item_version_id}"
