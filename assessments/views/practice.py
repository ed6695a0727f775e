"""The answer to a knowledge check."""

from dataclasses import replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.practice import Check, practice_items, practice_lesson, read_drawn, taken
from people.models import User


@never_cache
@require_POST
def check(request: HttpRequest, key: UUID) -> HttpResponse:
    """Feedback on one practice item. 404 for everything that no live lesson practises, existing or not.

    A whole page: without scripts it is what the learner sees, with them the lesson takes the block out of it.
    """
    item = practice_items().filter(key=key).first()
    lesson = practice_lesson(request.user, item) if item and isinstance(request.user, User) else None
    if item is None or lesson is None:
        raise Http404
    block_id = request.POST.get("block", "")[:64]
    return render(
        request,
        "assessments/check_page.html",
        {
            "check": _evaluate(request, Check(item, block_id, get_language() or "de")),
            "lesson": lesson,
            "back": f"{lesson.get_url(request)}#block-{block_id}",
        },
    )


def _evaluate(request: HttpRequest, asked: Check) -> Check:
    """The check after this form: asked again, rearranged, without an answer, or answered."""
    if "again" in request.POST:
        return asked
    if asked.kind.draws:
        drawn = read_drawn(asked.item, request.POST.get("asked", ""))
        if drawn is None:
            return replace(asked, trouble=_("This page was too old to check the answer. Here are new numbers."))
        asked = replace(asked, drawn=drawn)
    return taken(asked, request.POST)
