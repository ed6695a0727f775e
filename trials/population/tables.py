"""Rows in bulk: COPY on PostgreSQL, executemany elsewhere. Columns are checked against the models."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

Row = tuple[Any, ...]


def _plain(value: Any) -> Any:
    return value


def _sqlite_uuid(value: str | None) -> str | None:
    return value and value.replace("-", "")


def _sqlite_moment(value: str | None) -> str | None:
    return value and value.removesuffix("+00:00")


_SQLITE: dict[str, Callable[[Any], Any]] = {"UUIDField": _sqlite_uuid, "DateTimeField": _sqlite_moment}


class Table:
    """A model's table with its columns in the order in which rows give them.

    Rows hold what both databases read: numbers, booleans, None, and text; UUIDs, decimals and JSON as text, moments
    as `str()` of an aware UTC datetime. Raises TypeError when the model has other columns than those named here: it
    was changed, and whoever fills it has to say what the new column holds.
    """

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        if fields.keys() != set(columns):
            raise TypeError(f"{model._meta.label} has changed: {sorted(fields.keys() ^ set(columns))}")
        self.model = model
        self._names = ", ".join(connection.ops.quote_name(str(fields[name].column)) for name in columns)
        self._name = connection.ops.quote_name(model._meta.db_table)
        self._marks = ", ".join(["%s"] * len(columns))
        self._converters = [_SQLITE.get(fields[name].get_internal_type(), _plain) for name in columns]
        self._to_convert = [place for place, one in enumerate(self._converters) if one is not _plain]

    def write(self, rows: list[Row]) -> None:
        """Insert the rows in the current transaction."""
        if not rows:
            return
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self._name} ({self._names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                cursor.executemany(
                    f"INSERT INTO {self._name} ({self._names}) VALUES ({self._marks})",  # noqa: S608 - the model's names
                    list(self._converted(rows)),
                )

    def _converted(self, rows: Iterable[Row]) -> Iterator[list[Any]]:
        for row in rows:
            values = list(row)
            for place in self._to_convert:
                values[place] = self._converters[place](values[place])
            yield values

    def free_keys(self) -> "count[int]":
        """Primary keys from the first that no row has had. Nobody else may insert while they are used."""
        highest = self.model._default_manager.aggregate(highest=models.Max("pk"))["highest"]
        return count((highest or 0) + 1)


def advance_sequences(tables: Iterable[Table]) -> None:
    """Let the database count on behind the keys that were given here."""
    wanted = [table.model for table in tables if table.model._meta.pk.get_internal_type() == "BigAutoField"]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), wanted):
            cursor.execute(statement)


def analyze() -> None:
    """Tell the planner how large the tables have become."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
