"""Words of the reports. A row's status is one of four that add up; the marks say more about a row and may overlap."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RowStatus(models.TextChoices):
    """What HR sees of one assignment. Every row has exactly one, so the counts add up to the total."""

    OVERDUE = "overdue", _("Overdue")
    IN_PROGRESS = "in_progress", _("In progress")
    NOT_STARTED = "not_started", _("Not started")
    COMPLETED = "completed", _("Completed")


class RowMark(models.TextChoices):
    """What the status filter offers besides the four: marks that cut across them."""

    DUE_SOON = "due_soon", _("Due soon")
    EXPIRING = "expiring", _("Expiring")


class ExportKind(models.TextChoices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel (XLSX)")


class PlanKind(models.TextChoices):
    """What an assignment would do to one person."""

    NEW = "new", _("New assignment")
    CHANGED = "changed", _("Due date or source changes")
    UNCHANGED = "unchanged", _("Unchanged")
    COMPLETED = "completed", _("Already completed")
