"""Items of the bank that may be the same question: equal by checksum, near by the words they share."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet

from assessments.enums import ItemState
from assessments.kinds.base import LANGUAGES
from assessments.likeness import NEAR, joined, likeness, near_pairs
from assessments.models import Item
from assessments.models.items import stored_summary

# More than the list shows; a bank of copies would have millions.
MOST_PAIRS = 10_000
KEPT = 3600  # seconds


def _in_use() -> QuerySet[Item]:
    """A retired item was often replaced by one that says nearly the same: that is no duplicate."""
    return Item.objects.exclude(state=ItemState.RETIRED).exclude(checksum="").order_by()


def equal_groups() -> list[list[int]]:
    """Ids of items that ask the same with the same key, group by group. One query."""
    twice = _in_use().values("checksum").annotate(count=Count("pk")).filter(count__gt=1).values("checksum")
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for checksum, pk in _in_use().filter(checksum__in=twice).order_by("pk").values_list("checksum", "pk"):
        groups[checksum].append(pk)
    return sorted(groups.values())


def near_groups() -> list[list[int]]:
    """Ids of items whose questions share most of their words in a language, equal ones included. One query.

    Comparing 5,000 items takes a second or two, so the result is kept for as long as their words stay the same.
    """
    rows = list(_in_use().order_by("pk").values_list("pk", *(f"words_{language}" for language in LANGUAGES)))
    name = f"near-items:{hashlib.sha256(repr(rows).encode()).hexdigest()}"
    found: list[list[int]] | None = cache.get(name)
    if found is None:
        found = _compared(rows)
        cache.set(name, found, KEPT)
    return found


def _compared(rows: list[tuple[Any, ...]]) -> list[list[int]]:
    sets = [{row[0]: frozenset(row[at].split()) for row in rows} for at in range(1, len(LANGUAGES) + 1)]
    return joined(pair for one in sets for pair in islice(near_pairs(one), MOST_PAIRS))


@dataclass(frozen=True)
class Twin:
    """Another item that may ask the same; `equal`: with the same key."""

    item: Item
    equal: bool


def twins_of(item: Item, *, limit: int = 5) -> list[Twin]:
    """What in the bank may be the same question as this one, the likest first. At most two queries."""
    # Of a draft in the editor, too, whose columns are still those of what is live.
    own = stored_summary(item.body.get_prep_value() if item.body else [])
    mine = [frozenset(own[f"words_{language}"].split()) for language in LANGUAGES]
    if not own["checksum"]:
        return []
    likest: dict[int, float] = {}
    others = _in_use().exclude(pk=item.pk)
    for pk, checksum, *words in others.values_list("pk", "checksum", *(f"words_{one}" for one in LANGUAGES)):
        likest[pk] = max(likeness(one, frozenset(other.split())) for one, other in zip(mine, words, strict=True))
        if checksum == own["checksum"]:
            likest[pk] = 2
    found = sorted((pk for pk, share in likest.items() if share >= NEAR), key=lambda pk: (-likest[pk], pk))[:limit]
    rows = Item.objects.defer("body").in_bulk(found) if found else {}
    return [Twin(rows[pk], likest[pk] == 2) for pk in found]


def equal_to(item: Item) -> list[Item]:
    """Items that ask the same with the same key as this one. One query."""
    checksum = stored_summary(item.body.get_prep_value() if item.body else [])["checksum"]
    if not checksum:
        return []
    return list(_in_use().filter(checksum=checksum).exclude(pk=item.pk).defer("body").order_by("title", "pk"))
