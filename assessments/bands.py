"""Feedback on a test as a whole, by score: Moodle's overall feedback (`quiz_feedback_for_grade`). Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assessments.kinds.base import text_in, texts


def frozen_bands(bands: Any) -> list[dict[str, Any]]:
    """JSON for `Attempt.policy["bands"]`, the highest first: from which percentage on, and both texts."""
    values = [one["value"] for one in bands.raw_data]
    found = [{"percent": int(value.get("percent") or 0), **texts(value, "text")} for value in values]
    return sorted(found, key=lambda one: -one["percent"])


def band_text(frozen: Sequence[Mapping[str, Any]], score: Decimal, language: str) -> str:
    """The text for a score between 0 and 1: that of the highest band it reaches, empty below the lowest."""
    return next((text_in(one, "text", language) for one in frozen if score * 100 >= one["percent"]), "")
