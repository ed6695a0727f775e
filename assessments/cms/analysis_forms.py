"""What a reader of an analysis chooses: which attempts, of which version of the test, from when to when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from assessments.enums import AttemptChoice
from assessments.selectors.analysis import PublishedVersion


@dataclass(frozen=True)
class Selection:
    """Which attempts: the choice, and the bounds of when they began (`until` is exclusive)."""

    choice: AttemptChoice = AttemptChoice.FIRST
    since: datetime | None = None
    until: datetime | None = None
    query: str = ""
    described: str = ""


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class SelectionForm(forms.Form):
    """Short names, because the choice stands in the address: a page of an analysis can be sent to a colleague."""

    attempts = forms.ChoiceField(label=gettext_lazy("Attempts"), choices=AttemptChoice.choices, required=False)
    version = forms.ChoiceField(label=gettext_lazy("Version of the test"), required=False)
    first = forms.DateField(label=gettext_lazy("Begun from"), required=False, widget=AdminDateInput)
    last = forms.DateField(label=gettext_lazy("Begun until"), required=False, widget=AdminDateInput)

    def __init__(self, data: Any, *, versions: list[PublishedVersion]) -> None:
        super().__init__(data)
        self._versions = {str(one.number): one for one in versions}
        field = self.fields["version"]
        field.choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", _("All versions")),
            *((name, _version_label(one)) for name, one in self._versions.items()),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("This day is before the first one."))
        return cleaned

    def selection(self) -> Selection:
        """What is chosen; everything when the form is not valid."""
        if not self.is_valid():
            return Selection(described=str(AttemptChoice.FIRST.label))
        data = self.cleaned_data
        version = self._versions.get(data["version"])
        lower = [version.since] if version and not self._is_first(version) else []
        upper = [version.until] if version and version.until else []
        if data["first"]:
            lower.append(_midnight(data["first"]))
        if data["last"]:
            upper.append(_midnight(data["last"] + timedelta(days=1)))
        since, until = max(lower, default=None), min(upper, default=None)
        if since and until and until <= since:
            self.add_error("version", _("This version was not published in these days."))
            return Selection(described=str(AttemptChoice.FIRST.label))
        choice = AttemptChoice(data["attempts"] or AttemptChoice.FIRST)
        return Selection(choice, since, until, self._query(), self._described(choice, version))

    def _is_first(self, version: PublishedVersion) -> bool:
        """Whoever began before the CMS kept a log of publications had the first version."""
        return version.number == 1

    def _query(self) -> str:
        data = self.cleaned_data
        chosen = {
            "attempts": "" if data["attempts"] in ("", AttemptChoice.FIRST) else data["attempts"],
            "version": data["version"],
            "first": data["first"].isoformat() if data["first"] else "",
            "last": data["last"].isoformat() if data["last"] else "",
        }
        return urlencode({name: value for name, value in chosen.items() if value})

    def _described(self, choice: AttemptChoice, version: PublishedVersion | None) -> str:
        data = self.cleaned_data
        parts = [str(choice.label)]
        if version:
            parts.append(_version_label(version))
        if data["first"]:
            parts.append(_("begun from %(day)s") % {"day": date_format(data["first"])})
        if data["last"]:
            parts.append(_("begun until %(day)s") % {"day": date_format(data["last"])})
        return " · ".join(parts)


def _version_label(version: PublishedVersion) -> str:
    since = date_format(timezone.localtime(version.since), "SHORT_DATETIME_FORMAT")
    return _("Version %(number)d, published %(moment)s") % {"number": version.number, "moment": since}
