"""The page tree: fields, panels and tree rules. Pages never know who reads them."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from courses.blocks import LessonBody
from courses.enums import ActivityKind, Audience, MoveOn
from courses.forms import ActivityPageForm
from courses.models.rules import find_cycle, keys_of_pages, prerequisite_graph

MAX_MINUTES = 240
# One panel of few fields: trainers decide about the address and what a search shows, nothing else.
PROMOTE_PANELS = [
    MultiFieldPanel([FieldPanel("slug"), FieldPanel("search_description")], heading=_("Address and search")),
]


def same_in_all_languages(*names: str) -> list[SynchronizedField]:
    """Settings that the page in the default language decides: translations follow and cannot deviate."""
    return [SynchronizedField(name, overridable=False) for name in names]


class HomePage(Page):
    """The learner's home. One per language, at the root of the site."""

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["courses.CatalogueIndexPage", "courses.PathIndexPage"]
    promote_panels: ClassVar = PROMOTE_PANELS
    page_description = _("Greets the learner and leads on: continue, due, explore.")
    template = "courses/home.html"

    class Meta:
        verbose_name = _("home")


class CatalogueIndexPage(Page):
    """All modules, open to everybody."""

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["courses.HomePage"]
    subpage_types: ClassVar = ["courses.ModulePage"]
    promote_panels: ClassVar = PROMOTE_PANELS
    page_description = _("Lists all modules. Modules are its sub-pages.")
    template = "courses/catalogue.html"

    class Meta:
        verbose_name = _("catalogue")


class PathIndexPage(Page):
    """All learning paths."""

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["courses.HomePage"]
    subpage_types: ClassVar = ["courses.LearningPathPage"]
    promote_panels: ClassVar = PROMOTE_PANELS
    page_description = _("Lists all learning paths. Paths are its sub-pages.")
    template = "courses/path_index.html"

    class Meta:
        verbose_name = _("learning paths")


class ActivityPage(Page):
    """Abstract: a page that stands for an activity. `courses.services.sync_activity` mirrors it."""

    activity_kind: ClassVar[ActivityKind]

    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=0,
        validators=[MaxValueValidator(MAX_MINUTES)],
        help_text=_("Planned learning time of this page alone, without its sub-pages."),
    )

    base_form_class = ActivityPageForm
    promote_panels: ClassVar = PROMOTE_PANELS
    override_translatable_fields: ClassVar = same_in_all_languages("minutes")

    class Meta:
        abstract = True

    def activity_fields(self) -> dict[str, Any]:
        """What the activity row mirrors besides title, place and state."""
        return {"minutes": self.minutes}


class ModulePage(ActivityPage):
    """A module: outcomes, lessons and a test."""

    activity_kind = ActivityKind.MODULE

    code = models.CharField(
        _("code"),
        max_length=20,
        blank=True,
        help_text=_("Short and unique, such as M01. It stands in reports and exports."),
    )
    intro = models.TextField(
        _("introduction"),
        max_length=600,
        blank=True,
        help_text=_("Two or three sentences on the catalogue card: which problem does it solve, and for whom?"),
    )
    outcomes = StreamField(
        [("outcome", blocks.CharBlock(label=_("Outcome"), max_length=200))],
        verbose_name=_("what you can do afterwards"),
        blank=True,
        help_text=_("Two to five. Each begins with a verb: “Distinguish economic from cultural causes”."),
    )
    illustration = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("illustration"),
        help_text=_("Wide (16:9), calm, without text. SVG looks best in both themes."),
    )
    topic = models.CharField(
        _("topic"),
        max_length=80,
        blank=True,
        help_text=_("The catalogue filters by it. Use an existing one if it fits."),
    )
    move_on = models.CharField(
        _("satisfied by"),
        max_length=10,
        choices=MoveOn.choices,
        default=MoveOn.BOTH,
        help_text=_("What completes the module. Without a test, the lessons alone count."),
    )
    certificate = models.BooleanField(
        _("issues a certificate"),
        default=False,
        help_text=_("Usually the learning path does. Tick this if the module stands on its own."),
    )
    prerequisites = StreamField(
        [("module", blocks.PageChooserBlock(page_type="courses.ModulePage", label=_("Module")))],
        verbose_name=_("opens after"),
        blank=True,
        help_text=_("Modules to complete first. Leave it empty unless it is really needed: locks cost motivation."),
    )
    reviewed_on = models.DateField(
        _("content reviewed on"),
        null=True,
        blank=True,
        help_text=_("Learners see it. After twelve months the module appears on the start page of the CMS."),
    )

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("code"), FieldPanel("topic")]),
        FieldPanel("intro"),
        FieldPanel("outcomes"),
        FieldPanel("illustration"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("move_on"), FieldPanel("reviewed_on")]),
                FieldPanel("certificate"),
                FieldPanel("prerequisites"),
            ],
            heading=_("Completion"),
        ),
        HelpPanel(content=_("Lessons and the test are sub-pages of the module. Add them after saving.")),
    ]
    override_translatable_fields: ClassVar = same_in_all_languages(
        "minutes", "code", "illustration", "move_on", "certificate", "prerequisites", "reviewed_on"
    )
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("intro"), index.FilterField("topic")]
    parent_page_types: ClassVar = ["courses.CatalogueIndexPage"]
    subpage_types: ClassVar = ["courses.LessonPage", "assessments.QuizPage"]
    page_description = _("A topic of 20 to 60 minutes: outcomes, a few lessons, a test.")
    template = "courses/module.html"

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def activity_fields(self) -> dict[str, Any]:
        return {
            **super().activity_fields(),
            "code": self.code,
            "move_on": self.move_on,
            "certificate": self.certificate,
        }

    def clean(self) -> None:
        super().clean()
        errors = {"code": self._code_taken(), "prerequisites": self._circle()}
        found = {name: ValidationError(message) for name, message in errors.items() if message}
        if found:
            raise ValidationError(found)

    def _code_taken(self) -> str | None:
        others = ModulePage.objects.filter(code=self.code, locale=self.locale_id).exclude(
            translation_key=self.translation_key
        )
        title = others.values_list("title", flat=True).first() if self.code and self.locale_id else None
        return title and gettext("“%(title)s” has this code already.") % {"title": title}

    def _circle(self) -> str | None:
        requires = keys_of_pages(self.prerequisites)
        if not requires:
            return None
        graph, titles = prerequisite_graph(without=self.translation_key)
        circle = find_cycle(self.translation_key, requires, graph)
        if circle is None:
            return None
        trail = " → ".join(f"“{self.title if key == self.translation_key else titles.get(key, '?')}”" for key in circle)
        return gettext("These modules would wait for each other in a circle: %(trail)s. Remove one of them.") % {
            "trail": trail
        }


