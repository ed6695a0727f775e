"""Approving items: no gap goes live, files are copied before, and a copy of another question is pointed out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.snippets.views.snippets import EditView, WorkflowActionView

from assessments.models import Item
from assessments.selectors.twins import equal_to
from courses.approving import NoGapsMixin

APPROVE = "approve"


def warn_of_copies(request: HttpRequest, item: Item) -> None:
    """After publishing: that the bank asks the same already. Nothing is refused; one may replace the other."""
    others = equal_to(item)
    if others:
        titles = ", ".join(f"“{other.title}”" for other in others[:3])
        text = _("The bank has the same question with the same key: %(items)s. If one replaces the other, retire it.")
        messages.warning(request, text % {"items": titles})


def _copy_files(item: Item) -> None:
    """Copy what the newest draft shows before the approval, which is one transaction, publishes it."""
    draft = item.get_latest_revision_as_object()
    if draft.body:
        draft.kept_content()


def _warn_if_published(request: HttpRequest, item: Item) -> None:
    """An approval may be one of several: nothing is said before the last one."""
    item = Item.objects.get(pk=item.pk)
    if item.live and not item.has_unpublished_changes:
        warn_of_copies(request, item)


class ApproveItem(NoGapsMixin, WorkflowActionView):
    """Approves no item with a gap, such as an answer without feedback."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.action_name == APPROVE:
            _copy_files(self.object)
        response: HttpResponse = super().post(request, *args, **kwargs)
        if self.action_name == APPROVE:
            _warn_if_published(request, self.object)
        return response


class EditItem(EditView):
    """The editor, where a reviewer may approve as well."""

    def workflow_action_action(self) -> None:
        if self.workflow_action == APPROVE:
            _copy_files(self.object)
        super().workflow_action_action()
        if self.workflow_action == APPROVE:
            _warn_if_published(self.request, self.object)
