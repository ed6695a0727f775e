"""Grading again in the CMS: what would change, why, and how far it is."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessments.models import Item, Regrading
from assessments.selectors.regrading import dry_run, newest_version
from assessments.services.regrading import request_regrading
from assessments.tasks import run_regrading
from enablement.core.wake import wake
from people.models import User
from people.roles import may_mark

SHOWN = 200


class RegradeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What was wrong?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The people whose result changes read it."),
    )
    take_passes = forms.BooleanField(
        label=gettext_lazy("Take passes away that the corrected question would not give"),
        required=False,
        help_text=gettext_lazy(
            "Without the tick everybody keeps a pass. A module that was completed by it stays completed in any case."
        ),
    )


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not may_mark(request.user):
        raise Http404
    return request.user


@never_cache
@require_http_methods(["GET", "POST"])
def regrade(request: HttpRequest, key: UUID) -> HttpResponse:
    """The dry run for the newest version of an item, and the button that starts the job."""
    actor = _actor(request)
    item = Item.objects.filter(key=key).first()
    version = newest_version(item) if item else None
    if item is None or version is None:
        raise Http404
    form = RegradeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        job = request_regrading(
            actor,
            version=version,
            reason=form.cleaned_data["reason"],
            keep_passes=not form.cleaned_data["take_passes"],
        )
        wake(run_regrading, job.pk)
        messages.success(request, _("Grading again has begun. You can leave this page; it goes on by itself."))
        return redirect("regrading", job.uuid)
    found = dry_run(version)
    context: dict[str, Any] = {
        "item": item,
        "version": version,
        "form": form,
        "run": found,
        "effects": found.effects[:SHOWN],
        "more": max(len(found.effects) - SHOWN, 0),
        "unseen": found.total - found.looked_at,
    }
    return render(request, "assessments/cms/regrade.html", context)


@never_cache
@require_safe
def progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far a job is. The page loads itself again while it runs."""
    _actor(request)
    job = Regrading.objects.select_related("version", "requested_by").filter(uuid=uuid).first()
    if job is None:
        raise Http404
    return render(request, "assessments/cms/regrading.html", {"job": job})
