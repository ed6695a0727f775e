"""XLSX: a sheet for each kind, with both languages. What is written is also the template to fill in.

The first row holds the names that are read, the second the labels of the editor, items begin in the third.
"""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import openpyxl
import xlsxwriter
from defusedxml import DefusedXmlException
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from assessments.enums import Difficulty
from assessments.exchange.archive import open_archive
from assessments.exchange.formats.base import Format
from assessments.exchange.formats.xlsx_layout import FRAME, CellError, Column, bare, cells_of, columns, guarded
from assessments.exchange.items import ExchangeItem, FileError, Level, Problem, Raw, ReadResult, WriteResult
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.text import tidy
from assessments.kinds import get_kind, kinds
from assessments.kinds.base import LANGUAGES
from courses.enums import Audience

MAX_COLUMNS = 200
FIRST_ROW = 3
_DAMAGED = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    SyntaxError,  # both XML parsers that openpyxl may use raise descendants of it
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
)


class Xlsx(Format):
    name = "xlsx"
    label = "Excel (XLSX)"
    suffix = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    bilingual = True

    def read(self, content: bytes, language: str) -> ReadResult:
        open_archive(content)  # refuses bombs before openpyxl unpacks anything
        result = ReadResult(languages=LANGUAGES, exact=True)
        known = False
        for name, rows in _sheets(content):
            if name not in kinds():
                message = _("No kind of item is called “%(name)s”; the sheet is not read.") % {"name": name[:40]}
                result.problems.append(Problem(Level.LOSS, 0, "", message, name))
                continue
            known = True
            _Sheet(name, result).read(rows)
        if not known:
            raise FileError(_("No sheet has the name of a kind of item. Begin with the template."))
        if not result.items and not result.problems:
            raise FileError(_("There is no question in this file."))
        return result

    def write(self, items: Sequence[ExchangeItem], language: str) -> WriteResult:
        """The items; without any, the empty template."""
        result = WriteResult()
        buffer = BytesIO()
        # Text never becomes a formula, a link or a number; `guarded` stands in front for programs that reopen the file.
        options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
        formats = {
            "name": book.add_format({"font_color": "#666666", "font_size": 8}),
            "label": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "cell": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        by_kind: dict[str, list[ExchangeItem]] = {name: [] for name in kinds()}
        for item in items:
            by_kind[item.kind].append(item)
        for name, listed in by_kind.items():
            if listed or not items:
                _write_sheet(book, name, listed, formats, result)
        book.close()
        result.content, result.written = buffer.getvalue(), len(items)
        return result


def _write_sheet(book: Any, name: str, items: list[ExchangeItem], formats: dict[str, Any], result: WriteResult) -> None:
    sheet = book.add_worksheet(name[:31])
    listed = [column for column in columns(get_kind(name).block()) if not column.is_media]
    heads = {**FRAME, **{column.name: column.label for column in listed}}
    for place, (head, label) in enumerate(heads.items()):
        sheet.write_string(0, place, head, formats["name"])
        sheet.write_string(1, place, str(label), formats["label"])
        sheet.set_column(place, place, 14 if head in FRAME or head.endswith(".id") else 32)
    sheet.freeze_panes(2, 2)
    places = {head: place for place, head in enumerate(heads)}
    by_name = {column.name: column for column in listed}
    line = FIRST_ROW - 1
    for item in items:
        for number, row in enumerate(cells_of(listed, item.raw)):
            cells = {head: by_name[head].write(value) for head, value in row.items()}
            for head, value in {**(_frame(item) if number == 0 else {}), **cells}.items():
                if value is not None:
                    write = sheet.write_number if isinstance(value, float) else sheet.write_string
                    write(line, places[head], value, formats["cell"])
            line += 1
        media = [column for column in columns(get_kind(name).block()) if column.is_media]
        if any(row.get(column.name) for row in cells_of(media, item.raw) for column in media):
            result.problems.append(Problem(Level.LOSS, 0, item.name, _("Pictures and files have no place in XLSX.")))


def _frame(item: ExchangeItem) -> dict[str, str | None]:
    values = {
        "id": item.identifier,
        "title": item.title,
        "topic_de": item.topic_de,
        "topic_en": item.topic_en,
        "tags": ", ".join(item.tags),
        "audience": item.audience,
        "difficulty": item.difficulty or "",
        "lesson": item.lesson,
    }
    return {name: guarded(value) if value else None for name, value in values.items()}


def _sheets(content: bytes) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    """Name and rows of each sheet. Raises FileError for what is no workbook."""
    try:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [(str(sheet.title), sheet) for sheet in book.worksheets]
    except _DAMAGED as error:
        raise FileError(_("This workbook cannot be read.")) from error
    for name, sheet in sheets:
        yield name, _rows(sheet)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS, max_row=FIRST_ROW + MAX_ITEMS * 12)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except _DAMAGED as error:
            raise FileError(_("This workbook cannot be read.")) from error
        yield row


