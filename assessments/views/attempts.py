"""Screens of an attempt. State changes are POSTs that call one service and redirect; all works without scripts."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.enums import AnswerState, SaveStatus
from assessments.kinds import ParseError, get_kind
from assessments.models import Attempt, AttemptItem
from assessments.selectors import AttemptView, attempt_view, own_attempt, result_view
from assessments.services import (
    UNCHANGED,
    check_answer,
    leave_question,
    save_response,
    set_flag,
    start_attempt,
    submit_attempt,
)
from assessments.start_words import hand_in_line, what_the_end_means
from assessments.views.player_screen import attempt_urls, clock, counts, player_words, question_screens, time_words
from assessments.views.result_screen import certificate_hint, result_screen
from courses.enums import ActivityKind
from courses.models import Activity
from courses.selectors import activity_by_key, current_enrollment, page_links
from courses.selectors.pages import best_link
from courses.services import open_activity
from enablement.core.errors import DomainError
from people.models import User


def signed_in(request: HttpRequest) -> User:
    """The person, for views behind `LoginRequiredMiddleware`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def find_attempt(request: HttpRequest, uuid: UUID) -> Attempt:
    """The person's own attempt; another person's does not exist for them."""
    try:
        return own_attempt(signed_in(request), uuid)
    except Attempt.DoesNotExist as error:
        raise Http404 from error


def find_open_attempt(request: HttpRequest, uuid: UUID) -> Attempt:
    """Like `find_attempt`; one whose time is over is closed first, before the sweep meets it."""
    attempt = find_attempt(request, uuid)
    if attempt.is_open and attempt.is_over(timezone.now()):
        return submit_attempt(signed_in(request), attempt=attempt)
    return attempt


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _is_shown(quiz: Activity) -> bool:
    return quiz.is_live and (quiz.parent is None or quiz.parent.is_live)


@require_POST
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """Start, or go on with the attempt that is open: a double click starts one attempt."""
    user = signed_in(request)
    quiz = activity_by_key(key)
    if quiz is None or quiz.kind != ActivityKind.QUIZ:
        raise Http404
    if not (_is_shown(quiz) or current_enrollment(user, quiz.parent or quiz)):
        raise Http404  # whoever is enrolled is told in words that the test is closed
    attempt = start_attempt(user, quiz=quiz)
    if attempt.just_started:
        return redirect("assessments:player", uuid=attempt.uuid, position=1)
    open_activity(user, activity=quiz)
    return _to_first_open(user, attempt)


def _to_first_open(user: User, attempt: Attempt) -> HttpResponse:
    """To the first question without an answer, or to the first one; when the time is up, to handing in."""
    if attempt.hand_in_only(timezone.now()):
        return redirect("assessments:review", uuid=attempt.uuid)
    if attempt.is_sequential:
        return redirect("assessments:player", uuid=attempt.uuid, position=attempt.reached)
    view = attempt_view(user, attempt, language=language())
    position = next((one.position for one in view.questions if one.state is AnswerState.EMPTY), 1)
    return redirect("assessments:player", uuid=attempt.uuid, position=position)


