"""What the CMS's previews show. They read and compute; they write nothing (invariant 8).

Modes: as learner (the empty name), `answers`, `try` (the questions can be answered, see `trying.py`), and of a test
`passed`, `failed` and `paper`.
"""

import random
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.bands import all_bands, band_text, frozen_bands
from assessments.certainty_words import choices
from assessments.drawing import Drawn, PoolTooSmallError, draw
from assessments.enums import ReviewCell, ReviewMoment
from assessments.kinds import Kind, get_kind
from assessments.kinds.base import Content, hints_of
from assessments.models import Item, QuizPage
from assessments.paper import paper_question
from assessments.reviewing import QUESTION_CELLS
from assessments.sections import frozen_sections, in_order, section_of, sections_in
from assessments.selectors.bank import question_count, read_slots, slot_shortages
from assessments.selectors.versions import newest_draft
from assessments.trying import Draft, Trial
from people.models import User


def _language() -> str:
    return get_language() or "de"


def _question(
    kind: Kind, content: Content, *, position: int, answers: bool, asks_certainty: bool = False
) -> dict[str, Any]:
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
        "certainty_choices": choices(None) if asks_certainty and kind.graded and not kind.by_hand else [],
    }
    if answers:
        shown["review_template"] = f"assessments/kinds/{kind.name}/review.html"
        shown["review"] = kind.reviewed(content, None, _language())
        shown["bands"] = all_bands(content, _language())
        shown["hints"] = hints_of(content, _language())
    return shown


def _trial(kind: Kind, content: Content, *, position: int, user: User) -> dict[str, Any]:
    """A question that can be answered. What could not be published may have nothing to grade: it is shown only."""
    problems = kind.problems(content)
    try:
        trial = Trial.of(Draft(kind.name, content, str(position)), user=user, language=_language())
        ready = bool(trial.question and trial.token)
    except (ArithmeticError, LookupError, ValueError):
        ready = False
    if not ready:
        return _question(kind, content, position=position, answers=False)
    return {"position": position, "problems": problems, "trial": trial}


def item_preview(item: Item, mode_name: str, user: object = None) -> dict[str, Any]:
    """`questions` with this one item as it is in the editor. To try it, somebody must be there."""
    answers = mode_name == "answers"
    if not item.body:
        return {"questions": [], "answers": answers}
    content = item.frozen_content()
    kind = get_kind(item.body[0].block_type)
    if mode_name == "try" and isinstance(user, User):
        question = _trial(kind, content, position=1, user=user)
    else:
        question = _question(kind, content, position=1, answers=answers)
    return {"questions": [question], "answers": answers}


def _drawn(page: QuizPage) -> list[Drawn]:
    rng = random.Random(page.pk or 0)  # noqa: S311 - a preview looks the same each time
    try:
        return in_order(draw(read_slots(page.slots, drafts=True), seen={}, rng=rng), rng, shuffle=False)
    except PoolTooSmallError:
        return []


def _band(page: QuizPage, score: Decimal) -> str:
    """What an attempt with that score would read right after submitting."""
    if not page.review.at(ReviewMoment.RIGHT_AFTER) >= {ReviewCell.SCORE, ReviewCell.FEEDBACK}:
        return ""
    return band_text(frozen_bands(page.score_bands), score, _language())


def _asked(drawn: list[Drawn], *, newest: bool) -> list[tuple[Kind, Content]]:
    """Kind and content of what was drawn: what is live as it is live, unless the `newest` drafts are asked for."""
    items = Item.objects.select_related("lesson", "latest_revision").in_bulk([one.item for one in drawn])
    shown = [newest_draft(items[one.item]) if newest or not items[one.item].live else items[one.item] for one in drawn]
    return [(get_kind(item.body[0].block_type), item.frozen_content()) for item in shown]


def quiz_preview(page: QuizPage, mode_name: str, user: object = None) -> dict[str, Any]:
    """`questions` as one attempt might draw them; in the modes `passed` and `failed` the head of such a result.

    Fixed items that are not live yet are shown as their drafts, and the page says that it cannot be published with
    them. Trying a test out (`try`) asks the newest drafts of all items, because that is what is to be tried.
    """
    drawn = _drawn(page)
    asked = _asked(drawn, newest=mode_name == "try")
    answers = mode_name not in {"", "try", "paper"}
    if mode_name == "paper":
        questions = [paper_question(*one, position, _language()) for position, one in enumerate(asked, 1)]
    elif mode_name == "try" and isinstance(user, User):
        questions = [_trial(*one, position=position, user=user) for position, one in enumerate(asked, 1)]
    else:
        asks = page.asks_certainty
        questions = [
            _question(*one, position=position, answers=answers, asks_certainty=asks)
            for position, one in enumerate(asked, 1)
        ]
    sections = sections_in(frozen_sections(page.slots, drawn), _language())
    for question, one in zip(questions, drawn, strict=True):
        section = section_of(sections, question["position"])
        question |= {"section": section, "opens_section": section and section.first == question["position"]}
        # Of numbers with decimals no plural can be told: all but 1 have the other one.
        question |= {"points": one.slot.weight, "plural": 1 if one.slot.weight == 1 else 2}
    total = question_count(page.slots)
    counted = total - sum(not kind.graded for kind, _content in asked)
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