class LessonPage(ActivityPage):
    """A lesson: one idea in five to nine minutes."""

    activity_kind = ActivityKind.LESSON

    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_MINUTES)],
        help_text=_("Planned learning time. Five to nine minutes is a good lesson."),
    )
    objective = models.CharField(
        _("learning objective"),
        max_length=255,
        blank=True,
        help_text=_("“You can …”, with a verb that can be observed: name, distinguish, estimate, plan."),
    )
    audience = models.CharField(
        _("required for"),
        max_length=10,
        choices=Audience.choices,
        default=Audience.BOTH,
        help_text=_("Everybody may read it; the others see it as optional."),
    )
    required = models.BooleanField(
        _("required"), default=True, help_text=_("Without the tick the lesson is an extra and never blocks completion.")
    )
    body = StreamField(
        LessonBody(),
        verbose_name=_("content"),
        blank=True,
        help_text=_("One idea per lesson: a scene, the idea, a fact, something to do, a knowledge check."),
    )

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("objective"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("minutes"), FieldPanel("audience")]), FieldPanel("required")], heading=_("Frame")
        ),
        FieldPanel("body"),
    ]
    override_translatable_fields: ClassVar = same_in_all_languages("minutes", "audience", "required")
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("objective"), index.SearchField("body")]
    parent_page_types: ClassVar = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("One idea in five to nine minutes.")
    template = "courses/lesson.html"

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def activity_fields(self) -> dict[str, Any]:
        return {**super().activity_fields(), "audience": self.audience, "required": self.required}


class PathStepBlock(blocks.StructBlock):
    """One module on a path and for whom it is required."""

    module = blocks.PageChooserBlock(page_type="courses.ModulePage", label=_("Module"))
    audience = blocks.ChoiceBlock(
        choices=Audience.choices,
        default=Audience.BOTH,
        label=_("Required for"),
        help_text=_("The others may take it and need not."),
    )

    class Meta:
        label = _("Module")
        icon = "doc-full"


class LearningPathPage(ActivityPage):
    """A path: modules in order, each for both or for one function."""

    activity_kind = ActivityKind.PATH

    goal = RichTextField(
        _("goal"),
        features=["bold", "italic"],
        blank=True,
        help_text=_("What is different at work afterwards, in two or three sentences."),
    )
    steps = StreamField(
        [("step", PathStepBlock())],
        verbose_name=_("modules"),
        blank=True,
        help_text=_("In the order in which they are best taken. A module that is not published yet shows as “coming”."),
    )
    certificate = models.BooleanField(
        _("issues a certificate"), default=True, help_text=_("As soon as all modules for the person are completed.")
    )
    due_days = models.PositiveSmallIntegerField(
        _("days to finish"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Suggested to HR when the path is assigned. Empty: no due date."),
    )

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("goal"),
        FieldPanel("steps"),
        MultiFieldPanel([FieldPanel("certificate"), FieldPanel("due_days")], heading=_("Completion")),
    ]
    override_translatable_fields: ClassVar = same_in_all_languages("minutes", "steps", "certificate", "due_days")
    parent_page_types: ClassVar = ["courses.PathIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("Several modules in order, with a certificate at the end.")
    template = "courses/path.html"

    class Meta:
        verbose_name = _("learning path")
        verbose_name_plural = _("learning paths")

    def activity_fields(self) -> dict[str, Any]:
        return {**super().activity_fields(), "certificate": self.certificate, "move_on": MoveOn.BOTH}

    def clean(self) -> None:
        super().clean()
        seen: set[Any] = set()
        for step in self.steps:
            module = step.value.get("module")
            if module is not None and module.translation_key in seen:
                message = gettext("“%(title)s” stands on this path twice. A module counts once.") % {
                    "title": module.title
                }
                raise ValidationError({"steps": message})
            seen.add(module and module.translation_key)


def is_preview(request: HttpRequest) -> bool:
    """Whether this is Wagtail's preview, in which nothing may be recorded."""
    return bool(getattr(request, "is_preview", False))
