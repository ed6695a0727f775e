"""Trying a draft out: the answer to a question of a preview."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

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
