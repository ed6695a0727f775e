"""The item bank in the CMS."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from assessments.cms import analysis_hooks, marking, regrading, supply  # noqa: F401 - one registers its hooks
from assessments.cms.bulk import ReviewedBulkAction
from assessments.cms.viewsets import ItemViewSet
from assessments.models import Item
from assessments.services.bank import REVIEWED
from people.roles import may_mark

register_snippet(ItemViewSet)
hooks.register("register_bulk_action", ReviewedBulkAction)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """What the history of an item says of it."""
    actions.register_action(REVIEWED, _("Look through"), _("Looked through and found right"))


@hooks.register("register_cms_quick_link")
def begin_an_item() -> type[Item]:
    """An entry among the quick links of the CMS's start page."""
    return Item


@hooks.register("insert_global_admin_css")
def bilingual_columns() -> SafeString:
    """German and English side by side in the editor of items."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/cms-items.css"))


@hooks.register("register_admin_urls")
def marking_urls() -> list[URLPattern]:
    return [
        path("marking/", marking.index, name="marking"),
        path("marking/tests/<uuid:key>/", marking.start, name="marking_start"),
        path("marking/<uuid:uuid>/", marking.sheet, name="marking_sheet"),
        path("regrading/items/<uuid:key>/", regrading.regrade, name="regrade"),
        path("regrading/<uuid:uuid>/", regrading.progress, name="regrading"),
        path("quiz-supply/", supply.supply, name="quiz_supply"),
        path("marking/<uuid:uuid>/release/", marking.release, name="marking_release"),
    ]


class MarkingItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_mark(request.user)


@hooks.register("register_admin_menu_item")
def marking_menu() -> MenuItem:
    return MarkingItem(_("Marking"), reverse_lazy("marking"), name="marking", icon_name="edit", order=215)