@never_cache
@require_safe
def resume(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """To the first question without an answer."""
    attempt = find_open_attempt(request, uuid)
    if not attempt.is_open:
        return redirect("assessments:result", uuid=uuid)
    return _to_first_open(signed_in(request), attempt)


@never_cache  # "back" after submitting asks again and lands on the result
@require_http_methods(["GET", "HEAD", "POST"])
def player(request: HttpRequest, uuid: UUID, position: int) -> HttpResponse:
    """One question. Without scripts its form saves and moves; with them all questions are in the page, one shown."""
    attempt = find_open_attempt(request, uuid)
    if not attempt.is_open:
        if request.method == "POST":
            messages.warning(request, _("This attempt is closed. What was saved before counts."))
        return redirect("assessments:result", uuid=uuid)
    if attempt.hand_in_only(timezone.now()):
        return _to_hand_in(request, attempt, position)
    view = attempt_view(signed_in(request), attempt, language=language())
    if not any(question.position == position for question in view.questions):
        raise Http404
    if request.method == "POST":
        return _go_on(request, view, position)
    if attempt.is_sequential and position != attempt.reached:
        messages.info(request, _("Here is the question that stands open. The answers to those before it are kept."))
        return redirect("assessments:player", uuid=uuid, position=attempt.reached)
    questions = question_screens(view)
    return render(
        request,
        "assessments/player.html",
        {
            "attempt": attempt,
            "title": attempt.title,
            "module_title": attempt.activity.parent.title if attempt.activity.parent else "",
            "questions": questions,
            "current": questions[position - 1],
            "asked": [one for one in questions if one.may_change],
            "sequential": attempt.is_sequential,
            "total": len(questions),
            "remaining": view.seconds_left,
            "clock": clock(view.seconds_left or 0),
            "counts": counts(view),
            "end_line": what_the_end_means(attempt),
            "words": player_words(attempt.title, attempt.overdue),
            "csrf_cookie": settings.CSRF_COOKIE_NAME,
            **attempt_urls(attempt),
        },
    )


def _to_hand_in(request: HttpRequest, attempt: Attempt, position: int) -> HttpResponse:
    """The time is up: the answer that was on its way is taken, then there is nothing left but to hand in."""
    if request.method == "POST":
        view = attempt_view(signed_in(request), attempt, language=language())
        if not any(question.position == position for question in view.questions):
            raise Http404
        try:
            _save_form(request, view, position)
        except DomainError as error:
            messages.error(request, str(error.message))
    return redirect("assessments:review", uuid=attempt.uuid)


def answer(request: HttpRequest, attempt: Attempt, position: int) -> HttpResponse:
    """What the form of a question does, for views that have read it already."""
    return _go_on(request, attempt_view(signed_in(request), attempt, language=language()), position)


def stale_answer() -> str:
    return _("You have answered this question in another tab meanwhile. Here is that answer; it is kept.")


def _go_on(request: HttpRequest, view: AttemptView, position: int) -> HttpResponse:
    """Save what the form holds, then go where its button says."""
    stay = redirect("assessments:player", uuid=view.attempt.uuid, position=position)
    try:
        fresh = _save_form(request, view, position)
    except DomainError as error:
        messages.error(request, str(error.message))
        return stay
    if not fresh:
        messages.warning(request, stale_answer())
        return stay
    if {"move", "keep", "clear"} & request.POST.keys():
        return stay
    if "check" in request.POST:
        return _check(request, view, position)
    return _move_on(signed_in(request), view, position, go=request.POST.get("go", "next"))


def _move_on(user: User, view: AttemptView, position: int, *, go: str) -> HttpResponse:
    """To the question or list that the button names; forward only, where questions come one after the other."""
    if view.attempt.is_sequential:
        if go == "review" or position == len(view.questions):
            return redirect("assessments:review", uuid=view.attempt.uuid)
        position = leave_question(user, attempt=view.attempt, position=position)
        return redirect("assessments:player", uuid=view.attempt.uuid, position=position)
    last = len(view.questions)
    target = {"next": position + 1, "back": position - 1}.get(go) or (int(go) if go.isdecimal() else last + 1)
    if 1 <= target <= last:
        return redirect("assessments:player", uuid=view.attempt.uuid, position=target)
    return redirect("assessments:review", uuid=view.attempt.uuid)


def _check(request: HttpRequest, view: AttemptView, position: int) -> HttpResponse:
    """Check what is saved, and show what comes of it where the question is."""
    stay = reverse("assessments:player", kwargs={"uuid": view.attempt.uuid, "position": position})
    try:
        check_answer(signed_in(request), attempt=view.attempt, position=position)
    except DomainError as error:
        messages.warning(request, str(error.message))
        return redirect(stay)
    return redirect(f"{stay}#q{position}-told")


def _save_form(request: HttpRequest, view: AttemptView, position: int) -> bool:
    """Save answer and flag if they differ from what is kept. False: the form is older than the answer that is kept.

    The form carries the sequence that it showed, so a page that lay open while the question was answered elsewhere
    does not overwrite that answer with its old one.
    """
    user, attempt, form = signed_in(request), view.attempt, request.POST
    question = view.question(position)
    flagged = "flag" in form
    if flagged != question.flagged:
        set_flag(user, attempt=attempt, position=position, flagged=flagged)
    if question.told is not None and question.told.done:
        return True  # its form has no answer any more
    item = AttemptItem.objects.select_related("item_version").get(attempt=attempt, position=position)
    kind, content = item.item_version.kind_object, item.content
    raw = None if "clear" in form else kind.read_form(content, form, question.response)
    certainty = _certainty(form.get("certainty")) if question.asks_certainty else UNCHANGED
    same_certainty = certainty is UNCHANGED or certainty == question.certainty
    try:
        if kind.parse(content, raw) == question.response and same_certainty:
            return True
    except ParseError:
        pass  # the service refuses it with a sentence
    shown = form.get("sequence", "")
    sequence = int(shown) + 1 if shown.isdecimal() and len(shown) < 16 else question.sequence + 1
    saved = save_response(user, attempt=attempt, position=position, value=raw, sequence=sequence, certainty=certainty)
    return saved.status is not SaveStatus.STALE


def _certainty(said: str | None) -> object:
    """How sure somebody says they are; the service refuses what is none of the levels."""
    if said is None:
        return UNCHANGED
    return int(said) if len(said) == 1 and said.isdecimal() else said or None


@never_cache
@require_safe
def review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The list before submitting: answered or empty, flagged, and the way back to each question."""
    attempt = find_open_attempt(request, uuid)
    if not attempt.is_open:
        return redirect("assessments:result", uuid=uuid)
    view = attempt_view(signed_in(request), attempt, language=language())
    return render(request, "assessments/review.html", _review_context(view))


def _review_context(view: AttemptView) -> dict[str, object]:
    return {
        "attempt": view.attempt,
        "title": view.attempt.title,
        "questions": question_screens(view),
        "sequential": view.attempt.is_sequential,
        "hand_in": hand_in_line(view.attempt) if view.attempt.hand_in_only(timezone.now()) else "",
        "open_count": len(view.unanswered),
        "by_hand": any(get_kind(question.kind).by_hand for question in view.questions),
        "flagged_count": len(view.flagged),
        "remaining": view.seconds_left,
        "clock": clock(view.seconds_left or 0),
        "words": time_words(view.attempt.overdue),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        **attempt_urls(view.attempt),
    }


@never_cache
@require_POST
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hand in, after one last question. A second submit shows the result of the first."""
    attempt = find_open_attempt(request, uuid)
    user = signed_in(request)
    if attempt.is_open:
        if "confirm" not in request.POST:
            view = attempt_view(user, attempt, language=language())
            return render(request, "assessments/confirm.html", _review_context(view))
        submit_attempt(user, attempt=attempt)
    return redirect("assessments:result", uuid=uuid)


@never_cache
@require_safe
def result(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What came out, as far as the frozen policy shows it."""
    attempt = find_open_attempt(request, uuid)
    if attempt.is_open:
        return redirect("assessments:resume", uuid=uuid)
    view = result_view(signed_in(request), attempt, language=language())
    module = attempt.activity.parent
    links = page_links([attempt.activity.key, *([module.key] if module else [])])
    quiz_link = best_link(links.get(attempt.activity.key), language())
    module_link = best_link(links.get(module.key), language()) if module else None
    return render(
        request,
        "assessments/result.html",
        {
            "attempt": attempt,
            "title": attempt.title,
            "result": result_screen(view, language()),
            "module_title": module.title if module else "",
            "module_url": module_link.url if module_link else "",
            "quiz_url": quiz_link.url if quiz_link else "",
            "certificate_hint": certificate_hint(attempt) if view.passed and view.test_passed else "",
        },
    )
