"""XLSX: a sheet for each kind, with both languages. What is written is also the template to fill in.

The first row holds the names that are read, the second the labels of the editor, items begin in the third.
"""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.utils import get_column_letter

from assessments.enums import Difficulty
from assessments.exchange.archive import open_archive
from assessments.exchange.formats.base import Format
from assessments.exchange.formats.xlsx_book import FIRST_ROW, MAX_COLUMNS, Row, Sheet, beside, sheets
from assessments.exchange.formats.xlsx_layout import (
    FRAME,
    CellError,
    Column,
    Odd,
    bare,
    cells_of,
    columns,
    guarded,
    said,
)
from assessments.exchange.items import ExchangeItem, FileError, Level, Problem, Raw, ReadResult, WriteResult
from assessments.exchange.limits import MAX_ITEMS, too_many
from assessments.exchange.text import tidy
from assessments.kinds import get_kind, kinds
from assessments.kinds.base import LANGUAGES
from courses.enums import Audience

# Parted by commas or semicolons; a tag that holds one stands in quotation marks.
_TAGS = re.compile(r'\s*"([^"]+)"\s*(?=[,;]|$)|([^,;]+)')


class Xlsx(Format):
    name = "xlsx"
    label = "Excel (XLSX)"
    suffix = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    bilingual = True

    def read(self, content: bytes, language: str) -> ReadResult:
        archive = open_archive(content)  # refuses bombs before openpyxl unpacks anything
        result = ReadResult(languages=LANGUAGES, exact=True)
        result.problems += [Problem(Level.LOSS, 0, "", sentence) for sentence in beside(archive)]
        known = False
        for sheet in sheets(content, archive):
            kind = sheet.name.strip().casefold()
            if kind not in kinds():
                message = _("No kind of item is called “%(name)s”; the sheet is not read.") % {"name": sheet.name[:40]}
                result.problems.append(Problem(Level.LOSS, 0, "", message, sheet.name))
                continue
            known = True
            _Reader(kind, result).read(sheet)
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
        "tags": ", ".join(f'"{tag}"' if set(tag) & set(",;") and '"' not in tag else tag for tag in item.tags),
        "audience": item.audience,
        "difficulty": item.difficulty or "",
        "lesson": item.lesson,
    }
    return {name: guarded(value) if value else None for name, value in values.items()}


