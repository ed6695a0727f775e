"""The numbers of the report's cards and chart, kept for a minute where counting them takes long.

A company of a few hundred people is counted anew for each page. Where a report has LARGE rows or more, its numbers are
kept for KEPT with the moment they were counted at, and the whole page says and shows that moment: cards, chart, table
and matrix still agree with each other, and with an export and a naive count as of then. HR's own assignments show at
once (`forget_numbers`). See docs/decisions/0008-kept-numbers.md.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from django.core.cache import cache

from people import roles
from people.models import User
from reports.filters import ReportFilters
from reports.selectors import ActivityCounts, Summary, by_activity, summary

LARGE = 5_000  # rows
KEPT = timedelta(minutes=1)
_GENERATION = "reports.numbers.generation"


@dataclass(frozen=True)
class Numbers:
    """What was counted, and the filters with the moment at which it was true. Show nothing of another moment beside."""

    filters: ReportFilters
    summary: Summary
    chart: list[ActivityCounts]

    @property
    def is_large(self) -> bool:
        return self.summary.total >= LARGE


def report_numbers(actor: User, filters: ReportFilters, *, chart: bool) -> Numbers:
    """The numbers for this actor and these filters: those of the last minute where they are kept, else counted now."""
    key = _key(actor, filters, chart=chart)
    found = cache.get_many([key, _GENERATION])
    kept = found.get(key)
    if kept is not None and kept[0] == found.get(_GENERATION):
        return Numbers(replace(filters, moment=kept[1]), *kept[2:])
    numbers = Numbers(filters, summary(actor, filters), by_activity(actor, filters) if chart else [])
    if numbers.is_large:
        kept = (found.get(_GENERATION), filters.moment, numbers.summary, numbers.chart)
        cache.set(key, kept, KEPT.total_seconds())
    return numbers


def forget_numbers() -> None:
    """What was kept is out of date, for everybody."""
    cache.set(_GENERATION, uuid4().hex, None)


def _key(actor: User, filters: ReportFilters, *, chart: bool) -> str:
    """One key for all who see the same people. Hashed: a filter may hold somebody's name."""
    scope = roles.hr_scope(actor)
    view = {"scope": scope.path if scope else "", "reports": roles.may_report(actor), "chart": chart}
    text = json.dumps([view, dict(filters.params)], sort_keys=True)
    return f"reports.numbers.{hashlib.sha256(text.encode()).hexdigest()}"
