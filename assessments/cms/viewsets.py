"""The item bank as a list with filters, and its editor. Attempts have no view here: nobody reads others' answers."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.http import HttpRequest, QueryDict
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from taggit.models import Tag
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from assessments.cms.approving import ApproveItem, EditItem
from assessments.cms.exchange import ExchangeButtonsMixin, export_view_class, preview, upload
from assessments.cms.several import live_preview, saved, several
from assessments.cms.versions import versions
from assessments.enums import Difficulty, ItemState
from assessments.kinds import get_kind, kind_choices
from assessments.models import Item, ItemTag
from assessments.selectors.analysis import flagged_item_ids
from assessments.selectors.bank import items_in_review, stale_items
from assessments.selectors.twins import equal_groups, near_groups
from assessments.selectors.usage import Usage, never_used, usage_of
from courses.enums import Audience

MOST_TWINS = 300  # shown at once: ordered by group


def listed_items(request: HttpRequest) -> QuerySet[Item]:
    """Items with everything that a row of the list reads but their use: two queries for any number, and no body."""
    tags = Prefetch("tagged_items", ItemTag.objects.select_related("tag").order_by("tag__name"), to_attr="listed_tags")
    items: QuerySet[Item] = (
        Item.objects.defer("body", "words_de", "words_en").prefetch_related(tags).order_by("title", "pk")
    )
    return items


class KindColumn(Column):
    """ "Single choice · hard"."""

    def get_value(self, instance: Item) -> Any:
        kind = str(get_kind(instance.kind).label) if instance.kind else ""
        return " · ".join(filter(None, (kind, instance.get_difficulty_display().lower())))


class TagsColumn(Column):
    """Tags, and whom it is for where that is not everybody: what tests draw by."""

    def get_value(self, instance: Any) -> str:
        names = [tagged.tag.name for tagged in instance.listed_tags]
        return ", ".join(names if instance.audience == Audience.BOTH else [*names, instance.get_audience_display()])


class LanguagesColumn(Column):
    """Languages in which nothing is missing."""

    def get_value(self, instance: Item) -> str:
        return " · ".join(language.upper() for language in instance.languages)


class UsageColumn(Column):
    """ "3 tests, 1 lesson, asked 214 times"."""

    def get_value(self, instance: Any) -> str:
        usage: Usage = instance.usage
        parts = [
            (len(usage.quizzes), ngettext("%(count)d test", "%(count)d tests", len(usage.quizzes))),
            (len(usage.lessons), ngettext("%(count)d lesson", "%(count)d lessons", len(usage.lessons))),
            (usage.asked, ngettext("asked %(count)d time", "asked %(count)d times", usage.asked)),
        ]
        return ", ".join(text % {"count": count} for count, text in parts if count) or "–"


class ReviewedColumn(Column):
    """When somebody with the right to publish last stood for the item."""

    def get_value(self, instance: Item) -> str:
        at = instance.last_review
        return date_format(timezone.localtime(at), "SHORT_DATE_FORMAT") if at else "–"


FINDINGS = (("too_easy", _("Too easy")), ("too_hard", _("Too hard")), ("suspicious", _("Is the key right?")))
MISSING = (("de", _("German")), ("en", _("English")))
NEEDS = (
    ("review", _("Not looked through for 12 months")),
    ("approval", _("Draft waits for approval")),
    ("use", _("Never used")),
)
TWINS = (("near", _("Possibly the same question")), ("equal", _("The same question and key")))


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
    missing = django_filters.ChoiceFilter(label=_("Language missing"), choices=MISSING, method="filter_missing")
    needs = django_filters.ChoiceFilter(label=_("Attention"), choices=NEEDS, method="filter_needs")
    finding = django_filters.ChoiceFilter(label=_("Analysis says"), choices=FINDINGS, method="filter_finding")
    twins = django_filters.ChoiceFilter(label=_("Duplicates"), choices=TWINS, method="filter_twins")

    class Meta:
        model = Item
        fields: ClassVar = ["kind", "state", "tag", "audience", "difficulty"]

    # Groups of ids that may be the same question, while that filter is on.
    groups: Sequence[list[int]] = ()

    def filter_missing(self, items: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        return items.filter(**{f"missing_{value}": True})

    def filter_needs(self, items: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        if value == "use":
            return never_used(items)
        return items.filter(pk__in=items_in_review() if value == "approval" else stale_items().order_by().values("pk"))

    def filter_finding(self, items: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        return items.filter(pk__in=flagged_item_ids(value))

    def filter_twins(self, items: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        """Group by group, the first few hundred."""
        self.groups = equal_groups() if value == "equal" else near_groups()
        ids = [pk for group in self.groups for pk in group][:MOST_TWINS]
        items = items.filter(pk__in=ids)
        if ids and "ordering" not in self.data:
            place = Case(*(When(pk=pk, then=Value(at)) for at, pk in enumerate(ids)), output_field=IntegerField())
            items = items.order_by(place, "pk")
        return items


def listed_by(query: QueryDict, request: HttpRequest) -> QuerySet[Item]:
    """The items that the list shows for this query: filtered and searched, in no order."""
    items = Item.objects.order_by()
    filters = ItemFilterSet(query, queryset=items, request=request)
    if filters.is_valid():
        items = filters.qs
    text = query.get("q", "").strip()
    found = Q()
    for name in ItemViewSet.search_fields if text else ():
        found |= Q(**{f"{name}__icontains": text})
    return items.filter(found).order_by()


class TwinsColumn(Column):
    """The other items of the group."""

    def get_value(self, instance: Any) -> str:
        return ", ".join(instance.twins)


class ItemIndexView(ExchangeButtonsMixin, IndexView):
    """The list, with import and export, use, and possible duplicates while one looks for them."""

    @cached_property
    def columns(self) -> list[Any]:
        columns: list[Any] = super().columns
        if not self.request.GET.get("twins"):
            return columns
        title = 1 + next(at for at, column in enumerate(columns) if column.name == "title")
        return [*columns[:title], TwinsColumn("twins", label=_("Looks like")), *columns[title:]]

    def paginate_queryset(self, queryset: QuerySet[Item], page_size: int) -> Any:
        paginator, page, listed, is_paginated = super().paginate_queryset(queryset, page_size)
        page.object_list = items = list(listed)
        usage = usage_of([item.pk for item in items])
        twins = self._twins(items)
        for item in items:
            item.usage, item.twins = usage[item.pk], twins.get(item.pk, [])
        return paginator, page, items, is_paginated

    def _twins(self, items: list[Item]) -> dict[int, list[str]]:
        """Item id → titles of the other items of its group."""
        groups = {pk: group for group in getattr(self.filters, "groups", ()) for pk in group}
        others = {pk for item in items for pk in groups.get(item.pk, ())}
        titles = dict(Item.objects.filter(pk__in=others).values_list("pk", "title")) if others else {}
        return {
            item.pk: [titles[pk] for pk in groups.get(item.pk, ()) if pk != item.pk and pk in titles] for item in items
        }


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
    edit_view_class = EditItem
    workflow_action_view_class = ApproveItem
    list_display: ClassVar = [
        "title",
        KindColumn("kind", label=_("Kind"), sort_key="kind"),
        TagsColumn("tags", label=_("Tags")),
        StatusTagColumn(
            "get_state_display", label=_("State"), sort_key="state", primary=lambda item: item.state == ItemState.LIVE
        ),
        LanguagesColumn("languages", label=_("Complete in")),
        UsageColumn("usage", label=_("Used")),
        ReviewedColumn("reviewed", label=_("Looked through")),
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
            path("several/", several, name="several"),
            path("several/preview/", live_preview, name="several_preview"),
            path("several/saved/", saved, name="several_saved"),
            path("export/", export, name="export"),
            path("versions/<int:pk>/", versions, name="versions"),
        ]
