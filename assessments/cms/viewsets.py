"""The item bank as a list with filters, and its editor. Attempts have no view here: nobody reads others' answers."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Max, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, WorkflowActionView

from assessments.cms.exchange import ExchangeButtonsMixin, export_view_class, preview, upload
from assessments.enums import Difficulty, ItemState
from assessments.kinds import get_kind, kind_choices
from assessments.models import Item, ItemTag
from courses.approving import NoGapsMixin
from courses.enums import Audience


def listed_items(request: HttpRequest) -> QuerySet[Item]:
    """Items with everything that a row of the list reads: two queries for any number of rows."""
    tags = Prefetch("tagged_items", ItemTag.objects.select_related("tag").order_by("tag__name"), to_attr="listed_tags")
    items: QuerySet[Item] = (
        Item.objects.select_related("lesson", "latest_revision__user", "live_revision")
        .prefetch_related(tags)
        .annotate(newest_version=Max("versions__number"))
        .order_by("title", "pk")
    )
    return items


class KindColumn(Column):
    def get_value(self, instance: Item) -> Any:
        return get_kind(instance.kind).label if instance.kind else ""


class TagsColumn(Column):
    def get_value(self, instance: Any) -> str:
        return ", ".join(tagged.tag.name for tagged in instance.listed_tags)


class LanguagesColumn(Column):
    """Languages in which nothing is missing."""

    def get_value(self, instance: Item) -> str:
        return " · ".join(language.upper() for language in instance.languages)


class ItemFilterSet(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=kind_choices)
    state = django_filters.ChoiceFilter(label=_("State"), choices=ItemState.choices)
    audience = django_filters.ChoiceFilter(label=_("For"), choices=Audience.choices)
    difficulty = django_filters.ChoiceFilter(label=_("Difficulty"), choices=Difficulty.choices)
    tag = django_filters.ModelChoiceFilter(
        label=_("Tag"),
        field_name="tagged_items__tag",
        queryset=lambda request: (
            Tag.objects.filter(assessments_itemtag_items__isnull=False).distinct().order_by("name")
        ),
    )

    class Meta:
        model = Item
        fields: ClassVar = ["kind", "state", "tag", "audience", "difficulty"]


class ApproveItem(NoGapsMixin, WorkflowActionView):
    """Approves no item with a gap, such as an answer without feedback."""


class ItemIndexView(ExchangeButtonsMixin, IndexView):
    """The list, with import and export."""


class ItemViewSet(SnippetViewSet):
    """Draft by trainers, approval by reviewers: the workflow and the permissions are Wagtail's."""

    model = Item
    icon = "help"
    menu_label = _("Item bank")
    menu_name = "item-bank"
    menu_order = 210
    add_to_admin_menu = True
    list_per_page = 50
    copy_view_enabled = True
    inspect_view_enabled = False
    index_view_class = ItemIndexView
    workflow_action_view_class = ApproveItem
    list_display: ClassVar = [
        "title",
        KindColumn("kind", label=_("Kind"), sort_key="kind"),
        TagsColumn("tags", label=_("Tags")),
        Column("get_audience_display", label=_("For"), sort_key="audience"),
        Column("get_difficulty_display", label=_("Difficulty"), sort_key="difficulty"),
        StatusTagColumn(
            "get_state_display", label=_("State"), sort_key="state", primary=lambda item: item.state == ItemState.LIVE
        ),
        Column("newest_version", label=_("Version"), sort_key="newest_version"),
        LanguagesColumn("languages", label=_("Complete in")),
    ]
    filterset_class = ItemFilterSet
    search_fields: ClassVar = ["title", "topic", "topic_en", "body"]
    search_backend_name = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return listed_items(request)

    def get_urlpatterns(self) -> list[URLPattern]:
        export = self.construct_view(export_view_class(self.index_view_class), **self.get_index_view_kwargs())
        return [
            *super().get_urlpatterns(),
            path("import/", upload, name="import"),
            path("import/<uuid:pk>/", preview, name="import_preview"),
            path("export/", export, name="export"),
        ]
