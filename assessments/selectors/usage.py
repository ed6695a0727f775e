"""Where items of the bank are used: in which tests and lessons, and how often they were asked."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from wagtail.models import Page, ReferenceIndex

from assessments.models import AttemptItem, Item, QuizPage
from assessments.selectors.bank import Asked, asked_by, slot_shortages

P = TypeVar("P", bound=Page)
# SQLite refuses a UNION of more than 500 parts.
_PARTS = 400


@dataclass(frozen=True)
class Usage:
    """`quizzes` and `lessons` are live pages, one for each test and lesson, in the default language if there is one.

    `fixed` are the ids of the quizzes that always ask the item; the others may draw it. `asked` counts attempts.
    """

    quizzes: list[QuizPage] = field(default_factory=list)
    fixed: set[int] = field(default_factory=set)
    lessons: list[Page] = field(default_factory=list)
    asked: int = 0

    def __bool__(self) -> bool:
        return bool(self.quizzes or self.lessons or self.asked)


def live_quizzes() -> list[QuizPage]:
    """The live pages whose rules count, one for each test, by title. One query."""
    return sorted(_one_each(QuizPage.objects.filter(live=True)), key=lambda page: (page.title.casefold(), page.pk))


def _one_each(pages: QuerySet[P]) -> list[P]:
    """One page of each activity: that in the default language if there is one."""
    default_first = Case(
        When(locale__language_code=settings.LANGUAGE_CODE, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    found: dict[object, P] = {}
    for page in pages.order_by(default_first, "pk"):
        found.setdefault(page.translation_key, page)
    return list(found.values())


def usage_of(item_ids: Collection[int]) -> dict[int, Usage]:
    """Item id → where it is used now. At most five queries, however many items (and one more for each 400 draws)."""
    found = {pk: Usage(asked=count) for pk, count in _asked_counts(item_ids).items()}
    by_id = {page.pk: page for page in live_quizzes()}
    asked = {pk: asked_by(page.slots) for pk, page in by_id.items()}
    fixed = {pk: {one.fixed for one in slots if one.fixed is not None} for pk, slots in asked.items()}
    for pk, quizzes in _drawn_by(item_ids, asked).items():
        found[pk].quizzes.extend(by_id[quiz] for quiz in by_id if quiz in quizzes or pk in fixed[quiz])
        found[pk].fixed.update(quiz for quiz in by_id if pk in fixed[quiz])
    for pk, lessons in _lessons_with(item_ids).items():
        found[pk].lessons.extend(lessons)
    return found


def _asked_counts(item_ids: Collection[int]) -> dict[int, int]:
    """Item id → in how many attempts it was asked; 0 for those that never were. One query."""
    rows = AttemptItem.objects.filter(item_version__item__in=item_ids).order_by().values("item_version__item")
    counts = dict(rows.annotate(count=Count("pk")).values_list("item_version__item", "count"))
    return {pk: counts.get(pk, 0) for pk in item_ids}


def _drawn_by(item_ids: Collection[int], asked: dict[int, list[Asked]]) -> dict[int, set[int]]:
    """Item id → ids of the quizzes that may draw it. One query for all draws of all quizzes."""
    parts = [
        one.drawn.filter(pk__in=item_ids).annotate(quiz=Value(quiz, IntegerField())).values_list("pk", "quiz")
        for quiz, slots in asked.items()
        for one in slots
        if one.drawn is not None
    ]
    found: dict[int, set[int]] = {pk: set() for pk in item_ids}
    for start in range(0, len(parts), _PARTS):
        first, *others = parts[start : start + _PARTS]
        for pk, quiz in first.union(*others, all=True) if others else first:
            found[pk].add(quiz)
    return found


def _lessons_with(item_ids: Collection[int]) -> dict[int, list[Page]]:
    """Item id → live pages other than tests that show it, such as lessons with a knowledge check. Two queries."""
    item_type, quiz_type = (ContentType.objects.get_for_model(model) for model in (Item, QuizPage))
    rows = ReferenceIndex.objects.filter(to_content_type=item_type, to_object_id__in=[str(pk) for pk in item_ids])
    pairs = set(rows.exclude(content_type=quiz_type).values_list("to_object_id", "object_id"))
    ids = {int(page) for _item, page in pairs if page.isdecimal()}
    pages = {page.pk: page for page in _one_each(Page.objects.filter(pk__in=ids, live=True))}
    found: defaultdict[int, list[Page]] = defaultdict(list)
    for item, page in pairs:
        if page.isdecimal() and int(page) in pages:
            found[int(item)].append(pages[int(page)])
    return found


def never_used(items: QuerySet[Item]) -> QuerySet[Item]:
    """Those that no live test asks or may draw, no live page shows and no attempt holds. Three queries to find out."""
    asked = [one for page in live_quizzes() for one in asked_by(page.slots)]
    shown = Page.objects.filter(live=True).values_list("pk", flat=True)
    references = ReferenceIndex.objects.filter(to_content_type=ContentType.objects.get_for_model(Item))
    pairs = list(references.values_list("to_object_id", "object_id"))
    live = set(shown.filter(pk__in={int(page) for _item, page in pairs if page.isdecimal()}))
    used = {one.fixed for one in asked if one.fixed is not None}
    used |= {int(item) for item, page in pairs if page.isdecimal() and int(page) in live}
    drawn = {str(one.drawn.query): one.drawn for one in asked if one.drawn is not None}
    may_be_drawn = Q(pk__in=())
    for pool in drawn.values():
        may_be_drawn |= Q(pk__in=pool.values("pk"))
    attempts = AttemptItem.objects.filter(item_version__item=OuterRef("pk"))
    return items.filter(~Exists(attempts)).exclude(pk__in=used).exclude(may_be_drawn)


@dataclass(frozen=True)
class ShortQuiz:
    """A live test that could not be started, and why."""

    page: QuizPage
    sentences: list[str]


@dataclass(frozen=True)
class Effects:
    """What retiring items does: `short` could be started before and not afterwards, of `quizzes` that use them."""

    short: list[ShortQuiz]
    quizzes: int
    lessons: list[Page]


def effects_of_retiring(item_ids: Collection[int]) -> Effects:
    """What becomes of live tests and lessons without these items. Reads each test that uses one of them twice."""
    usage = usage_of(item_ids).values()
    quizzes = {page.pk: page for one in usage for page in one.quizzes}
    gone = frozenset(item_ids)
    short = [
        ShortQuiz(page, after)
        for page in sorted(quizzes.values(), key=lambda page: page.title.casefold())
        if (after := slot_shortages(page.slots, without=gone)) and not slot_shortages(page.slots)
    ]
    return Effects(short, len(quizzes), list({page.pk: page for one in usage for page in one.lessons}.values()))
