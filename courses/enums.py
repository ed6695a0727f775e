"""The vocabulary of learning records. Names follow xAPI, cmi5 and SCORM 2004."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityKind(models.TextChoices):
    PATH = "path", _("Learning path")
    MODULE = "module", _("Module")
    LESSON = "lesson", _("Lesson")
    QUIZ = "quiz", _("Test")


class Audience(models.TextChoices):
    """For whom a lesson or a step of a path is required. Everybody may read everything."""

    BOTH = "both", _("Marketing and sales")
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")


class MoveOn(models.TextChoices):
    """What satisfies an activity (cmi5 `moveOn`)."""

    PASSED = "passed", _("Test passed")
    COMPLETED = "completed", _("All lessons completed")
    BOTH = "both", _("Lessons completed and test passed")
    EITHER = "either", _("Lessons completed or test passed")
    NONE = "none", _("Nothing: starting is enough")


class CompletionStatus(models.TextChoices):
    """SCORM 2004 `cmi.completion_status`."""

    NOT_ATTEMPTED = "not_attempted", _("Not started")
    INCOMPLETE = "incomplete", _("In progress")
    COMPLETED = "completed", _("Completed")


class SuccessStatus(models.TextChoices):
    """SCORM 2004 `cmi.success_status`."""

    UNKNOWN = "unknown", _("Not tested")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")


class EnrollmentSource(models.TextChoices):
    SELF = "self", _("Own choice")
    PATH = "path", _("Through a learning path")
    ASSIGNED = "assigned", _("Assigned")


class Verb(models.TextChoices):
    """Verbs of learning events; the last part of the xAPI or cmi5 verb IRI."""

    REGISTERED = "registered", _("enrolled")
    RESCHEDULED = "rescheduled", _("due date changed")
    INITIALIZED = "initialized", _("started")
    COMPLETED = "completed", _("completed")
    PASSED = "passed", _("passed")
    FAILED = "failed", _("not passed")
    SATISFIED = "satisfied", _("fulfilled")
