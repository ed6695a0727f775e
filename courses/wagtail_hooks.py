"""How the CMS is adapted to trainers: menu, lists, start page, look, links in rich text."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.pages import page_viewset_registry
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet

from courses.approving import ActivityPageViewSet
from courses.dashboard import ContentSummaryItem, ExpiredFactsPanel, QuickLinksPanel, StaleModulesPanel
from courses.models import ActivityPage, LessonPage, ModulePage
from courses.rich_text import BulkDocumentLinkHandler, BulkPageLinkHandler
from courses.templatetags.brand_tags import brand_stylesheet
from courses.viewsets import ConfirmFactsBulkAction, FactViewSet, LessonListing, ModuleListing
from people import roles

register_snippet(FactViewSet)
hooks.register("register_bulk_action", ConfirmFactsBulkAction)
page_viewset_registry.register(ActivityPage, value=ActivityPageViewSet("activities"))

# Menu entries that only administrators have a use for. The pages behind them keep their own permissions.
ADMIN_ONLY = {
    "main": frozenset({"help", "snippets"}),  # ours have entries of their own
    "reports": frozenset({"site-history", "page-types-usage", "locked-pages", "workflow-tasks"}),
    "settings": frozenset({"redirects", "sites", "collections", "workflows", "workflow-tasks", "locales"}),
}


@hooks.register("register_admin_viewset")
def modules() -> ModuleListing:
    return ModuleListing("modules")


@hooks.register("register_admin_viewset")
def lessons() -> LessonListing:
    return LessonListing("lessons")


def _without(menu_items: list[MenuItem], names: frozenset[str]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in names]


@hooks.register("construct_main_menu")
def short_main_menu(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Who does not write has no use for modules, lessons and pages; trainers need no manual of another product."""
    if not roles.is_admin(request.user):
        _without(menu_items, ADMIN_ONLY["main"])
    if not roles.may_author(request.user):
        _without(menu_items, frozenset({"modules", "lessons", "explorer", "facts", "images", "documents", "reports"}))


@hooks.register("construct_reports_menu")
def short_reports_menu(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    if not roles.is_admin(request.user):
        _without(menu_items, ADMIN_ONLY["reports"])


@hooks.register("construct_settings_menu")
def short_settings_menu(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    if not roles.is_admin(request.user):
        _without(menu_items, ADMIN_ONLY["settings"])


@hooks.register("construct_homepage_panels")
def start_page(request: HttpRequest, panels: list[Any]) -> None:
    """Wagtail's own "awaiting my review" and "my work in review" stay; ours come with them."""
    panels += [QuickLinksPanel(), ExpiredFactsPanel(), StaleModulesPanel()]


@hooks.register("construct_homepage_summary_items", order=1000)
def counts(request: HttpRequest, summary_items: list[Any]) -> None:
    """Modules and lessons instead of pages, images and documents."""
    summary_items[:] = [
        ContentSummaryItem(request, ModulePage, "modules:index"),
        ContentSummaryItem(request, LessonPage, "lessons:index"),
    ]


@hooks.register("insert_global_admin_css")
def cms_look() -> SafeString:
    link = format_html('<link rel="stylesheet" href="{}">', static("css/cms.css"))
    return format_html("{}{}", link, brand_stylesheet())


@hooks.register("insert_editor_js")
def cms_script() -> SafeString:
    return format_html('<script type="module" src="{}"></script>', static("js/cms.js"))


@hooks.register("register_rich_text_features", order=100)
def resolve_links_together(features: FeatureRegistry) -> None:
    """After Wagtail's own: the last handler registered for a link type is the one that is used."""
    features.register_link_type(BulkPageLinkHandler)
    features.register_link_type(BulkDocumentLinkHandler)
