"""What the server has acknowledged, and whether it is stored: nothing lost, nothing twice."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Question = tuple[str, int]  # attempt's UUID, position


class StoredAttempt(NamedTuple):
    uuid: str
    learner: str
    state: str


class StoredAnswer(NamedTuple):
    attempt: str
    position: int
    sequence: int
    value: Any


@dataclass(frozen=True)
class Stored:
    """The same facts as the database has them."""

    attempts: list[StoredAttempt]
    answers: list[StoredAnswer]
    certificates: list[tuple[str, str]]  # learner, activity; one entry per certificate


@dataclass
class Comparison:
    """Sentences that name what is missing or twice."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)


class Acknowledgement(NamedTuple):
    at: float  # time.monotonic()
    value: Any


class Journal:
    """Written by many learners at once. Values are those that the server said it holds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.sent: dict[Question, set[int]] = defaultdict(set)
        self.answers: dict[Question, dict[int, Acknowledgement]] = defaultdict(dict)
        self.attempts: dict[str, tuple[float, str]] = {}
        self.closed: dict[str, float] = {}

    def sending(self, attempt: str, position: int, sequence: int) -> None:
        with self._lock:
            self.sent[attempt, position].add(sequence)

    def answered(self, attempt: str, position: int, sequence: int, value: Any) -> None:
        with self._lock:
            self.answers[attempt, position][sequence] = Acknowledgement(time.monotonic(), value)

    def started(self, attempt: str, learner: str) -> None:
        with self._lock:
            self.attempts.setdefault(attempt, (time.monotonic(), learner))

    def submitted(self, attempt: str) -> None:
        with self._lock:
            self.closed.setdefault(attempt, time.monotonic())

    def __len__(self) -> int:
        """Acknowledged answers."""
        with self._lock:
            return sum(len(each) for each in self.answers.values())

    def compare(self, stored: Stored, *, until: float = float("inf")) -> Comparison:
        """What the database lacks of all that was acknowledged up to `until`, and what it has twice.

        An answer that was sent and not acknowledged may be stored or not; one that nobody sent may not.
        """
        found = Comparison()
        with self._lock:
            self._compare_attempts(stored, until, found)
            self._compare_answers(stored, until, found)
        for (learner, activity), count in Counter(stored.certificates).items():
            if count > 1:
                found.duplicated.append(f"{learner} has {count} certificates of {activity}")
        return found

    def _compare_attempts(self, stored: Stored, until: float, found: Comparison) -> None:
        states = {attempt.uuid: attempt.state for attempt in stored.attempts}
        for uuid, (at, learner) in self.attempts.items():
            if at <= until and uuid not in states:
                found.lost.append(f"attempt {uuid} of {learner}")
        for uuid, at in self.closed.items():
            if at <= until and states.get(uuid) == "open":
                found.lost.append(f"the submission of attempt {uuid}")
        learners = {learner for _at, learner in self.attempts.values()}
        for attempt in stored.attempts:
            # Whoever sends "start" again after a lost answer must get the same attempt, not a second one.
            if attempt.learner in learners and attempt.uuid not in self.attempts:
                found.duplicated.append(f"attempt {attempt.uuid} of {attempt.learner}, which nobody was told of")

    def _compare_answers(self, stored: Stored, until: float, found: Comparison) -> None:
        held: dict[Question, dict[int, Any]] = defaultdict(dict)
        for attempt, position, sequence, value in stored.answers:
            if sequence in held[attempt, position]:
                found.duplicated.append(f"answer {attempt}/{position} #{sequence}")
            held[attempt, position][sequence] = value
            if attempt in self.attempts and sequence not in self.sent[attempt, position]:
                found.duplicated.append(f"answer {attempt}/{position} #{sequence}, which nobody sent")
        for (attempt, position), acknowledged in self.answers.items():
            for sequence, (at, value) in acknowledged.items():
                if at > until:
                    continue
                mine = held[attempt, position]
                if sequence not in mine or not _same(mine[sequence], value):
                    found.lost.append(f"answer {attempt}/{position} #{sequence}: {value!r}, not {mine.get(sequence)!r}")


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def sentences(parts: Iterable[str], *, at_most: int = 10) -> str:
    """The first of them, one a line."""
    every = list(parts)
    more = [f"… and {len(every) - at_most} more"] if len(every) > at_most else []
    return "\n".join(f"    {part}" for part in [*every[:at_most], *more])
