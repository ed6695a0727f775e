"""The test as a page. Starting, answering and submitting are POSTs to views that call one service."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField, TranslatableField

from assessments.blocks import QuizSlots
from assessments.cms.panels import SupplyPanel
from assessments.enums import ReviewPolicy
from courses.enums import ActivityKind
from courses.forms import ActivityPageForm
from courses.models import ActivityPage


class QuizPageForm(ActivityPageForm):
    """Refuses to publish a test that the bank cannot fill; a draft may be unfinished."""

    def clean(self) -> Any:
        cleaned = super().clean()
        slots = (cleaned or {}).get("slots")
        if slots and not self.is_deferred_validation and "slots" not in self.errors:
            from assessments.selectors.bank import slot_shortages  # noqa: PLC0415 - selectors read this model

            for sentence in slot_shortages(slots):
                self.add_error("slots", sentence)
        return cleaned


class QuizPage(ActivityPage):
    """A test: which items it asks, and under which rules.

    The German and the English page share one activity. The rules that count are those of the live page in the default
    language (`assessments.selectors.quiz_definition`); the other page gives its title and introduction only.
    """

    activity_kind = ActivityKind.QUIZ

    intro = models.TextField(_("introduction"), max_length=600, blank=True)
    slots = StreamField(QuizSlots(), verbose_name=_("questions"))
    shuffle_questions = models.BooleanField(_("mix the questions"), default=True)
    shuffle_options = models.BooleanField(_("mix the answers"), default=True)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark (%)"), default=80, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(_("attempts"), default=0, help_text=_("0 means: no limit."))
    delay_minutes = models.PositiveIntegerField(
        _("wait between attempts (minutes)"),
        default=60,
        help_text=_("So that people read again before they try again."),
    )
    time_limit_minutes = models.PositiveSmallIntegerField(
        _("time limit (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit. When the time is up, the saved answers count. Extra time of a person is added."),
    )
    grace_seconds = models.PositiveSmallIntegerField(
        _("grace (seconds)"),
        default=30,
        validators=[MaxValueValidator(600)],
        help_text=_("For this long, answers that are on their way when the time is up still count."),
    )
    review_policy = models.CharField(
        _("after submitting, learners see"), max_length=14, choices=ReviewPolicy.choices, default=ReviewPolicy.FULL
    )

    base_form_class = QuizPageForm
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("slots"),
        SupplyPanel(heading=_("What the bank holds for this test")),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("pass_mark"), FieldPanel("minutes")]),
                FieldRowPanel([FieldPanel("attempts_allowed"), FieldPanel("delay_minutes")]),
                FieldRowPanel([FieldPanel("time_limit_minutes"), FieldPanel("grace_seconds")]),
            ],
            heading=_("Rules"),
        ),
        MultiFieldPanel([FieldPanel("shuffle_questions"), FieldPanel("shuffle_options")], heading=_("Order")),
        FieldPanel("review_policy"),
    ]
    translatable_fields: ClassVar = [
        TranslatableField("title"),
        TranslatableField("slug"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        TranslatableField("intro"),
        *(
            SynchronizedField(name, overridable=False)
            for name in (
                "slots",
                "minutes",
                "shuffle_questions",
                "shuffle_options",
                "pass_mark",
                "attempts_allowed",
                "delay_minutes",
                "time_limit_minutes",
                "grace_seconds",
                "review_policy",
                "show_in_menus",
            )
        ),
    ]
    parent_page_types: ClassVar = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "assessments/quiz_start.html"

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")

    preview_modes: ClassVar = [
        ("", _("As learner")),
        ("answers", _("With answers")),
        ("passed", _("Result: passed")),
        ("failed", _("Result: not passed")),
    ]

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "assessments/preview/quiz.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        from assessments.previews import quiz_preview  # noqa: PLC0415 - previews read selectors, which read models

        return {**super().get_preview_context(request, mode_name), **quiz_preview(self, mode_name)}
