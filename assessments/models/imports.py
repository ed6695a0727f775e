"""A file of items between its dry run and its confirmation."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ItemImport(models.Model):
    """An uploaded file. Its content goes when it was applied; unconfirmed ones go with a later upload."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploaded_by = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=200)
    format_name = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5)
    content = models.BinaryField()
    applied_at = models.DateTimeField(null=True)
    summary = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import of items")
        verbose_name_plural = _("imports of items")

    def __str__(self) -> str:
        return self.name
