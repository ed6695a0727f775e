from assessments.models.attempts import Attempt, AttemptItem, Response
from assessments.models.items import Item, ItemTag, ItemVersion
from assessments.models.pages import QuizPage
from assessments.models.statistics import ItemVersionStatistic

__all__ = [
    "Attempt",
    "AttemptItem",
    "Item",
    "ItemTag",
    "ItemVersion",
    "ItemVersionStatistic",
    "QuizPage",
    "Response",
]
