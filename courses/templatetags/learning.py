"""What learner pages need to know about their reader. Pages themselves never know who reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import template
from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.enums import Audience
from courses.home_panels import home_panels
from courses.models import Activity, CatalogueIndexPage, LearningPathPage, LessonPage, ModulePage
from courses.selectors.dashboards import (
    CatalogueQuery,
    CatalogueView,
    HomeView,
    PathView,
    catalogue_view,
    home_view,
    path_views,
)
from courses.selectors.outlines import Outline, OutlineEntry
from courses.selectors.pages import page_links
from courses.selectors.records import activity_by_key
from courses.serving import may_read_locked, outline_of
from enablement.core.prepared import Prepared, Several
from enablement.core.templatetags.ui import STATES
from people.models import User

register = template.Library()


def _reader(context: template.Context) -> User:
    return cast("User", context["request"].user)


# --- Pages ----------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True, name="home_view")
def home_view_tag(context: template.Context) -> HomeView:
    return home_view(_reader(context))


@register.simple_tag(takes_context=True, name="home_panels")
def home_panels_tag(context: template.Context) -> list[tuple[str, dict[str, Any]]]:
    """`{% home_panels as panels %}`: what higher rooms show on the home page."""
    return home_panels(_reader(context))


@register.simple_tag(takes_context=True, name="catalogue_view")
def catalogue_view_tag(context: template.Context) -> CatalogueView:
    """The catalogue as filtered by the address."""
    page: CatalogueIndexPage = context["page"]
    request: HttpRequest = context["request"]
    names = {
        "text": "q",
        "audience": "for",
        "topic": "topic",
        "duration": "duration",
        "status": "status",
        "page": "page",
    }
    values = {field: request.GET.get(name, "").strip()[:100] for field, name in names.items()}
    return catalogue_view(_reader(context), catalogue_path=page.path, query=CatalogueQuery(**values))


@register.simple_tag(takes_context=True)
def path_index_view(context: template.Context) -> list[tuple[LearningPathPage, PathView]]:
    """The live paths below this page, each with what the reader has done of it."""
    page: Page = context["page"]
    pages = list(LearningPathPage.objects.filter(path__startswith=page.path, live=True).order_by("path"))
    activities = {each.key: each for each in Activity.objects.filter(key__in=[each.translation_key for each in pages])}
    known = [each for each in pages if each.translation_key in activities]
    views = path_views(_reader(context), [activities[each.translation_key] for each in known])
    return list(zip(known, views, strict=True))


@register.simple_tag(takes_context=True)
def path_view(context: template.Context) -> PathView | None:
    activity = activity_by_key(context["page"].translation_key)
    return path_views(_reader(context), [activity])[0] if activity else None


@register.simple_tag(takes_context=True)
def module_view(context: template.Context) -> Outline | None:
    """The module page's outline; None in the preview of a page that was never saved."""
    return outline_of(context["request"], context["page"])


@dataclass(frozen=True)
class LessonView:
    """A lesson in its module. `closed`: its content must not be shown to this reader."""

    outline: Outline | None
    entry: OutlineEntry | None = None
    before: OutlineEntry | None = None
    after: OutlineEntry | None = None
    closed: bool = False
    for_author: bool = False


@register.simple_tag(takes_context=True)
def lesson_view(context: template.Context) -> LessonView:
    """`{% lesson_view as view %}` for a lesson or test page."""
    request: HttpRequest = context["request"]
    page: LessonPage = context["page"]
    view = outline_of(request, page)
    if view is None:
        return LessonView(None)
    before, entry, after = view.place(page.translation_key)
    locked = view.lock is not None
    author = locked and may_read_locked(_reader(context))
    return LessonView(view, entry, before, after, closed=locked and not author, for_author=author)


_illustrated = Prepared(
    lambda keys: ModulePage.objects.filter(translation_key__in=keys, live=True).select_related(
        "illustration", "locale"
    ),
    keys=Several(models.UUIDField()),
)


