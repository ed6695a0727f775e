"""Feedback on a score: of a test as a whole, and of one answer. Pure.

As Moodle's overall feedback (`quiz_feedback_for_grade`), and as its combined feedback on a question: what is right,
partly right and wrong there are bands from 100, 1 and 0 percent here.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assessments.kinds.base import Content, authored_bands, text_in


def frozen_bands(bands: Any) -> list[dict[str, Any]]:
    """JSON for `Attempt.policy["bands"]`."""
    return authored_bands(bands.raw_data)


def band_text(frozen: Sequence[Mapping[str, Any]], score: Decimal, language: str) -> str:
    """The text for a score between 0 and 1: that of the highest band it reaches, empty below the lowest."""
    return next((text_in(one, "text", language) for one in frozen if score * 100 >= one["percent"]), "")


def answer_band(content: Content, score: Decimal | None, language: str) -> str:
    """What is said to an answer with that score; empty where it has none yet, or nothing is said to it."""
    return band_text(content.get("bands", ()), score, language) if score is not None else ""


def all_bands(content: Content, language: str) -> list[tuple[int, str]]:
    """For previews: every percentage from which on something is said, and what."""
    return [(one["percent"], text_in(one, "text", language)) for one in content.get("bands", ())]
