"""Dates as people here read them."""

from datetime import UTC, datetime

import pytest
from django.utils import formats, translation


@pytest.mark.parametrize(
    ("language", "short", "moment"),
    [("en", "11 Dec 2026", "11 December 2026, 15:05"), ("de", "11.12.2026", "11. Dezember 2026 15:05")],
)
def test_nobody_must_guess_which_number_is_the_month(language: str, short: str, moment: str) -> None:
    day = datetime(2026, 12, 11, 15, 5, tzinfo=UTC)
    with translation.override(language):
        assert formats.date_format(day, "SHORT_DATE_FORMAT") == short
        assert formats.date_format(day, "DATETIME_FORMAT") == moment
