"""Numbers without people: configuration, role matrix, definitions, aggregates. For the works council and HR."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from enablement.core.disclosure import MINIMUM_GROUP
from people import roles
from people.models import Function, OrgUnit, User, VisibilitySettings
from people.selectors import units_below
from people.unit_choice import UnitChoice
from reports.aggregates import ALL, Aggregates, Key
from reports.definitions import DEFINITIONS
from reports.views.common import actor_of, address, for_role

ROLE_MATRIX = (
    (_("Employee"), _("everything of their own, with export"), _("others' scores")),
    (_("Trainer"), _("content, item statistics from five people up"), _("lists of people")),
    (_("Reviewer"), _("drafts, approvals"), _("learner data")),
    (
        _("Team lead"),
        _("assigned, completed, overdue – if the company has agreed to it"),
        _("scores, attempts, times, answers"),
    ),
    (_("HR"), _("completion, date, certificate, validity"), _("scores, attempts, times, answers")),
    (_("Works council"), _("configuration, role matrix, report definitions, aggregates"), _("individual data")),
    (_("Data protection officer"), _("processing record, deletion log, access log"), _("answers")),
    (_("Administrator"), _("accounts; break-glass with a reason, logged"), _("silent impersonation")),
)  # fmt: skip


class GroupForm(forms.Form):
    """Which group the tables are about. What is not known is left out."""

    function = forms.ModelChoiceField(
        Function.objects.all(), label=_("Function"), required=False, to_field_name="slug", empty_label=_("All")
    )
    unit = UnitChoice(OrgUnit.objects.none(), label=_("Unit with sub-units"), required=False, empty_label=_("All"))

    def __init__(self, data: Any, *, root: OrgUnit | None) -> None:
        super().__init__(data, auto_id="group-%s")
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - narrows the type; a wrong name is a bug here
        choice.queryset = OrgUnit.objects.order_by("path") if root is None else units_below(root)
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("This value is not known and was left out.")


@require_safe
@for_role(roles.may_see_aggregates)
def overview(request: HttpRequest) -> HttpResponse:
    """Nobody is named, and no group of fewer than five is shown or can be worked out."""
    actor = actor_of(request)
    root = roles.hr_scope(actor) if roles.may_report(actor) else None
    people = User.objects.filter(is_active=True)
    if root is not None:
        people = people.filter(org_unit__in=units_below(root))
    form = GroupForm(request.GET, root=root)
    form.is_valid()
    chosen, under = form.cleaned_data.get("function"), form.cleaned_data.get("unit")
    function: Key = chosen.pk if chosen else ALL
    unit: Key = under.pk if under else ALL
    now = timezone.now()
    numbers = Aggregates(people, now, root=root)
    tables = [(_("By module and path"), numbers.by_activity(function, unit))]
    rest = str(_("Directly in this unit") if under else _("Without a unit"))
    tables.append((_("By unit"), numbers.by_unit(function, under=under, none_label=rest)))
    if chosen is None:
        tables.append((_("By function"), numbers.by_function(unit, none_label=str(_("Without a function")))))
    context = {
        "form": form,
        "whole": numbers.group("", function, unit),
        "tables": tables,
        "minimum": MINIMUM_GROUP,
        "visibility": VisibilitySettings.load(request_or_site=request),
        "roles": ROLE_MATRIX,
        "definitions": DEFINITIONS,
        "now": now,
        "address": address(request),
    }
    return render(request, "reports/overview.html", context)
