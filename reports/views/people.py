"""One person's record, for HR and for team leads: status and dates only."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates.models import Certificate
from people import roles
from people.models import User
from people.selectors import team_lead_view, team_of, visible_people
from reports.enums import RowStatus
from reports.selectors import enrollment_rows, ordered, timeline_events, with_certificates
from reports.services import log_look
from reports.views.common import actor_of, address, for_role


@require_safe
@for_role(roles.may_report)
def person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The timeline of one person. Outside the actor's view: 404, as for nobody. Each look is noted."""
    actor = actor_of(request)
    found = get_object_or_404(visible_people(actor).select_related("org_unit", "function", "manager"), uuid=uuid)
    now = timezone.now()
    own = with_certificates(enrollment_rows(User.objects.filter(pk=found.pk), now), now)
    rows = list(ordered(own).select_related("activity", "user__function"))
    log_look(actor, action="timeline", params={}, subject=found)
    return render(
        request,
        "reports/person.html",
        {"person": found, "rows": rows, "timeline": _timeline(found), "now": now, "address": address(request)},
    )


def _timeline(found: User) -> list[dict[str, Any]]:
    """What happened, newest first: kind, activity, day, and a due date where one was set."""
    entries = [
        {
            "kind": str(event.verb),
            "at": event.timestamp,
            "title": event.activity.title,
            "due": _moment(event.context.get("due")),
        }
        for event in timeline_events(found)
    ]
    for certificate in Certificate.objects.filter(user=found).select_related("activity").order_by("-issued_at"):
        title = f"{certificate.activity.title} · {certificate.number}"
        entries.append({"kind": "certificate", "at": certificate.issued_at, "title": title, "due": None})
        if certificate.revoked_at:
            entries.append({"kind": "revoked", "at": certificate.revoked_at, "title": title, "due": None})
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Direct reports: assigned, completed, overdue, and nothing else. 404 while the company has not switched it on."""
    actor = actor_of(request)
    if not roles.may_lead(actor, team_lead_view=team_lead_view()):
        raise Http404
    people = team_of(actor)
    now = timezone.now()
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    items: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in ordered(enrollment_rows(people, now)).select_related("activity"):
        # In progress and not started are one thing here: a lead sees assigned, completed, overdue.
        state = row.status if row.status in {RowStatus.COMPLETED, RowStatus.OVERDUE} else "assigned"
        counts[row.user_id]["assigned"] += 1
        counts[row.user_id][str(state)] += state != "assigned"
        items[row.user_id].append({"title": row.activity.title, "state": str(state)})
    members = [
        {"person": member, "counts": counts[member.pk], "rows": items[member.pk]}
        for member in people.select_related("function").order_by("last_name", "first_name", "pk")
    ]
    log_look(actor, action="team", params={})
    return render(request, "reports/team.html", {"members": members, "now": now, "address": address(request)})
