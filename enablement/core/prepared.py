"""Queries that every request of a kind asks: turned into SQL once in each process, and then only filled in.

Building a queryset and turning it into SQL takes Django longer than PostgreSQL takes to answer it, where the answer is
one row by its key. `Prepared` keeps the compiler of such a queryset; rows become model instances as always, related
ones included, and the statement is executed, counted and logged like any other.
"""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
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

    no present time, no language. A slice is fine, `prefetch_related` has no effect.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]], **fields: "models.Field[Any, Any]") -> None:
        self._build, self._fields = build, fields
        self._compiled: tuple[Any, str, tuple[Any, ...]] | None = None

    def rows(self, **values: Any) -> list[M]:
        """The rows for these values, in one statement. Raises KeyError where a value is missing."""
        return list(self._iterate(values))

    def first(self, **values: Any) -> M | None:
        return next(iter(self.rows(**values)), None)

    def _iterate(self, values: dict[str, Any]) -> Iterator[M]:
        connection = connections[DEFAULT_DB_ALIAS]
        if self._compiled is None:
            self._compiled = self._compile(connection)
        template, sql, parameters = self._compiled
        if template.query.select_for_update and connection.get_autocommit():
            raise TransactionManagementError("a row is locked inside of a transaction")
        filled = tuple(
            one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Slot) else one
            for one in parameters
        )
        compiler = copy(template)
        compiler.connection = connection  # each thread has its own
        compiler.as_sql = lambda: (sql, filled)
        rows: Iterator[M] = iter(ModelIterable(_Filled(compiler, template.query.model)))  # type: ignore[arg-type]  # all of a queryset that it asks for
        return rows

    def _compile(self, connection: Any) -> tuple[Any, str, tuple[Any, ...]]:
        queryset = self._build(**{name: Slot(name, field) for name, field in self._fields.items()})
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return compiler, sql, tuple(parameters)
