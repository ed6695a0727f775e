"""The form of a manual assignment."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Activity
from reports.filters import REPORT_KINDS, ActivityChoice, end_of_day


class _LiveChoice(ActivityChoice):
    def label_from_instance(self, obj: Activity) -> str:
        return f"{obj.code} · {obj.title}" if obj.code else f"{obj.title} ({obj.get_kind_display()})"


class AssignForm(forms.Form):
    """What, until when, and whether the picked people or everybody who matches the filters."""

    activity = _LiveChoice(
        Activity.objects.none(), label=_("Module or path"), to_field_name="key", empty_label=_("Choose…")
    )
    due = forms.DateField(
        label=_("Due date"),
        required=False,
        input_formats=["%Y-%m-%d"],
        localize=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("The day counts in full. Empty: no due date."),
    )
    whom = forms.ChoiceField(
        label=_("Who"), choices=[("picked", _("The people ticked")), ("matching", _("Everybody who matches"))]
    )

    send_mail = forms.BooleanField(
        label=_("Send a mail"),
        required=False,
        initial=True,
        help_text=_("Title, due date and link, once, to everybody to whom it is assigned for the first time."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["activity"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - narrows the type; a wrong name is a bug here
        choice.queryset = Activity.objects.filter(kind__in=REPORT_KINDS, is_live=True).order_by("code", "pk")

    def clean_due(self) -> datetime | None:
        """The end of the local day, so that a due date "31 March" holds all day."""
        day: date | None = self.cleaned_data["due"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed. Choose today or later."))
        return end_of_day(day)

    @staticmethod
    def picked(values: Iterable[str]) -> list[UUID]:
        """Well-formed ids only; what is not one cannot be a person."""
        result = []
        for value in values:
            try:
                result.append(UUID(value))
            except ValueError:
                continue
        return result
