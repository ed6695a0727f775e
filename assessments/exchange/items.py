"""What travels between formats and the bank, and what is said about it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.exchange.pictures import Picture

Raw = dict[str, Any]  # what a kind's editor block stores


class Level(StrEnum):
    """How bad: the whole file, one item of it, or a detail of an item that is taken over without it."""

    FILE = "file"
    ITEM = "item"
    LOSS = "loss"


LEVEL_NAMES = {
    Level.FILE: gettext_lazy("The file cannot be read"),
    Level.ITEM: gettext_lazy("Not taken over"),
    Level.LOSS: gettext_lazy("Taken over without"),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong or has no place, and where: `line` counts from 1, 0 is the file as a whole."""

    level: Level
    line: int
    where: str
    message: str
    file: str = ""  # inside a package

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        parts += [_("line %(line)d") % {"line": self.line}] if self.line else []
        parts += [f"“{self.where}”"] if self.where else []
        return f"{', '.join(parts)}: {self.message}" if parts else self.message


class FileError(Exception):
    """The file as a whole cannot be read. The message is translated; `line` is 0 where no line can be named."""

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(message)
        self.problem = Problem(Level.FILE, line, "", message)


@dataclass
class ExchangeItem:
    """An item outside the bank.

    `identifier` names the item across imports. It is `strong` when its author meant it as one (an id, not a title):
    then a changed text is a new draft of the same item; else content has to be alike as well.
    """

    kind: str
    raw: Raw
    title: str = ""
    line: int = 0
    file: str = ""  # inside a package
    identifier: str = ""
    strong: bool = False
    topic_de: str = ""
    topic_en: str = ""
    tags: list[str] = field(default_factory=list)
    audience: str = ""
    difficulty: str | None = None  # None: the file does not say
    lesson: str = ""  # key of the activity
    losses: list[str] = field(default_factory=list)
    # What the images in `raw` stand for: by mark on the way in, by the library's number on the way out.
    pictures: dict[str, Picture] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.title or self.identifier


@dataclass(frozen=True)
class ForAll:
    """What holds for every item of a text that does not say otherwise itself. Tags are added to those it has."""

    topic: str = ""
    difficulty: str = ""
    tags: tuple[str, ...] = ()

    def put_on(self, item: ExchangeItem, language: str) -> None:
        """`language`: the one that the text, and so the topic, is written in."""
        if self.topic and not getattr(item, f"topic_{language}"):
            setattr(item, f"topic_{language}", self.topic)
        item.difficulty = item.difficulty or self.difficulty or item.difficulty
        item.tags = [*item.tags, *(tag for tag in self.tags if tag not in item.tags)]


@dataclass
class ReadResult:
    """What a file holds. `languages` are those that it was read in; an `exact` format carries everything, so that an
    empty text in it means an empty text and not "this format has no place for it"."""

    items: list[ExchangeItem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    languages: tuple[str, ...] = ("de",)
    exact: bool = False

    @property
    def broken(self) -> bool:
        return any(problem.level is Level.FILE for problem in self.problems)


MANY = 5
MOST_PLACES = 30


def gathered(problems: list[Problem]) -> list[Problem]:
    """The same with details that many items share said once: at the first one's line, with where the others stand."""
    shared: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.level is Level.LOSS:
            shared.setdefault(problem.message, []).append(problem)
    found = [one for one in problems if one.level is not Level.LOSS or len(shared[one.message]) <= MANY]
    for alike in shared.values():
        if len(alike) > MANY:
            alike.sort(key=lambda one: (one.file, one.line))
            found.append(replace(alike[0], where=_places(alike)))
    return found


def _places(problems: list[Problem]) -> str:
    """“7 items: lines 3, 8, 12 …”; files where each holds one item, names where a file is only being written."""
    sentence, several = _("%(count)d items: %(places)s"), len({problem.file for problem in problems}) > 1
    if several and len({problem.file for problem in problems}) == len(problems):
        named = [problem.file for problem in problems]
    elif not all(problem.line for problem in problems):
        named = [f"“{problem.where}”" for problem in problems]
    elif several:
        named = [f"{problem.file}: {problem.line}" for problem in problems]
    else:
        sentence = _("%(count)d items: lines %(places)s")
        named = [str(problem.line) for problem in problems]
    places, rest = ", ".join(named[:MOST_PLACES]), len(named) - MOST_PLACES
    if rest > 0:
        places = _("%(places)s and %(count)d more") % {"places": places, "count": rest}
    return sentence % {"count": len(problems), "places": places}


@dataclass
class WriteResult:
    """A written file, how many items it holds, and what it does not hold."""

    content: bytes = b""
    written: int = 0
    problems: list[Problem] = field(default_factory=list)
