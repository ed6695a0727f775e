"""Reads of stored item analyses. They hold groups of five people and more; nobody in particular is in them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.conf import settings
from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from wagtail.models import PageLogEntry

from assessments.enums import AttemptChoice
from assessments.models import ItemAnalysis, ItemVersion, ItemVersionStatistic, QuizAnalysis, QuizPage
from courses.enums import ActivityKind
from courses.models import Activity
from enablement.core.disclosure import MINIMUM_GROUP


def analysis_of(
    quiz: Activity, *, choice: AttemptChoice, since: datetime | None = None, until: datetime | None = None
) -> QuizAnalysis | None:
    """The stored analysis, or None when nobody has asked for it. One query."""
    rows = QuizAnalysis.objects.filter(activity=quiz, choice=choice)
    rows = rows.filter(since__isnull=True) if since is None else rows.filter(since=since)
    rows = rows.filter(until__isnull=True) if until is None else rows.filter(until=until)
    return rows.first()


def analysed_items(analysis: QuizAnalysis) -> list[ItemAnalysis]:
    """All its items with their versions, in the order of their titles. One query."""
    rows = analysis.items.select_related("item_version__item")
    return sorted(rows, key=lambda row: (_title(row.item_version), row.item_version.number))


def _title(version: ItemVersion) -> str:
    return (version.item.title if version.item else str(version)).casefold()


def quizzes_to_analyse() -> QuerySet[Activity]:
    """All tests, also those whose page is gone, by module and title."""
    tests: QuerySet[Activity] = Activity.objects.filter(kind=ActivityKind.QUIZ).select_related("parent")
    return tests.order_by("parent__position", "parent__code", "position", "title_de", "pk")


def default_analyses(quizzes: list[Activity]) -> dict[int, QuizAnalysis]:
    """Activity id → the analysis of its first attempts, without bounds, with the count of flagged items. One query."""
    rows = QuizAnalysis.objects.filter(
        activity__in=quizzes, choice=AttemptChoice.FIRST, since__isnull=True, until__isnull=True
    )
    return {row.activity_id: row for row in rows}


def flagged_counts(analyses: list[QuizAnalysis]) -> dict[int, int]:
    """Analysis id → how many of its items are suspicious. One query."""
    found: dict[int, int] = {}
    for pk in ItemAnalysis.objects.filter(analysis__in=analyses, suspicious=True).values_list("analysis", flat=True):
        found[pk] = found.get(pk, 0) + 1
    return found


# --- For panels and filters -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ItemFinding:
    """A question that stands out in the newest analysis of a test's first attempts."""

    item_version: ItemVersion
    quiz: Activity
    people: int
    facility: float | None
    discrimination: float | None
    as_of: datetime | None


def _newest() -> QuerySet[ItemAnalysis]:
    """Rows of the analyses of first attempts without bounds, for versions that items still have as their newest."""
    newest = ItemVersion.objects.filter(item_key=OuterRef("item_version__item_key")).order_by("-number")
    return ItemAnalysis.objects.filter(
        analysis__choice=AttemptChoice.FIRST,
        analysis__since__isnull=True,
        analysis__until__isnull=True,
        people__gte=MINIMUM_GROUP,
        item_version__item__live=True,
        item_version=Subquery(newest.values("pk")[:1]),
    ).select_related("item_version__item", "analysis__activity")


def _findings(rows: QuerySet[ItemAnalysis], limit: int) -> list[ItemFinding]:
    return [
        ItemFinding(
            item_version=row.item_version,
            quiz=row.analysis.activity,
            people=row.people,
            facility=row.facility,
            discrimination=row.discrimination,
            as_of=row.analysis.as_of,
        )
        for row in rows[:limit]
    ]


def hardest_items(*, limit: int = 8) -> list[ItemFinding]:
    """Live items with the lowest facility, in their newest version. One query."""
    return _findings(_newest().filter(facility__isnull=False).order_by("facility", "pk"), limit)


def suspicious_items(*, limit: int = 8) -> list[ItemFinding]:
    """Live items against whose key something speaks, in their newest version; the worst first. One query."""
    return _findings(_newest().filter(suspicious=True).order_by(F("discrimination").asc(nulls_last=True), "pk"), limit)


def flagged_item_ids(flag: str) -> QuerySet[ItemAnalysis, int | None]:
    """Ids of live items with a flag (`too_easy`, `too_hard`, `suspicious`) in their newest version, for filters.

    Raises ValueError for another flag.
    """
    if flag not in {"too_easy", "too_hard", "suspicious"}:
        raise ValueError(flag)
    return _newest().filter(**{flag: True}).order_by().values_list("item_version__item", flat=True)


# --- What is beside the figures -------------------------------------------------------------------------------------
def earlier_counts(version: ItemVersion) -> ItemVersionStatistic | None:
    """What is left of answers to this version that were deleted in time; None below five answers. One query."""
    return ItemVersionStatistic.objects.filter(item_version=version, responses__gte=MINIMUM_GROUP).first()


@dataclass(frozen=True)
class PublishedVersion:
    """A version of the test: how it was from one publication to the next (`until` is None for the present one)."""

    number: int
    since: datetime
    until: datetime | None


def published_versions(quiz: Activity) -> list[PublishedVersion]:
    """When the page whose rules count was published, as the CMS's log has it; the newest first. Two queries."""
    page = quiz_page(quiz.key)
    if page is None:
        return []
    moments = list(
        PageLogEntry.objects.filter(page=page.pk, action="wagtail.publish")
        .order_by("timestamp")
        .values_list("timestamp", flat=True)
    )
    found = [PublishedVersion(number, *pair) for number, pair in enumerate(pairwise([*moments, None]), 1)]
    return found[::-1]


def quiz_page(key: UUID) -> QuizPage | None:
    """The page of a test: in the default language if there is one, published or not. One query."""
    default_first = Case(
        When(locale__language_code=settings.LANGUAGE_CODE, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    page: QuizPage | None = QuizPage.objects.filter(translation_key=key).order_by(default_first, "pk").first()
    return page
