"""When people learn: on working days, in working hours, less in summer and around Christmas.

Moments are seconds since 1970 (UTC).
"""

import random
from datetime import UTC, date, datetime

DAY = 86_400.0
_THURSDAY = 3  # the weekday of day 0 of 1970, counted from Monday


def text_of(moment: float) -> str:
    """As `str()` of an aware datetime, which both databases read."""
    return str(datetime.fromtimestamp(moment, UTC))


def session(moment: float, rng: random.Random) -> float:
    """A moment not before the day of `moment` at which somebody at work sits down to learn."""
    day = int(moment // DAY)
    if _is_quiet(day) and rng.random() < 0.7:
        day += rng.randint(18, 40)
    weekday = (day + _THURSDAY) % 7
    if weekday > 4:
        day += 7 - weekday
    return max(moment, day * DAY + rng.triangular(6.0, 16.5, 8.5) * 3600)


def _is_quiet(day: int) -> bool:
    on = date.fromordinal(719_163 + day)
    return (7, 8) <= (on.month, on.day) <= (8, 25) or (on.month, on.day) >= (12, 19)


def campaign(begins: float, until: float, rng: random.Random) -> float:
    """The start of one of the company's waves: in January, March, September or October, a few days apart."""
    first = datetime.fromtimestamp(begins, UTC).year
    last = datetime.fromtimestamp(until, UTC).year
    waves = [
        datetime(year, month, 12, 9, tzinfo=UTC).timestamp()
        for year in range(first, last + 1)
        for month in (1, 3, 9, 10)
    ]
    chosen = rng.choice([wave for wave in waves if begins <= wave <= until] or [begins])
    return chosen + rng.random() * 5 * DAY


def end_of_day(moment: float) -> float:
    """22:59:59 UTC of that day: the end of the day in Berlin in winter."""
    return (moment // DAY) * DAY + 23 * 3600 - 1
