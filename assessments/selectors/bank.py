"""Reads of the item bank."""

import random
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import ReferenceIndex

from assessments.drawing import MAX_QUESTIONS, PoolTooSmallError, Slot, draw
from assessments.kinds import ungraded_kinds
from assessments.models import AttemptItem, Item, ItemVersion, QuizPage
from courses.enums import Audience
from people.models import User


def live_items(*, audience: str | None = None, tags: Iterable[str] = ()) -> QuerySet[Item]:
    """Items that may be asked now: live, for that audience, with all of these tags."""
    items = Item.objects.filter(live=True)
    if audience:
        items = items.filter(audience=audience)
    for name in tags:
        items = items.filter(tagged_items__tag__name=name)
    return items.order_by()


def newest_versions(item_ids: Iterable[int]) -> dict[int, ItemVersion]:
    """Item id → newest version. One query."""
    newer = ItemVersion.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
    rows = ItemVersion.objects.filter(item__in=list(item_ids)).filter(~Exists(newer))
    return {row.item_id: row for row in rows if row.item_id is not None}


@dataclass(frozen=True)
class Asked:
    """What a slot asks, before the bank is read: the id of a fixed item, or the items that may be drawn (no query)."""

    count: int
    weight: Decimal
    fixed: int | None = None
    drawn: QuerySet[Item] | None = None


def asked_by(slots: Any) -> list[Asked]:
    """What each slot of a quiz page asks. The one place that knows the blocks of slots; no query.

    Fixed slots are read as they are stored: the chooser's block would load each item with its content.

    Draws take what is graded only: a question without a score would take the place of one that counts, by chance, and
    attempts could not be compared. Ungraded items are asked where they are fixed.
    """
    found: list[Asked] = []
    for place, one in enumerate(slots.raw_data):
        if one["type"] == "item":
            found.append(Asked(1, Decimal(str(one["value"].get("weight", 1))), fixed=one["value"].get("item")))
        else:
            value = slots[place].value
            pool = live_items(audience=value["audience"] or Audience.BOTH, tags=value["tags"] or ())
            pool = pool.exclude(kind__in=ungraded_kinds()).distinct()
            found.append(Asked(value["count"] or 0, value["weight"], drawn=pool))
    return found


def read_slots(slots: Any, *, without: Collection[int] = ()) -> list[Slot]:
    """Slots of a quiz page with the ids that fill them now. One query for fixed items, one for each draw.

    A fixed item that is not live (or gone) has an empty pool, so the draw tells that it cannot be filled. `without`
    reads the bank as if these items were gone.
    """
    asked = asked_by(slots)
    fixed = [one.fixed for one in asked if one.drawn is None and one.fixed is not None]
    live = set(Item.objects.filter(pk__in=fixed, live=True).order_by().values_list("pk", flat=True)) if fixed else set()
    found: list[Slot] = []
    for one in asked:
        if one.drawn is None:
            pool = (one.fixed,) if one.fixed is not None and one.fixed in live else ()
        else:
            pool = tuple(one.drawn.values_list("pk", flat=True))
        found.append(Slot(tuple(pk for pk in pool if pk not in without) if without else pool, one.count, one.weight))
    return found


def question_count(slots: Any) -> int:
    """How many questions an attempt will have. No query."""
    return sum(
        1 if one["type"] == "item" else int(slots[place].value["count"] or 0)
        for place, one in enumerate(slots.raw_data)
    )


def slot_shortages(slots: Any, *, without: Collection[int] = ()) -> list[str]:
    """Sentences about why the bank cannot fill these slots now; empty when it can. `without`: see `read_slots`."""
    found: list[str] = []
    read = read_slots(slots, without=without)
    if sum(slot.count for slot in read) > MAX_QUESTIONS:
        return [_("A test has at most %(count)d questions.") % {"count": MAX_QUESTIONS}]
    for number, (one, slot) in enumerate(zip(slots.raw_data, read, strict=True), 1):
        if len(slot.pool) >= slot.count:
            continue
        if one["type"] == "item":
            found.append(_("Slot %(number)d: the item is missing or not live.") % {"number": number})
        else:
            found.append(
                _("Slot %(number)d draws %(count)d items, but only %(live)d live items have these tags.")
                % {"number": number, "count": slot.count, "live": len(slot.pool)}
            )
    if not found and not _counts(slots):
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


def _counts(slots: Any) -> bool:
    """Whether an attempt has a question that counts; without one, nobody could pass or fail."""
    ungraded = ungraded_kinds()
    return any(
        child.value["weight"] and (child.block_type == "draw" or child.value["item"].kind not in ungraded)
        for child in slots
    )


def seen_counts(user: User, item_ids: Iterable[int]) -> Counter[int]:
    """In how many attempts the person had each item. One query."""
    rows = AttemptItem.objects.filter(attempt__user=user, item_version__item__in=list(item_ids))
    return Counter(rows.order_by().values_list("item_version__item", flat=True))


def item_usage(item: Item) -> dict[str, Any]:
    """Where an item stands: `quizzes` with it as a fixed item, `draws` (pages that may draw it), `attempts` so far."""
    tags = set(item.tags.names())
    drawable = item.kind not in ungraded_kinds()
    draws = [
        page
        for page in QuizPage.objects.filter(live=True)
        if drawable
        and any(
            child.block_type == "draw"
            and set(child.value["tags"] or ()) <= tags
            and (child.value["audience"] or Audience.BOTH) == item.audience
            for child in page.slots
        )
    ]
    references = ReferenceIndex.get_references_to(item).values_list("object_id", flat=True)
    return {
        "quizzes": list(QuizPage.objects.filter(pk__in=[int(one) for one in references if str(one).isdigit()])),
        "draws": draws,
        "attempts": AttemptItem.objects.filter(item_version__item_key=item.key).count(),
    }
