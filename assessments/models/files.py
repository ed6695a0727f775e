"""Files that are answers. The row comes before the file and goes after it, so that no file is ever forgotten."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AnswerFile(models.Model):
    """A file in the private storage.

    `attached`: an acknowledged answer names it. What was not attached within the hour, and what has a `discarded_at`
    (replaced, or its time is over), the sweep takes away: first the file, then the row.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt_item = models.ForeignKey("assessments.AttemptItem", models.SET_NULL, null=True, related_name="files")
    name = models.CharField(max_length=120, help_text=_("As its owner called it, with the ending of its true type."))
    media_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField(help_text=_("Bytes."))
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=255, blank=True, help_text=_("Name in the private storage."))
    attached = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    discarded_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("uploaded answer")
        verbose_name_plural = _("uploaded answers")
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["attempt_item"], condition=Q(attached=True, discarded_at=None), name="answer_file_one_counts"
            ),
        )

    def __str__(self) -> str:
        return self.name
