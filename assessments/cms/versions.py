"""The history of an item's versions in the CMS: what changed, when, by whom, and where each is in use."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.permissions import policy_registry

from assessments.models import Item
from assessments.selectors.versions import VersionRow, changes_between, versions_of


@never_cache
@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """All versions, newest first, each beside the one before; or two chosen ones (`?before=1&after=3`)."""
    if not policy_registry.get_by_type(Item).user_has_any_permission(request.user, ["add", "change", "publish"]):
        raise PermissionDenied
    item = get_object_or_404(Item.objects.defer("body"), pk=pk)
    rows = versions_of(item)
    earlier: list[VersionRow | None] = [*rows[1:], None]
    entries: list[dict[str, Any]] = [
        {"row": row, "changes": changes_between(before.version, row.version) if before else []}
        for row, before in zip(rows, earlier, strict=True)
    ]
    by_number = {str(row.version.number): row.version for row in rows}
    before, after = (by_number.get(request.GET.get(name, "")) for name in ("before", "after"))
    context = {"item": item, "entries": entries, "numbers": list(by_number), "before": before, "after": after}
    if before and after:
        context["between"] = changes_between(before, after)
    return render(request, "assessments/cms/versions.html", context)