class _Sheet:
    """Reads the rows of one kind."""

    def __init__(self, kind: str, result: ReadResult) -> None:
        self.kind, self.result = kind, result
        self.columns = {column.name: column for column in columns(get_kind(kind).block())}
        self.item: ExchangeItem | None = None
        self.wrong: list[str] = []

    def read(self, rows: Iterator[tuple[Any, ...]]) -> None:
        heads = [tidy(str(cell or "")) for cell in next(rows, ())]
        if not any(heads):
            return
        unknown = [head for head in heads if head and head not in self.columns and head not in FRAME]
        if unknown:
            message = _("Not read: %(names)s.") % {"names": ", ".join(unknown)[:200]}
            self.result.problems.append(Problem(Level.LOSS, 1, "", message, self.kind))
        twice = sorted({head for head in heads if head and heads.count(head) > 1})
        if twice:
            raise FileError(_("The column “%(name)s” stands twice in the sheet “%(sheet)s”.") % {
                "name": twice[0], "sheet": self.kind})  # fmt: skip
        next(rows, None)  # labels
        for line, row in enumerate(rows, FIRST_ROW):
            cells = {head: cell for head, cell in zip(heads, row, strict=False) if head and cell not in (None, "")}
            if cells:
                self._row(line, cells, heads)
        self._finish()

    def _row(self, line: int, cells: dict[str, Any], heads: list[str]) -> None:
        """A row with a field of the item begins one; a row with list entries only continues it."""
        if self.item is None or any(head in FRAME or not self._list_of(head) for head in cells if self._known(head)):
            self._finish()
            if len(self.result.items) >= MAX_ITEMS:
                raise too_many()
            self.item = self._begin(line, cells, heads)
        entries: dict[str, dict[str, Any]] = {}
        for head, cell in cells.items():
            column = self.columns.get(head)
            if column is not None and column.list_name:
                entries.setdefault(column.list_name, {})[column.field] = self._read(line, column, cell)
        for name, values in entries.items():
            self.item.raw[name].append(self._entry(name, values, heads))

    def _known(self, head: str) -> bool:
        return head in FRAME or head in self.columns

    def _list_of(self, head: str) -> str:
        return self.columns[head].list_name if head in self.columns else ""

    def _begin(self, line: int, cells: dict[str, Any], heads: list[str]) -> ExchangeItem:
        said = {name: tidy(bare(str(cells.get(name) or ""))) for name in FRAME}
        raw: Raw = {column.list_name: [] for head in heads if (column := self.columns.get(head)) and column.list_name}
        item = ExchangeItem(self.kind, raw, title=said["title"], line=line, file=self.kind, identifier=said["id"])
        item.strong = bool(said["id"])
        item.topic_de, item.topic_en, item.lesson = said["topic_de"], said["topic_en"], said["lesson"]
        item.tags = [tag for part in said["tags"].replace(";", ",").split(",") if (tag := tidy(part))]
        self.item = item
        item.audience = self._choice(line, "audience", said["audience"], Audience)
        if "difficulty" in heads:
            item.difficulty = self._choice(line, "difficulty", said["difficulty"], Difficulty)
        for head in heads:
            column = self.columns.get(head)
            if column is not None and not column.list_name:
                raw[column.field] = self._read(line, column, cells.get(head))
        return item

    def _choice(self, line: int, column: str, text: str, choices: type[TextChoices]) -> str:
        """The value of one of the choices, by its name or its label; empty stays empty."""
        found = [value for value, label in choices.choices if text.casefold() in {value, str(label).casefold()}]
        if text and not found:
            self._fault(line, column, _("Write one of: %(names)s.") % {"names": ", ".join(choices.values)})
        return found[0] if found else ""

    def _read(self, line: int, column: Column, cell: Any) -> Any:
        try:
            return column.read(cell)
        except CellError as error:
            self._fault(line, column.name, str(error))
            return None

    def _fault(self, line: int, column: str, message: str) -> None:
        self.wrong.append(_("row %(line)d, %(column)s: %(why)s") % {"line": line, "column": column, "why": message})

    def _entry(self, name: str, values: dict[str, Any], heads: list[str]) -> dict[str, Any]:
        ident = values.pop("id", "")
        if name in self.columns:
            return {"type": "item", "id": ident, "value": values.get("")}
        mine = [column for head in heads if (column := self.columns.get(head)) and column.list_name == name]
        # An empty cell of a column that is there is an empty text, a box without a mark.
        empty = {column.field: column.read(None) for column in mine if column.field != "id"}
        return {"type": "item", "id": ident, "value": {**empty, **values}}

    def _finish(self) -> None:
        item, self.item = self.item, None
        wrong, self.wrong = self.wrong, []
        if item is None:
            return
        if not any(item.raw.get(f"prompt_{language}") for language in LANGUAGES):
            wrong.append(_("It has no question."))
        if wrong:
            self.result.problems.append(Problem(Level.ITEM, item.line, item.name, " ".join(wrong[:5]), self.kind))
        else:
            self.result.items.append(item)
