"""Approving in the CMS: what was emptied while it waited for review is not published from a list.

The editor validates when somebody submits, publishes or approves there. The buttons of the start page and of the
reports approve the newest draft as it is; between submission and approval a draft may be saved with gaps.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.fields import StreamField

from courses.forms import BlockFieldOneAtATime, what_is_missing


def gaps(draft: Any) -> Iterator[str]:
    """One phrase for each thing that is missing in the streams of a page or an item."""
    for field in draft._meta.fields:
        if isinstance(field, StreamField):
            value = getattr(draft, field.name)
            try:
                BlockFieldOneAtATime(field.stream_block).clean(value)
            except ValidationError as error:
                for phrase in what_is_missing(field.stream_block, value, error):
                    yield f"{capfirst(field.verbose_name)}: {phrase}"


class NoGapsMixin:
    """A workflow action view that approves nothing unfinished, says what is missing and leads to the editor."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view: Any = self
        missing = list(gaps(view.object.get_latest_revision_as_object())) if view.action_name == "approve" else []
        if not missing:
            return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]  # mixed into a view
        sentence = _("This is not complete yet and was not approved. Missing: %(what)s")
        messages.error(request, sentence % {"what": "; ".join(missing)})
        if request.headers.get("x-requested-with") == "XMLHttpRequest":  # the window that asks for a comment
            return view.render_modal_json(request, {"step": "success", "redirect": view.redirect_url})  # type: ignore[no-any-return]  # untyped
        return redirect(view.redirect_url)


class ApprovePage(NoGapsMixin, WorkflowActionView):
    """For lessons, tests, modules and paths."""


class ActivityPageViewSet(PageViewSet):
    workflow_action_view_class = ApprovePage
