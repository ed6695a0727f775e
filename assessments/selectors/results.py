"""Reads after an attempt: only as much as the frozen review matrix allows at this moment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from assessments.bands import answer_band
from assessments.behaviours.certainty import Calibration, Said, calibrated, mark
from assessments.counting import Standing
from assessments.enums import AttemptState, ReviewCell
from assessments.kinds.base import SCORE_STEP, text_in
from assessments.models import Attempt, AttemptItem, Response
from assessments.reviewing import EVERYTHING, QUESTION_CELLS, Cells, next_change
from assessments.selectors.attempts import asked_elsewhere, current_responses, items_of, tries_of
from assessments.selectors.calibration import said_by_item
from assessments.selectors.checks import Tries, checked_tries
from assessments.selectors.marking import Feedback, feedback_of
from assessments.selectors.quizzes import next_attempt_at, retry_rules, standing_in
from assessments.selectors.visible import review_template, visible
from courses.models import Activity
from enablement.core.prepared import Prepared, Several
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
    """One question, as far as it may be seen.

    `review` always has `prompt`. Where everything may be seen it is the kind's own (see `Kind.review`), shown by the
    kind's own template. Otherwise it is built up from what may be seen: `yours`, `right`, `feedback`, `remarks`; a kind
    whose review holds more cannot give it away. `score` and `correct` are None where right and wrong are held back.
    `feedback` is what people wrote who marked it by hand. `tries` is how many of a question in practice were checked
    (0: none, or a test); `correct` then is about the last answer, `score` about all tries.
    A score is None as well where there is none: the question is not `graded`, or its answer is not marked yet.
    `certainty` is how sure the person said they were, `certainty_mark` what that would earn; None where nothing was
    said, or right and wrong are held back.
    """

    position: int
    kind: str
    score: Decimal | None
    graded: bool
    weight: Decimal
    correct: bool | None
    topic: str
    review: dict[str, Any]
    lesson: Activity | None
    template: str
    feedback: Feedback | None = None
    tries: int = 0
    certainty: int | None = None
    certainty_mark: float | None = None


@dataclass(frozen=True)
class ResultView:
    """A finished attempt as far as it may be seen at this moment.

    `standing` is what counts for the test, over all attempts; its score may be told only where `shows_standing`.
    `shows` are the cells of the review matrix that hold now. `score_scaled`, `points`, `maximum` are None and `topics`
    empty without the score; `questions` is empty where nothing of them may be seen, and `withheld` says why: "policy",
    "until_passed", "running", "marking" or "deleted". `changes_at` is when the next moment of the matrix begins,
    `shows_then` what it will show. `band_feedback` is the feedback on the score as a whole. `calibration` is what came
    of the person's certainty; None where right and wrong of the questions are held back, because it would tell of them.
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
    standing: Standing | None = None
    shows_standing: bool = False
    shows: Cells = EVERYTHING
    changes_at: datetime | None = None
    shows_then: Cells = EVERYTHING
    band_feedback: str = ""
    calibration: Calibration | None = None

    @property
    def test_passed(self) -> bool:
        return self.standing is not None and self.standing.passed

    @property
    def percent(self) -> int | None:
        return None if self.score_scaled is None else int(self.score_scaled * 100)


def sub_scores(items: Sequence[AttemptItem], language: str) -> tuple[TopicResult, ...]:
    """Points by topic, in the order in which topics first occur; questions without a topic or a score are left out."""
    found: dict[str, TopicResult] = {}
    for item in items:
        if not item.is_graded:
            continue
        name = text_in(item.item_version.content, "topic", language)
        if not name:
            continue
        old = found.get(name, TopicResult(name, Decimal(0), Decimal(0), 0))
        points = (item.score or Decimal(0)) * item.weight
        found[name] = TopicResult(name, old.points + points, old.maximum + item.weight, old.questions + 1)
    return tuple(found.values())


def result_view(user: User, attempt: Attempt, *, language: str) -> ResultView:
    """The result of the person's own finished attempt. At most ten queries.

    Raises Attempt.DoesNotExist for another person's attempt and for one that is still open.
    """
    if attempt.user_id != user.pk or attempt.is_open:
        raise Attempt.DoesNotExist
    siblings = tries_of(user, attempt.activity_id, attempt.cycle)
    now = timezone.now()
    counts = standing_in(user, attempt.activity, siblings)
    passed = counts is not None and counts.passed
    shows = attempt.shown_cells(now, passed=passed)
    withheld = _withheld(attempt, siblings, shows, passed=passed)
    if withheld:
        shows -= QUESTION_CELLS
    if withheld == "marking":
        shows = Cells()
    show_score = ReviewCell.SCORE in shows
    items: list[AttemptItem] = []
    if shows:
        items = items_of(attempt)
    questions: tuple[QuestionResult, ...] = ()
    calibration: Calibration | None = None
    lessons = _lessons(items)
    if not withheld:
        given = _given(attempt, items, shows)
        questions = _questions(items, given, lessons, language, shows)
        calibration = calibrated(given.said.values())
    changes_at, shows_then = _next_change(attempt, now, passed=passed)
    delay_minutes, allowed = retry_rules(user, attempt.activity)
    counted = [item for item in items if item.is_graded]
    finished = [one for one in siblings if not one.is_open]
    return ResultView(
        attempt=attempt,
        passed=bool(attempt.passed),
        pass_mark=attempt.pass_mark,
        score_scaled=attempt.score_scaled if show_score else None,
        points=_points(attempt, counted) if show_score else None,
        maximum=sum((item.weight for item in counted), Decimal(0)) if show_score else None,
        topics=sub_scores(items, language) if show_score and attempt.state != AttemptState.ABANDONED else (),
        questions=questions,
        withheld=withheld,
        next_attempt_at=next_attempt_at(delay_minutes, finished),
        attempts_left=max(allowed - len(siblings), 0) if allowed else None,
        reread=_reread(items, lessons) if show_score else (),
        standing=counts,
        shows_standing=shows_every_score(finished, now, passed=passed),
        shows=shows,
        changes_at=changes_at,
        shows_then=shows_then,
        band_feedback=attempt.band_feedback(now),
        calibration=calibration,
    )


