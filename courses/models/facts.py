"""Facts with their source, so that no number in a lesson stands without its origin."""

import uuid
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import RevisionMixin
from wagtail.search import index


class Fact(RevisionMixin, index.Indexed, models.Model):
    """A number or finding: value, wording, population, year, source, when it was checked and when it must be again."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(
        _("short name"), max_length=80, unique=True, help_text=_("For editors only, such as b2b-researchers-age.")
    )
    value = models.CharField(_("value"), max_length=80, help_text=_("For example 46 % or 6."))
    wording_de = models.TextField(_("what exactly was found (German)"))
    wording_en = models.TextField(_("what exactly was found (English)"))
    population_de = models.CharField(_("who was asked (German)"), max_length=255, blank=True)
    population_en = models.CharField(_("who was asked (English)"), max_length=255, blank=True)
    year = models.CharField(
        _("year"), max_length=40, help_text=_("Of the survey, not of the article: “2014, published 2015”.")
    )
    source = models.CharField(
        _("source"),
        max_length=255,
        help_text=_("Who found it, where it stands. Say so if you only know it second hand."),
    )
    source_url = models.URLField(_("address of the source"), blank=True)
    caveat_de = models.TextField(
        _("limits (German)"),
        blank=True,
        help_text=_("What the number does not say: who was not asked, what it does not prove."),
    )
    caveat_en = models.TextField(_("limits (English)"), blank=True)
    checked_on = models.DateField(_("checked on"), default=timezone.localdate)
    review_by = models.DateField(
        _("review by"), help_text=_("After this day it counts as expired and appears on the start page of the CMS.")
    )

    panels: ClassVar = [
        FieldPanel("slug"),
        FieldPanel("value"),
        MultiFieldPanel(
            [FieldPanel("wording_de"), FieldPanel("population_de"), FieldPanel("caveat_de")], heading=_("German")
        ),
        MultiFieldPanel(
            [FieldPanel("wording_en"), FieldPanel("population_en"), FieldPanel("caveat_en")], heading=_("English")
        ),
        MultiFieldPanel([FieldPanel("year"), FieldPanel("source"), FieldPanel("source_url")], heading=_("Source")),
        MultiFieldPanel([FieldPanel("checked_on"), FieldPanel("review_by")], heading=_("Review")),
    ]
    search_fields: ClassVar = [
        index.SearchField("wording_de"),
        index.SearchField("wording_en"),
        index.SearchField("source"),
        index.AutocompleteField("value"),
        index.AutocompleteField("slug"),
        index.FilterField("review_by"),
    ]

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ("slug",)

    def __str__(self) -> str:
        return f"{self.value} – {self.slug}"

    def _text(self, name: str) -> str:
        language = "en" if (get_language() or "").startswith("en") else "de"
        return str(getattr(self, f"{name}_{language}") or getattr(self, f"{name}_de"))

    @property
    def wording(self) -> str:
        return self._text("wording")

    @property
    def population(self) -> str:
        return self._text("population")

    @property
    def caveat(self) -> str:
        return self._text("caveat")

    def clean(self) -> None:
        super().clean()
        if self.review_by and self.checked_on and self.review_by <= self.checked_on:
            raise ValidationError({"review_by": gettext("The next review comes after the day it was checked.")})

    @property
    def is_expired(self) -> bool:
        return self.review_by < timezone.localdate()
