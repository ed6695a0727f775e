"""What the CMS's previews show. They read and compute; they write nothing (invariant 8)."""

import random
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.bands import band_text, frozen_bands
from assessments.drawing import Drawn, PoolTooSmallError, draw
from assessments.enums import ReviewCell, ReviewMoment
from assessments.kinds import Kind, get_kind
from assessments.kinds.base import Content, hints_of
from assessments.models import Item, QuizPage
from assessments.reviewing import QUESTION_CELLS
from assessments.sections import frozen_sections, in_order, section_of, sections_in
from assessments.selectors.bank import question_count, read_slots, slot_shortages


def _language() -> str:
    return get_language() or "de"


def _question(kind: Kind, content: Content, *, position: int, answers: bool) -> dict[str, Any]:
    """A question for the preview template; with `answers` also what the result will show."""
    rng = random.Random(position)  # noqa: S311 - a preview looks the same each time
    problems = kind.problems(content)
    order = kind.option_order(content, rng, shuffle=not answers)
    content = kind.as_asked(content, order)
    shown: dict[str, Any] = {
        "position": position,
        "prefix": f"q{position}",
        "template": f"assessments/kinds/{kind.name}/question.html",
        "public": kind.asked(content, _language(), order),
        "problems": problems,
    }
    if answers:
        shown["review_template"] = f"assessments/kinds/{kind.name}/review.html"
        shown["review"] = kind.reviewed(content, None, _language())
        shown["hints"] = hints_of(content, _language())
    return shown


def item_preview(item: Item, mode_name: str) -> dict[str, Any]:
    """`questions` with this one item as it is in the editor."""
    answers = mode_name == "answers"
    if not item.body:
        return {"questions": [], "answers": answers}
    content = item.frozen_content()
    kind = get_kind(item.body[0].block_type)
    return {"questions": [_question(kind, content, position=1, answers=answers)], "answers": answers}


def _drawn(page: QuizPage) -> list[Drawn]:
    rng = random.Random(page.pk or 0)  # noqa: S311 - a preview looks the same each time
    try:
        return in_order(draw(read_slots(page.slots), seen={}, rng=rng), rng, shuffle=False)
    except PoolTooSmallError:
        return []


def _band(page: QuizPage, score: Decimal) -> str:
    """What an attempt with that score would read right after submitting."""
    if not page.review.at(ReviewMoment.RIGHT_AFTER) >= {ReviewCell.SCORE, ReviewCell.FEEDBACK}:
        return ""
    return band_text(frozen_bands(page.score_bands), score, _language())


def quiz_preview(page: QuizPage, mode_name: str) -> dict[str, Any]:
    """`questions` as one attempt might draw them; in the modes `passed` and `failed` the head of such a result."""
    drawn = _drawn(page)
    items = Item.objects.select_related("lesson").in_bulk([one.item for one in drawn])
    answers = mode_name != ""
    questions = [
        _question(get_kind(items[one.item].kind), items[one.item].frozen_content(), position=position, answers=answers)
        for position, one in enumerate(drawn, 1)
    ]
    sections = sections_in(frozen_sections(page.slots, drawn), _language())
    for question in questions:
        section = section_of(sections, question["position"])
        question |= {"section": section, "opens_section": section and section.first == question["position"]}
    total = question_count(page.slots)
    counted = total - sum(not get_kind(items[one.item].kind).graded for one in drawn)
    context: dict[str, Any] = {
        "questions": questions,
        "answers": answers,
        "total": total,
        "shortages": slot_shortages(page.slots) if page.slots else [_("The test has no questions yet.")],
        "mode": mode_name,
    }
    if mode_name in {"passed", "failed"}:
        right = -(-counted * page.pass_mark // 100) if mode_name == "passed" else counted * page.pass_mark // 200
        shows = page.review.shown(ReviewMoment.RIGHT_AFTER, passed=mode_name == "passed")
        context |= {
            "passed": mode_name == "passed",
            "right": right,
            "counted": counted,
            "percent": int(Decimal(right * 100) / counted) if counted else 0,
            "shows_score": ReviewCell.SCORE in shows,
            "shows_answers": shows >= QUESTION_CELLS,
            "band_feedback": _band(page, Decimal(right) / counted) if counted else "",
        }
    return context
