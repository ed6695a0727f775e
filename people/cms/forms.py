"""Forms of the people administration."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from people import roles
from people.enums import Role
from people.models import OrgUnit, User
from people.selectors import manageable_people, org_unit_choices
from people.services import pair_duo, set_active, set_roles, unpair_duo


class PersonByEmailField(forms.CharField):
    """Another person, by e-mail: a drop-down of twenty thousand people helps nobody."""

    widget = forms.EmailInput

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return User.objects.filter(pk=value).values_list("email", flat=True).first() or ""
        return value.email if isinstance(value, User) else value

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "").strip().lower()
        if not text:
            return None
        validate_email(text)
        person = User.objects.filter(email__iexact=text, erased_at=None).first()
        if person is None:
            raise ValidationError(_("There is nobody with this e-mail address."))
        return person


class OrgUnitField(forms.TypedChoiceField):
    """A unit of the tree, indented; only what lies in `scope` when one is set."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=self._unit, empty_value=None, **kwargs)

    def limit(self, scope: OrgUnit | None) -> None:
        choices: list[tuple[int | str, Any]] = [("", "–"), *org_unit_choices(scope)]
        self.choices = choices

    @staticmethod
    def _unit(value: str) -> OrgUnit:
        unit: OrgUnit = OrgUnit.objects.get(pk=int(value))
        return unit


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    org_unit = OrgUnitField(label=_("Org unit"), required=False)
    manager = PersonByEmailField(label=_("Manager (e-mail)"), required=False)
    duo = PersonByEmailField(
        label=_("Duo partner (e-mail)"), required=False, help_text=_("Set on both sides; earlier duos of both end.")
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody is a learner. You can give and take these roles only."),
    )
    hr_scope = OrgUnitField(
        label=_("HR scope"),
        required=False,
        help_text=_("For HR only: sees this unit and its sub-units. Empty: the whole company."),
    )
    active = forms.BooleanField(
        label=_("Active"), required=False, initial=True, help_text=_("Whoever leaves is deactivated, never deleted.")
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            "first_name",
            "last_name",
            "email",
            "external_id",
            "language",
            "function",
            "org_unit",
            "manager",
            "duo",
            "extra_time_percent",
            "roles",
            "hr_scope",
            "active",
        ]
        # The duo is paired, roles and activity are set by services.
        exclude: ClassVar[list[str]] = ["duo", "roles", "active"]
        field_order = fields

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        person = self.instance
        scope = None if roles.is_admin(actor) else roles.hr_scope(actor)
        self._unit_field("org_unit").limit(scope)
        self.fields["org_unit"].required = scope is not None
        if roles.may_set_hr_scope(actor):
            self._unit_field("hr_scope").limit(None)
        else:
            del self.fields["hr_scope"]
        self.grantable = roles.grantable_roles(actor)
        choices = self.fields["roles"]
        if isinstance(choices, forms.MultipleChoiceField):
            choices.choices = [(role.value, role.label) for role in Role if role in self.grantable]
        if person.pk is not None:
            self.initial.update(roles=sorted(person.role_names), active=person.is_active, duo=person.duo_id)
        self.order_fields(self.Meta.fields)

    def _unit_field(self, name: str) -> OrgUnitField:
        field = self.fields[name]
        if not isinstance(field, OrgUnitField):
            raise TypeError(name)
        return field

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean_duo(self) -> User | None:
        partner: User | None = self.cleaned_data["duo"]
        if partner is None or partner.pk == self.instance.duo_id:
            return partner
        if partner.pk == self.instance.pk:
            raise ValidationError(_("A duo needs two people."))
        if not manageable_people(self.actor).filter(pk=partner.pk).exists():
            raise ValidationError(_("There is nobody with this e-mail address."))
        return partner

    def save(self, commit: bool = True) -> User:
        """The account, then roles, activity and duo through their services. The view holds the transaction."""
        if self.instance.pk is None:
            self.instance.set_unusable_password()
        person: User = super().save(commit=commit)
        set_roles(self.actor, person, [Role(name) for name in self.cleaned_data["roles"]])
        set_active(person, active=self.cleaned_data["active"])
        duo: User | None = self.cleaned_data["duo"]
        if duo is None:
            unpair_duo(person)
        elif duo.pk != person.duo_id:
            pair_duo(person, duo)
        return person


class OrgUnitForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    parent = OrgUnitField(label=_("Below"), required=False, help_text=_("Empty: at the top."))

    class Meta:
        model = OrgUnit
        fields: ClassVar[list[str]] = ["name", "external_id"]

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = None if roles.is_admin(actor) else roles.hr_scope(actor)
        field = self.fields["parent"]
        if self.instance.pk is not None:
            del self.fields["parent"]
        elif isinstance(field, OrgUnitField):
            field.limit(scope)
            field.required = scope is not None

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if ">" in name:
            raise ValidationError(_("A name must not contain “>”: imports write paths with it."))
        return name

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        siblings = (
            self.instance.get_siblings().exclude(pk=self.instance.pk)
            if self.instance.pk is not None
            else data["parent"].get_children()
            if data.get("parent")
            else OrgUnit.get_root_nodes()
        )
        if data.get("name") and siblings.filter(name=data["name"]).exists():
            self.add_error("name", _("There is a unit with this name at the same place."))
        return data

    def save(self, commit: bool = True) -> OrgUnit:
        unit: OrgUnit = self.instance
        if unit.pk is not None:
            unit.save()
            return unit
        parent = self.cleaned_data.get("parent")
        added: OrgUnit = parent.add_child(instance=unit) if parent else OrgUnit.add_root(instance=unit)
        return added


class ImportForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), help_text=_("UTF-8 or Windows-1252, separated by ; or ,"))
