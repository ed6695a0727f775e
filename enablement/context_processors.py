"""What every page of the shell needs. Wiring: it may ask all rooms, and asks as late as the template does."""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses.models import CatalogueIndexPage, PathIndexPage
from enablement.core.cache import kept
from people import roles
from people.selectors import team_lead_view


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation: address, lucide icon, words, and whether the reader is there now."""

    url: str
    icon: str
    label: str
    current: bool


def _section_urls(language: str) -> tuple[str, str]:
    """Addresses of catalogue and paths, kept for a minute: they hardly ever change, and every page shows them."""
    key = f"section-urls:{language}"
    return kept(key, partial(_cached_section_urls, key, language))


def _cached_section_urls(key: str, language: str) -> tuple[str, str]:
    urls: tuple[str, str] | None = cache.get(key)
    if urls is None:
        urls = (_address(CatalogueIndexPage, language), _address(PathIndexPage, language))
        cache.set(key, urls, 60)
    return urls


def _address(model: type[Page], language: str) -> str:
    page = model.objects.live().filter(locale__language_code=language).first()
    return str(page.get_url() or "") if page else ""


def _item(request: HttpRequest, url: str, icon: str, label: object, *, exact: bool = False) -> NavItem:
    here = request.path == url if exact else request.path.startswith(url)
    return NavItem(url, icon, str(label), here)


def _learning_nav(request: HttpRequest) -> list[NavItem]:
    language = get_language() or settings.LANGUAGE_CODE
    catalogue, paths = _section_urls(language)
    items = [_item(request, f"/{language}/", "house", _("Home"), exact=True)]
    if catalogue:
        items.append(_item(request, catalogue, "library", _("Catalogue")))
    if paths:
        items.append(_item(request, paths, "route", _("Learning paths")))
    items.append(_item(request, reverse("courses:my_learning"), "book-open-check", _("My learning")))
    items.append(_item(request, reverse("certificates:wall"), "award", _("Certificates")))
    return items


def _work_nav(request: HttpRequest) -> list[NavItem]:
    """Entries by role. The user's role names are loaded once per request."""
    user, items = request.user, []
    if roles.may_report(user):
        items.append(_item(request, reverse("reports:report"), "chart-no-axes-column", _("Completion report")))
    if roles.may_lead(user, team_lead_view=team_lead_view()):
        items.append(_item(request, reverse("reports:team"), "users", _("My team")))
    if roles.may_revoke(user):
        items.append(_item(request, reverse("certificates:manage"), "shield-check", _("Manage certificates")))
    if roles.may_see_aggregates(user):
        items.append(_item(request, reverse("reports:overview"), "chart-pie", _("Overview without names")))
    if roles.may_enter_cms(user):
        items.append(_item(request, reverse("wagtailadmin_home"), "square-pen", _("Edit content")))
    return items


def shell(request: HttpRequest) -> dict[str, object]:
    """Product version, theme (`light`, `dark`, or empty for the device's), navigation, language."""
    theme = request.COOKIES.get("theme", "")
    context: dict[str, object] = {
        "PRODUCT_VERSION": settings.VERSION,
        "THEME": theme if theme in {"light", "dark"} else "",
        "LANGUAGE": get_language(),
        "SIGNUP_OPEN": settings.SIGNUP_OPEN,
    }
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        context["learning_nav"] = SimpleLazyObject(partial(_learning_nav, request))
        context["work_nav"] = SimpleLazyObject(partial(_work_nav, request))
    return context
