"""Starting, completing, my learning. State changes are POSTs that call one service and redirect."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.enums import ActivityKind, EnrollmentSource
from courses.models import Activity
from courses.selectors import activity_by_key, outline, page_url_for
from courses.selectors.dashboards import my_learning
from courses.selectors.outlines import Outline
from courses.services import complete_lesson, enroll, open_activity
from people.models import User


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - LoginRequiredMiddleware let only people in
    return request.user


def _live(key: UUID, kind: ActivityKind) -> Activity:
    """The live activity of this kind; 404 alike for missing and hidden ones."""
    activity = activity_by_key(key)
    if activity is None or activity.kind != kind or not activity.is_live:
        raise Http404
    if activity.parent is not None and not activity.parent.is_live:
        raise Http404
    return activity


def _to(activity: Activity) -> HttpResponseRedirect:
    return redirect(page_url_for(activity, (get_language() or "de").split("-")[0]) or f"/{get_language()}/")


@require_POST
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """Enrol in a module and go to its first open lesson; whoever is enrolled already just goes on."""
    module = _live(key, ActivityKind.MODULE)
    user = _user(request)
    enroll(user, activity=module, source=EnrollmentSource.SELF)
    view = outline(user, module=module)
    if view.lock is not None or view.next is None or view.next.link is None:
        messages.success(request, _("You are enrolled."))
        return _to(module)
    if view.next.activity.kind == ActivityKind.LESSON:
        open_activity(user, activity=view.next.activity)
    return redirect(view.next.link.url)


@require_POST
def start_path(request: HttpRequest, key: UUID) -> HttpResponse:
    """Enrol in a path and its modules, and stay there: the path shows whose turn it is."""
    path = _live(key, ActivityKind.PATH)
    enroll(_user(request), activity=path, source=EnrollmentSource.SELF)
    messages.success(request, _("You are on the path. The first module is waiting for you."))
    return _to(path)


@require_POST
def complete(request: HttpRequest, key: UUID) -> HttpResponse:
    """Complete a lesson and go to the next thing to do."""
    lesson = _live(key, ActivityKind.LESSON)
    user = _user(request)
    module = lesson.parent
    if module is None:
        raise Http404
    was = outline(user, module=module).is_satisfied
    complete_lesson(user, lesson=lesson)
    view = outline(user, module=module)
    if view.is_satisfied and not was:
        messages.success(request, _("You have completed “%(title)s”. Well played!") % {"title": module.title})
        return _to(module)
    following = _following(view, lesson)
    return redirect(following) if following else _to(module)


def _following(view: Outline, lesson: Activity) -> str | None:
    """The next entry that is required and not done, after this lesson; then from the start; else the module."""
    keys = [entry.activity.key for entry in view.entries]
    at = keys.index(lesson.key) + 1 if lesson.key in keys else 0
    ordered = [*view.entries[at:], *view.entries[:at]]
    target = next((entry for entry in ordered if entry.required and not entry.is_done and entry.link), None)
    return target.link.url if target and target.link else None


@require_safe
def my_learning_page(request: HttpRequest) -> HttpResponse:
    """Everything the person has running or completed."""
    view = my_learning(_user(request))
    left = ngettext("%(count)s minute left", "%(count)s minutes left", view.minutes_left) % {"count": view.minutes_left}
    return render(request, "courses/my_learning.html", {"view": view, "left": left})
