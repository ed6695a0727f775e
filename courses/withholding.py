"""A register through which the room of tests says which scores a person may not see yet: courses imports it not."""

from collections.abc import Callable
from dataclasses import dataclass

from people.models import User


@dataclass(frozen=True)
class WithheldScores:
    """Attempts by uuid, and tests by (activity id, cycle), whose scores their own rules hold back now."""

    attempts: frozenset[str] = frozenset()
    activities: frozenset[tuple[int, int]] = frozenset()


_readers: list[Callable[[User], WithheldScores]] = []


def register_withheld_scores(reader: Callable[[User], WithheldScores]) -> None:
    """Call it in AppConfig.ready()."""
    if reader not in _readers:
        _readers.append(reader)


def withheld_scores(user: User) -> WithheldScores:
    found = [reader(user) for reader in _readers]
    return WithheldScores(
        attempts=frozenset().union(*(one.attempts for one in found)),
        activities=frozenset().union(*(one.activities for one in found)),
    )
