"""`{x}` and `{= x * 2}` in the texts of a calculated question, filled in as the reader writes numbers."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from assessments.kinds.base import LANGUAGES
from assessments.kinds.calculated.formula import FormulaError, compute, names, parse, rounded
from assessments.kinds.numeric.reading import format_number

PLACE = re.compile(r"\{\s*(?:=(?P<formula>[^{}]*)|(?P<name>[A-Za-z][A-Za-z0-9_]*))\s*\}")
_DIGITS = 4
_FINEST = 12


def written(value: Decimal, language: str) -> str:
    """Four places after the point, or four digits that say something: `0.3333`, `1,234.5`, `0.00001235`."""
    small = -value.adjusted() if value and abs(value) < 1 else 1
    return format_number(rounded(value, min(_DIGITS - 1 + small, _FINEST)), language)


def filled(text: str, values: Mapping[str, Decimal], language: str) -> str:
    """The text with numbers in it. What is no variable and no sound formula stays as it was written."""

    def number(place: re.Match[str]) -> str:
        try:
            if place["name"]:
                return format_number(values[place["name"]], language)
            return written(compute(parse(place["formula"]), values), language)
        except (FormulaError, KeyError):
            return place[0]

    return PLACE.sub(number, text)


def everywhere(content: Any, values: Mapping[str, Decimal]) -> Any:
    """The same content with every bilingual text filled, at any depth. What is not a text of the question stays."""
    if isinstance(content, list):
        return [everywhere(one, values) for one in content]
    if not isinstance(content, dict):
        return content
    made = {}
    for key, value in content.items():
        name, _separator, language = key.rpartition("_")
        speaks = language in LANGUAGES and isinstance(value, str) and name != "topic"
        made[key] = filled(value, values, language) if speaks else everywhere(value, values)
    return made


def texts(content: Any) -> Iterator[tuple[str, str, str]]:
    """Name, language and text of everything that may hold a place, at any depth."""
    if isinstance(content, list):
        for one in content:
            yield from texts(one)
    elif isinstance(content, dict):
        for key, value in content.items():
            name, _separator, language = key.rpartition("_")
            if language in LANGUAGES and isinstance(value, str) and name != "topic":
                yield name, language, value
            else:
                yield from texts(value)


def asked_for(text: str) -> set[str]:
    """The variables that a text shows or reckons with; formulas that cannot be read name none."""
    found = set()
    for place in PLACE.finditer(text):
        if place["name"]:
            found.add(place["name"])
            continue
        try:
            found |= {one.name for one in names(parse(place["formula"]))}
        except FormulaError:
            continue
    return found
