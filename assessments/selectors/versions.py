"""Versions of an item: what changed from one to the next, and which tests and attempts use which."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from assessments.differences import Change, changes
from assessments.enums import AttemptState
from assessments.models import AttemptItem, Item, ItemVersion
from courses.models import Activity


@dataclass(frozen=True)
class VersionUse:
    """In how many attempts of a test the version is asked: `running` ones, and those that are over."""

    quiz: Activity
    running: int
    finished: int


@dataclass(frozen=True)
class VersionRow:
    version: ItemVersion
    uses: list[VersionUse] = field(default_factory=list)

    @property
    def running(self) -> int:
        return sum(use.running for use in self.uses)

    @property
    def finished(self) -> int:
        return sum(use.finished for use in self.uses)


def newest_draft(item: Item) -> Item:
    """The item as its newest draft asks it: what decides about question and result, nothing else of the draft.

    Changes the object that it is given, which nobody may save. No query where the revision was selected with it.
    """
    content = item.latest_revision.content if item.latest_revision_id else None
    if content and json.loads(content.get("body") or "[]"):
        item.body = item._meta.get_field("body").to_python(content["body"])
        for name in ("title", "topic", "topic_en"):
            setattr(item, name, content.get(name, getattr(item, name)))
    return item


def versions_of(item: Item, *, limit: int = 30) -> list[VersionRow]:
    """The versions, newest first, each with its use. Three queries, however many versions, tests and attempts."""
    rows = list(ItemVersion.objects.filter(item_key=item.key).select_related("author").order_by("-number")[:limit])
    running = Count("pk", filter=Q(attempt__state=AttemptState.OPEN))
    counts: list[Any] = list(
        AttemptItem.objects.filter(item_version__in=rows)
        .order_by()
        .values("item_version", "attempt__activity")
        .annotate(running=running, all=Count("pk"))
    )
    quizzes = Activity.objects.in_bulk({count["attempt__activity"] for count in counts})
    uses: defaultdict[int, list[VersionUse]] = defaultdict(list)
    for count in counts:
        quiz = quizzes[count["attempt__activity"]]
        uses[count["item_version"]].append(VersionUse(quiz, count["running"], count["all"] - count["running"]))
    return [VersionRow(row, sorted(uses[row.pk], key=lambda use: (use.quiz.title, use.quiz.pk))) for row in rows]


def changes_between(before: ItemVersion, after: ItemVersion) -> list[Change]:
    """What changed; the kind of an item does not, and if it did, everything has."""
    return changes(after.kind_object, before.content if before.kind == after.kind else {}, after.content)
