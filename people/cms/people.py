"""People and org units in the CMS."""

from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django.db.models import Count, QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from people import roles
from people.cms.forms import OrgUnitForm, PersonForm
from people.cms.views import NotFoundMixin
from people.enums import Role
from people.models import Function, OrgUnit, User
from people.selectors import manageable_people, org_unit_choices, org_unit_paths, units_below
from people.services import log_access


class PersonFilterSet(WagtailFilterSet):
    function = django_filters.ModelChoiceFilter(label=_("Function"), queryset=Function.objects.all())
    org_unit = django_filters.ChoiceFilter(label=_("Org unit with sub-units"), method="in_unit")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, field_name="groups__name")
    is_active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = User
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["org_unit"].extra["choices"] = org_unit_choices()

    def in_unit(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        unit = OrgUnit.objects.filter(pk=int(value)).first()
        return queryset.none() if unit is None else queryset.filter(org_unit__in=units_below(unit))


class PeopleIndexView(NotFoundMixin, generic.IndexView):
    page_title = _("People")
    add_item_label = _("Add a person")

    def get_base_queryset(self) -> QuerySet[User]:
        people = manageable_people(self.request.user)
        return people.select_related("function", "org_unit").prefetch_related("groups")

    @cached_property
    def paths(self) -> dict[int, str]:
        return org_unit_paths()

    @cached_property
    def columns(self) -> list[Column]:
        title = self._get_title_column_class(TitleColumn)
        labels = dict(Role.choices)
        return [
            title(
                "sort_name",
                label=_("Name"),
                accessor="sort_name",
                sort_key="last_name",
                get_url=self.get_edit_url,
            ),
            Column("email", label=_("E-mail"), sort_key="email"),
            Column("function", label=_("Function"), accessor=lambda person: person.function or ""),
            Column(
                "org_unit", label=_("Org unit"), accessor=lambda person: self.paths.get(person.org_unit_id or 0, "")
            ),
            Column(
                "roles",
                label=_("Roles"),
                accessor=lambda person: ", ".join(str(labels.get(name, name)) for name in sorted(person.role_names)),
            ),
            BooleanColumn("is_active", label=_("Active"), sort_key="is_active"),
        ]

    def get_edit_url(self, instance: User) -> str | None:
        if not roles.may_manage_person(self.request.user, instance):
            return None
        url: str | None = super().get_edit_url(instance)
        return url

    def get_list_buttons(self, instance: User) -> list[Any]:
        return []

    def get_list_more_buttons(self, instance: User) -> list[Any]:
        return []


class ActorFormMixin:
    """Hands the person at the screen to the form."""

    request: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]  # a mixin
        return {**kwargs, "actor": self.request.user}


class PersonCreateView(NotFoundMixin, ActorFormMixin, generic.CreateView):
    page_title = _("Add a person")
    success_message = _("“%(object)s” was added. The password is set through “Forgotten your password?”.")


