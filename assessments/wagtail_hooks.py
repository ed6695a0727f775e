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
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet

from assessments.cms import analysis_hooks, exceptions, marking, quiz_buttons, regrading, supply, trying  # noqa: F401 - two register hooks
from assessments.cms.approving import warn_of_copies
from assessments.cms.bulk import RetireBulkAction, ReviewedBulkAction, TagBulkAction
from assessments.cms.desk import DeskPanel
from assessments.cms.viewsets import ItemViewSet
from assessments.models import Item
from assessments.services.bank import REVIEWED, TAGGED
from people.roles import may_mark

register_snippet(ItemViewSet)
for action in (ReviewedBulkAction, TagBulkAction, RetireBulkAction):
    hooks.register("register_bulk_action", action)


@hooks.register("construct_homepage_panels")
def desk(request: HttpRequest, panels: list[Any]) -> None:
    """What waits for a trainer."""
    panels.append(DeskPanel())


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def point_out_copies(request: HttpRequest, instance: Any) -> None:
    """After publishing in the editor; an approval does it itself."""
    if isinstance(instance, Item) and request.POST.get("action-publish"):
        warn_of_copies(request, instance)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """What the history of an item says of it."""
    actions.register_action(REVIEWED, _("Look through"), _("Looked through and found right"))

    @actions.register_action(TAGGED)
    class Tagged(LogFormatter):
        label = _("Change tags")

        def format_message(self, log_entry: Any) -> str:
            said = [
                (_("added %(tags)s"), log_entry.data.get("added")),
                (_("took away %(tags)s"), log_entry.data.get("removed")),
            ]
            return ", ".join(text % {"tags": ", ".join(tags)} for text, tags in said if tags)


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
        path("marking/<uuid:uuid>/file/", marking.file, name="marking_file"),
        path("regrading/items/<uuid:key>/", regrading.regrade, name="regrade"),
        path("regrading/<uuid:uuid>/", regrading.progress, name="regrading"),
        path("quiz-supply/", supply.supply, name="quiz_supply"),
        path("try/", trying.answer, name="try_answer"),
        path("marking/<uuid:uuid>/release/", marking.release, name="marking_release"),
    ]


class MarkingItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_mark(request.user)


@hooks.register("register_admin_menu_item")
def marking_menu() -> MenuItem:
    return MarkingItem(_("Marking"), reverse_lazy("marking"), name="marking", icon_name="edit", order=215)
