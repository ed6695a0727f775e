"""Reads after an attempt: only as much as the frozen review policy allows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessments.enums import AttemptState, ReviewPolicy
from assessments.kinds.base import SCORE_STEP, text_in
from assessments.models import Attempt, AttemptItem
from assessments.selectors.attempts import current_responses
from assessments.selectors.quizzes import next_attempt_at, quiz_definition
from courses.models import Activity
from people.models import User


@dataclass(frozen=True)
class TopicResult:
    """Points of one topic; `share` is between 0 and 1."""

    name: str
    points: Decimal
    maximum: Decimal
    questions: int

    @property
    def share(self) -> Decimal:
        return (self.points / self.maximum).quantize(SCORE_STEP, ROUND_HALF_UP) if self.maximum else Decimal(0)

    @property
    def percent(self) -> int:
        return round(self.share * 100)


@dataclass(frozen=True)
class QuestionResult:
    """One question: `review` has `yours`, `right`, `feedback` and what the kind adds (see `Kind.review`)."""

    position: int
    kind: str
    score: Decimal
    weight: Decimal
    correct: bool
    topic: str
    review: dict[str, Any]
    lesson: Activity | None

    @property
    def template(self) -> str:
        return f"assessments/kinds/{self.kind}/review.html"


@dataclass(frozen=True)
class ResultView:
    """A finished attempt as the policy shows it.

    `score_scaled` is None and `topics` and `questions` are empty where the policy (or an attempt that is running) holds
    them back; `withheld` says why: "", "policy", "until_passed", "running" or
    "deleted".
    """

    attempt: Attempt
    passed: bool
    pass_mark: int
    score_scaled: Decimal | None
    points: Decimal | None
    maximum: Decimal | None
    topics: tuple[TopicResult, ...]
    questions: tuple[QuestionResult, ...]
    withheld: str
    next_attempt_at: datetime | None
    attempts_left: int | None
    reread: tuple[Activity, ...]

    @property
    def percent(self) -> int | None:
        return None if self.score_scaled is None else int(self.score_scaled * 100)


def sub_scores(items: Sequence[AttemptItem], language: str) -> tuple[TopicResult, ...]:
    """Points by topic, in the order in which topics first occur; questions without a topic are left out."""
    found: dict[str, TopicResult] = {}
    for item in items:
        name = text_in(item.item_version.content, "topic", language)
        if not name:
            continue
        old = found.get(name, TopicResult(name, Decimal(0), Decimal(0), 0))
        points = (item.score or Decimal(0)) * item.weight
        found[name] = TopicResult(name, old.points + points, old.maximum + item.weight, old.questions + 1)
    return tuple(found.values())


def result_view(user: User, attempt: Attempt, *, language: str) -> ResultView:
    """The result of the person's own finished attempt. At most eight queries.

    Raises Attempt.DoesNotExist for another person's attempt and for one that is still open.
    """
    if attempt.user_id != user.pk or attempt.is_open:
        raise Attempt.DoesNotExist
    siblings = list(
        Attempt.objects.filter(user=user, activity=attempt.activity, cycle=attempt.cycle).order_by("-number")
    )
    withheld = _withheld(attempt, siblings)
    show_score = ReviewPolicy(attempt.policy["review_policy"]) is not ReviewPolicy.NOTHING
    items: list[AttemptItem] = []
    if show_score:
        items = list(AttemptItem.objects.filter(attempt=attempt).select_related("item_version").order_by("position"))
    questions: tuple[QuestionResult, ...] = ()
    lessons = _lessons(items)
    if not withheld:
        questions = _questions(attempt, items, lessons, language)
    definition = quiz_definition(attempt.activity)
    finished = [one for one in siblings if not one.is_open]
    allowed = definition.attempts_allowed if definition else 0
    return ResultView(
        attempt=attempt,
        passed=bool(attempt.passed),
        pass_mark=attempt.pass_mark,
        score_scaled=attempt.score_scaled if show_score else None,
        points=sum(((item.score or 0) * item.weight for item in items), Decimal(0)) if show_score else None,
        maximum=sum((item.weight for item in items), Decimal(0)) if show_score else None,
        topics=sub_scores(items, language),
        questions=questions,
        withheld=withheld,
        next_attempt_at=next_attempt_at(definition.delay_minutes, finished) if definition else None,
        attempts_left=max(allowed - len(siblings), 0) if allowed else None,
        reread=_reread(items, lessons),
    )


def _withheld(attempt: Attempt, siblings: Sequence[Attempt]) -> str:
    """Why answers and explanations are not shown. A running attempt may ask the same items, so it closes the others."""
    policy = ReviewPolicy(attempt.policy["review_policy"])
    if policy is ReviewPolicy.NOTHING:
        return "policy"
    if attempt.answers_deleted_at is not None:
        return "deleted"
    if policy is ReviewPolicy.UNTIL_PASSED and not any(one.passed for one in siblings):
        return "until_passed"
    if any(one.state == AttemptState.OPEN for one in siblings):
        return "running"
    return ""


def _lessons(items: Sequence[AttemptItem]) -> dict[str, Activity]:
    keys = {item.item_version.content.get("lesson") for item in items} - {None, ""}
    return {str(row.key): row for row in Activity.objects.filter(key__in=keys)} if keys else {}


def _reread(items: Sequence[AttemptItem], lessons: dict[str, Activity]) -> tuple[Activity, ...]:
    """The two lessons whose items lost most points: what to read again."""
    lost: Counter[str] = Counter()
    for item in items:
        lesson = item.item_version.content.get("lesson")
        missing = (1 - (item.score or Decimal(0))) * item.weight
        if lesson in lessons and missing > 0:
            lost[lesson] += int(missing * 10_000)
    return tuple(lessons[key] for key, _points in lost.most_common(2) if lessons[key].is_live)


def _questions(
    attempt: Attempt, items: Sequence[AttemptItem], lessons: dict[str, Activity], language: str
) -> tuple[QuestionResult, ...]:
    responses = current_responses(attempt)
    found = []
    for item in items:
        version = item.item_version
        response = responses.get(item.pk)
        found.append(
            QuestionResult(
                position=item.position,
                kind=version.kind,
                score=item.score or Decimal(0),
                weight=item.weight,
                correct=item.score == 1,
                topic=text_in(version.content, "topic", language),
                review=version.kind_object.review(item.content, response.value if response else None, language),
                lesson=lessons.get(version.content.get("lesson") or ""),
            )
        )
    return tuple(found)