@dataclass(frozen=True)
class Given:
    """What was answered, by attempt item id: the answers that count, the tries of practice, and how sure one was.

    `said` is empty where that is not judged.
    """

    responses: dict[int, Response]
    tries: dict[int, Tries]
    said: dict[int, Said]


def _given(attempt: Attempt, items: Sequence[AttemptItem], shows: Cells) -> Given:
    for item in items:
        item.attempt = attempt  # its rules are asked for each item
    responses, tries = current_responses(attempt), checked_tries([attempt])
    return Given(responses, tries, said_by_item(items, responses, tries) if _judges_certainty(attempt, shows) else {})


def _judges_certainty(attempt: Attempt, shows: Cells) -> bool:
    """The threat: how often one was right at a level tells right from wrong, so it waits until that may be seen.

    What was not handed in was not meant to be judged.
    """
    return attempt.asks_certainty and ReviewCell.CORRECTNESS in shows and attempt.state != AttemptState.ABANDONED


def _points(attempt: Attempt, counted: Sequence[AttemptItem]) -> Decimal:
    """Points of the questions that count; none of them earns any where nothing was handed in."""
    if attempt.state == AttemptState.ABANDONED:
        return Decimal(0)
    return sum(((item.score or 0) * item.weight for item in counted), Decimal(0))


def shows_every_score(attempts: Sequence[Attempt], now: datetime, *, passed: bool) -> bool:
    """Whether what counts may be told in figures: they would tell of an attempt that holds its score back."""
    return all(
        ReviewCell.SCORE in one.shown_cells(now, passed=passed) for one in attempts if one.score_scaled is not None
    )


def _next_change(attempt: Attempt, now: datetime, *, passed: bool) -> tuple[datetime | None, Cells]:
    """When the next moment of the matrix begins, and what it shows; nothing changes: (None, what is shown now)."""
    shown = attempt.shown_cells(now, passed=passed)
    at = next_change(attempt.ended_at or now, attempt.closed_at, now=now)
    if at is None:
        return None, shown
    return at, attempt.shown_cells(at, passed=passed)


def _withheld(attempt: Attempt, siblings: Sequence[Attempt], shows: Cells, *, passed: bool) -> str:
    """Why nothing of the questions is shown. A running attempt may ask the same items, so it closes the others."""
    if attempt.state == AttemptState.MARKING:
        return "marking"
    if not shows & QUESTION_CELLS:
        conditional = attempt.review.until_passed and not passed
        return "until_passed" if conditional else "policy"
    if attempt.answers_deleted_at is not None:
        return "deleted"
    if any(one.is_open for one in siblings) or asked_elsewhere(attempt):
        return "running"
    return ""


_by_keys = Prepared(lambda keys: Activity.objects.filter(key__in=keys), keys=Several(models.UUIDField()))


def _lessons(items: Sequence[AttemptItem]) -> dict[str, Activity]:
    keys = {item.item_version.content.get("lesson") for item in items} - {None, ""}
    return {str(row.key): row for row in _by_keys.rows(keys=keys)}


def _reread(items: Sequence[AttemptItem], lessons: dict[str, Activity]) -> tuple[Activity, ...]:
    """The two lessons whose items lost most points: what to read again."""
    lost: Counter[str] = Counter()
    for item in items:
        if item.score is None:
            continue
        lesson = item.item_version.content.get("lesson")
        missing = (1 - item.score) * item.weight
        if lesson in lessons and missing > 0:
            lost[lesson] += int(missing * 10_000)
    return tuple(lessons[key] for key, _points in lost.most_common(2) if lessons[key].is_live)


def _questions(
    items: Sequence[AttemptItem],
    given: Given,
    lessons: dict[str, Activity],
    language: str,
    shows: Cells,
) -> tuple[QuestionResult, ...]:
    responses, tries = given.responses, given.tries
    judged = ReviewCell.CORRECTNESS in shows
    marked = feedback_of(items, language)
    found = []
    for item in items:
        version = item.item_version
        response = responses.get(item.pk)
        said = given.said.get(item.pk)
        certainty = said.level if said else None
        value = response.value if response else None
        made = len(tries[item.pk].scores) if item.pk in tries else 0
        content = item.content
        review = version.kind_object.reviewed(content, value, language)
        # After several tries the score is less than full, whatever the last answer is.
        graded = version.kind_object.grade(content, value) if made else None
        band = answer_band(content, graded.score if graded else item.score, language)
        found.append(
            QuestionResult(
                position=item.position,
                kind=version.kind,
                score=item.score if judged else None,
                graded=item.is_graded,
                weight=item.weight,
                correct=(graded.correct if graded else item.score == 1) if judged else None,
                topic=text_in(version.content, "topic", language),
                review=visible(version.kind_object, review, shows, band=band),
                lesson=lessons.get(version.content.get("lesson") or ""),
                template=review_template(version.kind, shows),
                feedback=marked.get(item.pk) if ReviewCell.FEEDBACK in shows else None,
                tries=made if judged else 0,
                certainty=certainty,
                certainty_mark=mark(said.score, certainty) if said and certainty else None,
            )
        )
    return tuple(found)
