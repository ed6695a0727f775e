"""Reads of marking by hand: what counts, what waits, and what a marker sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.enums import MarkingState
from assessments.kinds.by_hand import ByHandKind
from assessments.models import Attempt, AttemptItem, Mark, MarkingTask
from assessments.selectors.attempts import current_responses
from courses.models import Activity
from people.models import User


def given_marks(attempts: Iterable[Attempt]) -> dict[int, Decimal]:
    """Attempt item id → the score that people gave: that of the last final mark. One query."""
    rows = Mark.objects.filter(task__attempt_item__attempt__in=attempts, final=True).order_by("created_at", "pk")
    return dict(rows.values_list("task__attempt_item", "score"))


def marking_tasks(marker: User) -> QuerySet[MarkingTask]:
    """Everything that this person may mark: never the own answers."""
    return MarkingTask.objects.exclude(attempt_item__attempt__user=marker)


def waiting_for(marker: User) -> QuerySet[MarkingTask]:
    """What this person may take now, oldest first: not held by somebody else, not marked by this person before.

    Where two marks differ everybody may decide; where the second mark is missing only somebody who did not give the
    first one.
    """
    now = timezone.now()
    own = Mark.objects.filter(task=OuterRef("pk"), marker=marker, final=False)
    return (
        marking_tasks(marker)
        .exclude(state=MarkingState.DONE)
        .filter(Q(claimed_by=None) | Q(claimed_by=marker) | Q(lease_until__lt=now))
        .filter(Q(assigned_to=None) | Q(assigned_to=marker))
        .filter(Q(state=MarkingState.DIFFERS) | ~Exists(own))
        .order_by(F("assigned_to").desc(nulls_last=True), "created_at", "pk")
    )


@dataclass(frozen=True)
class Queue:
    """What waits of one test: how many answers, since when, how many of them with two different marks."""

    quiz: Activity
    waiting: int
    differing: int
    oldest: datetime


def marking_queues(marker: User) -> list[Queue]:
    """A line for each test of which this person may mark something, the oldest answer first. Two queries."""
    rows = list(
        waiting_for(marker)
        .order_by()
        .values("activity")
        .annotate(
            waiting=Count("pk"), differing=Count("pk", filter=Q(state=MarkingState.DIFFERS)), oldest=Min("created_at")
        )
        .order_by("oldest")
    )
    quizzes = Activity.objects.select_related("parent").in_bulk([row["activity"] for row in rows])
    return [Queue(quizzes[row["activity"]], row["waiting"], row["differing"], row["oldest"]) for row in rows]


def recently_marked(marker: User, *, limit: int = 20) -> QuerySet[MarkingTask]:
    """What this person marked last, to look again. One query."""
    own = Mark.objects.filter(task=OuterRef("pk"), marker=marker)
    done = marking_tasks(marker).filter(Exists(own), state=MarkingState.DONE).select_related("activity")
    return done.order_by("-done_at", "-pk")[:limit]


@dataclass(frozen=True)
class Sheet:
    """What a marker sees of one answer. `marks` are those of others: empty unless two marks differ or it is done.

    `name` is empty where names are held back; `rubric` is that of `ByHandKind.rubric`.
    """

    task: MarkingTask
    review: dict[str, Any]
    template: str
    rubric: list[dict[str, Any]]
    marks: tuple[Mark, ...]
    name: str
    position: int
    submitted_at: datetime | None


def marking_sheet(task: MarkingTask, *, language: str, levels: dict[str, Any] | None = None) -> Sheet:
    """The answer with question, sample and rubric. `levels` are those to show as chosen."""
    item = AttemptItem.objects.select_related("item_version", "attempt__user").get(pk=task.attempt_item_id)
    kind = by_hand(item)
    response = current_responses(item.attempt).get(item.pk)
    shown = task.state != MarkingState.WAITING
    value = response.value if response else None
    if task.anonymous and isinstance(value, dict) and "file" in value:
        value = {**value, "name": nameless(value["name"])}
    return Sheet(
        task=task,
        review=kind.reviewed(item.content, value, language),
        template=f"assessments/kinds/{kind.name}/marking.html",
        rubric=kind.rubric(item.content, language, levels),
        marks=tuple(task.marks.select_related("marker").order_by("created_at", "pk")) if shown else (),
        name="" if task.anonymous else item.attempt.user.get_full_name(),
        position=item.position,
        submitted_at=item.attempt.submitted_at,
    )


def nameless(name: str) -> str:
    """What a file is called where its own name could say whose it is."""
    return f"{_('File')}.{name.rpartition('.')[2]}"


def by_hand(item: AttemptItem) -> ByHandKind:
    """The item's kind. Raises TypeError for one that nobody marks."""
    kind = item.item_version.kind_object
    if not isinstance(kind, ByHandKind):
        raise TypeError(f"{kind.name} is not marked by hand")
    return kind


@dataclass(frozen=True)
class Feedback:
    """What the learner reads of the marks of one answer: the levels reached, and the marker's words."""

    rubric: list[dict[str, Any]]
    comment: str


def feedback_of(items: Sequence[AttemptItem], language: str) -> dict[int, Feedback]:
    """Attempt item id → the last final mark in words. One query; none where nothing is marked by hand."""
    marked = {item.pk: item for item in items if item.item_version.kind_object.by_hand}
    if not marked:
        return {}
    rows = Mark.objects.filter(task__attempt_item__in=marked, final=True).order_by("created_at", "pk")
    last = {
        pk: (levels, comment) for pk, levels, comment in rows.values_list("task__attempt_item", "levels", "comment")
    }
    return {
        pk: Feedback(by_hand(marked[pk]).rubric(marked[pk].content, language, levels), comment)
        for pk, (levels, comment) in last.items()
    }
