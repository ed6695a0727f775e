"""Which finished attempts a corrected question concerns, and what would come out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from assessments.enums import AttemptState
from assessments.models import Attempt, AttemptItem, Item, ItemVersion
from assessments.selectors.grades import regrade_many

LOOKED_AT = 5_000  # attempts that a dry run grades while somebody waits for the page
BATCH = 200


def newest_version(item: Item) -> ItemVersion | None:
    return ItemVersion.objects.filter(item_key=item.key).order_by("-number").first()


def graded_otherwise(version: ItemVersion) -> QuerySet[Attempt]:
    """Attempts in which this item was graded by another version of the same kind and the answers are kept.

    In the order of their keys. Running ones come later, and those that were not handed in earn nothing by any version.
    """
    asked = AttemptItem.objects.filter(item_version__item_key=version.item_key, item_version__kind=version.kind)
    older = asked.exclude(Q(graded_version=version) | Q(item_version=version, graded_version=None))
    rows = Attempt.objects.filter(pk__in=older.values("attempt"), answers_deleted_at=None)
    return rows.exclude(state__in=[AttemptState.OPEN, AttemptState.ABANDONED]).order_by("pk")


@dataclass(frozen=True)
class Effect:
    """What would change for one attempt; scores are between 0 and 1, None: not known yet."""

    attempt: Attempt
    score_before: Decimal | None
    score_after: Decimal | None
    passed_before: bool | None
    passed_after: bool | None

    @property
    def at(self) -> datetime | None:
        return self.attempt.submitted_at

    @property
    def lost(self) -> bool:
        return bool(self.passed_before) and self.passed_after is False

    @property
    def gained(self) -> bool:
        return not self.passed_before and bool(self.passed_after)


@dataclass(frozen=True)
class DryRun:
    """`effects` are the attempts whose result would change, of `looked_at` out of `total` that are concerned."""

    total: int
    looked_at: int
    effects: tuple[Effect, ...]

    @property
    def gained(self) -> int:
        return sum(effect.gained for effect in self.effects)

    @property
    def lost(self) -> int:
        return sum(effect.lost for effect in self.effects)


def dry_run(version: ItemVersion) -> DryRun:
    """What grading by this version would change. Writes nothing; looks at no more than `LOOKED_AT` attempts."""
    concerned = graded_otherwise(version)
    looked = list(concerned.select_related("user", "activity")[:LOOKED_AT])
    return DryRun(concerned.count(), len(looked), tuple(_effects(looked, version)))


def _effects(attempts: list[Attempt], version: ItemVersion) -> Iterator[Effect]:
    for start in range(0, len(attempts), BATCH):
        for attempt, _items, graded in regrade_many(attempts[start : start + BATCH], by=version):
            effect = Effect(attempt, attempt.score_scaled, graded.score_scaled, attempt.passed, graded.passed)
            if (effect.score_before, effect.passed_before) != (effect.score_after, effect.passed_after):
                yield effect
