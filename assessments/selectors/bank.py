"""Reads of the item bank."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from wagtail.models import Page, WorkflowState

from assessments.drawing import MAX_QUESTIONS, PoolTooSmallError, Slot, draw
from assessments.enums import Difficulty
from assessments.kinds import ungraded_kinds
from assessments.models import AttemptItem, Item, ItemVersion
from assessments.sections import sections_in, written_sections
from courses.enums import Audience
from enablement.core.prepared import Prepared, Several
from people.models import User


def live_items(
    *,
    audience: str | None = None,
    tags: Iterable[str] = (),
    topic: str = "",
    difficulty: str = "",
    objective: int | None = None,
) -> QuerySet[Item]:
    """Items that may be asked now: live, for that audience, with all of these tags, of that topic and difficulty.

    `objective` is the page of the lesson that teaches them, in either language.
    """
    items = Item.objects.filter(live=True)
    named = {"audience": audience, "topic": topic, "difficulty": difficulty}
    items = items.filter(**{name: value for name, value in named.items() if value})
    for name in tags:
        items = items.filter(tagged_items__tag__name=name)
    if objective is not None:
        items = items.filter(lesson__key__in=Page.objects.filter(pk=objective).values("translation_key"))
    return items.order_by()


_newest = Prepared(
    lambda items: ItemVersion.objects.filter(item__in=items).filter(
        ~Exists(ItemVersion.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number")))
    ),
    items=Several(models.BigIntegerField()),
)


def newest_versions(item_ids: Iterable[int]) -> dict[int, ItemVersion]:
    """Item id → newest version. One query."""
    return {row.item_id: row for row in _newest.rows(items=item_ids) if row.item_id is not None}


@dataclass(frozen=True)
class Wanted:
    """Which items a draw may take; empty means any. `objective` is the page of a lesson."""

    audience: str
    tags: tuple[str, ...] = ()
    topic: str = ""
    difficulty: str = ""
    objective: int | None = None

    @property
    def items(self) -> QuerySet[Item]:
        """What may be drawn now; no query yet.

        Draws take what is graded only: a question without a score would take the place of one that counts, by chance,
        and attempts could not be compared. Ungraded items are asked where they are fixed.
        """
        return live_items(**vars(self)).exclude(kind__in=ungraded_kinds()).distinct()

    def words(self, lessons: Mapping[int, str], topics: Mapping[str, str]) -> str:
        """`topic “Ursachen”, hard, tag M01`. `lessons`: titles by page; `topics`: see `_topics`."""
        parts = [_("topic “%(topic)s”") % {"topic": topics.get(self.topic, self.topic)}] if self.topic else []
        if self.objective is not None:
            lesson = lessons.get(self.objective) or _("a lesson that is gone")
            parts.append(_("objective of “%(lesson)s”") % {"lesson": lesson})
        if self.difficulty:
            parts.append(_("difficulty %(level)s") % {"level": Difficulty(self.difficulty).label.lower()})
        if self.tags:
            parts.append(_("tags %(tags)s") % {"tags": ", ".join(self.tags)})
        if self.audience != Audience.BOTH:
            parts.append(_("for %(audience)s") % {"audience": Audience(self.audience).label})
        return ", ".join(parts) or _("the whole bank")


@dataclass(frozen=True)
class Asked:
    """What a slot asks, before the bank is read: the id of a fixed item, or which items may be drawn (`wanted`).

    A blueprint asks by several: one for each of its rows. `number` and `row` count from 1; row 0: the slot has none.
    `section`: see `Slot`.
    """

    number: int
    count: int
    weight: Decimal
    fixed: int | None = None
    wanted: Wanted | None = None
    row: int = 0
    section: int = 0

    @property
    def drawn(self) -> QuerySet[Item] | None:
        return self.wanted.items if self.wanted else None

    @property
    def where(self) -> str:
        if self.row:
            return _("Slot %(number)d, row %(row)d") % {"number": self.number, "row": self.row}
        return _("Slot %(number)d") % {"number": self.number}


def asked_by(slots: Any) -> list[Asked]:
    """What the slots of a quiz page ask. The one place that knows their blocks; no query.

    They are read as they are stored: choosers would load each item and page with its content.
    """
    found: list[Asked] = []
    section = 0
    for number, one in enumerate(slots.raw_data, 1):
        value = one["value"]
        asked: list[Asked] = []
        if one["type"] == "section":
            section += 1
        elif one["type"] == "item":
            asked = [Asked(number, 1, _points(value), fixed=value.get("item"))]
        elif one["type"] == "draw":
            asked = [_draw(number, value, value)]
        elif one["type"] == "blueprint":
            rows = value.get("rows") or ()
            asked = [_draw(number, value, child["value"], row=row) for row, child in enumerate(rows, 1)]
        found += [replace(each, section=section) for each in asked]
    return found


def _draw(number: int, frame: Mapping[str, Any], value: Mapping[str, Any], *, row: int = 0) -> Asked:
    """`frame` holds what a blueprint says for all of its rows."""
    tag = str(value.get("tag") or "").strip()
    wanted = Wanted(
        audience=frame.get("audience") or Audience.BOTH,
        tags=(*(frame.get("tags") or ()), *([tag] if tag else ())),
        topic=str(value.get("topic") or "").strip(),
        difficulty=value.get("difficulty") or "",
        objective=value.get("objective") or None,
    )
    return Asked(number, _whole(value.get("count")), _points(value), wanted=wanted, row=row)


def _whole(raw: object) -> int:
    """Of a draft there may be anything."""
    return min(max(int(str(raw)), 0), MAX_QUESTIONS + 1) if str(raw).isdecimal() else 0


def _points(value: Mapping[str, Any]) -> Decimal:
    try:
        return Decimal(str(value.get("weight", 1)))
    except InvalidOperation:
        return Decimal(1)


def read_slots(slots: Any, *, without: Collection[int] = (), drafts: bool = False) -> list[Slot]:
    """Slots of a quiz page with the ids that fill them now. One query for fixed items, one for each draw.

    A fixed item that is not live (or gone) has an empty pool, so the draw tells that it cannot be filled. `without`
    reads the bank as if these items were gone; `drafts`, for previews, takes fixed items that are not live as well.
    """
    return _filled(asked_by(slots), without, drafts=drafts)


def _filled(asked: Sequence[Asked], without: Collection[int] = (), *, drafts: bool = False) -> list[Slot]:
    fixed = [one.fixed for one in asked if one.fixed is not None]
    there = Item.objects.filter(pk__in=fixed) if drafts else Item.objects.filter(pk__in=fixed, live=True)
    live = set(there.order_by().values_list("pk", flat=True)) if fixed else set()
    found: list[Slot] = []
    for one in asked:
        if one.wanted is None:
            pool = (one.fixed,) if one.fixed is not None and one.fixed in live else ()
        else:
            pool = tuple(one.wanted.items.values_list("pk", flat=True))
        left = tuple(pk for pk in pool if pk not in without) if without else pool
        found.append(Slot(left, one.count, one.weight, one.section))
    return found


def question_count(slots: Any) -> int:
    """How many questions an attempt will have. No query."""
    return sum(one.count for one in asked_by(slots))


@dataclass(frozen=True)
class Supply:
    """What the bank holds for one slot, or for one row of a blueprint."""

    asked: Asked
    slot: Slot
    what: str
    section: str = ""

    @property
    def live(self) -> int:
        return len(self.slot.pool)

    @property
    def is_short(self) -> bool:
        return self.live < self.asked.count

    @property
    def sentence(self) -> str:
        """What is missing."""
        if self.asked.wanted is None:
            return _("%(where)s: the item is missing or not live.") % {"where": self.asked.where}
        return ngettext(
            "%(where)s (%(what)s) draws %(count)d items, but only %(live)d live item fits.",
            "%(where)s (%(what)s) draws %(count)d items, but only %(live)d live items fit.",
            self.live,
        ) % {"where": self.asked.where, "what": self.what, "count": self.asked.count, "live": self.live}


def _topics(german: Collection[str]) -> dict[str, str]:
    """The names of these topics in the active language, by their German ones. At most one query.

    German names it where no item says how it is called in English; of several English names, the last.
    """
    if not german or (get_language() or "de").startswith("de"):
        return {}
    named = Item.objects.filter(topic__in=german).exclude(topic_en="").order_by("topic_en").distinct()
    return dict(named.values_list("topic", "topic_en"))


def supply_of(slots: Any, *, without: Collection[int] = ()) -> list[Supply]:
    """What the bank holds for the slots, in words. One query for each draw, and one for each sort of name."""
    asked = asked_by(slots)
    fixed = [one.fixed for one in asked if one.fixed is not None]
    titles = dict(Item.objects.filter(pk__in=fixed).values_list("pk", "title")) if fixed else {}
    pages = {one.wanted.objective for one in asked if one.wanted and one.wanted.objective}
    lessons = dict(Page.objects.filter(pk__in=pages).values_list("pk", "title")) if pages else {}
    topics = _topics({one.wanted.topic for one in asked if one.wanted and one.wanted.topic})
    headings = ["", *(one.heading for one in sections_in(written_sections(slots), get_language() or "de"))]
    return [
        Supply(
            one,
            slot,
            one.wanted.words(lessons, topics) if one.wanted else titles.get(one.fixed or 0, "–"),
            headings[one.section],
        )
        for one, slot in zip(asked, _filled(asked, without), strict=True)
    ]


def slot_shortages(slots: Any, *, without: Collection[int] = ()) -> list[str]:
    """Sentences about why the bank cannot fill these slots now; empty when it can. `without`: see `read_slots`."""
    return shortages_of(slots, supply_of(slots, without=without))


def shortages_of(slots: Any, supply: Sequence[Supply]) -> list[str]:
    """The sentences for what was read of these slots."""
    read = [one.slot for one in supply]
    if sum(slot.count for slot in read) > MAX_QUESTIONS:
        return [_("A test has at most %(count)d questions.") % {"count": MAX_QUESTIONS}]
    found = [one.sentence for one in supply if one.is_short]
    asking = {slot.section for slot in read if slot.count}
    found += [
        _("The section “%(heading)s” has no questions. Put some below it, or remove it.") % {"heading": one.heading}
        for number, one in enumerate(sections_in(written_sections(slots), get_language() or "de"), 1)
        if number not in asking
    ]
    if not found and not _counts([one.asked for one in supply]):
        found.append(
            _("No question of this test counts: every one is unscored or has 0 points. Add one that is scored.")
        )
    if not found:
        try:
            draw(read, seen={}, rng=random.Random(0))  # noqa: S311 - whether a draw exists does not depend on chance
        except PoolTooSmallError as error:
            found.append(
                _("The slots share items: only %(filled)d of %(wanted)d questions can be filled with different items.")
                % {"filled": error.filled, "wanted": error.wanted}
            )
    return found


def _counts(asked: Sequence[Asked]) -> bool:
    """Whether an attempt has a question that counts; without one, nobody could pass or fail."""
    counting = [one for one in asked if one.weight]
    fixed = [one.fixed for one in counting if one.fixed is not None]
    return (
        any(one.wanted for one in counting)
        or Item.objects.filter(pk__in=fixed).exclude(kind__in=ungraded_kinds()).exists()
    )


_seen: Prepared[Any] = Prepared(
    lambda user, items: (
        AttemptItem.objects.filter(attempt__user=user, item_version__item__in=items)
        .order_by()
        .values_list("item_version__item")
    ),
    user=models.BigIntegerField(),
    items=Several(models.BigIntegerField()),
)


def seen_counts(user: User, item_ids: Iterable[int]) -> Counter[int]:
    """In how many attempts the person had each item. One query."""
    return Counter(item for (item,) in _seen.tuples(user=user.pk, items=item_ids))


# Content that nobody stood for in so long is shown to be looked through again.
REVIEW_EVERY = timedelta(days=365)


def stale_items() -> QuerySet[Item]:
    """Live items that nobody published or looked through for twelve months, or ever; the oldest first."""
    since = timezone.now() - REVIEW_EVERY
    published = Q(last_published_at=None) | Q(last_published_at__lt=since)
    reviewed = Q(reviewed_at=None) | Q(reviewed_at__lt=since)
    # Databases do not agree on what is greater than NULL.
    last = Greatest(Coalesce("reviewed_at", "last_published_at"), Coalesce("last_published_at", "reviewed_at"))
    return Item.objects.filter(published, reviewed, live=True).order_by(last.asc(nulls_first=True), "title", "pk")


def items_in_review() -> set[int]:
    """Ids of items of which a draft waits for approval, live or not. One query."""
    states = WorkflowState.objects.active().filter(base_content_type=ContentType.objects.get_for_model(Item))
    return {int(pk) for pk in states.values_list("object_id", flat=True) if pk.isdecimal()}
