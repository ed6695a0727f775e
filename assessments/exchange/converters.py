"""What each kind can be read from and turned into, found by looking.

A kind that travels has a module `exchange` in its folder with any of these functions; `losses` are noted on what they
get or return, so that nothing goes in silence:

- `read_question(question, language) -> raw | None`: from a question as Moodle names it. None: not mine.
- `write_question(raw, language) -> Question`

QTI items become the same questions on their way (`formats/qti/reading.py`), so that a kind says once what it is.
Each may raise NotRepresentableError with the reason. XLSX needs nothing: it reads the kind's editor block.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from assessments.kinds import kinds


@cache
def converters(function: str) -> dict[str, Callable[..., Any]]:
    """Kind name → its function of that name, in the order of the kinds."""
    found = {}
    for name in kinds():
        module = f"assessments.kinds.{name}.exchange"
        if find_spec(module) is not None:
            converter = getattr(import_module(module), function, None)
            if converter is not None:
                found[name] = converter
    return found


def first_reading(function: str, source: Any, language: str) -> tuple[str, dict[str, Any]] | None:
    """Name of the kind that takes `source` for its own, and what its editor block would store."""
    readings: Iterator[tuple[str, Any]] = (
        (name, converter(source, language)) for name, converter in converters(function).items()
    )
    return next(((name, raw) for name, raw in readings if raw is not None), None)