class _Reader:
    """Reads the rows of one kind."""

    def __init__(self, kind: str, result: ReadResult) -> None:
        self.kind, self.result = kind, result
        self.columns = {column.name: column for column in columns(get_kind(kind).block())}
        self.item: ExchangeItem | None = None
        self.begun: list[int] = []
        self.wrong: list[str] = []
        self.notes: list[str] = []

    def lose(self, line: int, message: str) -> None:
        self.result.problems.append(Problem(Level.LOSS, line, "", message, self.kind))

    def read(self, sheet: Sheet) -> None:
        heads = [self._head(cell) for cell in next(sheet.rows, [])][:MAX_COLUMNS]
        if not any(heads):
            return
        unknown = [head for head in heads if head and not self._known(head)]
        if unknown:
            self.lose(1, _("Not read: %(names)s.") % {"names": ", ".join(unknown)[:200]})
        twice = sorted({head for head in heads if head and heads.count(head) > 1})
        if twice:
            raise FileError(_("The column “%(name)s” stands twice in the sheet “%(sheet)s”.") % {
                "name": twice[0], "sheet": self.kind})  # fmt: skip
        self._note_labels(next(sheet.rows, []))
        unnamed: set[int] = set()
        for line, row in enumerate(sheet.rows, FIRST_ROW):
            filled = {place: cell for place, cell in enumerate(row) if isinstance(cell, Odd) or said(cell).strip()}
            cells = {heads[place]: cell for place, cell in filled.items() if place < len(heads) and heads[place]}
            unnamed |= {place for place in filled if place >= len(heads) or not heads[place]}
            if cells:
                self._row(line, cells, heads)
        self._finish()
        if unnamed:
            letters = ", ".join(get_column_letter(place + 1) for place in sorted(unnamed))
            self.lose(
                1, _("Columns without a name in the first row are not read: %(names)s.") % {"names": letters[:200]}
            )
        self._note_merged(sheet, heads)

    def _head(self, cell: Any) -> str:
        """The name of a column; capital letters are forgiven."""
        head = tidy(said(cell)) if not isinstance(cell, Odd) else cell.text
        return head.casefold() if self._known(head.casefold()) else head

    def _note_labels(self, row: Row) -> None:
        """The second row is passed over; say so where an item might stand in it."""
        texts = [text for cell in row if not isinstance(cell, Odd) and (text := tidy(said(cell)))]
        labels = set(FRAME)
        for language in LANGUAGES:
            with override(language):
                labels |= {str(label) for label in FRAME.values()}
                labels |= {column.label for column in columns(get_kind(self.kind).block())}
        if texts and not labels & set(texts):
            names = ", ".join(texts)[:120]
            self.lose(2, _("The second row is for labels; nothing in it is read: %(names)s.") % {"names": names})

    def _note_merged(self, sheet: Sheet, heads: list[str]) -> None:
        """Merged cells have their content in the first row alone, whoever thinks that it stands in all of them."""
        for one in sheet.merged:
            head = heads[one.column - 1] if one.column <= len(heads) else ""
            others = [line for line in self.begun if one.first < line <= one.last]
            if one.last >= FIRST_ROW and head and (others or self._list_of(head)):
                self.lose(
                    max(one.first, 1),
                    _("Merged rows %(first)d to %(last)d, %(column)s: their text is read in the first one alone.")
                    % {"first": one.first, "last": one.last, "column": head},
                )

    def _row(self, line: int, cells: dict[str, Any], heads: list[str]) -> None:
        """A row with a field of the item begins one; a row with list entries only continues it."""
        begins = any(head in FRAME or not self._list_of(head) for head in cells if self._known(head))
        if self.item is None or begins:
            self._finish()
            if len(self.result.items) >= MAX_ITEMS:
                raise too_many()
            cells = self._made_plain(line, cells)
            self.item = self._begin(line, cells, heads)
            self.begun.append(line)
        else:
            cells = self._made_plain(line, cells)
        entries: dict[str, dict[str, Any]] = {}
        for head, cell in cells.items():
            column = self.columns.get(head)
            if column is not None and column.list_name:
                entries.setdefault(column.list_name, {})[column.field] = self._read(line, column, cell)
        for name, values in entries.items():
            self.item.raw[name].append(self._entry(name, values, heads))

    def _made_plain(self, line: int, cells: dict[str, Any]) -> dict[str, Any]:
        """The cells with texts for what a spreadsheet has made something else of; that is noted, or a fault."""
        plain = {}
        for head, cell in cells.items():
            if not isinstance(cell, Odd):
                plain[head] = cell
            elif self._known(head):
                plain[head] = cell.text
                where = {"line": line, "column": head, "why": cell.fault or cell.note}
                (self.wrong if cell.fault else self.notes).append(_("row %(line)d, %(column)s: %(why)s") % where)
        return plain

    def _known(self, head: str) -> bool:
        return head in FRAME or head in self.columns

    def _list_of(self, head: str) -> str:
        return self.columns[head].list_name if head in self.columns else ""

    def _begin(self, line: int, cells: dict[str, Any], heads: list[str]) -> ExchangeItem:
        frame = {name: tidy(bare(said(cells.get(name)))) for name in FRAME}
        raw: Raw = {column.list_name: [] for head in heads if (column := self.columns.get(head)) and column.list_name}
        item = ExchangeItem(self.kind, raw, title=frame["title"], line=line, file=self.kind, identifier=frame["id"])
        item.strong = bool(frame["id"])
        item.topic_de, item.topic_en, item.lesson = frame["topic_de"], frame["topic_en"], frame["lesson"]
        item.tags = [tag for part in _TAGS.findall(frame["tags"]) if (tag := tidy(part[0] or part[1]))]
        self.item = item
        item.audience = self._choice(line, "audience", frame["audience"], Audience)
        if "difficulty" in heads:
            item.difficulty = self._choice(line, "difficulty", frame["difficulty"], Difficulty)
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
        notes, self.notes = self.notes, []
        if item is None:
            return
        item.losses += notes
        if not wrong and not any(item.raw.get(f"prompt_{language}") for language in LANGUAGES):
            wrong.append(_("It has no question."))
        if wrong:
            self.result.problems.append(Problem(Level.ITEM, item.line, item.name, " ".join(wrong[:5]), self.kind))
        else:
            self.result.items.append(item)