@register.simple_tag
def module_pages(*outlines: Outline | Iterable[Outline] | None) -> dict[UUID, ModulePage]:
    """`{% module_pages view.resume view.explore as pages %}`: the pages of these modules, for their pictures. 1 query.

    The reader's language where there is one, else the other.
    """
    flat = [each for group in outlines for each in ([group] if isinstance(group, Outline) else group or ())]
    keys = {each.module.key for each in flat}
    if not keys:
        return {}
    live = _illustrated.rows(keys=keys)
    here = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    ordered = sorted(live, key=lambda page: page.locale.language_code == here)
    return {page.translation_key: page for page in ordered}


@register.filter
def page_of(pages: dict[UUID, ModulePage], outline: Outline | None) -> ModulePage | None:
    """`{{ pages|page_of:outline }}`, of `{% module_pages %}`."""
    return pages.get(outline.module.key) if outline else None


@register.simple_tag(takes_context=True)
def outline_is_closed(context: template.Context) -> bool:
    """Whether the reader folded the outline away (a cookie that the script sets; open without)."""
    return bool(context["request"].COOKIES.get("outline") == "closed")


# --- Languages ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LanguageLink:
    """Where the language switch leads. `is_fallback`: this page does not exist there, a page above it does."""

    code: str
    name: str
    url: str
    is_current: bool
    is_fallback: bool = False


NAMES = {"de": "Deutsch", "en": "English"}


@register.simple_tag(takes_context=True)
def language_links(context: template.Context) -> list[LanguageLink]:
    """`{% language_links as links %}`: this page in each language, else the nearest page above it that exists there."""
    request: HttpRequest = context["request"]
    page = context.get("page")
    current = (get_language() or "de").split("-")[0]
    found = _page_addresses(request, page) if isinstance(page, Page) else {}
    links = []
    for code, name in settings.LANGUAGES:
        if code == current:
            url, fallback = request.get_full_path(), False
        elif isinstance(page, Page):
            url, fallback = found.get(code, (f"/{code}/", True))
            query = request.META.get("QUERY_STRING", "")
            url = f"{url}?untranslated=1" if fallback else f"{url}?{query}" if query else url
        else:
            url, fallback = translate_url(request.get_full_path(), code), False
        links.append(LanguageLink(code, NAMES.get(code, str(name)), url, code == current, fallback))
    return links


_keys_at: Prepared[Any] = Prepared(
    lambda paths: Page.objects.filter(path__in=paths).order_by().values_list("path", "translation_key"),
    paths=Several(models.CharField()),
)


def _page_addresses(request: HttpRequest, page: Page) -> dict[str, tuple[str, bool]]:
    """Language → (address, whether it is a fallback). No query on pages whose outline is known, else one."""
    outline = outline_of(request, page) if isinstance(page, (LessonPage, ModulePage)) else None
    if outline is not None:
        _before, entry, _after = outline.place(page.translation_key)
        own = entry.links if entry else outline.links
        above = {code: (url, True) for code, url in outline.links.items()}
        return above | {code: (url, False) for code, url in own.items()}
    steps = range(len(page.path) - page.steplen, page.steplen, -page.steplen)
    paths = [page.path[:length] for length in steps]
    keys = dict(_keys_at.tuples(paths=paths))
    chain = [page.translation_key, *(keys[path] for path in paths if path in keys)]
    links = page_links(chain)
    found: dict[str, tuple[str, bool]] = {}
    for key in reversed(chain):
        found |= {code: (url, key != page.translation_key) for code, url in links.get(key, {}).items()}
    return found


# --- Words ----------------------------------------------------------------------------------------------------------
@register.filter
def minutes(value: int) -> str:
    """`18 min`; from an hour on `1 h 5 min`."""
    hours, rest = divmod(int(value), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@register.filter
def audience_word(value: str) -> str:
    return str(Audience(value).label)


@register.filter
def state_icon(name: str) -> str:
    return STATES[name][0]


@register.filter
def state_word(name: str) -> str:
    return str(STATES[name][1])


@register.filter
def due_word(value: Any) -> str:
    """`due in 4 days`, `due today`, `overdue for 6 days`, by whole calendar days of the site's time zone."""
    days = (timezone.localdate(value) - timezone.localdate()).days
    if days > 0:
        return ngettext("due in %(count)s day", "due in %(count)s days", days) % {"count": days}
    if days < 0:
        return ngettext("overdue for %(count)s day", "overdue for %(count)s days", -days) % {"count": -days}
    return _("due today")
