"""Marking by hand in the CMS: what waits for each test, and the sheet of one answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.enums import MarkingState
from assessments.models import AnswerFile, MarkingTask
from assessments.selectors.files import file_to_mark
from assessments.selectors.marking import (
    Sheet,
    marking_queues,
    marking_sheet,
    marking_tasks,
    nameless,
    recently_marked,
)
from assessments.services.marking import MAX_COMMENT, claim_task, give_mark, release_task
from assessments.views.uploads import sent
from courses.models import Activity
from enablement.core.errors import DomainError
from people.models import AccessLogEntry, User
from people.roles import may_mark
from people.services import log_access


def _marker(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not may_mark(request.user):
        raise Http404
    return request.user


class MarkForm(forms.Form):
    """Radio buttons for each criterion, and words for the learner. `reason` only where marks are corrected."""

    comment = forms.CharField(
        label=gettext_lazy("Words for the learner"),
        required=False,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "What is good, what is missing, what to try on Monday. The learner reads it in the result."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do the marks change?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, sheet: Sheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = [criterion["id"] for criterion in sheet.rubric]
        if sheet.task.state != MarkingState.DONE:
            del self.fields["reason"]

    def levels(self) -> dict[str, str]:
        return {one: self.data.get(f"level-{one}", "") for one in self.criteria}


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """A line for each test with answers that this person may mark, and what was marked lately."""
    marker = _marker(request)
    return render(
        request,
        "assessments/cms/marking.html",
        {"queues": marking_queues(marker), "recent": recently_marked(marker)},
    )


@require_POST
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """Takes the oldest answer of a test that waits."""
    marker = _marker(request)
    quiz = Activity.objects.filter(key=key).first()
    if quiz is None:
        raise Http404
    task = claim_task(marker, quiz=quiz.pk)
    if task is None:
        messages.success(request, _("Nothing waits for your marks in this test."))
        return redirect("marking")
    return redirect("marking_sheet", task.uuid)


@never_cache
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The answer beside its rubric. Opening an answer that waits takes it for half an hour."""
    marker = _marker(request)
    task = marking_tasks(marker).select_related("activity").filter(uuid=uuid).first()
    if task is None:
        raise Http404
    if request.method == "GET" and task.state != MarkingState.DONE and claim_task(marker, task=uuid) is None:
        messages.warning(request, _("Somebody else has this answer at the moment, or you have marked it already."))
        return redirect("marking")
    form_of = marking_sheet(task, language=get_language() or "de", levels=_shown_levels(request, task))
    form = MarkForm(form_of, request.POST or None, initial=_initial(task))
    if request.method == "POST" and form.is_valid():
        try:
            give_mark(
                marker,
                task=uuid,
                levels=form.levels(),
                comment=form.cleaned_data["comment"],
                reason=form.cleaned_data.get("reason", ""),
            )
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            return _on(request, marker, task)
    return render(
        request,
        "assessments/cms/marking_sheet.html",
        {"sheet": form_of, "form": form, "task": task, "done": task.state == MarkingState.DONE},
    )


def _shown_levels(request: HttpRequest, task: MarkingTask) -> dict[str, str]:
    """The levels to show as chosen: those of the form that was sent, else those that were given."""
    if request.method == "POST":
        return {
            name.removeprefix("level-"): str(value) for name, value in request.POST.items() if name.startswith("level-")
        }
    last = _last_final(task)
    return dict(last.levels) if last else {}


def _last_final(task: MarkingTask) -> Any:
    return (
        task.marks.filter(final=True).order_by("created_at", "pk").last() if task.state == MarkingState.DONE else None
    )


def _initial(task: MarkingTask) -> dict[str, str]:
    last = _last_final(task)
    return {"comment": last.comment} if last else {}


def _on(request: HttpRequest, marker: User, task: MarkingTask) -> HttpResponse:
    """After saving: the next answer of the same test, or back to the list."""
    messages.success(request, _("Your marks are saved."))
    following = claim_task(marker, quiz=task.activity_id) if "next" in request.POST else None
    return redirect("marking_sheet", following.uuid) if following else redirect("marking")


@never_cache
@require_safe
def file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The file of an answer, for whoever may mark it. It is noted once an hour: players ask for many parts."""
    marker = _marker(request)
    task = marking_tasks(marker).select_related("attempt_item__attempt__user").filter(uuid=uuid).first()
    if task is None:
        raise Http404
    try:
        row = file_to_mark(task)
        response = sent(request, row, name=nameless(row.name) if task.anonymous else "")
    except AnswerFile.DoesNotExist as error:
        raise Http404 from error
    detail = f"file of answer {uuid}"
    lately = AccessLogEntry.objects.filter(actor=marker, detail=detail, at__gt=timezone.now() - timedelta(hours=1))
    if not lately.exists():
        log_access(marker, subjects=[task.attempt_item.attempt.user], action="mark", detail=detail)
    return response


@require_POST
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Gives the answer back, unmarked."""
    release_task(_marker(request), task=uuid)
    messages.info(request, _("The answer waits again; nothing was saved for it."))
    return redirect("marking")
