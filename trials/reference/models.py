"""A bare Wagtail page with the blocks of a lesson, and a bare row."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page

from courses.blocks import LessonBody


class BareBody(blocks.StreamBlock):
    """The same blocks with the same templates, in Wagtail's own stream: it reads and renders as Wagtail does."""

    class Meta:
        template = "reference/body.html"


class BarePage(Page):
    body = StreamField(BareBody(list(LessonBody().child_blocks.items())), blank=True)
    template = "reference/page.html"
    parent_page_types: ClassVar = ["wagtailcore.Page"]


class BareAnswer(models.Model):
    """What an autosave keeps at the least."""

    user_id = models.BigIntegerField()
    question = models.PositiveSmallIntegerField()
    sequence = models.PositiveBigIntegerField()
    value = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["BareAnswer"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.question}"
