"""Columns of a kind's sheet, read off its editor block, so that a new kind has a sheet without another line of code.

An item takes as many rows as its longest list has entries: its own fields stand in the first, each list goes down in
columns of its own (`options.text_de`). What is nested deeper is JSON in one cell.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.blocks import ChooserBlock

from assessments.exchange.text import tidy
from assessments.kinds.media import MediaBlock
from enablement.core.spreadsheets import defuse

FRAME = {
    "id": gettext_lazy("Id"),
    "title": gettext_lazy("Name"),
    "topic_de": gettext_lazy("Topic (German)"),
    "topic_en": gettext_lazy("Topic (English)"),
    "tags": gettext_lazy("Tags"),
    "audience": gettext_lazy("For"),
    "difficulty": gettext_lazy("Difficulty"),
    "lesson": gettext_lazy("Lesson (id)"),
}
YES = frozenset({"x", "1", "true", "yes", "ja", "wahr", "y", "j"})
NO = frozenset({"", "0", "false", "no", "nein", "falsch", "n", "-"})


class CellError(ValueError):
    """A cell that does not say what its column needs. The message says what it needs."""


@dataclass(frozen=True)
class Odd:
    """A cell that a spreadsheet has made something else of: what is read instead, or why nothing can be."""

    text: str = ""
    note: str = ""
    fault: str = ""


class Percent(float):
    """A number that is shown in percent: 0.5 as 50 %."""


@dataclass(frozen=True)
class Column:
    """`name` is that in the sheet; `field` the key in the block (empty: the entry itself); `list_name` its list."""

    name: str
    label: str
    block: blocks.Block
    field: str
    list_name: str = ""

    @property
    def is_text(self) -> bool:
        return isinstance(self.block, blocks.CharBlock | blocks.TextBlock)

    @property
    def is_media(self) -> bool:
        """A picture or file: its number means nothing outside of this installation."""
        return isinstance(self.block, ChooserBlock | MediaBlock)

    def write(self, value: Any) -> Any:
        """The cell's value: text (defused), a number or nothing."""
        if value in (None, ""):
            return None
        if isinstance(self.block, blocks.BooleanBlock):
            return "x" if value else None
        if isinstance(self.block, blocks.DecimalBlock | blocks.IntegerBlock | blocks.FloatBlock):
            return _number(value)
        return guarded(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))

    def read(self, cell: Any) -> Any:
        """The stored value of a cell. Raises CellError."""
        text = tidy(bare(self._shown(cell) if self.is_text else said(cell)))
        if isinstance(self.block, blocks.BooleanBlock):
            if text.lower() not in YES | NO:
                raise CellError(_("Write x, or leave it empty."))
            return text.lower() in YES
        if isinstance(self.block, blocks.IntegerBlock):
            return _whole(text) if text else self.block.get_default()
        if isinstance(self.block, blocks.DecimalBlock | blocks.FloatBlock):
            return _read_number(text)
        if isinstance(self.block, blocks.ChoiceBlock):
            return _choice(self.block, text)
        if self.is_text or not isinstance(self.block, blocks.StructBlock | blocks.BaseStreamBlock | blocks.ListBlock):
            return text
        return _nested(text)

    def _shown(self, cell: Any) -> str:
        """A number in a text as who typed it sees it."""
        if isinstance(cell, bool) or not isinstance(cell, float | int):
            return said(cell)
        shown = round(Decimal(repr(float(cell))) * 100, 10) if isinstance(cell, Percent) else Decimal(str(cell))
        text = format(shown, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        text = text.replace(".", ",") if self.field.endswith("_de") else text
        return f"{text} %" if isinstance(cell, Percent) else text


def said(cell: Any) -> str:
    """A cell's value as text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _number(value: Any) -> Any:
    """A number if a spreadsheet's fifteen digits hold it, else its text."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return guarded(str(value))
    return float(exact) if Decimal(repr(float(exact))) == exact else guarded(format(exact, "f"))


def _read_number(text: str) -> str:
    if not text:
        return ""
    try:
        value = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise CellError(_("“%(text)s” is not a number.") % {"text": text[:40]}) from None
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise CellError(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return format(value, "f")


def _whole(text: str) -> int:
    value = Decimal(_read_number(text))
    if value != value.to_integral_value() or abs(value) > 10**9:
        raise CellError(_("“%(text)s” is not a whole number.") % {"text": text[:40]})
    return int(value)


def _choice(block: blocks.ChoiceBlock, text: str) -> str:
    offered = {str(key): str(label) for key, label in block.field.choices if key not in (None, "")}
    if not text or text in offered:
        return text
    found = [key for key, label in offered.items() if text.casefold() in {label.casefold(), key.casefold()}]
    if len(found) != 1:
        raise CellError(_("Write one of: %(names)s.") % {"names": ", ".join(offered)[:200]})
    return found[0]


def _nested(text: str) -> Any:
    if not text:
        return []
    try:
        # No database keeps the letter zero.
        return json.loads("" if "\\u0000" in text else text)
    except (ValueError, RecursionError):
        raise CellError(_("This cell cannot be read; export the item anew and leave the cell as it is.")) from None


_GUARDED = re.compile(r"'+(?=.)", re.DOTALL)


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula. `bare` undoes it, also for texts that begin with an apostrophe."""
    if text.startswith("'"):
        return f"'{text}"
    return defuse(text)


def bare(text: str) -> str:
    """The text as it was before `guarded`; a single apostrophe before other text stays."""
    if not text.startswith("'"):
        return text
    rest = text[1:]
    return rest if rest.startswith("'") or defuse(rest) != rest else text


def columns(block: blocks.StructBlock) -> list[Column]:
    """The block's own fields, then those of its lists."""
    fields, lists = [], []
    for name, child in block.child_blocks.items():
        label = str(child.label or name)
        if isinstance(child, blocks.ListBlock):
            lists += list(_list_columns(name, label, child))
        else:
            fields.append(Column(name, label, child, name))
    return [*fields, *lists]


def _list_columns(name: str, label: str, block: blocks.ListBlock) -> Iterator[Column]:
    yield Column(f"{name}.id", f"{label}: {_('Id')}", blocks.CharBlock(), "id", name)
    child = block.child_block
    if isinstance(child, blocks.StructBlock):
        for field, inner in child.child_blocks.items():
            yield Column(f"{name}.{field}", f"{label}: {inner.label or field}", inner, field, name)
    else:
        yield Column(name, label, child, "", name)


def cells_of(listed: list[Column], raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of an item: column name → stored value."""
    lists = {column.list_name: raw.get(column.list_name) or [] for column in listed if column.list_name}
    for place in range(max(1, *(len(entries) for entries in lists.values())) if lists else 1):
        row: dict[str, Any] = {}
        for column in listed:
            if not column.list_name:
                row |= {column.name: raw.get(column.field)} if place == 0 else {}
            elif place < len(lists[column.list_name]):
                child = lists[column.list_name][place]
                value = child["value"]
                if column.field == "id":
                    row[column.name] = child.get("id")
                else:
                    row[column.name] = value.get(column.field) if column.field else value
        yield row
