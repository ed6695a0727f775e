"""The report's rows as PostgreSQL writes them itself: one COPY for each block instead of a Python object for each cell.

The same text, cell by cell, as `reports.exports` makes in Python; `tests/reports/test_copying.py` compares the two.
"""

from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Expression, F, Func, Value
from django.db.models.functions import Coalesce, NullIf, TruncDate

from reports.enums import RowStatus

LINES = 500  # written at once
WORK_MEM = "64MB"  # so that PostgreSQL sorts a block of 100,000 rows without its disk


def _defused(name: str) -> str:
    """What a spreadsheet would run as a formula becomes text. Empty text is NULL, which COPY writes as nothing.

    A regular expression would cost a row of eight such cells more than all its joins.
    """
    guard = f"CASE WHEN STRPOS(%s, LEFT({name}, 1)) > 0 THEN '''' ELSE '' END"
    return f"CASE {name} WHEN '' THEN NULL ELSE {guard} || {name} END"


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
    cells: dict[str, Expression | F] = {
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
    sql, parameters = rows.annotate(**cells).values_list(*cells).query.sql_with_params()
    # Around the ordered rows, so that each text is worked out once, however often it is looked at.
    outer = [name if isinstance(cell, TruncDate) else _defused(name) for name, cell in cells.items()]
    guards = [starts for cell in cells.values() if not isinstance(cell, TruncDate)]
    statement = f"COPY (SELECT {', '.join(outer)} FROM ({sql}) AS ordered_rows) TO STDOUT"  # noqa: S608 - own names
    statement += f" (FORMAT csv, DELIMITER '{delimiter}')"
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = %s", [WORK_MEM])
        with cursor.cursor.copy(statement, [*guards, *parameters]) as copy:
            lines = iter(copy)
            while some := list(islice(lines, LINES)):
                target.write(b"".join(some).replace(b"\n", b"\r\n"))
                count += len(some)
    return count
