"""What a report is filtered by: one frozen value, read from URL parameters, that every face of the report shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.enums import ActivityKind
from courses.models import Activity, Enrollment
from people import roles
from people.models import Function, OrgUnit, User
from people.selectors import units_below
from people.unit_choice import UnitChoice
from reports.enums import RowMark, RowStatus

REPORT_KINDS = (ActivityKind.PATH, ActivityKind.MODULE)
NOT_A_DATE = _("This is not a date (YYYY-MM-DD) and was left out.")
STATUS_CHOICES = [*RowStatus.choices, *RowMark.choices]


@dataclass(frozen=True)
class ReportFilters:
    """Checked filters. `moment` is what the numbers are true at: now, or the end of the day `as_of`.

    Dates are local days, both ends included.
    """

    moment: datetime
    as_of: date | None = None
    function: Function | None = None
    unit: OrgUnit | None = None
    activity: Activity | None = None
    status: str = ""
    due_from: date | None = None
    due_to: date | None = None
    completed_from: date | None = None
    completed_to: date | None = None
    q: str = ""
    params: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def narrows_rows(self) -> bool:
        """Whether a filter looks at rows, beyond the choice of people and activity."""
        return bool(self.status or self.due_from or self.due_to or self.completed_from or self.completed_to)

    def without_row_filters(self) -> "ReportFilters":
        return replace(self, status="", due_from=None, due_to=None, completed_from=None, completed_to=None)


def end_of_day(day: date) -> datetime:
    """The last moment of a local day."""
    return start_of_day(day + timedelta(days=1)) - timedelta(microseconds=1)


def start_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def report_activities() -> QuerySet[Activity]:
    """Paths and modules that are live or that somebody takes or took."""
    taken = Enrollment.objects.filter(activity=OuterRef("pk"))
    return Activity.objects.filter(kind__in=REPORT_KINDS).filter(Q(is_live=True) | Exists(taken)).order_by("code", "pk")


class ActivityChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the runtime class takes no parameter
    """Activities by their key, named by code and title."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            # What is no UUID gets the sentence of the field, not one about UUIDs.
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error

    def label_from_instance(self, obj: Activity) -> str:
        return f"{obj.code} · {obj.title}" if obj.code else obj.title


def _day(label: Any) -> forms.DateField:
    # ISO only: that is what the browser's date input sends, and a URL must not change its meaning with the language.
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        localize=False,
        validators=[MinValueValidator(date(1970, 1, 1), NOT_A_DATE), MaxValueValidator(date(2999, 12, 31), NOT_A_DATE)],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class FilterForm(forms.Form):
    """The report's filters as a GET form. A value that is not understood is left out, and the form says so."""

    q = forms.CharField(label=_("Name"), required=False, max_length=80, strip=True)
    activity = ActivityChoice(
        Activity.objects.none(), label=_("Module or path"), required=False, to_field_name="key", empty_label=_("All")
    )
    unit = UnitChoice(OrgUnit.objects.none(), label=_("Unit with sub-units"), required=False, empty_label=_("All"))
    function = forms.ModelChoiceField(
        Function.objects.none(), label=_("Function"), required=False, to_field_name="slug", empty_label=_("All")
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("All")), *STATUS_CHOICES])
    due_from = _day(_("Due from"))
    due_to = _day(_("Due until"))
    completed_from = _day(_("Completed from"))
    completed_to = _day(_("Completed until"))
    as_of = _day(_("As of"))

    def __init__(self, actor: User, data: Mapping[str, Any]) -> None:
        super().__init__(data=data, auto_id="filter-%s")
        self.actor = actor
        scope = roles.hr_scope(actor)
        units = OrgUnit.objects.order_by("path") if scope is None else units_below(scope)
        self._choices("activity", report_activities())
        self._choices("unit", units)
        self._choices("function", Function.objects.all())
        unknown = _("This value is not known and was left out.")
        for name in ("activity", "unit", "function", "status"):
            self.fields[name].error_messages["invalid_choice"] = unknown
        for name in ("due_from", "due_to", "completed_from", "completed_to", "as_of"):
            self.fields[name].error_messages["invalid"] = NOT_A_DATE

    def _choices(self, name: str, queryset: QuerySet[Any]) -> None:
        choice = self.fields[name]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - narrows the type; a wrong name is a bug here
        choice.queryset = queryset

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"]).replace("\x00", "")

    def clean_as_of(self) -> date | None:
        day: date | None = self.cleaned_data["as_of"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("The future is not known; today is shown."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for first, last in (("due_from", "due_to"), ("completed_from", "completed_to")):
            start, end = data.get(first), data.get(last)
            if start and end and start > end:
                self.add_error(last, _("The end lies before the beginning; it was left out."))
        return data

    def filters(self, *, moment: datetime | None = None) -> ReportFilters:
        """The checked filters; whatever had an error is missing. `moment` fixes "now" for a job that runs later."""
        self.is_valid()
        data = self.cleaned_data
        now = moment or timezone.now()
        as_of = data.get("as_of")
        return ReportFilters(
            moment=now if as_of is None else min(now, end_of_day(as_of)),
            as_of=as_of,
            params=self.params(),
            **{name: value for name, value in data.items() if value and name != "as_of"},
        )

    def params(self) -> dict[str, str]:
        """The understood filters as URL parameters."""
        result: dict[str, str] = {}
        for name, value in self.cleaned_data.items():
            if value not in (None, ""):
                result[name] = self.text(name, value)
        return result

    def text(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return value.isoformat()
        return str(self.fields[name].prepare_value(value))

    def label(self, name: str, value: Any) -> str:
        """How a filter's value reads on a chip or in the sheet of filters."""
        if name == "status":
            return str(dict(STATUS_CHOICES)[value])
        if isinstance(value, Activity):
            return str(ActivityChoice.label_from_instance(self.fields["activity"], value))  # type: ignore[arg-type]
        return str(value)

    def described(self) -> list[tuple[str, str, Any]]:
        """(name, label, value) of every filter in force, values as objects (dates stay dates)."""
        self.is_valid()
        return [
            (name, str(self.fields[name].label), value if isinstance(value, date) else self.label(name, value))
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        ]
