"""What the editor points out on modules, lessons and paths. Hints, never refusals: an unfinished draft may be saved.

Registered in `CoursesConfig.ready()`; higher rooms add theirs with `courses.checks.register_content_check`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Locale, Page
from wagtail.rich_text import RichText

from courses.checks import Problem, register_content_check
from courses.models import LearningPathPage, LessonPage, ModulePage

BlockCheck = Callable[[Any], Iterator[str]]


def _image(value: Any) -> Iterator[str]:
    if not value["image"]:
        yield _("An image block has no image.")
    elif not value["decorative"] and not (value["alt_text"] or "").strip():
        yield _("An image has no alternative text.")


def _video(value: Any) -> Iterator[str]:
    if not value["captions"]:
        yield _("A video has no captions.")
    transcript = value["transcript"]
    if not (transcript.source if isinstance(transcript, RichText) else transcript):
        yield _("A video has no transcript.")


def _fact(value: Any) -> Iterator[str]:
    fact = value["fact"]
    if fact is None:
        yield _("A fact block has no fact, or it was deleted.")
    elif fact.is_expired:
        yield _("The fact “%(fact)s” was due for review. Check its source again.") % {"fact": fact}


def _knowledge_check(value: Any) -> Iterator[str]:
    item = value["item"]
    if item is None:
        yield _("A knowledge check has no question, or it was deleted.")
    elif not getattr(item, "live", True):
        yield _("The question “%(item)s” of a knowledge check is not published.") % {"item": item}


BLOCK_CHECKS: dict[str, BlockCheck] = {
    "image": _image,
    "video": _video,
    "fact": _fact,
    "knowledge_check": _knowledge_check,
}


def _untranslated(page: Page) -> Iterator[Problem]:
    """The other languages in which this page does not exist yet."""
    if page.pk is None:
        return
    present = set(page.get_translations(inclusive=True).values_list("locale_id", flat=True))
    for locale in Locale.objects.exclude(pk__in=present):
        yield Problem(_("There is no version in %(language)s yet.") % {"language": locale.get_display_name()})


@register_content_check(LessonPage)
def check_lesson(page: LessonPage) -> Iterator[Problem]:
    """Blocks without what makes them accessible or true, and a lesson without practice."""
    if not page.objective:
        yield Problem(_("The learning objective is missing."), "objective")
    kinds = set()
    for child in page.body:
        kinds.add(child.block_type)
        for message in BLOCK_CHECKS.get(child.block_type, lambda value: iter(()))(child.value):
            yield Problem(message, f"body.{child.id}")
    if "knowledge_check" not in kinds:
        yield Problem(_("There is no knowledge check. Recalling something beats reading it again."), "body")
    yield from _untranslated(page)


@register_content_check(ModulePage)
def check_module(page: ModulePage) -> Iterator[Problem]:
    """A module without outcomes, lessons, test or picture."""
    if not page.outcomes:
        yield Problem(_("No outcome says what learners can do afterwards."), "outcomes")
    if not page.code:
        yield Problem(_("The module has no code. Reports and exports show it."), "code")
    if page.illustration is None:
        yield Problem(_("There is no illustration."), "illustration")
    if page.pk is not None:
        kinds = {child.specific_class for child in page.get_children()}
        if LessonPage not in kinds:
            yield Problem(_("The module has no lesson yet."))
        if not kinds - {LessonPage, None}:
            yield Problem(_("The module has no test yet."))
    yield from _untranslated(page)


@register_content_check(LearningPathPage)
def check_path(page: LearningPathPage) -> Iterator[Problem]:
    """A path without modules, or with modules that nobody can open yet."""
    if not page.steps:
        yield Problem(_("There is no module on this path."), "steps")
    for step in page.steps:
        module = step.value["module"]
        if module is None:
            yield Problem(_("A module of this path was deleted."), f"steps.{step.id}")
        elif not module.live:
            message = _("“%(module)s” is not published: nobody can complete this path yet.") % {"module": module.title}
            yield Problem(message, f"steps.{step.id}")
    yield from _untranslated(page)
