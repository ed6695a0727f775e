"""What one person is allowed beyond the rules of a test. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Allowance:
    """An exception's terms; without arguments: none.

    `time_multiplier` is in percent of the time limit. A person's own extra time (`User.extra_time_percent`) is for the
    same need, so the larger of the two holds and not both; `extra_minutes` come on top, as in Moodle's overrides a time
    limit replaces the usual one.
    """

    extra_minutes: int = 0
    time_multiplier: int = 100
    extra_attempts: int = 0
    closes_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def gives_something(self) -> bool:
        return bool(self.extra_minutes or self.extra_attempts or self.closes_at) or self.time_multiplier > 100

    def limit(self, minutes: int, extra_time_percent: int) -> timedelta:
        """The time limit of this person; `minutes` is that of the test."""
        percent = max(100 + extra_time_percent, self.time_multiplier)
        return timedelta(minutes=minutes) * percent / 100 + timedelta(minutes=self.extra_minutes)

    def closing(self, closes_at: datetime | None) -> datetime | None:
        """When a test that closes then closes for this person, never earlier; None: it never closes."""
        if closes_at is None or self.closes_at is None:
            return closes_at
        return max(closes_at, self.closes_at)

    def attempts(self, allowed: int) -> int:
        """How many attempts this person has; 0: no limit."""
        return allowed + self.extra_attempts if allowed else 0


NONE = Allowance()
