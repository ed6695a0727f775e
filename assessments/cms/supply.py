"""What the bank holds for the slots of a test, also while they are being edited."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.blocks import QuizSlots
from assessments.selectors.bank import shortages_of, supply_of
from people.roles import may_author


def supply_context(slots: Any) -> dict[str, Any]:
    """For `assessments/cms/parts/supply.html`."""
    supply = supply_of(slots)
    return {
        "supply": supply,
        "shortages": shortages_of(slots, supply) if supply else [],
        "questions": sum(one.asked.count for one in supply),
        "points": sum(one.asked.count * one.asked.weight for one in supply),
    }


@never_cache
@require_POST
def supply(request: HttpRequest) -> HttpResponse:
    """The table for the slots as they stand in the editor's form. Reads only; a draft is counted as it is."""
    if not may_author(request.user):
        raise Http404
    slots = QuizSlots().value_from_datadict(request.POST, request.FILES, "slots")
    return render(request, "assessments/cms/parts/supply.html", supply_context(slots))
