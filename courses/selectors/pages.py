"""Addresses of activities: which live page shows one, in which language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import get_script_prefix
from wagtail.models import Page

from courses.models import Activity
from enablement.core.prepared import Prepared, Several

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True)
class PageLink:
    """A live page of an activity. `is_fallback`: it is in another language than the one asked for."""

    url: str
    language: str
    is_fallback: bool = False


def path_of(url_path: str, language: str) -> str:
    """The address of a page from its `url_path`, whose first part is the site's root page.

    The same as `Page.get_url()`, which resolves the site and reverses a pattern for each page; an outline of 300
    lessons asks 600 times.
    """
    return f"{get_script_prefix()}{language}/{url_path.split('/', 2)[2]}"


_live: Prepared[Any] = Prepared(
    lambda keys: Page.objects.filter(translation_key__in=keys, live=True, depth__gt=1).values_list(
        "translation_key", "locale__language_code", "url_path"
    ),
    keys=Several(models.UUIDField()),
)


def page_links(keys: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Translation key → language → address of its live pages. One query."""
    found: dict[UUID, dict[str, str]] = {}
    for key, language, url_path in _live.tuples(keys=keys):
        found.setdefault(key, {})[language] = path_of(url_path, language)
    return found


def best_link(links: dict[str, str] | None, language: str) -> PageLink | None:
    """The page in this language, else in the first other one that has it."""
    if not links:
        return None
    if language in links:
        return PageLink(links[language], language)
    other = next((code for code in LANGUAGES if code in links), next(iter(links)))
    return PageLink(links[other], other, is_fallback=True)


def page_url_for(activity: Activity, language: str) -> str | None:
    """The address of the activity's live page in this language, else in the other; None when no page is live."""
    link = best_link(page_links([activity.key]).get(activity.key), language)
    return link.url if link else None
