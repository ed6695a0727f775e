"""Which cells of a table of counts may be shown so that no group of fewer than five people can be read or worked out.

Primary: a cell with 1 to 4 people is hidden. Complementary: where a shown total equals a sum of parts, the hidden parts
together must hold at least five people, otherwise subtraction gives a small group away; then the smallest shown part is
hidden too, or the total when no part is left. Repeated until nothing changes, because hiding a cell touches other sums.
(Hundepool et al., Statistical Disclosure Control, 2012, ch. 4: primary and secondary suppression.)
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from enablement.core.disclosure import is_small

Cell = TypeVar("Cell", bound=Hashable)


def hidden_cells(people: Mapping[Cell, int], sums: Sequence[tuple[Cell, Sequence[Cell]]]) -> set[Cell]:
    """The cells to hide. `sums` holds (total, parts) with people[total] == sum of people[part]; no circles.

    The answer depends on the counts alone, never on which table is asked for, so that two views of the same data cannot
    be subtracted from each other.
    """
    table = _Table(people, sums)
    changed = True
    while changed:
        changed = False
        for total, parts in sums:
            if total not in table.hidden and is_small(table.unknown_among(parts)):
                shown = table.shown_below(parts)
                table.hidden.add(min(shown, key=lambda cell: (people[cell], str(cell))) if shown else total)
                changed = True
    return table.hidden


class _Table(Generic[Cell]):
    def __init__(self, people: Mapping[Cell, int], sums: Sequence[tuple[Cell, Sequence[Cell]]]) -> None:
        self.people = people
        self.hidden = {cell for cell, count in people.items() if is_small(count)}
        self._parts: dict[Cell, list[Sequence[Cell]]] = defaultdict(list)
        for total, parts in sums:
            self._parts[total].append(parts)

    def unknown_among(self, parts: Sequence[Cell]) -> int:
        """How many people stay in the dark when every shown number below these cells is used.

        A hidden cell whose own parts are shown is no secret: it counts with what is hidden among its parts.
        """
        return sum(self._unknown(part) for part in parts if part in self.hidden)

    def _unknown(self, cell: Cell) -> int:
        below = [self.unknown_among(parts) for parts in self._parts.get(cell, ())]
        return min([self.people[cell], *below])

    def shown_below(self, parts: Sequence[Cell]) -> set[Cell]:
        """Shown, inhabited cells among the parts and below the hidden ones: those whose hiding can help."""
        found: set[Cell] = set()
        for part in parts:
            if part not in self.hidden:
                found |= {part} if self.people[part] else set()
            else:
                for finer in self._parts.get(part, ()):
                    found |= self.shown_below(finer)
        return found
