"""What happens when a learner visits a page: finding it fast, and the bookmark. Nothing of it runs in a preview.

Wagtail's hooks `before_serve_page` run for real visits only; a preview calls `page.serve` directly. That is how
"a preview records nothing" holds by construction.
"""

from functools import cache
from itertools import accumulate
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from wagtail import hooks
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve

from courses.models import Activity, HomePage, LearningPathPage, LessonPage, ModulePage
from courses.selectors.dashboards import needs_following
from courses.selectors.outlines import Outline, outline, outline_around
from courses.selectors.records import activity_by_key
from courses.services import follow_path, open_activity, refresh_satisfaction
from enablement.core.prepared import Prepared, Several
from people import roles
from people.models import User

DEEPEST = 12  # addresses from the home page to a page; the page types allow four
_live_at = Prepared(
    lambda way: Page.objects.filter(url_path__in=way, live=True).select_related("locale"),
    way=Several(models.TextField()),
)


@cache
def _specific(kind: type[Page]) -> Prepared[Page]:
    return Prepared(lambda pk: kind._default_manager.filter(pk=pk), pk=models.BigIntegerField())


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's `serve`, with the page found by its whole address instead of one level after the other.

    Two queries instead of two per level and three for the site. Wagtail reads the result from the same attribute that
    it would fill itself. Unlike Wagtail, a page below one that is not published is as hidden as that one: whoever
    unpublishes a module alone does not expect its lessons to stay open.
    """
    language = (get_language() or "de").split("-")[0]
    roots = {root.language_code: root.root_path for root in reversed(Site.get_site_root_paths())}
    if not roots:
        raise Http404
    root = roots.get(language) or next(reversed(roots.values()))
    way = list(accumulate((f"{part}/" for part in path.split("/") if part), initial=root))
    if len(way) > DEEPEST:
        raise Http404
    found = {page.url_path: page for page in _live_at.rows(way=way)}
    if len(found) < len(way):
        raise Http404
    page = found[way[-1]]
    specific = _specific(page.specific_class or Page).first(pk=page.pk)
    if specific is None:  # deleted in between
        raise Http404
    specific.locale = page.locale  # read above; the specific page would ask again
    request._wagtail_route_for_request = RouteResult(specific)  # type: ignore[attr-defined]  # Wagtail's own cache
    return serve(request, path)  # type: ignore[no-any-return]  # untyped


def outline_of(request: HttpRequest, page: Page) -> Outline | None:
    """The reader's outline around a module, lesson or test page; built once per request."""
    known: dict[Any, Outline | None] = request.__dict__.setdefault("_outlines", {})
    if page.translation_key not in known:
        known[page.translation_key] = _build(request, page)
    return known[page.translation_key]


def _build(request: HttpRequest, page: Page) -> Outline | None:
    user = request.user
    if not isinstance(user, User):
        return None
    if isinstance(page, ModulePage):
        module = _activity(page)
        return outline(user, module=module) if module else None
    return outline_around(user, key=page.translation_key)


def _activity(page: Page) -> Activity | None:
    return activity_by_key(page.translation_key)


def _visitor(request: HttpRequest) -> User | None:
    """The person who reads: not a prefetching browser, not a HEAD request."""
    ahead = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    user = request.user
    return user if request.method == "GET" and isinstance(user, User) and "prefetch" not in ahead else None


def visit(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> None:
    """Set the bookmark, take new steps of a path in, and complete what a change of the content has completed."""
    user = _visitor(request)
    if user is None:
        return
    if isinstance(page, (LessonPage, ModulePage)):
        _visit_module(user, page, request)
    elif isinstance(page, (HomePage, LearningPathPage)) and needs_following(user):
        _follow_all(user)


def _visit_module(user: User, page: Page, request: HttpRequest) -> None:
    view = outline_of(request, page)
    if view is None or view.enrollment is None or view.lock is not None:
        return
    if isinstance(page, LessonPage):
        entry = view.place(page.translation_key)[1]
        stale = view.progress is None or view.progress.position != page.translation_key
        if entry is not None and (stale or entry.state == "not_started"):
            open_activity(user, activity=entry.activity)
            request.__dict__["_outlines"].clear()
    elif view.is_complete_but_open:
        refresh_satisfaction(view.enrollment)
        request.__dict__["_outlines"].clear()


def _follow_all(user: User) -> None:
    for enrollment in user.enrollments.filter(satisfied_at__isnull=True, activity__kind="path").order_by("pk"):
        follow_path(enrollment)


def may_read_locked(user: User) -> bool:
    """Authors and reviewers read everything, learners what is open to them."""
    return roles.may_author(user)


def connect() -> None:
    hooks.register("before_serve_page", visit)
