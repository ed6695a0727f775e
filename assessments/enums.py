"""The vocabulary of the bank and of attempts. Names follow QTI and Moodle."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ItemState(models.TextChoices):
    """Where an item stands between the first draft and retirement."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    LIVE = "live", _("Live")
    RETIRED = "retired", _("Retired")


class Difficulty(models.TextChoices):
    """How hard an item is meant to be. What the answers say about it is the analysis' matter (facility)."""

    EASY = "easy", _("Easy")
    MEDIUM = "medium", pgettext_lazy("difficulty", "Medium")
    HARD = "hard", _("Hard")


class AttemptState(models.TextChoices):
    OPEN = "open", _("In progress")
    SUBMITTED = "submitted", pgettext_lazy("attempt", "Submitted")
    EXPIRED = "expired", _("Closed when the time was up")
    MARKING = "marking", pgettext_lazy("attempt", "Being marked")
    ABANDONED = "abandoned", pgettext_lazy("attempt", "Not handed in")


class Overdue(models.TextChoices):
    """What becomes of an attempt whose time is up. Moodle's three (`quiz_get_overdue_handling_options`)."""

    AUTOSUBMIT = "autosubmit", _("What is saved is handed in and counts")
    GRACE = "grace", _("Nothing can be answered any more, but there is time to hand in")
    ABANDON = "abandon", _("What was not handed in before counts as nothing")


class Navigation(models.TextChoices):
    """How one moves between questions. Moodle's two (`QUIZ_NAVMETHOD_FREE`, `QUIZ_NAVMETHOD_SEQ`)."""

    FREE = "free", _("Freely, back and forth")
    SEQUENTIAL = "sequential", _("One after the other, no way back")


class GradeMethod(models.TextChoices):
    """What counts of several attempts. Moodle's four (`quiz_get_grading_options`)."""

    HIGHEST = "highest", _("The best attempt")
    LATEST = "latest", _("The latest attempt")
    FIRST = "first", _("The first attempt")
    MEAN = "mean", _("The mean of all attempts")


class Behaviour(models.TextChoices):
    """When a question says what was right. Moodle's “deferred feedback” and “interactive with multiple tries”."""

    TEST = "test", _("Test: nothing is told before submitting")
    PRACTICE = "practice", _("Practice: each question is checked at once, with hints and further tries")


class Certainty(models.IntegerChoices):
    """How sure somebody is of an answer; Moodle's C=1 to C=3 (`question_cbm`). C=1 stands for “no idea” as well."""

    LOW = 1, pgettext_lazy("certainty", "Low")
    MIDDLE = 2, pgettext_lazy("certainty", "Middle")
    HIGH = 3, pgettext_lazy("certainty", "High")


class TryPenalty(models.TextChoices):
    """What each further try costs, as a part of the question's points: exact fractions, as Moodle offers them."""

    NOTHING = "0", _("Nothing")
    TENTH = "1/10", _("A tenth")
    FIFTH = "1/5", _("A fifth")
    QUARTER = "1/4", _("A quarter")
    THIRD = "1/3", _("A third")
    HALF = "1/2", _("Half")
    ALL = "1", _("All: only the first try earns points")


class MarkingState(models.TextChoices):
    """Where an answer that people mark stands."""

    WAITING = "waiting", pgettext_lazy("answer", "Waiting for marks")
    DIFFERS = "differs", _("Two marks differ")
    DONE = "done", pgettext_lazy("answer", "Marked")


class GradeSource(models.TextChoices):
    """Why a grade came to be or changed after handing in."""

    MARKED = "marked", _("Marked by hand")
    CORRECTED = "corrected", _("Marks corrected")
    REGRADED = "regraded", _("Question corrected")


class ReviewPolicy(models.TextChoices):
    """What the learner sees after submitting: three presets that fill the review matrix, or a matrix of one's own."""

    FULL = "full", _("Everything: score, answers and explanations")
    UNTIL_PASSED = "until_passed", _("Score and topics; answers and explanations once the test is passed")
    NOTHING = "nothing", _("Only whether the test is passed")
    CUSTOM = "custom", _("My own choice, below")


class ReviewMoment(models.TextChoices):
    """When a learner looks at an attempt; the columns of the review matrix. Names follow Moodle."""

    DURING = "during", _("During the attempt")
    RIGHT_AFTER = "right_after", _("Right after submitting (2 minutes)")
    LATER = "later", _("Later, while the test is open")
    AFTER_CLOSE = "after_close", _("After the test has closed")


class ReviewCell(models.TextChoices):
    """What there is to see of an attempt; the rows of the review matrix."""

    ANSWER = "answer", _("Own answers")
    CORRECTNESS = "correctness", _("Right or wrong")
    SCORE = "score", _("Score and topics")
    FEEDBACK = "feedback", _("Explanations")
    KEY = "key", _("Right answers")


class SaveStatus(models.TextChoices):
    SAVED = "saved", _("Saved")
    REPEATED = "repeated", _("Already saved")
    STALE = "stale", _("A newer answer exists")


class AnswerState(models.TextChoices):
    """What the navigator shows for a question."""

    EMPTY = "empty", _("Not answered")
    PARTIAL = "partial", _("Partly answered")
    ANSWERED = "answered", _("Answered")


class AttemptChoice(models.TextChoices):
    """Which of a person's attempts an analysis counts. The formulas assume first ones: nobody has seen the key yet."""

    FIRST = "first", _("First attempt of each person")
    LAST = "last", _("Last attempt of each person")
    BEST = "best", _("Best attempt of each person")
    ALL = "all", _("All attempts")


class Withheld(models.TextChoices):
    """Why an analysis has no (new) result: a group would be so small that its people could be singled out."""

    FEW = "few", _("Fewer than five people")
    FEW_NEW = "few_new", _("Fewer than five people more than before")
    OVERLAP = "overlap", _("Differs by fewer than five people from another analysis")
