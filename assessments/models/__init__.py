from assessments.models.analysis import ItemAnalysis, QuizAnalysis
from assessments.models.attempts import Attempt, AttemptItem, Check, Closings, Response
from assessments.models.exceptions import QuizException
from assessments.models.files import AnswerFile
from assessments.models.imports import ItemImport
from assessments.models.items import Item, ItemTag, ItemVersion
from assessments.models.marking import GradeChange, Mark, MarkingTask, ResultMail
from assessments.models.pages import QuizPage
from assessments.models.regrading import Regrading
from assessments.models.statistics import ItemVersionStatistic

__all__ = [
    "AnswerFile",
    "Attempt",
    "AttemptItem",
    "Check",
    "Closings",
    "GradeChange",
    "Item",
    "ItemAnalysis",
    "ItemImport",
    "ItemTag",
    "ItemVersion",
    "ItemVersionStatistic",
    "Mark",
    "MarkingTask",
    "QuizAnalysis",
    "QuizException",
    "QuizPage",
    "Regrading",
    "Response",
    "ResultMail",
]
