"""What the editor points out on items and tests. Hints, never refusals. Registered in `AssessmentsConfig.ready()`."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.kinds import get_kind, ungraded_kinds
from assessments.models import Item, QuizPage
from assessments.selectors.bank import newest_versions, shortages_of, supply_of
from assessments.selectors.twins import twins_of
from courses.checks import Problem, register_content_check

# Of so few questions, chance alone puts the right answer in one place too often.
FEW_KEYS = 4


@register_content_check(Item)
def check_item(item: Item) -> Iterator[Problem]:
    """What keeps it from being published, gives the key away or would be missed, and what is there twice."""
    if not item.body:
        yield Problem(_("There is no question yet."), "body")
        return
    kind = get_kind(item.body[0].block_type)
    content = item.written_content()
    for sentence in (*kind.problems(content), *kind.weaknesses(content)):
        yield Problem(sentence, "body")
    if kind.graded and not _explains(content):
        yield Problem(_("There is no explanation: the result says what is right, and not why."), "body")
    if item.lesson_id is None:
        yield Problem(_("No lesson is linked: the result cannot say where to read again."), "lesson")
    for twin in twins_of(item):
        sentence = (
            _("“%(item)s” asks the same with the same key.")
            if twin.equal
            else _("“%(item)s” may be the same question.")
        )
        yield Problem(sentence % {"item": twin.item.title})


def _explains(value: Any) -> bool:
    """Whether some feedback is written, in general or on an answer."""
    if isinstance(value, Mapping):
        return any(
            bool(child) if name in {"feedback_de", "feedback_en"} else _explains(child) for name, child in value.items()
        )
    return isinstance(value, list) and any(_explains(child) for child in value)


@register_content_check(QuizPage)
def check_quiz(page: QuizPage) -> Iterator[Problem]:
    """What nobody could start, fill or pass, what is incomplete, and a right answer that always stands in one place."""
    if page.closes_at is not None and page.closes_at <= timezone.now():
        yield Problem(_("The test has closed: nobody can start it any more."), "closes_at")
    supply = supply_of(page.slots)
    if not supply:
        yield Problem(_("The test asks nothing yet."), "slots")
        return
    for sentence in shortages_of(page.slots, supply):
        yield Problem(sentence, "slots")
    ids = {pk for one in supply for pk in one.slot.pool}
    counting = {pk for one in supply if one.slot.weight for pk in one.slot.pool}
    yield from _gaps(ids, counting if page.pass_mark else None)
    if not page.shuffle_options:
        yield from _one_place(ids)


def _gaps(ids: set[int], counting: set[int] | None) -> Iterator[Problem]:
    """What is incomplete. `counting` are items that earn points where they are scored; None: everybody passes."""
    counts = Item.objects.filter(pk__in=ids).aggregate(
        de=Count("pk", filter=Q(missing_de=True)),
        en=Count("pk", filter=Q(missing_en=True)),
        lesson=Count("pk", filter=Q(lesson=None)),
        scored=Count("pk", filter=Q(pk__in=counting or ()) & ~Q(kind__in=ungraded_kinds())),
    )
    if ids and counting is not None and not counts["scored"]:
        text = _("Nothing in this test counts, so nobody can pass it. Give points, or ask something that is scored.")
        yield Problem(text, "pass_mark")
    if counts["de"]:
        text = ngettext(
            "%(count)d question is not complete in German.",
            "%(count)d questions are not complete in German.",
            counts["de"],
        )
        yield Problem(text % {"count": counts["de"]}, "slots")
    if counts["en"]:
        text = ngettext(
            "%(count)d question is not complete in English.",
            "%(count)d questions are not complete in English.",
            counts["en"],
        )
        yield Problem(text % {"count": counts["en"]}, "slots")
    if counts["lesson"]:
        text = ngettext(
            "%(count)d question links no lesson to read again.",
            "%(count)d questions link no lesson to read again.",
            counts["lesson"],
        )
        yield Problem(text % {"count": counts["lesson"]}, "slots")


def _one_place(ids: set[int]) -> Iterator[Problem]:
    """Answers are not mixed here: where the right one stands is what learners see."""
    places = [
        place
        for version in newest_versions(ids).values()
        if (place := version.kind_object.key_place(version.content)) is not None
    ]
    if len(places) >= FEW_KEYS and len(set(places)) == 1:
        text = _("The right answer is always number %(place)d, and answers are not mixed. Mix them, or move some.")
        yield Problem(text % {"place": places[0]}, "slots")
