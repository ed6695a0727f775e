"""What knows no app: the heartbeat of periodic work, and copies of files that never change."""

from datetime import timedelta

from django.db import models
from django.utils import timezone


class Heartbeat(models.Model):
    """When a named sweep last ended well. One row per sweep."""

    name = models.CharField(max_length=60, unique=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str) -> None:
        cls.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})

    @classmethod
    def age(cls, name: str) -> timedelta | None:
        """Time since the last beat, or None if the sweep never ran."""
        beat_at = cls.objects.filter(name=name).values_list("beat_at", flat=True).first()
        return None if beat_at is None else timezone.now() - beat_at


class KeptCopy(models.Model):
    """A copy of a library's file that never changes (`enablement.core.copies`). The row comes after the whole file.

    `kept`: something that stays names it. What nothing came to name, the sweep takes away.
    """

    source = models.CharField(max_length=120, unique=True, help_text="What it is a copy of: sort and hash.")
    name = models.CharField(max_length=255, unique=True, help_text="Name in the storage.")
    used_at = models.DateTimeField(default=timezone.now)
    kept = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
