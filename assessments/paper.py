"""A question on paper: what its template prints to be filled in by pen, and what the solution sheet says of it.

A kind's form on paper is `templates/assessments/kinds/<kind>/paper.html`; a kind without one gets lines to write on.
"""

import random
from math import ceil
from typing import Any

from assessments.kinds import Kind
from assessments.kinds.base import Content

LINES = range(4, 25)  # for a text: at least and at most, what fits on a page
WORDS_IN_A_LINE = 9  # handwriting


def paper_question(kind: Kind, content: Content, position: int, language: str) -> dict[str, Any]:
    """For `assessments/preview/paper.html`. Mixed, so that the key does not stand where it was written; always alike,
    so that the question and its solution, printed on two days, belong together.
    """
    order = kind.option_order(content, random.Random(position), shuffle=True)  # noqa: S311 - no secret, on paper
    asked = kind.as_asked(content, order)
    review = kind.reviewed(asked, None, language)
    return {
        "position": position,
        "problems": kind.problems(content),
        "templates": [f"assessments/kinds/{kind.name}/paper.html", "assessments/preview/paper_lines.html"],
        "public": kind.asked(asked, language, order),
        "lines": range(_lines(asked)),
        "right": [str(line) for line in review.get("right") or ()],
        "solution": review.get("solution", ""),
        "feedback": review.get("feedback", ""),
        "by_hand": kind.by_hand,
        "graded": kind.graded,
    }


def _lines(content: Content) -> int:
    words = content.get("max_words") or 0
    wanted = ceil(words / WORDS_IN_A_LINE) if words else (LINES.start + LINES.stop) // 2
    return min(max(wanted, LINES.start), LINES.stop - 1)
