"""Factories of the courses room: page trees with their activities, enrolled people."""

from dataclasses import dataclass, field
from typing import Any

from wagtail.models import Locale, Page

from courses.enums import ActivityKind, Audience, EnrollmentSource
from courses.models import (
    Activity,
    CatalogueIndexPage,
    Enrollment,
    HomePage,
    LearningPathPage,
    LessonPage,
    ModulePage,
    PathIndexPage,
)
from courses.services import enroll
from people.models import User


def activity_of(page: Page) -> Activity:
    """The activity that mirrors this page."""
    return Activity.objects.select_related("parent").get(key=page.translation_key)


@dataclass
class ModuleTree:
    """A module page with its lessons (and quiz) in the first language; `translations` holds the other languages."""

    page: ModulePage
    lesson_pages: list[LessonPage]
    quiz_page: Page | None = None
    translations: dict[str, "ModuleTree"] = field(default_factory=dict)

    @property
    def module(self) -> Activity:
        return activity_of(self.page)

    @property
    def lessons(self) -> list[Activity]:
        return [activity_of(page) for page in self.lesson_pages]

    @property
    def quiz(self) -> Activity:
        assert self.quiz_page is not None
        return activity_of(self.quiz_page)


def home_in(home: HomePage, language: str) -> HomePage:
    """The home page of this language with its catalogue and path index, made when missing."""
    if home.locale.language_code == language:
        return home
    locale = Locale.objects.get_or_create(language_code=language)[0]
    translated = HomePage.objects.filter(translation_key=home.translation_key, locale=locale).first()
    if translated is None:
        translated = _translate(home, locale, Page.objects.get(depth=1), slug=f"home-{language}")
        for model in (CatalogueIndexPage, PathIndexPage):
            index = model.objects.child_of(home).get()
            _translate(index, locale, translated, slug={"katalog": "catalogue"}.get(index.slug, "paths"))
    return translated


def _translate(page: Any, locale: Locale, parent: Page, *, slug: str, **fields: Any) -> Any:
    parent = Page.objects.get(pk=parent.pk).specific
    copy = type(page)(
        title=fields.pop("title", f"{page.title} ({locale.language_code})"),
        slug=slug,
        locale=locale,
        translation_key=page.translation_key,
        **fields,
    )
    return parent.add_child(instance=copy)


def lesson(module_page: ModulePage, title: str, **fields: Any) -> LessonPage:
    """A live lesson at the end of a module."""
    parent = ModulePage.objects.get(pk=module_page.pk)
    page: LessonPage = parent.add_child(
        instance=LessonPage(title=title, locale=parent.locale, **{"minutes": 6, **fields})
    )
    return page


def module_tree(
    home: HomePage,
    lessons: int = 3,
    quiz: bool = False,
    languages: tuple[str, ...] = ("de",),
    *,
    code: str = "M01",
    title: str = "Silos",
    audiences: dict[int, Audience] | None = None,
    live: bool = True,
    prerequisites: tuple[ModulePage, ...] = (),
    **fields: Any,
) -> ModuleTree:
    """A module with live lessons of six minutes each, in the languages named; the first one is the original.

    `audiences` maps a lesson's index to whom it is required of. With `quiz` an empty test page stands at the end.
    """
    first, *others = languages
    catalogue = CatalogueIndexPage.objects.child_of(home_in(home, first)).get()
    page = catalogue.add_child(
        instance=ModulePage(
            title=title,
            code=code,
            locale=catalogue.locale,
            live=live,
            prerequisites=[("module", each) for each in prerequisites],
            **fields,
        )
    )
    tree = ModuleTree(page, [])
    for number in range(lessons):
        audience = (audiences or {}).get(number, Audience.BOTH)
        tree.lesson_pages.append(lesson(page, f"{title} {number + 1}", audience=audience, live=live))
    if quiz:
        from assessments.models import QuizPage  # the one test helper that knows the room above

        tree.quiz_page = ModulePage.objects.get(pk=page.pk).add_child(
            instance=QuizPage(title=f"Test {title}", locale=page.locale, live=live)
        )
    for language in others:
        tree.translations[language] = translate_module(home, tree, language)
    return tree


def translate_module(home: HomePage, tree: ModuleTree, language: str) -> ModuleTree:
    """The module with all its pages in another language, live."""
    locale = Locale.objects.get_or_create(language_code=language)[0]
    catalogue = CatalogueIndexPage.objects.child_of(home_in(home, language)).get()
    page = _translate(tree.page, locale, catalogue, slug=tree.page.slug, code=tree.page.code)
    lessons = [
        _translate(each, locale, page, slug=each.slug, minutes=each.minutes, audience=each.audience)
        for each in tree.lesson_pages
    ]
    quiz = _translate(tree.quiz_page, locale, page, slug=tree.quiz_page.slug) if tree.quiz_page else None
    return ModuleTree(page, lessons, quiz)


def path_page(home: HomePage, *steps: ModulePage | tuple[ModulePage, Audience], **fields: Any) -> LearningPathPage:
    """A live path over these modules in order; a step is a module page, or one with its audience."""
    index = PathIndexPage.objects.child_of(home).get()
    pairs = [step if isinstance(step, tuple) else (step, Audience.BOTH) for step in steps]
    page: LearningPathPage = index.add_child(
        instance=LearningPathPage(
            title=fields.pop("title", "Vom Silo zum Doppelpass"),
            locale=index.locale,
            steps=[("step", {"module": page, "audience": audience}) for page, audience in pairs],
            **fields,
        )
    )
    return page


def enrolled(user: User, activity: Activity, **fields: Any) -> Enrollment:
    """The person's own enrolment in a module or path."""
    return enroll(user, activity=activity, **{"source": EnrollmentSource.SELF, **fields})


__all__ = ["ActivityKind", "ModuleTree", "activity_of", "enrolled", "home_in", "lesson", "module_tree", "path_page"]
