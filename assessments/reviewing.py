"""What of an attempt may be seen when: the review matrix, its presets, and its reading at one moment. Pure.

Moments and cells follow Moodle's review options (`mod_quiz\\question\\display_options`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from assessments.enums import Behaviour, ReviewCell, ReviewMoment, ReviewPolicy

# Moodle's `quiz_attempt::IMMEDIATELY_AFTER_PERIOD`: a look at the result right after submitting, then it closes.
RIGHT_AFTER_PERIOD = timedelta(minutes=2)

Cells = frozenset[ReviewCell]
NOTHING: Cells = frozenset()
EVERYTHING: Cells = frozenset(ReviewCell)
# What a question of the result is made of; the score and the topics stand above the questions.
QUESTION_CELLS: Cells = EVERYTHING - {ReviewCell.SCORE}


@dataclass(frozen=True)
class Review:
    """The matrix. With `until_passed` all but the score waits until the test is passed.

    Nobody ticks what is seen during the attempt: the behaviour decides it (`in_practice`). A test shows nothing before
    it is handed in.
    """

    right_after: Cells = EVERYTHING
    later: Cells = EVERYTHING
    after_close: Cells = EVERYTHING
    until_passed: bool = False
    during: Cells = NOTHING

    def at(self, moment: ReviewMoment) -> Cells:
        """The cells of one moment, the condition aside."""
        return {
            ReviewMoment.DURING: self.during,
            ReviewMoment.RIGHT_AFTER: self.right_after,
            ReviewMoment.LATER: self.later,
            ReviewMoment.AFTER_CLOSE: self.after_close,
        }[moment]

    def shown(self, moment: ReviewMoment, *, passed: bool) -> Cells:
        """The cells of one moment for somebody who has passed the test by now, or has not."""
        waits = self.until_passed and not passed and moment is not ReviewMoment.DURING
        return self.at(moment) - QUESTION_CELLS if waits else self.at(moment)

    def frozen(self) -> dict[str, Any]:
        """JSON for `Attempt.policy["review"]`."""
        return {
            "right_after": names(self.right_after),
            "later": names(self.later),
            "after_close": names(self.after_close),
            "until_passed": self.until_passed,
            **({"during": names(self.during)} if self.during else {}),
        }


def in_practice(review: Review) -> Review:
    """The matrix of a test in practice: a check says right or wrong, whatever is ticked.

    Explanations and right answers come during the attempt only if everybody sees them right after submitting: practice
    is no way around a matrix that holds them back.
    """
    told = review.shown(ReviewMoment.RIGHT_AFTER, passed=False) & {ReviewCell.FEEDBACK, ReviewCell.KEY}
    return replace(review, during=frozenset({ReviewCell.ANSWER, ReviewCell.CORRECTNESS}) | told)


_BY_NAME = {cell.value: cell for cell in ReviewCell}  # a page asks hundreds of times: each attempt, each moment


def names(cells: Cells) -> list[str]:
    """Names of cells in the order of the matrix."""
    return [cell.value for cell in ReviewCell if cell in cells]


def cells_of(values: Iterable[str]) -> Cells:
    """Cells by name. What is unknown shows nothing."""
    return frozenset(_BY_NAME[value] for value in values if value in _BY_NAME)


def preset(policy: str) -> Review:
    """The matrix that a preset fills. Whatever is no preset shows nothing."""
    if policy in {ReviewPolicy.FULL, ReviewPolicy.UNTIL_PASSED}:
        return Review(until_passed=policy == ReviewPolicy.UNTIL_PASSED)
    return Review(NOTHING, NOTHING, NOTHING)


def frozen_review(policy: Mapping[str, Any]) -> Review:
    """The matrix in an attempt's frozen rules. Attempts from before there was a matrix have a preset's name."""
    stored = policy.get("review")
    if not isinstance(stored, Mapping):
        return preset(policy.get("review_policy", ""))
    return Review(
        right_after=cells_of(stored.get("right_after", ())),
        later=cells_of(stored.get("later", ())),
        after_close=cells_of(stored.get("after_close", ())),
        until_passed=bool(stored.get("until_passed", False)),
        # What a test says about its own time is not read: it shows nothing.
        during=cells_of(stored.get("during", ())) if policy.get("behaviour") == Behaviour.PRACTICE else NOTHING,
    )


def review_moment(ended_at: datetime | None, quiz_closes_at: datetime | None, *, now: datetime) -> ReviewMoment:
    """Where `now` stands for an attempt that ended then (None: it runs). A test without closing time never closes."""
    if ended_at is None:
        return ReviewMoment.DURING
    if quiz_closes_at is not None and now >= quiz_closes_at:
        return ReviewMoment.AFTER_CLOSE
    return ReviewMoment.RIGHT_AFTER if now < ended_at + RIGHT_AFTER_PERIOD else ReviewMoment.LATER


def next_change(ended_at: datetime, quiz_closes_at: datetime | None, *, now: datetime) -> datetime | None:
    """When the next moment begins; None: the last one has come."""
    ends = [at for at in (ended_at + RIGHT_AFTER_PERIOD, quiz_closes_at) if at is not None and at > now]
    if quiz_closes_at is not None and quiz_closes_at <= now:
        return None
    return min(ends, default=None)
