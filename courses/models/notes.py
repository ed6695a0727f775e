"""What a learner writes into a lesson. Private: nobody else reads it, no report counts it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class LearnerNote(models.Model):
    """The text of a reflection or the ticks of a checklist, by the block's id."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="notes")
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="+")
    block_id = models.UUIDField(default=uuid.uuid4)
    text = models.TextField(blank=True, max_length=10_000)
    ticks = models.JSONField(default=list, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = (models.UniqueConstraint(fields=["user", "activity", "block_id"], name="note_once_per_block"),)

    def __str__(self) -> str:
        return f"{self.user} – {self.activity}"
