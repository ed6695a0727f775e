"""Numbers without people: what the works council sees. Groups of fewer than five are hidden, see `suppression`."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from courses.models import Activity
from enablement.core.disclosure import is_small
from people.models import Function, OrgUnit, User
from reports.enums import RowStatus
from reports.selectors import enrollment_rows
from reports.suppression import hidden_cells

# A cell is (function id, unit id); ALL stands for the whole, NONE for "has none", "=7" for unit 7 without sub-units.
ALL, NONE = "*", "-"
Key = int | str
Cell = tuple[Key, Key]


@dataclass(frozen=True)
class Group:
    """One line of a table. The counts are None when the group is hidden."""

    label: str
    people: int | None
    total: int | None = None
    completed: int | None = None
    overdue: int | None = None

    @property
    def hidden(self) -> bool:
        return self.people is None

    @property
    def rate(self) -> int | None:
        return self.completed * 100 // self.total if self.total and self.completed is not None else None


@dataclass
class _Counts:
    people: int = 0
    total: int = 0
    completed: int = 0
    overdue: int = 0

    def add(self, other: "_Counts") -> None:
        self.people += other.people
        self.total += other.total
        self.completed += other.completed
        self.overdue += other.overdue


class Aggregates:
    """All groups of a company at a moment, read in a handful of queries whatever the size.

    `people` is the universe (for HR with a scope: its units). Whether a group is shown is decided once for all groups,
    so no combination of filters tells more than the sum of all tables does.
    """

    def __init__(self, people: QuerySet[User], moment: datetime, *, root: OrgUnit | None = None) -> None:
        units = OrgUnit.objects.order_by("path")
        self.units = list(units if root is None else units.filter(path__startswith=root.path))
        self.functions = list(Function.objects.all())
        self._by_path = {unit.path: unit for unit in self.units}
        self._atoms = self._read_people(people)
        self._activity_atoms, self.activities = self._read_rows(people, moment)
        self._sums = list(self._make_sums())
        self._tables: dict[int | None, tuple[dict[Cell, _Counts], set[Cell]]] = {}

    # --- reading ---------------------------------------------------------------------------------------------------
    @staticmethod
    def _read_people(people: QuerySet[User]) -> dict[Cell, _Counts]:
        rows = people.order_by().values_list("function_id", "org_unit_id").annotate(n=Count("pk"))
        return {(function or NONE, unit or NONE): _Counts(people=count) for function, unit, count in rows}

    @staticmethod
    def _read_rows(people: QuerySet[User], moment: datetime) -> tuple[dict[int, dict[Cell, _Counts]], list[Activity]]:
        rows = (
            enrollment_rows(people, moment)
            .order_by()
            .values_list("activity_id", "user__function_id", "user__org_unit_id")
            .annotate(
                people=Count("user", distinct=True),
                total=Count("pk"),
                completed=Count("pk", filter=Q(status=RowStatus.COMPLETED)),
                overdue=Count("pk", filter=Q(status=RowStatus.OVERDUE)),
            )
        )
        found: dict[int, dict[Cell, _Counts]] = defaultdict(dict)
        for activity, function, unit, *counts in rows.values_list(
            "activity_id", "user__function_id", "user__org_unit_id", "people", "total", "completed", "overdue"
        ):
            found[activity][function or NONE, unit or NONE] = _Counts(*counts)
        activities = Activity.objects.in_bulk(found)
        return found, sorted(activities.values(), key=lambda activity: (activity.code, activity.pk))

    # --- the lattice of groups --------------------------------------------------------------------------------------
    def _ancestors(self, unit: Key) -> Iterable[Key]:
        """The unit's own direct members ("=7"), the unit, everything above it, and the whole."""
        if unit == NONE:
            return (NONE, ALL)
        node = next((entry for entry in self.units if entry.pk == unit), None)
        if node is None:
            return (ALL,)
        steps = range(len(node.path), 0, -OrgUnit.steplen)
        above = [self._by_path[node.path[:step]].pk for step in steps if node.path[:step] in self._by_path]
        return (f"={unit}", *above, ALL)

    def _make_sums(self) -> Iterable[tuple[Cell, list[Cell]]]:
        functions: list[Key] = [*(function.pk for function in self.functions), NONE]
        children: dict[Key, list[Key]] = defaultdict(list)
        for unit in self.units:
            parent = self._by_path.get(unit.path[: -OrgUnit.steplen])
            children[parent.pk if parent else ALL].append(unit.pk)
        every_unit: list[Key] = [ALL, NONE, *(unit.pk for unit in self.units), *(f"={unit.pk}" for unit in self.units)]
        for unit_key in every_unit:
            yield (ALL, unit_key), [(function, unit_key) for function in functions]
        for function_key in [ALL, *functions]:
            yield (function_key, ALL), [(function_key, key) for key in [*children[ALL], NONE]]
            for unit in self.units:
                yield (function_key, unit.pk), [(function_key, key) for key in [*children[unit.pk], f"={unit.pk}"]]

    def _table(self, activity: int | None) -> tuple[dict[Cell, _Counts], set[Cell]]:
        """Counts and hidden cells of everybody (None) or of those who take one activity."""
        if activity not in self._tables:
            cells: dict[Cell, _Counts] = defaultdict(_Counts)
            for (function, unit), counts in self._source(activity).items():
                for unit_key in self._ancestors(unit):
                    cells[function, unit_key].add(counts)
                    cells[ALL, unit_key].add(counts)
            people = defaultdict(int, {cell: counts.people for cell, counts in cells.items()})
            for total, parts in self._sums:
                for cell in (total, *parts):
                    people[cell] += 0
            self._tables[activity] = (cells, hidden_cells(people, self._sums))
        return self._tables[activity]

    def _source(self, activity: int | None) -> dict[Cell, _Counts]:
        if activity is not None:
            return self._activity_atoms.get(activity, {})
        merged = {cell: _Counts(people=counts.people) for cell, counts in self._atoms.items()}
        for atoms in self._activity_atoms.values():
            for cell, counts in atoms.items():
                target = merged.setdefault(cell, _Counts())
                target.add(_Counts(0, counts.total, counts.completed, counts.overdue))
        return merged

    # --- asking -----------------------------------------------------------------------------------------------------
    def group(self, label: str, function: Key = ALL, unit: Key = ALL, activity: int | None = None) -> Group:
        """One group; hidden when it, or the group it is drawn from, is too small or would be given away."""
        cells, hidden = self._table(activity)
        cell = (function, unit)
        if cell in hidden or (activity is not None and cell in self._table(None)[1]):
            return Group(label, None)
        counts = cells.get(cell, _Counts())
        if is_small(counts.people):  # a cell outside the lattice is never shown small
            return Group(label, None)
        return Group(label, counts.people, counts.total, counts.completed, counts.overdue)

    def by_function(self, unit: Key = ALL, *, none_label: str) -> list[Group]:
        groups = [self.group(function.name, function.pk, unit) for function in self.functions]
        return [*groups, *self._if_any(lambda: self.group(none_label, NONE, unit), (NONE, unit))]

    def by_unit(self, function: Key = ALL, *, under: OrgUnit | None, none_label: str) -> list[Group]:
        """The units right below `under` (or the top ones), with their sub-units."""
        depth = (under.depth if under else min((unit.depth for unit in self.units), default=1) - 1) + 1
        path = under.path if under else ""
        children = [unit for unit in self.units if unit.depth == depth and unit.path.startswith(path)]
        groups = [self.group(unit.name, function, unit.pk) for unit in children]
        rest: Cell = (function, f"={under.pk}" if under else NONE)
        return [*groups, *self._if_any(lambda: self.group(none_label, *rest), rest)]

    def by_activity(self, function: Key = ALL, unit: Key = ALL) -> list[Group]:
        return [
            self.group(f"{activity.code} {activity.title}".strip(), function, unit, activity.pk)
            for activity in self.activities
        ]

    def _if_any(self, make: Callable[[], Group], cell: Cell) -> list[Group]:
        return [make()] if self._table(None)[0].get(cell, _Counts()).people else []
