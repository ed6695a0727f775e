"""What can be done with several items of the bank at once."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from assessments.cms.viewsets import listed_by
from assessments.models import Item
from assessments.services.bank import confirm_reviewed
from people.models import User

# What one request does; each item writes a few rows, and on SQLite nobody else writes meanwhile.
MOST = 300


class ItemBulkAction(SnippetBulkAction):
    """An action on items. `permission` is asked once: permissions on items do not differ from one to the next.

    "All in the list" means the list as it is filtered and searched; Wagtail would take the whole bank.
    """

    models: ClassVar = [Item]
    permission: ClassVar[str]

    @classmethod
    def get_queryset(cls, model: type[Item], object_ids: list[Any]) -> Any:
        numbers = [one for one in object_ids if str(one).isdecimal()]
        return Item.objects.filter(pk__in=numbers).prefetch_related("tagged_items__tag").order_by("title", "pk")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.permission_policy.user_has_any_permission(request.user, ("add", "change", "publish")):
            raise PermissionDenied  # titles are not for everybody in the CMS
        if request.method == "POST" and not self.permission_policy.user_has_permission(request.user, self.permission):
            raise PermissionDenied
        if "all" in request.GET.getlist("id") and (count := self._listed().count()) > MOST:
            sentence = _("That would be %(count)d items, and %(most)d are done at once. Filter the list further.")
            messages.error(request, sentence % {"count": count, "most": MOST})
            return redirect(self.next_url)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def _listed(self) -> QuerySet[Item]:
        return listed_by(self.request.GET, self.request)

    def get_all_objects_in_listing_query(self, parent_id: Any) -> list[int]:
        return list(self._listed().values_list("pk", flat=True))

    def check_perm(self, snippet: Item) -> bool:
        if not hasattr(self, "may"):
            self.may = self.permission_policy.user_has_permission(self.request.user, self.permission)
        return bool(self.may)


class ReviewedBulkAction(ItemBulkAction):
    """ "I have looked these through, they are right": who and when are noted, and no version is made."""

    permission = "publish"
    display_name = _("Confirm as looked through")
    action_type = "confirm_reviewed"
    aria_label = _("Confirm that you have looked the selected items through")
    template_name = "assessments/cms/bulk_reviewed.html"
    action_priority = 10

    def check_perm(self, snippet: Item) -> bool:
        return super().check_perm(snippet) and snippet.live

    @classmethod
    def execute_action(cls, objects: list[Item], user: User | None = None, **kwargs: Any) -> tuple[int, int]:
        actor = kwargs["self"].request.user
        return confirm_reviewed(objects, actor=actor), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d item is noted as looked through today.",
            "%(count)d items are noted as looked through today.",
            num_parent_objects,
        ) % {"count": num_parent_objects}
