"""Lists of the CMS: modules, lessons, and facts with what is overdue for review."""

from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn, UsageCountColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn, ParentPageColumn
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import ReferenceIndex
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from courses.models import Fact, LessonPage, ModulePage

DUE_SOON = timedelta(days=60)
NEXT_REVIEW = timedelta(days=365)
FACT_STATES = (("expired", _("Expired")), ("soon", _("Due within 60 days")), ("current", _("Current")))


def fact_state(fact: Fact) -> str:
    """`expired`, `soon` or `current`, by the date of the next review."""
    today = timezone.localdate()
    if fact.review_by < today:
        return "expired"
    return "soon" if fact.review_by <= today + DUE_SOON else "current"


class FactFilterSet(WagtailFilterSet):
    """By state of review and by source."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=FACT_STATES, method="filter_state")
    source = django_filters.CharFilter(label=_("Source"), lookup_expr="icontains")

    class Meta:
        model = Fact
        fields: ClassVar[list[str]] = []

    def filter_state(self, facts: QuerySet[Fact], name: str, value: str) -> QuerySet[Fact]:
        today = timezone.localdate()
        return {
            "expired": facts.filter(review_by__lt=today),
            "soon": facts.filter(review_by__gte=today, review_by__lte=today + DUE_SOON),
            "current": facts.filter(review_by__gt=today + DUE_SOON),
        }[value]


class FactIndexView(IndexView):
    """The facts, with how often each is used; constant in queries."""

    def get_base_queryset(self) -> QuerySet[Fact]:
        facts: QuerySet[Fact] = super().get_base_queryset()
        return facts.annotate(usage_count=ReferenceIndex.usage_count_subquery(Fact))

    def paginate_queryset(self, queryset: QuerySet[Fact], page_size: int) -> Any:
        """With the address that the column of uses links."""
        paginator, page, listed, is_paginated = super().paginate_queryset(queryset, page_size)
        page.object_list = facts = list(listed)
        for fact in facts:
            fact.usage_url = reverse("wagtailsnippets_courses_fact:usage", args=(fact.pk,))
        return paginator, page, facts, is_paginated


class FactViewSet(SnippetViewSet):
    """Facts with their source, and when each must be checked again."""

    model = Fact
    icon = "doc-full-inverse"
    menu_label = _("Facts")
    menu_name = "facts"
    menu_order = 220
    add_to_admin_menu = True
    index_view_class = FactIndexView
    filterset_class = FactFilterSet
    ordering = ("review_by",)
    list_per_page = 50
    list_display: ClassVar = [
        TitleColumn(
            "value",
            label=_("Value"),
            accessor="value",
            get_url=lambda fact: reverse(FactViewSet.edit_url_name_of(), args=(fact.pk,)),
        ),
        Column("wording", label=_("What was found"), accessor=lambda fact: Truncator(fact.wording).chars(90)),
        Column("source", label=_("Source"), sort_key="source"),
        Column("year", label=_("Year"), sort_key="year"),
        DateColumn("checked_on", label=_("Checked on"), sort_key="checked_on"),
        DateColumn("review_by", label=_("Review by"), sort_key="review_by"),
        StatusTagColumn(
            "state",
            label=_("State"),
            accessor=lambda fact: dict(FACT_STATES)[fact_state(fact)],
            primary=lambda fact: fact_state(fact) == "current",
        ),
        UsageCountColumn("usage_count", label=_("Used")),
    ]

    @classmethod
    def edit_url_name_of(cls) -> str:
        return "wagtailsnippets_courses_fact:edit"


class ConfirmFactsBulkAction(SnippetBulkAction):
    """ "I have read the sources again": checked today, next review in a year."""

    models: ClassVar = [Fact]
    display_name = _("Confirm as checked today")
    action_type = "confirm_facts"
    aria_label = _("Confirm the selected facts as checked today")
    template_name = "courses/cms/confirm_facts.html"
    action_priority = 10

    def check_perm(self, snippet: Fact) -> bool:
        if not hasattr(self, "may_change"):
            self.may_change = self.permission_policy.user_has_permission(self.request.user, "change")
        return bool(self.may_change)

    @classmethod
    def execute_action(cls, objects: list[Fact], user: Any = None, **kwargs: Any) -> tuple[int, int]:
        today = timezone.localdate()
        for fact in objects:
            fact.checked_on, fact.review_by = today, today + NEXT_REVIEW
            fact.save(update_fields=["checked_on", "review_by"])
            fact.save_revision(user=user, log_action=True)
        return len(objects), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d fact is confirmed. Its next review is in a year.",
            "%(count)d facts are confirmed. Their next review is in a year.",
            num_parent_objects,
        ) % {"count": num_parent_objects}


class ModuleListing(PageListingViewSet):
    """All modules in one flat list."""

    model = ModulePage
    icon = "folder-open-inverse"
    menu_label = _("Modules")
    menu_name = "modules"
    menu_order = 100
    add_to_admin_menu = True
    list_filter: ClassVar = {"topic": ["exact"], "live": ["exact"]}
    columns: ClassVar = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("code", label=pgettext_lazy("module", "Code"), sort_key="code"),
        Column("topic", label=_("Topic"), sort_key="topic"),
        DateColumn("reviewed_on", label=_("Reviewed"), sort_key="reviewed_on"),
        DateColumn("latest_revision_created_at", label=_("Updated"), sort_key="latest_revision_created_at"),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="12%"),
    ]


class LessonListing(PageListingViewSet):
    """All lessons in one flat list, each with its module."""

    model = LessonPage
    icon = "doc-full"
    menu_label = _("Lessons")
    menu_name = "lessons"
    menu_order = 110
    add_to_admin_menu = True
    list_filter: ClassVar = {"audience": ["exact"], "required": ["exact"], "live": ["exact"]}
    columns: ClassVar = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        ParentPageColumn("parent", label=_("Module")),
        Column("audience", label=_("Required for"), accessor="get_audience_display", sort_key="audience"),
        Column("minutes", label=_("Minutes"), sort_key="minutes"),
        DateColumn("latest_revision_created_at", label=_("Updated"), sort_key="latest_revision_created_at"),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="12%"),
    ]


def expired_facts() -> QuerySet[Fact]:
    """Facts whose review is overdue, the oldest first."""
    return Fact.objects.filter(review_by__lt=timezone.localdate()).order_by("review_by")


def modules_to_review(*, days: int = 365) -> QuerySet[ModulePage]:
    """Live modules whose content nobody reviewed for so long, or never; the oldest first."""
    since = timezone.localdate() - timedelta(days=days)
    never_or_old: QuerySet[ModulePage] = ModulePage.objects.live().exclude(reviewed_on__gte=since)
    return never_or_old.select_related("locale").order_by("reviewed_on", "title")
