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


class AttemptState(models.TextChoices):
    OPEN = "open", _("In progress")
    SUBMITTED = "submitted", pgettext_lazy("attempt", "Submitted")
    EXPIRED = "expired", _("Closed when the time was up")


class ReviewPolicy(models.TextChoices):
    """What the learner sees after submitting. Nothing is ever shown while an attempt is open."""

    FULL = "full", _("Everything: score, topics, answers and explanations")
    UNTIL_PASSED = "until_passed", _("Score and topics; answers and explanations once the test is passed")
    NOTHING = "nothing", _("Only whether the test is passed")


class SaveStatus(models.TextChoices):
    SAVED = "saved", _("Saved")
    REPEATED = "repeated", _("Already saved")
    STALE = "stale", _("A newer answer exists")


class AnswerState(models.TextChoices):
    """What the navigator shows for a question."""

    EMPTY = "empty", _("Not answered")
    PARTIAL = "partial", _("Partly answered")
    ANSWERED = "answered", _("Answered")
