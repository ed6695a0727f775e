"""Rows in bulk: COPY on PostgreSQL, executemany elsewhere. Columns are checked against the models."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.core.management.color import no_style
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

Row = tuple[Any, ...]


def _plain(value: Any) -> Any:
    return value


def _sqlite_uuid(value: str | None) -> str | None:
    return value and value.replace("-", "")


def _sqlite_moment(value: str | None) -> str | None:
    return value and value.removesuffix("+00:00")


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(value: Any) -> str:
    """A value in the text format of COPY."""
    if value is None:
        return "\\N"
    text = str(value)
    # Few texts hold what must be escaped, and looking is faster than translating.
    return text.translate(_ESCAPES) if "\\" in text or not text.isprintable() else text


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
        self.model, self.width = model, len(columns)
        self._names = ", ".join(connection.ops.quote_name(str(fields[name].column)) for name in columns)
        self._name = connection.ops.quote_name(model._meta.db_table)
        self._marks = ", ".join(["%s"] * len(columns))
        self._converters = [_SQLITE.get(fields[name].get_internal_type(), _plain) for name in columns]
        self._to_convert = [place for place, one in enumerate(self._converters) if one is not _plain]

    def pack(self, rows: list[Row]) -> "bytes | list[list[Any]]":
        """The rows as `write` takes them; needs no database, so another process can do it."""
        if connection.vendor == "postgresql":
            return "".join("\t".join(map(_copied, row)) + "\n" for row in rows).encode()
        return list(self._converted(rows))

    def write(self, packed: "bytes | list[list[Any]]") -> None:
        """Insert packed rows in the current transaction."""
        if not packed:
            return
        with connection.cursor() as cursor:
            if isinstance(packed, bytes):
                with cursor.copy(f"COPY {self._name} ({self._names}) FROM STDIN") as copy:
                    copy.write(packed)
            else:
                statement = f"INSERT INTO {self._name} ({self._names}) VALUES ({self._marks})"  # noqa: S608 - own names
                cursor.executemany(statement, packed)

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


@contextmanager
def references_checked_at_the_end(tables: Iterable[Table]) -> Iterator[None]:
    """Foreign keys are compared once and table by table instead of row by row, which costs a third of the time.

    PostgreSQL only, and only where the role may; elsewhere each row is checked as ever. Raises IntegrityError when a
    row refers to nothing.
    """
    if connection.vendor != "postgresql" or not _switch("replica"):
        yield
        return
    try:
        yield
    finally:
        _switch("origin")
    for table in tables:
        _refuse_orphans(table.model)


def _switch(role: str) -> bool:
    """Let the session's rows pass without triggers (`replica`) or not (`origin`). False when it may not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = {role}")
    except ProgrammingError:
        return False
    return True


def _refuse_orphans(model: type[models.Model]) -> None:
    for field in model._meta.concrete_fields:
        if field.remote_field is not None:
            there = field.remote_field.model._default_manager.filter(pk=models.OuterRef(field.attname))
            rows = model._default_manager.filter(~models.Exists(there), **{f"{field.attname}__isnull": False})
            if rows.order_by().exists():
                raise IntegrityError(f"{model._meta.label}.{field.name} refers to rows that are not here")


def analyze() -> None:
    """Tell the planner how large the tables have become."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
