"""Exceptions in the CMS: who has more time or attempts at a test, and why; given and withdrawn by trainers."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin.widgets import AdminDateTimeInput

from assessments.allowances import Allowance
from assessments.models import QuizException
from assessments.services import grant_exception, withdraw_exception
from assessments.start_words import allowance_words
from courses.enums import ActivityKind
from courses.models import Activity
from courses.selectors import activity_by_key
from enablement.core.errors import DomainError
from people import roles
from people.models import User
from people.selectors import find_people
from people.services import log_access

ENDED_SHOWN = 50


class ExceptionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What is given, to whom, and why. `person` is what `find_people` takes; it must fit one."""

    person = forms.CharField(label=gettext_lazy("Person"), max_length=254)
    field_order = (
        "person",
        "extra_minutes",
        "time_multiplier",
        "extra_attempts",
        "closes_at",
        "expires_at",
        "reason",
    )

    class Meta:
        model = QuizException
        fields = ("extra_minutes", "time_multiplier", "extra_attempts", "closes_at", "expires_at", "reason")
        widgets = {  # noqa: RUF012 - Django's own
            "closes_at": AdminDateTimeInput,
            "expires_at": AdminDateTimeInput,
            "reason": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, actor: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        sees_people = roles.is_admin(actor) or roles.may_report(actor)
        self.fields["person"].help_text = (
            _("Name or e-mail address.") if sees_people else _("The whole e-mail address, or the external ID.")
        )

    def clean_person(self) -> User:
        found = find_people(self.actor, self.cleaned_data["person"])
        if not found:
            raise forms.ValidationError(_("Nobody was found. Check the spelling; nothing was saved."))
        if len(found) > 1:
            names = ", ".join(f"{person} ({person.email})" for person in found)
            raise forms.ValidationError(_("Several people fit: %(names)s. Give the e-mail address.") % {"names": names})
        return found[0]

    def terms(self) -> Allowance:
        given = self.cleaned_data
        return Allowance(
            given["extra_minutes"],
            given["time_multiplier"],
            given["extra_attempts"],
            given["closes_at"],
            given["expires_at"],
        )


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not roles.may_grant_exceptions(request.user):
        raise Http404
    return request.user


def _quiz(key: UUID) -> Activity:
    quiz = activity_by_key(key)
    if quiz is None or quiz.kind != ActivityKind.QUIZ:
        raise Http404
    return quiz


@never_cache
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, key: UUID) -> HttpResponse:
    """Exceptions at one test, those that hold and those that have ended, and the form for a new one."""
    actor, quiz = _actor(request), _quiz(key)
    form = ExceptionForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["person"]
        try:
            grant_exception(actor, quiz=quiz, person=person, terms=form.terms(), reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("The exception for %(person)s holds now.") % {"person": person})
            return redirect("quiz_exceptions", quiz.key)
    rows = list(QuizException.objects.filter(activity=quiz).select_related("user", "created_by", "withdrawn_by"))
    now = timezone.now()
    holding = [_row(one) for one in rows if one.holds(now)]
    ended = [_row(one) for one in rows if not one.holds(now)][:ENDED_SHOWN]
    log_access(actor, subjects={row["exception"].user for row in (*holding, *ended)}, action="exceptions")
    return render(
        request,
        "assessments/cms/exceptions.html",
        {"quiz": quiz, "form": form, "holding": holding, "ended": ended},
    )


def _row(exception: QuizException) -> dict[str, Any]:
    return {"exception": exception, "words": allowance_words(exception.allowance)}


@require_POST
def withdraw(request: HttpRequest, key: UUID, uuid: UUID) -> HttpResponse:
    """End an exception; whoever runs keeps the time that was given."""
    actor = _actor(request)
    found = QuizException.objects.select_related("activity").filter(activity__key=key, uuid=uuid).first()
    if found is None:
        raise Http404
    withdraw_exception(actor, exception=found)
    messages.success(request, _("The exception has ended. A running attempt keeps its time."))
    return redirect("quiz_exceptions", key)


@hooks.register("register_admin_urls")
def exception_urls() -> list[URLPattern]:
    return [
        path("quiz-exceptions/<uuid:key>/", index, name="quiz_exceptions"),
        path("quiz-exceptions/<uuid:key>/<uuid:uuid>/withdraw/", withdraw, name="quiz_exception_withdraw"),
    ]
