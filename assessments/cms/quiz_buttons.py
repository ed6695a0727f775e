"""What the page of a test and the lists of pages offer beside editing it: analysis, exceptions, two previews."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button

from assessments.models import QuizPage
from people import roles


def _buttons(page: Any, user: Any) -> Iterator[Button]:
    if not page.pk or page.specific_class is not QuizPage:
        return
    key = {"key": page.translation_key}
    if roles.may_analyse(user):
        yield Button(_("Analysis"), reverse("quiz_analysis", kwargs=key), icon_name="analysis", priority=14)
    if roles.may_grant_exceptions(user):
        yield Button(_("Exceptions"), reverse("quiz_exceptions", kwargs=key), icon_name="user", priority=15)
    if roles.may_author(user):
        draft = reverse("wagtailadmin_pages:view_draft", args=[page.pk])  # in a tab of its own, of the newest draft
        yield Button(_("Try it"), f"{draft}?mode=try", icon_name="check", priority=16)
        yield Button(_("On paper"), f"{draft}?mode=paper", icon_name="doc-full", priority=17)


@hooks.register("register_page_header_buttons")
def header_buttons(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    yield from _buttons(page, user)


@hooks.register("register_page_listing_more_buttons")
def listing_buttons(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    yield from _buttons(page, user)
