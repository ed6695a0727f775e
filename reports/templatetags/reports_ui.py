"""Parts of the report pages: navigation, status of a row, cell of the matrix."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Enrollment
from courses.selectors import DUE_SOON
from people import roles
from reports.enums import RowMark, RowStatus
from reports.selectors import EXPIRING

register = template.Library()


@register.inclusion_tag("reports/parts/nav.html", takes_context=True)
def reports_nav(context: template.Context) -> dict[str, Any]:
    """`{% reports_nav %}`: the pages of this room that the reader may open."""
    request: HttpRequest = context["request"]
    user = request.user
    items = []
    if roles.may_report(user):
        items += [
            ("reports:report", _("Report"), "chart-column"),
            ("reports:exports", _("Exports"), "download"),
            ("reports:assign", _("Assign"), "user-plus"),
        ]
    if roles.may_see_aggregates(user):
        items.append(("reports:overview", _("Overview without names"), "shield-check"))
    entries = [{"url": reverse(name), "label": label, "icon": icon} for name, label, icon in items]
    return {"entries": entries if len(entries) > 1 else [], "path": request.path}


def mark_of(row: Enrollment, moment: datetime) -> str:
    """`due_soon`, `expiring` or nothing: what cuts across a row's status."""
    status, until = row.status, row.valid_until  # type: ignore[attr-defined]  # annotated by enrollment_rows
    if status != RowStatus.COMPLETED and row.due_at and moment <= row.due_at <= moment + DUE_SOON:
        return RowMark.DUE_SOON.value
    if until and moment <= until <= moment + EXPIRING:
        return RowMark.EXPIRING.value
    return ""


@register.simple_tag
def row_mark(row: Enrollment, moment: datetime) -> str:
    return mark_of(row, moment)


@register.simple_tag
def days_late(row: Enrollment, moment: datetime) -> str:
    """`6 days`, `since today`: how long a due date has passed."""
    if row.due_at is None:
        return ""
    days = (timezone.localdate(moment) - timezone.localdate(row.due_at)).days
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days} if days else _("since today")


@register.inclusion_tag("reports/parts/matrix_cell.html")
def matrix_cell(row: Enrollment | None, moment: datetime) -> dict[str, Any]:
    """`{% matrix_cell row moment %}`: icon and word or date; the long form for screen readers and as a tooltip."""
    if row is None:
        return {"icon": "circle-slash", "css": "none", "text": "–", "long": _("Not assigned")}
    status = row.status  # type: ignore[attr-defined]  # annotated by enrollment_rows
    if status == RowStatus.COMPLETED:
        if mark_of(row, moment) == RowMark.EXPIRING:
            days = (row.valid_until - moment) // timedelta(days=1)  # type: ignore[attr-defined]  # annotated
            text = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
            return {"icon": "rotate-ccw", "css": "warn", "text": text, "long": _("Expiring in")}
        day = formats.date_format(timezone.localtime(row.completed_on), "SHORT_DATE_FORMAT")  # type: ignore[attr-defined]  # annotated
        return {"icon": "circle-check", "css": "success", "text": day, "long": _("Completed on")}
    if status == RowStatus.OVERDUE:
        return {"icon": "clock-alert", "css": "danger", "text": days_late(row, moment), "long": _("Overdue")}
    if status == RowStatus.IN_PROGRESS:
        return {"icon": "circle-dot", "css": "info", "text": _("In progress"), "long": ""}
    return {"icon": "circle", "css": "plain", "text": _("Not started"), "long": ""}
