"""Reads of the assessments room."""

from assessments.selectors.attempts import (
    AttemptView,
    QuestionView,
    attempt_view,
    current_responses,
    own_attempt,
)
from assessments.selectors.bank import slot_shortages
from assessments.selectors.quizzes import StartCard, quiz_definition, quiz_start_card
from assessments.selectors.results import QuestionResult, ResultView, TopicResult, result_view

__all__ = [
    "AttemptView",
    "QuestionResult",
    "QuestionView",
    "ResultView",
    "StartCard",
    "TopicResult",
    "attempt_view",
    "current_responses",
    "own_attempt",
    "quiz_definition",
    "quiz_start_card",
    "result_view",
    "slot_shortages",
]
