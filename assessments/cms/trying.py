"""Trying a draft out: the way there from a test, and the answer to a question of a preview."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.widgets.button import Button

from assessments.models import QuizPage
from assessments.practice import taken
from assessments.trying import read_trial
from people.models import User
from people.roles import may_author


@never_cache
@xframe_options_sameorigin
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Grading and feedback for a draft; writes nothing. 404 for whoever writes no content, and for foreign tokens."""
    if not isinstance(request.user, User) or not may_author(request.user):
        raise Http404
    trial = read_trial(request.POST.get("asked", ""), user=request.user, language=get_language() or "de")
    if trial is None:
        raise Http404
    check = trial.again() if "again" in request.POST else taken(trial, request.POST)
    return render(request, "assessments/preview/trial.html", {"check": check})


def _buttons(page: Any, user: Any) -> Iterator[Button]:
    """The two previews of the newest draft that one opens in a tab of their own."""
    if page.pk and page.specific_class is QuizPage and may_author(user):
        draft = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
        yield Button(_("Try it"), f"{draft}?mode=try", icon_name="check", priority=16)
        yield Button(_("On paper"), f"{draft}?mode=paper", icon_name="doc-full", priority=17)


@hooks.register("register_page_header_buttons")
def header_buttons(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    yield from _buttons(page, user)


@hooks.register("register_page_listing_more_buttons")
def listing_buttons(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    yield from _buttons(page, user)
