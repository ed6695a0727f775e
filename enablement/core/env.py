"""Typed readers of environment variables. A wrong value stops the start with a sentence that names the variable."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True)
class Env:
    """Reads one mapping, by default the process environment. An empty value counts as missing.

    Every reader takes the variable's name and a default; without a default the variable is required and
    `ImproperlyConfigured` is raised when it is missing. The same error is raised for a malformed value.
    """

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set. Set it in the environment; docs/operations.md explains it.")
        return default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "").lower()
        if not value:
            return default
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be one of 1, true, yes, on, 0, false, no, off; it is {value!r}.")

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        value = self.text(name, str(default))
        try:
            number = int(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must be a whole number; it is {value!r}.") from error
        if number < least:
            raise ImproperlyConfigured(f"{name} must be at least {least}; it is {number}.")
        return number

    def names(self, name: str, default: str | None = None) -> list[str]:
        """A comma-separated list; blanks around entries are dropped."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def choice(self, name: str, default: Choice, allowed: tuple[Choice, ...]) -> Choice:
        value = self.text(name, default)
        for candidate in allowed:
            if candidate == value:
                return candidate
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}; it is {value!r}.")

    def url(self, name: str, default: str | None = None, *, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value and urlsplit(value).scheme not in schemes:
            expected = ", ".join(f"{scheme}://" for scheme in schemes)
            raise ImproperlyConfigured(f"{name} must start with one of {expected}; its value does not.")
        return value
