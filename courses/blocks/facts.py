"""A number never stands without its origin."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.blocks.base import SHOW
from courses.bulk import BulkChooserMixin


class FactChooserBlock(BulkChooserMixin, SnippetChooserBlock):
    """Chooses a fact; all facts of a lesson are read in one query."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("courses.Fact", **kwargs)


class FactBlock(blocks.StructBlock):
    """A fact with value, wording, population, year, source and limits."""

    fact = FactChooserBlock(label=_("Fact"))
    comment = blocks.CharBlock(
        label=_("Comment"),
        max_length=240,
        required=False,
        help_text=_("What it means for this lesson, in one sentence."),
    )

    class Meta:
        label = _("Fact")
        icon = "doc-full-inverse"
        group = SHOW
        template = "courses/blocks/fact.html"
        description = _("A number with its wording, year and source. Facts are kept in one place and checked there.")

    @property
    def is_previewable(self) -> bool:
        return True

    def get_preview_value(self) -> Any:
        today = timezone.localdate()
        text = "of B2B researchers were between 18 and 34 years old."
        fact = apps.get_model("courses", "Fact")(
            value="46 %",
            wording_de="der B2B-Recherchierenden waren zwischen 18 und 34 Jahre alt.",
            wording_en=text,
            population_de="rund 3.000 Personen, USA",
            population_en="about 3,000 people, US",
            year="2014",
            source="Google/Millward Brown",
            caveat_de="Recherchierende, nicht Entscheidende.",
            caveat_en="Researchers, not deciders.",
            checked_on=today,
            review_by=today + timedelta(days=365),
        )
        return self.normalize({"fact": fact, "comment": ""})
