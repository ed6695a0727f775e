"""Reading numbers as people write them.

The rules, for the trainer's guide too:

- Full stop and comma each serve as decimal separator or to group thousands; blanks (also non-breaking and thin ones)
  and apostrophes only group. Groups have three digits, the first has one to three and no leading zero.
- `1.234,5`, `1,234.5`, `1 234,5` and `1'234.5` are all 1234.5.
- One separator with three digits behind it (`1.234`, `12,500`) has two readings: one and a bit, or one thousand and a
  bit. Nobody but the learner knows, so both are returned and the answer counts if either is right. The two lie a factor
  of 1000 apart; an item for which both are plausible should name the unit ("in thousands of euros").
- `0,125` has one reading, because no group of thousands starts with 0; so has `1234,567`: its first group is too long.
- The item's unit may stand before or behind the number, in either language; another unit makes the text unreadable.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

_MINUS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "’": "'",
    }
)
_PLAIN = {mark: re.compile(rf"[0-9]+(?:{re.escape(mark)}[0-9]*)?|{re.escape(mark)}[0-9]+") for mark in ".,"}
_GROUPED = {
    (group, mark): re.compile(
        rf"[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+(?:{re.escape(mark)}[0-9]+)?",
    )
    for mark in ".,"
    for group in (" ", "'", "." if mark == "," else ",")
}


def _without_unit(text: str, units: Iterable[str]) -> str:
    folded = text.casefold()
    for unit in sorted({unit.strip().casefold() for unit in units if unit.strip()}, key=len, reverse=True):
        if folded.endswith(unit):
            return folded.removesuffix(unit).strip()
        if folded.startswith(unit):
            return folded.removeprefix(unit).strip()
    return text


def readings(text: str, *, units: Iterable[str] = ()) -> frozenset[Decimal]:
    """All numbers that the text may mean: none, one or (for `1.234`) two. Never raises."""
    body = _without_unit(text.translate(_MINUS).strip(), units)
    negative = body.startswith("-")
    body = body[1:].strip() if body[:1] in ("-", "+") else body
    found: set[Decimal] = set()
    for mark, pattern in _PLAIN.items():
        if pattern.fullmatch(body):
            found.add(Decimal(body.replace(mark, ".").removesuffix(".")))
    for (group, mark), pattern in _GROUPED.items():
        if pattern.fullmatch(body):
            found.add(Decimal(body.replace(group, "").replace(mark, ".")))
    return frozenset(-value for value in found) if negative else frozenset(found)


def format_number(value: Decimal, language: str) -> str:
    """`2.500,5` in German, `2,500.5` in English, without trailing zeros."""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    if language.startswith("en"):
        return text
    return text.translate(str.maketrans(",.", ".,"))
