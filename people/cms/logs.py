"""Access log and deletion log for the data protection officer. Read only; a 404 for everybody else."""

from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.forms import TextInput
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from people.cms.views import NotFoundMixin
from people.models import AccessLogEntry, DeletionLogEntry


class LogIndexView(NotFoundMixin, generic.IndexView):
    def get_list_buttons(self, instance: Any) -> list[Any]:
        return []


class LogViewSet(ModelViewSet):
    """A list and nothing else."""

    add_to_reference_index = False
    copy_view_enabled = False
    list_per_page = 100
    form_fields: ClassVar[list[str]] = []
    index_view_class = LogIndexView

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        given: dict[str, Any] = super().get_common_view_kwargs(**kwargs)
        names = ("add_url_name", "edit_url_name", "delete_url_name", "history_url_name", "usage_url_name")
        return {**given, **dict.fromkeys(names)}

    def register_admin_url_finder(self) -> None:
        """Entries have no page of their own."""


class AccessLogFilterSet(WagtailFilterSet):
    who = django_filters.CharFilter(label=_("Who looked"), method="by_actor", widget=TextInput)
    whose = django_filters.CharFilter(label=_("Whose record"), method="by_subject", widget=TextInput)
    action = django_filters.CharFilter(label=_("What"), lookup_expr="icontains", widget=TextInput)
    at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)

    class Meta:
        model = AccessLogEntry
        fields: ClassVar[list[str]] = []

    def by_actor(self, queryset: QuerySet[AccessLogEntry], name: str, value: str) -> QuerySet[AccessLogEntry]:
        return queryset.filter(_person("actor", value))

    def by_subject(self, queryset: QuerySet[AccessLogEntry], name: str, value: str) -> QuerySet[AccessLogEntry]:
        return queryset.filter(_person("subject", value))


def _person(field: str, value: str) -> Q:
    return (
        Q(**{f"{field}__email__icontains": value})
        | Q(**{f"{field}__last_name__icontains": value})
        | Q(**{f"{field}__first_name__icontains": value})
    )


class AccessLogIndexView(LogIndexView):
    page_title = _("Access log")

    def get_base_queryset(self) -> QuerySet[AccessLogEntry]:
        return AccessLogEntry.objects.select_related("actor", "subject")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column("at", label=_("When"), sort_key="at"),
            Column("actor", label=_("Who looked"), accessor=lambda entry: entry.actor.sort_name),
            Column(
                "subject",
                label=_("Whose record"),
                accessor=lambda entry: entry.subject.sort_name if entry.subject else _("several people"),
            ),
            Column("action", label=_("What"), sort_key="action"),
            Column("detail", label=_("Detail")),
        ]


class AccessLogViewSet(LogViewSet):
    model = AccessLogEntry
    icon = "view"
    ordering = ("-at", "-pk")
    filterset_class = AccessLogFilterSet
    index_view_class = AccessLogIndexView


class DeletionLogIndexView(LogIndexView):
    page_title = _("Deletion log")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column("at", label=_("When"), sort_key="at"),
            Column("what", label=_("What"), sort_key="what"),
            Column("count", label=_("How many")),
            Column("reason", label=_("Why")),
            Column("subject", label=_("Whose record"), accessor=lambda entry: entry.subject or ""),
        ]


class DeletionLogViewSet(LogViewSet):
    model = DeletionLogEntry
    icon = "bin"
    ordering = ("-at", "-pk")
    index_view_class = DeletionLogIndexView
