"""The trainer's desk on the start page of the CMS: what waits, and what the bank needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from assessments.analysis.wording import Unit, text
from assessments.models import Item
from assessments.selectors.analysis import ItemFinding, flagged_item_ids, hardest_items, suspicious_items
from assessments.selectors.bank import items_in_review, stale_items
from assessments.selectors.marking import marking_queues
from people import roles
from people.models import User

SHOWN = 5
LIST = "wagtailsnippets_assessments_item:list"
EDIT = "wagtailsnippets_assessments_item:edit"


@dataclass(frozen=True)
class Line:
    text: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Pile:
    """Something that waits: how many, the first few, and where all of them are. `icon` is Wagtail's."""

    name: str
    title: str | Promise
    icon: str
    count: int
    lines: list[Line]
    url: str


def piles(user: User) -> Iterator[Pile]:
    """What waits for this person, without what is empty. At most eleven queries, however much there is."""
    queues = marking_queues(user) if roles.may_mark(user) else []
    yield Pile(
        "marking",
        _("Answers that wait for your marks"),
        "edit",
        sum(queue.waiting for queue in queues),
        [Line(queue.quiz.title, reverse("marking"), str(queue.waiting)) for queue in queues[:SHOWN]],
        reverse("marking"),
    )
    in_review = items_in_review()
    listed = Item.objects.filter(pk__in=in_review).defer("body").order_by("title", "pk")[:SHOWN] if in_review else ()
    yield Pile(
        "review",
        _("Items that wait for approval"),
        "glasses",
        len(in_review),
        [*map(_line, listed)],
        _all("needs=approval"),
    )
    yield _finding("suspicious", _("Is the key right?"), "warning", suspicious_items(limit=SHOWN))
    yield _finding("too_hard", _("Hardest items"), "help", hardest_items(limit=SHOWN))
    stale = stale_items()
    yield Pile(
        "stale",
        _("Not looked through for 12 months"),
        "history",
        stale.count(),
        [_line(item) for item in stale.defer("body")[:SHOWN]],
        _all("needs=review"),
    )


def _line(item: Item) -> Line:
    return Line(item.title, reverse(EDIT, args=[item.pk]))


def _all(query: str) -> str:
    return f"{reverse(LIST)}?{query}"


def _finding(flag: str, title: Promise, icon: str, found: list[ItemFinding]) -> Pile:
    """The worst of the newest analyses; `count` is how many the analysis flags."""
    count = flagged_item_ids(flag).distinct().count() if found else 0
    lines = [_found(one) for one in found]
    return Pile(flag, title, icon, count, lines, _all(f"finding={flag}"))


def _found(one: ItemFinding) -> Line:
    item = one.item_version.item
    url = reverse("quiz_analysis_item", kwargs={"key": one.quiz.key, "version": one.item_version.pk})
    return Line(item.title if item else str(one.item_version), url, text(one.facility, Unit.SHARE))


class DeskPanel(Component):
    """For people who write content; empty for everybody else, and when nothing waits."""

    name = "trainers_desk"
    template_name = "assessments/cms/desk.html"
    order = 60

    def render_html(self, parent_context: Any = None) -> str:
        if not roles.may_author(parent_context["request"].user):
            return ""
        return super().render_html(parent_context)  # type: ignore[no-any-return]  # Wagtail ships no types

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"piles": [pile for pile in piles(parent_context["request"].user) if pile.lines]}
