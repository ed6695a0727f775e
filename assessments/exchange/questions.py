"""The parsed form of Moodle's family of formats: GIFT, Aiken and Moodle XML say the same things in different words.

Names follow Moodle (`question/type/*`): a multiple-choice answer has a `fraction` in percent, a matching question has
`answers` whose `text` is the entry and whose `match` is what belongs to it.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assessments.exchange.pictures import Picture

DIFFICULTY_TAG = "difficulty:"


@dataclass
class Answer:
    """`fraction` is in percent of the question's mark: -100 to 100. `tolerance` is that of a number."""

    text: str
    fraction: Decimal = Decimal(0)
    feedback: str = ""
    tolerance: Decimal | None = None
    match: str = ""
    ident: str = ""
    picture: Picture | None = None
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass
class Question:
    """One question. `extras` holds what only one type has, by Moodle's names."""

    qtype: str
    text: str = ""
    name: str = ""
    feedback: str = ""
    answers: list[Answer] = field(default_factory=list)
    single: bool = True
    line: int = 0
    file: str = ""  # inside a package
    identifier: str = ""
    category: str = ""
    tags: list[str] = field(default_factory=list)
    difficulty: str = ""  # of `Difficulty`
    hints: list[str] = field(default_factory=list)
    picture: Picture | None = None
    bands: dict[int, str] = field(default_factory=dict)  # feedback by score: from which percentage on
    extras: dict[str, Any] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)

    @property
    def marks(self) -> list[str]:
        """Tags, with the difficulty as one for formats that have no other place for it."""
        return [*self.tags, f"{DIFFICULTY_TAG}{self.difficulty}"] if self.difficulty else self.tags

    def lose(self, message: str) -> None:
        """Note something that has no place at the other side; the same sentence once."""
        if message not in self.losses:
            self.losses.append(message)


class NotRepresentableError(Exception):
    """This question has no item of that kind, or this item no question in that format. The message says why."""
