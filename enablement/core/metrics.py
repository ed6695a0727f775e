"""Numbers for a monitoring system: counters that processes share through the cache, and gauges read from the rows.

The text is Prometheus's exposition format 0.0.4. docs/operations.md names each number with its threshold.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from django.apps import apps
from django.core.cache import cache
from django.db.models import Count, Min, Q
from django.utils import timezone

from enablement.core.claimable import Claimable, WorkState
from enablement.core.models import Heartbeat


class Sample(NamedTuple):
    """One line: name without the prefix, labels, value."""

    name: str
    labels: Mapping[str, str]
    value: float


# Counters start again at 0 when the cache is emptied, which the format allows.
COUNTERS = {
    "errors_total": "Requests that ended in an error nobody caught (500).",
    "outages_total": "Requests refused because database or disk were away or full (503).",
    "autosave_errors_total": "Answers of learners that could not be saved; their devices keep and send them again.",
    "render_milliseconds_total": "Time spent on rendering and storing certificates.",
    "renders_total": "Certificates rendered and stored.",
}
GAUGES = {
    "work_waiting": "Rows that a worker may take now.",
    "work_oldest_seconds": "How long the oldest of them has been due.",
    "work_failed": "Rows that were given up.",
    "sweep_age_seconds": "Time since a sweep last ended well.",
    "database_up": "Whether the database answers.",
}


def count(name: str, amount: int = 1) -> None:
    """Add to a counter. KeyError for one that is not declared."""
    if name not in COUNTERS:
        raise KeyError(name)
    key = f"metrics:{name}"
    if not cache.add(key, amount, None):
        try:
            cache.incr(key, amount)
        except ValueError:  # the entry was evicted between the two calls
            cache.add(key, amount, None)


def counters() -> Iterator[Sample]:
    """All counters, zeroes included: a rate needs a first value."""
    found = cache.get_many([f"metrics:{name}" for name in COUNTERS])
    for name in COUNTERS:
        yield Sample(name, {}, found.get(f"metrics:{name}", 0))


def gauges() -> Iterator[Sample]:
    """Queues and sweeps, one query per kind of work and one more. Raises DatabaseError."""
    now = timezone.now()
    for model in apps.get_models():
        if not issubclass(model, Claimable):
            continue
        kind = {"kind": model._meta.label_lower}
        due = model.work.claimable().aggregate(
            count=Count("pk"),
            queued=Min("run_after", filter=Q(work_state=WorkState.QUEUED)),
            lapsed=Min("lease_until", filter=Q(work_state=WorkState.RUNNING)),
        )
        oldest = min((at for at in (due["queued"], due["lapsed"]) if at is not None), default=now)
        yield Sample("work_waiting", kind, due["count"])
        yield Sample("work_oldest_seconds", kind, (now - oldest).total_seconds())
        yield Sample("work_failed", kind, model.work.filter(work_state=WorkState.FAILED).count())
    for name, beat_at in Heartbeat.objects.order_by("name").values_list("name", "beat_at"):
        yield Sample("sweep_age_seconds", {"sweep": name}, (now - beat_at).total_seconds())


def exposition(samples: Iterable[Sample]) -> str:
    """The text that a monitoring system reads: samples grouped by name, each group with its help and type."""
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.name, []).append(sample)
    lines = []
    for name, group in groups.items():
        kind, words = ("counter", COUNTERS[name]) if name in COUNTERS else ("gauge", GAUGES[name])
        lines += [f"# HELP doppelpass_{name} {words}", f"# TYPE doppelpass_{name} {kind}"]
        for sample in group:
            labels = ",".join(f'{key}="{value}"' for key, value in sample.labels.items())
            lines.append(f"doppelpass_{name}{f'{{{labels}}}' if labels else ''} {round(sample.value, 3)}")
    return "\n".join(lines) + "\n"
