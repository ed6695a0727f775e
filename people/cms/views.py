"""What the room's CMS views share."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase


class NotFoundMixin:
    """Who may not, gets 404: Wagtail's redirect with a message would tell existing from missing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
        except PermissionDenied as refused:
            raise Http404 from refused
        return response
