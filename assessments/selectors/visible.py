"""A kind's review as far as it may be seen."""

from typing import Any

from assessments.enums import ReviewCell
from assessments.kinds import Kind
from assessments.reviewing import QUESTION_CELLS, Cells


def visible(kind: Kind, review: dict[str, Any], shows: Cells, *, band: str = "") -> dict[str, Any]:
    """The whole review where all of it may be seen. Else built up, not stripped down: the rest of it is the key.

    `band` is the feedback on the answer as a whole, see `assessments.bands`.
    """
    if shows >= QUESTION_CELLS:
        return {**review, "band": band}
    part: dict[str, Any] = {"prompt": review["prompt"], "answered": review.get("answered")}
    if "media" in review:
        part["media"] = review["media"]
    if ReviewCell.ANSWER in shows:
        part["yours"] = review["yours"]
    if ReviewCell.KEY in shows:
        part["right"] = review["right"]
    if ReviewCell.FEEDBACK in shows:
        part["feedback"] = review["feedback"]
        part["remarks"] = kind.remarks(review)
        part["band"] = band
    return part


def review_template(kind: str, shows: Cells) -> str:
    """The kind's own template for a whole review; for a part the one that says only what it holds."""
    return f"assessments/kinds/{kind}/review.html" if shows >= QUESTION_CELLS else "assessments/components/partial.html"
