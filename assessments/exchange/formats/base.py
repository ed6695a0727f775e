"""What every format is."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from django.utils.functional import Promise

from assessments.exchange.items import ExchangeItem, ReadResult, WriteResult


class Format(ABC):
    """One format. Stateless."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    suffix: ClassVar[str]
    content_type: ClassVar[str]
    # Whether one file holds both languages; else it is in the one that is named.
    bilingual: ClassVar[bool] = False
    # Whether pictures travel inside of the file.
    pictured: ClassVar[bool] = False

    @abstractmethod
    def read(self, content: bytes, language: str) -> ReadResult:
        """What the bytes hold. Raises FileError when the file as a whole cannot be read."""

    @abstractmethod
    def write(self, items: Sequence[ExchangeItem], language: str) -> WriteResult:
        """A file of these items, and what of them has no place in it."""