class PersonEditView(NotFoundMixin, ActorFormMixin, generic.EditView):
    def get_object(self, queryset: Any = None) -> User:
        person = manageable_people(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if person is None or not roles.may_manage_person(self.request.user, person):
            raise Http404
        if self.request.method == "GET":
            log_access(self.request.user, subjects=[person], action="account")
        return person


class PersonHistoryView(NotFoundMixin, generic.HistoryView):
    def get_object(self, queryset: Any = None) -> User:
        person = manageable_people(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if person is None or not roles.may_manage_person(self.request.user, person):
            raise Http404
        return person


class _Gone(NotFoundMixin, generic.DeleteView):
    """People are deactivated, never deleted; nobody has the permission."""


class PeopleViewSet(ModelViewSet):
    """Stands where Wagtail's own users view stood (its names are reversed by Wagtail)."""

    model = User
    icon = "user"
    ordering = ("last_name", "first_name")
    list_per_page = 50
    search_fields: ClassVar[list[str]] = ["first_name", "last_name", "email", "external_id"]
    search_backend_name = None
    filterset_class = PersonFilterSet
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = PeopleIndexView
    add_view_class = PersonCreateView
    edit_view_class = PersonEditView
    history_view_class = PersonHistoryView
    delete_view_class = _Gone

    def get_form_class(self, for_update: bool = False) -> type[PersonForm]:
        return PersonForm

    def get_urlpatterns(self) -> list[URLPattern]:
        conv = self.pk_path_converter
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("new/", self.add_view, name="add"),
            path(f"edit/<{conv}:pk>/", self.edit_view, name="edit"),
            path(f"delete/<{conv}:pk>/", self.delete_view, name="delete"),
            path(f"history/<{conv}:pk>/", self.history_view, name="history"),
            path(f"history-results/<{conv}:pk>/", self.history_results_view, name="history_results"),
        ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        given: dict[str, Any] = super().get_common_view_kwargs(**kwargs)
        return {**given, "usage_url_name": None, "delete_url_name": None}


# --- Org units ------------------------------------------------------------------------------------------------------
class OrgUnitIndexView(NotFoundMixin, generic.IndexView):
    page_title = _("Org units")
    add_item_label = _("Add an org unit")

    def get_base_queryset(self) -> QuerySet[OrgUnit]:
        actor = self.request.user
        scope = None if roles.is_admin(actor) else roles.hr_scope(actor)
        units = OrgUnit.objects.all() if scope is None else units_below(scope)
        counted: QuerySet[OrgUnit] = units.annotate(heads=Count("people")).order_by("path")
        return counted

    @cached_property
    def columns(self) -> list[Column]:
        title = self._get_title_column_class(TitleColumn)
        return [
            title(
                "name",
                label=_("Name"),
                accessor=lambda unit: "\u2003" * (unit.depth - 1) + unit.name,
                get_url=self.get_edit_url,
            ),
            Column("heads", label=_("People, without sub-units")),
            Column("external_id", label=_("External ID"), accessor=lambda unit: unit.external_id or ""),
        ]

    def order_queryset(self, queryset: QuerySet[OrgUnit]) -> QuerySet[OrgUnit]:
        return queryset.order_by("path")

    def get_list_buttons(self, instance: OrgUnit) -> list[Any]:
        return []


class OrgUnitCreateView(NotFoundMixin, ActorFormMixin, generic.CreateView):
    page_title = _("Add an org unit")


class OrgUnitEditView(NotFoundMixin, ActorFormMixin, generic.EditView):
    def get_object(self, queryset: Any = None) -> OrgUnit:
        unit: OrgUnit | None = OrgUnit.objects.filter(pk=self.kwargs["pk"]).first()
        actor = self.request.user
        scope = None if roles.is_admin(actor) else roles.hr_scope(actor)
        if unit is None or not roles.may_manage_people(actor):
            raise Http404
        if scope is not None and unit.pk != scope.pk and not unit.is_descendant_of(scope):
            raise Http404
        return unit


class OrgUnitViewSet(ModelViewSet):
    model = OrgUnit
    icon = "site"
    list_per_page = 200
    search_fields: ClassVar[list[str]] = ["name", "external_id"]
    search_backend_name = None
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = OrgUnitIndexView
    add_view_class = OrgUnitCreateView
    edit_view_class = OrgUnitEditView
    delete_view_class = _Gone

    def get_form_class(self, for_update: bool = False) -> type[OrgUnitForm]:
        return OrgUnitForm

    def get_urlpatterns(self) -> list[URLPattern]:
        conv = self.pk_path_converter
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("new/", self.add_view, name="add"),
            path(f"edit/<{conv}:pk>/", self.edit_view, name="edit"),
        ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        given: dict[str, Any] = super().get_common_view_kwargs(**kwargs)
        return {**given, "usage_url_name": None, "delete_url_name": None, "history_url_name": None}
