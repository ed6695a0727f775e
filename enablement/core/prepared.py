"""Queries that every request of a kind asks: turned into SQL once in each process, and then only filled in.

Building a queryset and turning it into SQL takes Django longer than PostgreSQL takes to answer it, where the answer is
one row by its key. `Prepared` keeps the compiler of such a queryset; rows become model instances as always, related
ones included, and the statement is executed, counted and logged like any other.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import ExpressionList
from django.db.models.query import ModelIterable
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=models.Model)


class Slot(models.Expression):
    """A place in a prepared query, to be filled with a value that is stored as `field` stores it."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)


@dataclass(frozen=True)
class Several:
    """Stands for the field of a list of values: `build` gets slots to be used with `__in`."""

    field: "models.Field[Any, Any]"


@dataclass(frozen=True)
class _Filled:
    """What Django's `ModelIterable` asks of a queryset, over a statement that is complete."""

    compiler: Any
    model: type[models.Model]
    db: str = DEFAULT_DB_ALIAS

    @property
    def query(self) -> "_Filled":
        return self

    @property
    def _known_related_objects(self) -> dict[Any, Any]:
        return {}

    def get_compiler(self, using: str) -> Any:
        return self.compiler


class Prepared(Generic[M]):
    """`build` makes the queryset from one slot for each name in `fields`; it runs once, so nothing else may vary in it:

    no present time, no language. A slice is fine, `prefetch_related` has no effect. Where there are several values, it
    runs once for each length up to which they are filled up: 1, 2, 4, 8 and so on.
    """

    def __init__(
        self, build: Callable[..., models.QuerySet[M, Any]], **fields: "models.Field[Any, Any] | Several"
    ) -> None:
        self._build, self._fields = build, fields
        self._several = [name for name, field in fields.items() if isinstance(field, Several)]
        self._compiled: dict[tuple[int, ...], tuple[Any, str, tuple[Any, ...]]] = {}

    def rows(self, **values: Any) -> list[M]:
        """The rows for these values, in one statement; none, and no statement, where a list of values is empty.

        Raises KeyError where a value is missing.
        """
        compiler = self._filled(values)
        # `ModelIterable` asks no more of a queryset than `_Filled` has.
        return [] if compiler is None else list(ModelIterable(_Filled(compiler, compiler.query.model)))  # type: ignore[arg-type]

    def first(self, **values: Any) -> M | None:
        return next(iter(self.rows(**values)), None)

    def tuples(self, **values: Any) -> list[tuple[Any, ...]]:
        """As `rows`, where `build` gives a `values_list`."""
        compiler = self._filled(values)
        return [] if compiler is None else list(compiler.results_iter(tuple_expected=True))

    def _filled(self, values: dict[str, Any]) -> Any:
        """The compiler of the statement with these values in it; None where nothing can be found."""
        lists = {name: tuple(values[name]) for name in self._several}
        if not all(lists.values()):
            return None
        connection = connections[DEFAULT_DB_ALIAS]
        lengths = tuple(1 << (len(each) - 1).bit_length() for each in lists.values())
        if lengths not in self._compiled:
            self._compiled[lengths] = self._compile(connection, dict(zip(lists, lengths, strict=True)))
        template, sql, parameters = self._compiled[lengths]
        if template.query.select_for_update and connection.get_autocommit():
            raise TransactionManagementError("a row is locked inside of a transaction")
        given = values | {f"{name}_{at}": one for name, each in lists.items() for at, one in enumerate(each)}
        for (name, each), length in zip(lists.items(), lengths, strict=True):
            given |= {f"{name}_{at}": each[-1] for at in range(len(each), length)}
        filled = tuple(
            one.output_field.get_db_prep_value(given[one.name], connection) if isinstance(one, Slot) else one
            for one in parameters
        )
        compiler = copy(template)
        compiler.connection = connection  # each thread has its own
        compiler.as_sql = lambda: (sql, filled)
        return compiler

    def _compile(self, connection: Any, lengths: dict[str, int]) -> tuple[Any, str, tuple[Any, ...]]:
        slots = {
            name: ExpressionList(*(Slot(f"{name}_{at}", field.field) for at in range(lengths[name])))
            if isinstance(field, Several)
            else Slot(name, field)
            for name, field in self._fields.items()
        }
        compiler = self._build(**slots).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return compiler, sql, tuple(parameters)
