"""Registers through which higher rooms take part in export, retention and erasure: people imports none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from people.models import User


@dataclass(frozen=True)
class RetentionPolicy:
    """Limits in time (aware datetimes): answers and notes written before `answers_before` are due for deletion."""

    now: datetime
    answers_before: datetime


Exporter = Callable[[User], Any]
RetentionHook = Callable[[RetentionPolicy], int]
ErasureHook = Callable[[User], int]

_exporters: dict[str, Exporter] = {}
_retention: dict[str, RetentionHook] = {}
_erasure: dict[str, ErasureHook] = {}


def _add(register: dict[str, Any], name: str, function: Any) -> None:
    if register.get(name, function) is not function:
        raise ValueError(f"{name!r} is registered twice")
    register[name] = function


def register_personal_data(name: str, exporter: Exporter) -> None:
    """`exporter(user)` returns what the room stores about the person, as JSON-able values (dates are allowed).

    Raises ValueError when the name is taken. Call it in AppConfig.ready().
    """
    _add(_exporters, name, exporter)


def register_retention(name: str, hook: RetentionHook) -> None:
    """`hook(policy)` deletes (or turns into aggregates) what is too old and returns how many rows went."""
    _add(_retention, name, hook)


def register_erasure(name: str, hook: ErasureHook) -> None:
    """`hook(user)` removes free text and files of one person that is erased, keeps the rows that anonymous counts
    need, and returns how many rows it deleted or emptied. It runs inside the erasing transaction.
    """
    _add(_erasure, name, hook)


def export_of(user: User) -> dict[str, Any]:
    """Everything that is stored about the person, by room."""
    return {name: exporter(user) for name, exporter in _exporters.items()}


def retention_hooks() -> dict[str, RetentionHook]:
    return dict(_retention)


def erasure_hooks() -> dict[str, ErasureHook]:
    return dict(_erasure)
