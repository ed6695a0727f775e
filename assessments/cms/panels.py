"""Panels of the editors."""

from typing import Any

from django.forms import Media
from wagtail.admin.panels import Panel

from assessments.certainty_words import announced
from assessments.review_words import review_sentences


class ItemUsagePanel(Panel):
    """Which tests ask this item, which version is in use where, and what publishing a change does. Reads only."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "assessments/cms/usage_panel.html"

        def is_shown(self) -> bool:
            return bool(super().is_shown() and self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from assessments.selectors.usage import usage_of  # noqa: PLC0415 - models declare this panel
            from assessments.selectors.versions import versions_of  # noqa: PLC0415 - the same

            return {
                **super().get_context_data(parent_context),
                "item": self.instance,
                "usage": usage_of([self.instance.pk])[self.instance.pk],
                "versions": versions_of(self.instance, limit=8),
            }


class SupplyPanel(Panel):
    """How many live items each slot of a test can draw from, and what is missing; counted again while one types."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "assessments/cms/supply_panel.html"

        @property
        def media(self) -> Media:
            own: Media = super().media + Media(js=["js/cms-supply.js"])
            return own

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from assessments.cms.supply import supply_context  # noqa: PLC0415 - models declare this panel

            return {**super().get_context_data(parent_context), **supply_context(self.instance.slots)}


class ReviewPanel(Panel):
    """The review matrix in words, and whether the test asks how sure people are: what learners read on the card before
    the test. As saved last.
    """

    class BoundPanel(Panel.BoundPanel):
        template_name = "assessments/cms/review_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            page = self.instance
            return {
                **super().get_context_data(parent_context),
                "sentences": [
                    *([announced()] if page.asks_certainty else []),
                    *review_sentences(page.review, closes=page.closes_at is not None),
                ],
                "closes": page.closes_at is not None,
                "practice": bool(page.review.during),
            }
