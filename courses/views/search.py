"""Search over modules and lessons in the reader's language."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Locale, Page

from courses.models import LessonPage, ModulePage
from courses.selectors.pages import path_of

LIMIT = 30
MAX_LENGTH = 100


@dataclass(frozen=True)
class Hit:
    """A page that matches. Title and excerpt are escaped, with the words found in `<mark>`."""

    kind: str
    url: str
    title: SafeString
    excerpt: SafeString
    context: str
    minutes: int


def highlight(text: str, words: list[str]) -> SafeString:
    """The text, escaped, with the words marked. The text is cut at matches first and each piece escaped after, so that
    neither a search word nor a title can bring markup with it."""
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    if not pattern:
        return conditional_escape(text)
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    marked = (
        f"<mark>{conditional_escape(piece)}</mark>" if number % 2 else conditional_escape(piece)
        for number, piece in enumerate(pieces)
    )
    return mark_safe("".join(marked))  # noqa: S308 - every piece is escaped above


def find(text: str, language: str) -> list[Hit]:
    """Modules, then lessons, that hold the words. Only titles, introductions and objectives are quoted."""
    words = [word for word in text.split() if word]
    locale = Locale.objects.filter(language_code=language).first()
    modules = ModulePage.objects.filter(live=True, locale=locale).search(text)[:LIMIT]
    lessons = LessonPage.objects.filter(live=True, locale=locale).search(text)[:LIMIT]
    lessons = list(lessons)
    parents = {
        page.path: page.title
        for page in Page.objects.filter(live=True, path__in={lesson.path[: -Page.steplen] for lesson in lessons})
    }
    # A lesson below an unpublished module is hidden with it.
    lessons = [lesson for lesson in lessons if lesson.path[: -Page.steplen] in parents]
    hits = [
        Hit(
            "module",
            path_of(page.url_path, language),
            highlight(page.title, words),
            highlight(page.intro, words),
            page.code,
            0,
        )
        for page in modules
    ]
    hits.extend(
        Hit(
            "lesson",
            path_of(page.url_path, language),
            highlight(page.title, words),
            highlight(page.objective, words),
            parents.get(page.path[: -Page.steplen], ""),
            page.minutes,
        )
        for page in lessons
    )
    return hits


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").split())[:MAX_LENGTH]
    language = (get_language() or "de").split("-")[0]
    hits = find(text, language) if text else []
    return render(request, "courses/search.html", {"text": text, "hits": hits})
