"""The editor's form of a test."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from assessments.enums import ReviewCell, ReviewMoment, ReviewPolicy
from assessments.reviewing import cells_of, names, preset
from courses.forms import ActivityPageForm

MOMENTS = (ReviewMoment.RIGHT_AFTER, ReviewMoment.LATER, ReviewMoment.AFTER_CLOSE)
MATRIX = (*(f"review_{moment.value}" for moment in MOMENTS), "review_until_passed")


class CellsField(forms.MultipleChoiceField):
    """One column of the review matrix: boxes in the editor, names with commas in the database."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, moment: ReviewMoment) -> None:
        super().__init__(choices=ReviewCell.choices, label=moment.label, required=False)

    def prepare_value(self, value: Any) -> Any:
        return [one for one in value.split(",") if one] if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        chosen = super().clean(value)
        return ",".join(cell for cell in ReviewCell.values if cell in chosen)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial) or [], data)


class QuizPageForm(ActivityPageForm):
    """Refuses to publish a test that the bank cannot fill; a draft may be unfinished. Keeps preset and matrix as one.

    The boxes show what the preset means. Whoever chooses another preset gets its matrix; whoever changes boxes has made
    a choice of their own, whatever preset is chosen above.
    """

    review_right_after = CellsField(ReviewMoment.RIGHT_AFTER)
    review_later = CellsField(ReviewMoment.LATER)
    review_after_close = CellsField(ReviewMoment.AFTER_CLOSE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        review = self.instance.review
        self.initial |= {f"review_{moment.value}": ",".join(names(review.at(moment))) for moment in MOMENTS}
        self.initial["review_until_passed"] = review.until_passed

    def clean(self) -> Any:
        cleaned = super().clean()
        slots = (cleaned or {}).get("slots")
        if slots and not self.is_deferred_validation and "slots" not in self.errors:
            from assessments.selectors.bank import slot_shortages  # noqa: PLC0415 - selectors read the page's model

            for sentence in slot_shortages(slots):
                self.add_error("slots", sentence)
        if cleaned and "review_policy" in cleaned:
            cleaned.update(self._review(cleaned))
            if cleaned.get("asks_certainty") and not self.is_deferred_validation and not self._tells(cleaned):
                sentence = _("Learners would never see what comes of it: let them see right or wrong after submitting.")
                self.add_error("asks_certainty", sentence)
        return cleaned

    def _tells(self, cleaned: dict[str, Any]) -> bool:
        """Whether learners see right and wrong of the questions at some time. What never closes has no time after."""
        names_of = [f"review_{moment.value}" for moment in MOMENTS]
        if cleaned["review_policy"] != ReviewPolicy.CUSTOM:
            cells = [preset(cleaned["review_policy"]).at(moment) for moment in MOMENTS]
        else:
            cells = [cells_of((cleaned.get(name) or "").split(",")) for name in names_of]
        if not cleaned.get("closes_at"):
            cells.pop()
        return any(ReviewCell.CORRECTNESS in one for one in cells)

    def _review(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """What to store: a preset's name alone, or a matrix of one's own."""
        policy = cleaned["review_policy"]
        meant = preset(policy)
        chosen = {name: cleaned.get(name) for name in MATRIX}
        same = chosen == {
            **{f"review_{moment.value}": ",".join(names(meant.at(moment))) for moment in MOMENTS},
            "review_until_passed": meant.until_passed,
        }
        if policy != ReviewPolicy.CUSTOM and (same or not set(MATRIX) & set(self.changed_data)):
            return {**dict.fromkeys(MATRIX, ""), "review_until_passed": False}
        return {"review_policy": ReviewPolicy.CUSTOM}
