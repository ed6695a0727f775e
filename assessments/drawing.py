"""Which items an attempt gets. Pure: it works on ids and knows no database."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

MAX_QUESTIONS = 200


@dataclass(frozen=True)
class Slot:
    """A place in a quiz: `count` items out of `pool` (item ids). A fixed item is a pool of one.

    `section` counts from 1; 0: before the first section, or there is none.
    """

    pool: tuple[int, ...]
    count: int = 1
    weight: Decimal = Decimal(1)
    section: int = 0


@dataclass(frozen=True)
class Drawn:
    """One item in its slot."""

    slot: Slot
    item: int


class PoolTooSmallError(Exception):
    """Not all slots can be filled with different items. `filled` says how many of the wanted could be."""

    def __init__(self, filled: int, wanted: int) -> None:
        super().__init__(f"{filled} of {wanted}")
        self.filled, self.wanted = filled, wanted


def draw(slots: Sequence[Slot], *, seen: Mapping[int, int], rng: random.Random) -> list[Drawn]:
    """Fill all slots with different items: those the person has not seen first, then the least attempted.

    `seen` counts, by item, in how many attempts the person had it (the order is that of Moodle's MDL-6340). Where slots
    share items, a greedy choice may starve a narrow slot that comes later; so items are moved along augmenting paths
    (Kuhn's bipartite matching), and the draw fails only if no assignment exists.

    Raises PoolTooSmallError.
    """
    wanted = sum(slot.count for slot in slots)
    if wanted > MAX_QUESTIONS:
        raise PoolTooSmallError(MAX_QUESTIONS, wanted)
    places = [slot for slot in sorted(slots, key=lambda slot: len(slot.pool)) for _number in range(slot.count)]
    preferences = {
        slot: sorted(dict.fromkeys(slot.pool), key=lambda item: (seen.get(item, 0), rng.random()))
        for slot in set(slots)
    }
    taken: dict[int, int] = {}

    def place(here: int, visited: set[int]) -> bool:
        candidates = preferences[places[here]]
        for item in candidates:
            if item not in taken:
                taken[item] = here
                return True
        for item in candidates:
            if item not in visited:
                visited.add(item)
                if place(taken[item], visited):
                    taken[item] = here
                    return True
        return False

    filled = sum(place(here, set()) for here in range(len(places)))
    if filled < wanted:
        raise PoolTooSmallError(filled, wanted)
    by_place = {here: item for item, here in taken.items()}
    order = {slot: number for number, slot in enumerate(slots)}
    drawn = [Drawn(places[here], by_place[here]) for here in range(len(places))]
    return sorted(drawn, key=lambda one: order[one.slot])
