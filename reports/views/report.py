"""The completion report: cards, overdue first, chart, table or matrix, definitions. Every view is a URL."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from people import roles
from people.models import User
from reports.charts import bars
from reports.definitions import DEFINITIONS
from reports.enums import RowStatus
from reports.filters import FilterForm, ReportFilters
from reports.numbers import Numbers, report_numbers
from reports.selectors import (
    SORTS,
    matrix_columns,
    matrix_people,
    matrix_rows,
    ordered,
    report_rows,
    rows_between,
    with_certificates,
    with_status,
)
from reports.services import log_look
from reports.views.common import ReadRows, actor_of, address, chips, for_role, page_of

ROWS_PER_PAGE = 50
PEOPLE_PER_PAGE = 40
OVERDUE_SHOWN = 6
VIEWS = ("table", "matrix")
COLUMNS = (
    ("person", _("Person")),
    ("unit", _("Unit")),
    ("function", _("Function")),
    ("activity", _("Module or path")),
    ("status", _("Status")),
    ("due", _("Due")),
    ("completed", _("Completed on")),
)
RELATED = ("user__org_unit", "user__function", "activity")


@require_safe
@for_role(roles.may_report)
def report(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = FilterForm(actor, request.GET)
    filters = form.filters()
    view = request.GET.get("view", "table")
    sort = request.GET.get("sort", "")
    unknown = [name for name, value, known in (("view", view, VIEWS), ("sort", sort.removeprefix("-"), ("", *SORTS)))
               if value not in known]  # fmt: skip
    view = view if view in VIEWS else "table"
    counted = report_numbers(actor, filters, chart=view == "table")
    filters, numbers = counted.filters, counted.summary
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "chips": chips(request, form),
        "numbers": numbers,
        "bars": bars(counted.chart),
        "overdue": _longest_overdue(actor, filters) if numbers.overdue and view == "table" else [],
        "view": view,
        "views": VIEWS,
        "sort": sort,
        "columns": _columns(sort),
        "unknown": unknown,
        "definitions": DEFINITIONS,
        "address": address(request),
        "scope": roles.hr_scope(actor),
        "statuses": RowStatus,
    }
    if view == "matrix":
        context |= _matrix(request, counted)
    else:
        context["page"] = page_of(request, _rows(actor, counted, sort), ROWS_PER_PAGE, count=numbers.total)
    log_look(actor, action="report", params={**filters.params, "view": view})
    return render(request, "reports/report.html", context)


def _longest_overdue(actor: Any, filters: ReportFilters) -> Any:
    rows = with_status(report_rows(actor, filters), RowStatus.OVERDUE, filters.moment)
    return list(ordered(rows, "due").select_related(*RELATED)[:OVERDUE_SHOWN])


def _rows(actor: User, counted: Numbers, sort: str) -> Any:
    """The rows in order, to be sliced: one query, or for a large report one for each status on the page."""
    filters = counted.filters
    rows = with_certificates(report_rows(actor, filters), filters.moment).select_related(*RELATED)
    if sort.removeprefix("-") in SORTS or not counted.is_large:
        return ordered(rows, sort)
    counts = counted.summary.by_status()
    return ReadRows(lambda first, last: rows_between(rows, counts, filters.moment, first, last))


def _matrix(request: HttpRequest, counted: Numbers) -> dict[str, Any]:
    actor, filters = actor_of(request), counted.filters
    columns = matrix_columns(filters)
    people = matrix_people(actor, filters).select_related("org_unit", "function")
    narrowed = filters.narrows_rows or filters.activity is not None
    page = page_of(request, people, PEOPLE_PER_PAGE, count=None if narrowed else counted.summary.people)
    rows = matrix_rows(actor, filters, people=list(page.object_list), columns=columns)
    return {"page": page, "modules": columns, "matrix": rows}


def _columns(sort: str) -> list[dict[str, Any]]:
    """Heads of the table; a click sorts, a second click turns the order round."""
    key, down = sort.removeprefix("-"), sort.startswith("-")
    return [
        {
            "key": name,
            "label": label,
            "next": f"-{name}" if name == key and not down else name,
            "aria": ("descending" if down else "ascending") if name == key else "",
        }
        for name, label in COLUMNS
    ]
