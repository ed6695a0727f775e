"""The room's part of the CMS menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from people import roles
from people.cms import imports
from people.cms.logs import AccessLogViewSet, DeletionLogViewSet
from people.cms.people import OrgUnitViewSet
from people.models import Function


class FunctionViewSet(SnippetViewSet):
    model = Function
    icon = "tag"
    list_display = ("slug", "name_de", "name_en")
    url_prefix = "functions"
    add_to_reference_index = False
    copy_view_enabled = False


register_snippet(FunctionViewSet)


class RoleMenuItem(MenuItem):
    """Shown to whom the predicate lets in."""

    def __init__(self, label: Any, url: Any, *, predicate: Any, **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.predicate = predicate

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(self.predicate(request.user))


def _item(label: Any, name: str, icon: str, order: int, predicate: Any = roles.may_manage_people) -> MenuItem:
    return RoleMenuItem(label, reverse_lazy(name), predicate=predicate, icon_name=icon, name=name, order=order)


@hooks.register("register_admin_menu_item")
def people_menu() -> MenuItem:
    menu = Menu(
        items=[
            _item(_("People"), "wagtailusers_users:index", "user", 10),
            _item(_("Import"), "people_import", "upload", 20),
            _item(_("Org units"), "org_units:index", "site", 30),
            _item(_("Functions"), "wagtailsnippets_people_function:list", "tag", 40, roles.may_configure),
        ]
    )
    return SubmenuMenuItem(_("People"), menu, icon_name="group", name="people", order=500)


@hooks.register("register_admin_menu_item")
def data_protection_menu() -> MenuItem:
    menu = Menu(
        items=[
            _item(_("Access log"), "access_log:index", "view", 10, roles.may_read_access_log),
            _item(_("Deletion log"), "deletion_log:index", "bin", 20, roles.may_read_access_log),
        ]
    )
    return SubmenuMenuItem(_("Data protection"), menu, icon_name="lock", name="data-protection", order=510)


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return [
        OrgUnitViewSet("org_units", url_prefix="org-units"),
        AccessLogViewSet("access_log", url_prefix="access-log"),
        DeletionLogViewSet("deletion_log", url_prefix="deletion-log"),
    ]


@hooks.register("register_admin_urls")
def import_urls() -> list[URLPattern]:
    return [
        path("people-import/", imports.upload, name="people_import"),
        path("people-import/<uuid:pk>/", imports.preview, name="people_import_preview"),
    ]
