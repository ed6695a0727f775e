"""The report's rows as PostgreSQL writes them itself: one COPY for each block instead of a Python object for each cell.

The same text, cell by cell, as `reports.exports` makes in Python; `tests/reports/test_copying.py` compares the two.
"""

from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Expression, F, Func, Value, When
from django.db.models.functions import Coalesce, Left, NullIf, StrIndex, TruncDate
from django.db.models.lookups import Exact, GreaterThan

from reports.enums import RowStatus

BUFFER = 64 * 1024


def _defused(text: Any, starts: str) -> Expression:
    """What a spreadsheet would run as a formula becomes text. Empty text is NULL, which COPY writes as nothing.

    A regular expression would cost a row of eight such cells more than all its joins.
    """
    begins = GreaterThan(StrIndex(Value(starts), Left(text, 1)), 0)
    template = "(%(expressions)s)"
    guarded = Func(Value("'"), text, template=template, arg_joiner=" || ", output_field=CharField())
    empty = Exact(text, Value(""))
    return Case(When(empty, then=None), When(begins, then=guarded), default=text, output_field=CharField())


def _first(*fields: str) -> Expression:
    """The first of the fields that is not empty."""
    return Coalesce(*(NullIf(F(field), Value("")) for field in fields), Value(""))


def _name() -> Expression:
    parts = (NullIf(F(f"user__{part}_name"), Value("")) for part in ("last", "first"))
    joined = Func(Value(", "), *parts, function="CONCAT_WS", output_field=CharField())
    return Coalesce(NullIf(joined, Value("")), F("user__email"), output_field=CharField())


def _status() -> Expression:
    """The word of the status. CASE reads the status once, a `When` for each would work it out four times."""
    words = (
        Func(Value(status.value), Value(str(status.label)), template="WHEN %(expressions)s", arg_joiner=" THEN ")
        for status in RowStatus
    )
    return Func(F("status"), *words, template="CASE %(expressions)s END", arg_joiner=" ", output_field=CharField())


def copy_rows(rows: Any, target: Any, *, delimiter: str, languages: tuple[str, str], starts: str) -> int:
    """Write ordered report rows as CSV lines to a binary file; returns how many. PostgreSQL only.

    `languages` are the reader's and the other one, `starts` the characters that begin a formula.
    """
    here, other = languages
    texts = {
        "cell_name": _name(),
        "cell_email": F("user__email"),
        "cell_unit": F("user__org_unit__name"),
        "cell_function": _first(f"user__function__name_{here}", f"user__function__name_{other}"),
        "cell_code": F("activity__code"),
        "cell_title": _first(f"activity__title_{here}", f"activity__title_{other}"),
        "cell_status": _status(),
        "cell_due": TruncDate("due_at"),
        "cell_completed": TruncDate("completed_on"),
        "cell_number": F("certificate_number"),
        "cell_until": TruncDate("valid_until"),
    }
    cells = {
        name: expression if isinstance(expression, TruncDate) else _defused(expression, starts)
        for name, expression in texts.items()
    }
    sql, parameters = rows.annotate(**cells).values_list(*cells).query.sql_with_params()
    statement = f"COPY ({sql}) TO STDOUT (FORMAT csv, DELIMITER '{delimiter}')"
    count, waiting, size = 0, [], 0
    with connection.cursor() as cursor, cursor.cursor.copy(statement, parameters) as copy:
        for line in copy:
            waiting.append(line)
            size += len(line)
            if size > BUFFER:
                count += _write(target, waiting)
                waiting, size = [], 0
    return count + _write(target, waiting)


def _write(target: Any, lines: list[Any]) -> int:
    target.write(b"".join(lines).replace(b"\n", b"\r\n"))
    return len(lines)
