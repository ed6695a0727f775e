"""The test as a page. Starting, answering and submitting are POSTs to views that call one service."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField, TranslatableField

from assessments.band_blocks import ScoreBands
from assessments.blocks import QuizSlots, QuizSlotsField, ScoreBandsField
from assessments.cms.forms import QuizPageForm
from assessments.cms.panels import ReviewPanel, SupplyPanel
from assessments.enums import Behaviour, GradeMethod, Navigation, Overdue, ReviewMoment, ReviewPolicy, TryPenalty
from assessments.reviewing import Review, cells_of, in_practice, preset
from courses.enums import ActivityKind
from courses.models import ActivityPage

# What a test is beside its words: the same in every language, and carried by a package. When it opens and closes is
# a matter of one house's calendar: no package carries that.
QUIZ_SETTINGS = (
    "minutes",
    "slots",
    "pass_mark",
    "attempts_allowed",
    "delay_minutes",
    "grade_method",
    "behaviour",
    "tries",
    "try_penalty",
    "asks_certainty",
    "time_limit_minutes",
    "grace_seconds",
    "overdue",
    "hand_in_minutes",
    "shuffle_questions",
    "shuffle_options",
    "navigation",
    "review_policy",
    "review_right_after",
    "review_later",
    "review_after_close",
    "review_until_passed",
    "score_bands",
    "markers",
    "marking_anonymous",
)


class QuizPage(ActivityPage):
    """A test: which items it asks, and under which rules.

    The German and the English page share one activity. The rules that count are those of the live page in the default
    language (`assessments.selectors.quiz_definition`); the other page gives its title and introduction only.
    """

    activity_kind = ActivityKind.QUIZ

    intro = models.TextField(_("introduction"), max_length=600, blank=True)
    slots = QuizSlotsField(QuizSlots(), verbose_name=_("questions"))
    shuffle_questions = models.BooleanField(_("mix the questions"), default=True)
    shuffle_options = models.BooleanField(_("mix the answers"), default=True)
    navigation = models.CharField(
        _("moving between questions"),
        max_length=10,
        choices=Navigation.choices,
        default=Navigation.FREE,
        db_default=Navigation.FREE,
        help_text=_("One after the other: only where a later question would give an earlier one away."),
    )
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark (%)"), default=80, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(_("attempts"), default=0, help_text=_("0 means: no limit."))
    delay_minutes = models.PositiveIntegerField(
        _("wait between attempts (minutes)"),
        default=60,
        help_text=_("So that people read again before they try again."),
    )
    grade_method = models.CharField(
        _("what counts"),
        max_length=8,
        choices=GradeMethod.choices,
        default=GradeMethod.HIGHEST,
        db_default=GradeMethod.HIGHEST,
        help_text=_("Of several attempts. A module that somebody has completed stays completed."),
    )
    behaviour = models.CharField(
        _("how questions are asked"),
        max_length=8,
        choices=Behaviour.choices,
        default=Behaviour.TEST,
        db_default=Behaviour.TEST,
    )
    tries = models.PositiveSmallIntegerField(
        _("tries at each question"),
        default=3,
        db_default=3,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("In practice. After a wrong try comes the next hint of the question, if it has one."),
    )
    try_penalty = models.CharField(
        _("each further try costs"),
        max_length=5,
        choices=TryPenalty.choices,
        default=TryPenalty.THIRD,
        db_default=TryPenalty.THIRD,
        help_text=_("In practice, of the question's points. Pairs, gaps and entries cost for themselves."),
    )
    asks_certainty = models.BooleanField(
        _("ask how sure people are"),
        default=False,
        db_default=False,
        help_text=_(
            "Beside each question that is scored by itself, learners may say how sure they are. In the result they see "
            "how well that fits. It never counts, and nobody but themselves sees it: neither you nor any report."
        ),
    )
    time_limit_minutes = models.PositiveSmallIntegerField(
        _("time limit (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit. Extra time of a person is added."),
    )
    grace_seconds = models.PositiveSmallIntegerField(
        _("grace (seconds)"),
        default=30,
        validators=[MaxValueValidator(600)],
        help_text=_("For this long, answers that are on their way when the time is up still count."),
    )
    overdue = models.CharField(
        _("when the time is up"),
        max_length=10,
        choices=Overdue.choices,
        default=Overdue.AUTOSUBMIT,
        db_default=Overdue.AUTOSUBMIT,
    )
    hand_in_minutes = models.PositiveSmallIntegerField(
        _("time to hand in (minutes)"),
        default=10,
        db_default=10,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text=_("Where there is time to hand in after the end. What is not handed in by then counts as nothing."),
    )
    opens_at = models.DateTimeField(
        _("opens"), null=True, blank=True, help_text=_("Empty: as soon as the module is open.")
    )
    closes_at = models.DateTimeField(
        _("closes"), null=True, blank=True, help_text=_("Empty: never. Attempts that run then end at this time.")
    )
    markers = models.PositiveSmallIntegerField(
        _("markers for each answer"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(2)],
        help_text=_(
            "For answers that people mark. Two mark without seeing each other; where they differ, a third look decides."
        ),
    )
    marking_anonymous = models.BooleanField(
        _("mark without names"), default=True, db_default=True, help_text=_("Markers see the answer, not who wrote it.")
    )
    review_policy = models.CharField(
        _("after submitting, learners see"), max_length=14, choices=ReviewPolicy.choices, default=ReviewPolicy.FULL
    )
    # The matrix of a choice of one's own, as names with commas; empty with a preset, whose name is its matrix.
    review_right_after = models.CharField(
        ReviewMoment.RIGHT_AFTER.label, max_length=60, blank=True, default="", db_default=""
    )
    review_later = models.CharField(ReviewMoment.LATER.label, max_length=60, blank=True, default="", db_default="")
    review_after_close = models.CharField(
        ReviewMoment.AFTER_CLOSE.label, max_length=60, blank=True, default="", db_default=""
    )
    review_until_passed = models.BooleanField(
        _("answers and explanations only once the test is passed"),
        default=False,
        db_default=False,
        help_text=_("Before that, people see at most their score and topics."),
    )

    score_bands = ScoreBandsField(
        ScoreBands(),
        verbose_name=_("feedback by score"),
        blank=True,
        help_text=_(
            "Stands above the result, wherever score and explanations are shown at that time. It tells nothing about "
            "single questions, so it does not wait until the test is passed."
        ),
        default=list,
        db_default="[]",
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
                FieldPanel("grade_method"),
                FieldRowPanel([FieldPanel("time_limit_minutes"), FieldPanel("grace_seconds")]),
                FieldRowPanel([FieldPanel("overdue"), FieldPanel("hand_in_minutes")]),
            ],
            heading=_("Rules"),
        ),
        MultiFieldPanel(
            [FieldPanel("behaviour"), FieldRowPanel([FieldPanel("tries"), FieldPanel("try_penalty")])],
            heading=_("Test or practice"),
        ),
        MultiFieldPanel([FieldPanel("asks_certainty")], heading=_("How sure people are")),
        MultiFieldPanel(
            [
                FieldPanel("review_policy"),
                ReviewPanel(),
            ],
            heading=_("After submitting"),
            help_text=_("Rules hold for attempts that start after you published them. Running ones keep theirs."),
        ),
        FieldPanel("score_bands", classname="collapsed"),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("review_right_after"), FieldPanel("review_later"), FieldPanel("review_after_close")]
                ),
                FieldPanel("review_until_passed"),
            ],
            heading=_("After submitting: who sees what when"),
            classname="collapsed",
            help_text=_("Ticks that differ from the choice above make it your own choice."),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")])],
            heading=_("Opening and closing"),
            classname="collapsed",
        ),
        MultiFieldPanel(
            [FieldPanel("navigation"), FieldPanel("shuffle_questions"), FieldPanel("shuffle_options")],
            heading=_("Order"),
            classname="collapsed",
        ),
        MultiFieldPanel(
            [FieldPanel("markers"), FieldPanel("marking_anonymous")],
            heading=_("Marking by hand"),
            classname="collapsed",
        ),
    ]
    translatable_fields: ClassVar = [
        TranslatableField("title"),
        TranslatableField("slug"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        TranslatableField("intro"),
        *(
            SynchronizedField(name, overridable=False)
            for name in (*QUIZ_SETTINGS, "opens_at", "closes_at", "show_in_menus")
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
        ("try", _("Try it")),
        ("passed", _("Result: passed")),
        ("failed", _("Result: not passed")),
        ("paper", _("On paper")),
    ]

    @property
    def review(self) -> Review:
        """The matrix that the chosen preset means, or the editor's own; in practice with what a check tells."""
        return in_practice(self._matrix) if self.behaviour == Behaviour.PRACTICE else self._matrix

    @property
    def _matrix(self) -> Review:
        if self.review_policy != ReviewPolicy.CUSTOM:
            return preset(self.review_policy)
        return Review(
            right_after=cells_of(self.review_right_after.split(",")),
            later=cells_of(self.review_later.split(",")),
            after_close=cells_of(self.review_after_close.split(",")),
            until_passed=self.review_until_passed,
        )

    def clean(self) -> None:
        super().clean()
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError({"closes_at": gettext("The test closes after it has opened.")})

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return f"assessments/preview/{'paper' if mode_name == 'paper' else 'quiz'}.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        from assessments.previews import quiz_preview  # noqa: PLC0415 - previews read selectors, which read models

        return {**super().get_preview_context(request, mode_name), **quiz_preview(self, mode_name, request.user)}
