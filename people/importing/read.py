"""Bytes to rows. Nothing here knows the database; everything here expects a hostile file."""

import csv
import io
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

COLUMNS = (
    "email",
    "first_name",
    "last_name",
    "function",
    "org_unit",
    "manager_email",
    "duo_email",
    "language",
    "external_id",
    "active",
    "roles",
)
MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_FAULTS = 200
_LENGTHS = {"email": 254, "first_name": 80, "last_name": 80, "external_id": 120, "org_unit": 600}


@dataclass(frozen=True)
class ImportFault:
    """What is wrong, and where: line of the file (1 is the heading, 0 the file as a whole) and column."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        where = _("line %(line)d") % {"line": self.line}
        return f"{where}, {self.column}: {self.message}" if self.column else f"{where}: {self.message}"


@dataclass(frozen=True)
class Row:
    line: int
    cells: dict[str, str]


def read_people(content: bytes) -> tuple[list[Row], list[ImportFault]]:
    """Rows with stripped, NFC-normalised cells by column name, and what is wrong with the file.

    UTF-8 with or without BOM, or Windows-1252; `;` or `,`. Cells that look like formulas stay the text they are.
    """
    if not content.strip():
        return [], [ImportFault(0, "", _("The file is empty."))]
    if len(content) > MAX_BYTES:
        return [], [ImportFault(0, "", _("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 2**20})]
    text = _decode(content)
    if text is None:
        return [], [ImportFault(0, "", _("This is not a text file. Save it as CSV in UTF-8."))]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        heading, faults = _heading(next(reader, []))
        if faults:
            return [], faults
        return _rows(reader, heading)
    except csv.Error:
        return [], [ImportFault(reader.line_num, "", _("The quotation marks do not match, or a cell is too long."))]


def _decode(content: bytes) -> str | None:
    if b"\x00" in content:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    heading = text.lstrip().partition("\n")[0]
    return ";" if heading.count(";") >= heading.count(",") else ","


def _heading(cells: list[str]) -> tuple[list[str], list[ImportFault]]:
    names = [cell.strip().lower() for cell in cells]
    faults = [
        ImportFault(1, name, _("This column is not known. Known are: %(names)s.") % {"names": ", ".join(COLUMNS)})
        for name in names
        if name not in COLUMNS
    ]
    faults += [ImportFault(1, name, _("This column is there twice.")) for name in COLUMNS if names.count(name) > 1]
    if "email" not in names:
        faults.append(ImportFault(1, "email", _("This column is missing.")))
    return names, faults[:MAX_FAULTS]


def _rows(reader: "csv._reader", heading: list[str]) -> tuple[list[Row], list[ImportFault]]:  # type: ignore[name-defined]  # typeshed's name of the reader
    rows: list[Row] = []
    faults: list[ImportFault] = []
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= MAX_ROWS:
            faults.append(ImportFault(line, "", _("More than %(most)d people in one file.") % {"most": MAX_ROWS}))
            break
        if len(cells) != len(heading):
            message = _("%(found)d cells instead of %(expected)d.") % {"found": len(cells), "expected": len(heading)}
            faults.append(ImportFault(line, "", message))
        else:
            row = Row(line, {})
            for name, cell in zip(heading, cells, strict=True):
                row.cells[name] = value = unicodedata.normalize("NFC", cell.strip())
                if fault := _cell_fault(name, value):
                    faults.append(ImportFault(line, name, fault))
            rows.append(row)
        if len(faults) >= MAX_FAULTS:
            break
    if not rows and not faults:
        faults.append(ImportFault(0, "", _("The file names no people.")))
    return rows, faults


def _cell_fault(name: str, value: str) -> str | None:
    longest = _LENGTHS.get(name, 254)
    if len(value) > longest:
        return _("Longer than %(most)d characters.") % {"most": longest}
    if not value.isprintable():
        return _("Contains a character that cannot be printed.")
    return None
