"""Knowledge checks: an item of the bank as ungraded practice inside a lesson. Nothing is recorded.

The threat: this is the one place that tells right from wrong at once, so it must not become an oracle for tests. It
answers only for items that stand in a knowledge check of a live lesson, and for none that a running attempt of the
same person asks.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db.models import QuerySet
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import ReferenceIndex

from assessments.bands import answer_band
from assessments.enums import AttemptState
from assessments.kinds import Content, Kind, ParseError, get_kind
from assessments.models import AttemptItem, Item
from courses.models import Activity, LessonPage
from people.models import User

BLOCK = "knowledge_check"
SALT = "assessments.practice"


def practice_items() -> QuerySet[Item]:
    """Items with everything that rendering a check reads."""
    return Item.objects.select_related("lesson")


def lessons_with(item: Item) -> Iterator[LessonPage]:
    """Live lessons in whose knowledge checks the item stands."""
    lesson_type = ContentType.objects.get_for_model(LessonPage)
    rows = ReferenceIndex.get_references_to(item).filter(content_type=lesson_type)
    ids = {int(one) for one in rows.values_list("object_id", flat=True)}
    shown = Activity.objects.filter(is_live=True, parent__is_live=True)  # not below an unpublished module
    pages = LessonPage.objects.filter(pk__in=ids, live=True, translation_key__in=shown.values("key"))
    for page in pages.select_related("locale").order_by("pk"):
        # The index may lag behind and also knows other kinds of reference: the page itself decides.
        if any(
            raw["type"] == BLOCK and str((raw["value"] or {}).get("item")) == str(item.pk) for raw in page.body.raw_data
        ):
            yield page


def practice_lesson(user: User, item: Item) -> LessonPage | None:
    """A lesson in which the person may practise this item, in the active language if there is one; None: nowhere."""
    if not item.live:
        return None
    running = AttemptItem.objects.filter(
        attempt__user=user, attempt__state=AttemptState.OPEN, item_version__item_key=item.key
    )
    language = get_language() or ""
    pages = sorted(lessons_with(item), key=lambda page: page.locale.language_code != language)
    return pages[0] if pages and not running.exists() else None


class Source(Protocol):
    """What a check asks: an item of the bank, or what an editor holds of one."""

    @property
    def pk(self) -> Any: ...

    @property
    def key(self) -> Any: ...

    @property
    def kind(self) -> str: ...

    def frozen_content(self) -> Content: ...


@dataclass(frozen=True)
class Check:
    """A knowledge check as its template shows it. `review` is None until the answer is given."""

    item: Source
    block_id: str
    language: str
    response: Any = None
    review: dict[str, Any] | None = None
    band: str = ""
    correct: bool = False
    score: Any = None
    known: bool = True  # False: nothing here is right or wrong, or only people could say it
    trouble: str = ""
    drawn: Any = None  # what was drawn for this person, see `read_drawn`; None: draw now

    @property
    def kind(self) -> Kind:
        return get_kind(self.item.kind)

    @cached_property
    def order(self) -> Any:
        """Mixed by the server's secret and always the same; kinds that draw something draw anew for each question."""
        if self.drawn is not None:
            return self.drawn
        content = self.item.frozen_content()
        if self.kind.draws:
            return self.kind.option_order(content, random.SystemRandom(), shuffle=True)
        seed = salted_hmac(SALT, str(self.item.key), algorithm="sha256").digest()
        return self.kind.option_order(content, random.Random(seed), shuffle=True)  # noqa: S311 - keyed seed

    @cached_property
    def content(self) -> Content:
        return self.kind.as_asked(self.item.frozen_content(), self.order)

    @property
    def question(self) -> dict[str, Any]:
        """As in a test: without key and feedback."""
        return self.kind.asked(self.content, self.language, self.order)

    @property
    def token(self) -> str:
        """What the form carries, so that the answer is graded by the numbers that were shown. Empty: nothing is drawn.

        It is signed: a form that could name its own numbers would calculate with whatever somebody puts in. Like the
        page it comes from, it holds what is asked and nothing of the answer; the server remembers nothing.
        """
        drawn = self.kind.draws and self.review is None
        return signing.dumps([str(self.item.key), self.order], salt=SALT) if drawn else ""

    @property
    def action(self) -> str:
        """Where the answer goes."""
        return reverse("assessments:check", kwargs={"key": self.item.key})

    @property
    def hints(self) -> list[str]:
        """What is shown beside a wrong answer; in a lesson nothing, because the feedback says it all."""
        return []

    @property
    def percent(self) -> int | None:
        """How much of the points the answer earns, where that is told."""
        return None

    @property
    def prefix(self) -> str:
        return f"check-{self.block_id or self.item.pk}"

    @property
    def question_template(self) -> str:
        return f"assessments/kinds/{self.item.kind}/question.html"

    @property
    def review_template(self) -> str:
        return f"assessments/kinds/{self.item.kind}/review.html"


def read_drawn(item: Source, token: str) -> Any:
    """What the question of this form was asked with; None for a token that is not ours or of another item."""
    try:
        key, order = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return order if key == str(item.key) else None


def taken(check: Check, form: QueryDict) -> Check:
    """The check after this form: rearranged, without an answer, or answered."""
    nothing = _("Choose an answer first.")
    try:
        response = check.kind.parse(check.content, check.kind.read_form(check.content, form, None))
    except ParseError:
        return replace(check, trouble=nothing)
    if "move" in form:
        return replace(check, response=response)
    return replace(check, trouble=nothing) if response is None else answered(check, response)


def answered(check: Check, response: Any) -> Check:
    """The check with its feedback. Grades and forgets."""
    outcome = check.kind.grade(check.content, response)
    return replace(
        check,
        response=response,
        review=check.kind.reviewed(check.content, response, check.language),
        band=answer_band(check.content, outcome.score if outcome else None, check.language),
        correct=bool(outcome and outcome.correct),
        score=outcome.score if outcome else None,
        known=outcome is not None,
    )


def render_check(context: dict[str, Any], item: Any, block_id: str) -> SafeString:
    """Renderer for `courses.checks`: the question and a button. In a preview there is nothing to send."""
    if not isinstance(item, Item) or not item.live or not item.body:
        return render_to_string("assessments/check_missing.html")
    check = Check(item, block_id, get_language() or "de")
    return render_to_string(
        "assessments/check.html",
        {"check": check, "is_preview": context.get("is_preview", False)},
        request=context.get("request"),
    )
