"""What learners see of an attempt, and when: the matrix, its presets, its words, its editor, the way back from it."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from assessments.enums import ReviewCell, ReviewMoment, ReviewPolicy
from assessments.models import Attempt, QuizPage
from assessments.review_words import change_sentence, review_sentences
from assessments.reviewing import (
    EVERYTHING,
    NOTHING,
    Review,
    frozen_review,
    next_change,
    preset,
    review_moment,
)
from assessments.selectors import quiz_start_card, result_view
from assessments.services import save_response, start_attempt, submit_attempt
from courses.models import Activity
from enablement.core.errors import DomainError
from people.models import User

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCORE, KEY = frozenset({ReviewCell.SCORE}), frozenset({ReviewCell.KEY})


def _minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("now", "closes", "moment"),
    [
        (NOON, None, ReviewMoment.RIGHT_AFTER),
        (_minutes(1.99), None, ReviewMoment.RIGHT_AFTER),
        (_minutes(2), None, ReviewMoment.LATER),
        (_minutes(9999), None, ReviewMoment.LATER),
        (_minutes(59), _minutes(60), ReviewMoment.LATER),
        (_minutes(60), _minutes(60), ReviewMoment.AFTER_CLOSE),
        (_minutes(1), _minutes(1), ReviewMoment.AFTER_CLOSE),  # as in Moodle, closing comes before "right after"
    ],
)
def test_moments_are_those_of_moodle(now: datetime, closes: datetime | None, moment: ReviewMoment) -> None:
    assert review_moment(NOON, closes, now=now) is moment
    assert review_moment(None, closes, now=now) is ReviewMoment.DURING


def test_the_next_change_is_known() -> None:
    assert next_change(NOON, None, now=NOON) == _minutes(2)
    assert next_change(NOON, None, now=_minutes(3)) is None
    assert next_change(NOON, _minutes(1), now=NOON) == _minutes(1)
    assert next_change(NOON, _minutes(60), now=_minutes(3)) == _minutes(60)
    assert next_change(NOON, _minutes(1), now=_minutes(1.5)) is None


@pytest.mark.parametrize("policy", [ReviewPolicy.FULL, ReviewPolicy.UNTIL_PASSED, ReviewPolicy.NOTHING])
def test_attempts_from_before_the_matrix_keep_their_meaning(policy: ReviewPolicy) -> None:
    old = frozen_review({"review_policy": policy})
    assert old == preset(policy) == frozen_review({"review": old.frozen(), "review_policy": policy})
    for moment in (ReviewMoment.RIGHT_AFTER, ReviewMoment.LATER, ReviewMoment.AFTER_CLOSE):
        shown = {passed: old.shown(moment, passed=passed) for passed in (False, True)}
        assert (
            shown
            == {
                ReviewPolicy.FULL: {False: EVERYTHING, True: EVERYTHING},
                ReviewPolicy.UNTIL_PASSED: {False: SCORE, True: EVERYTHING},
                ReviewPolicy.NOTHING: {False: NOTHING, True: NOTHING},
            }[policy]
        )


def test_what_nobody_knows_shows_nothing() -> None:
    assert frozen_review({}) == preset("later-invention") == Review(NOTHING, NOTHING, NOTHING)
    assert frozen_review({"review": {"later": ["everything", "key"]}}).later == KEY


def test_the_words_are_computed_from_the_matrix() -> None:
    late = Review(SCORE, NOTHING, EVERYTHING)
    with translation.override("en"):
        told = [review_sentences(late, closes=True), review_sentences(late, closes=False)]
        conditional = review_sentences(preset("until_passed"), closes=False)
        nothing = review_sentences(preset("nothing"), closes=True)
        change = change_sentence(NOTHING, SCORE, when="14:00"), change_sentence(SCORE, NOTHING, when="14:00")
        assert change_sentence(SCORE, SCORE, when="14:00") == ""
    assert [len(one) for one in (*told, conditional, nothing)] == [3, 2, 2, 1]
    assert told[0] == [
        "For 2 minutes after submitting you see: whether you have passed, your score by topic.",
        "Later, until the test closes, you see: only whether you have passed.",
        (
            "After the test has closed you see: whether you have passed, your score by topic, your answers, "
            "what was right or wrong, the right answers and the explanations."
        ),
    ]
    assert change[0] == "From 14:00 on you also see here: your score by topic."
    assert change[1] == "From 14:00 on you no longer see here: your score by topic."


# --- the editor ---
def _posted(page: QuizPage, **more: Any) -> dict[str, Any]:
    plain = nested_form_data(
        {
            "title": page.title,
            "slug": page.slug,
            "intro": "",
            "slots": streamfield([]),
            "minutes": "10",
            "pass_mark": "80",
            "attempts_allowed": "0",
            "delay_minutes": "0",
            "grade_method": "highest",
            "behaviour": "test",
            "tries": "3",
            "try_penalty": "1/3",
            "time_limit_minutes": "",
            "grace_seconds": "30",
            "navigation": "free",
            "overdue": "autosubmit",
            "hand_in_minutes": "10",
            "markers": "1",
            "marking_anonymous": "on",
            "opens_at": "",
            "closes_at": "",
            "score_bands": streamfield([]),
            "comments": inline_formset([]),
        }
    )
    return plain | more


ALL = [cell.value for cell in ReviewCell]


def _boxes(right_after: Any = ALL, later: Any = ALL, after_close: Any = ALL) -> dict[str, Any]:
    return {"review_right_after": right_after, "review_later": later, "review_after_close": after_close}


@pytest.mark.parametrize(
    ("posted", "policy", "stored"),
    [
        ({"review_policy": "full", **_boxes()}, "full", ""),
        ({"review_policy": "nothing", **_boxes()}, "nothing", ""),  # another preset; the boxes still show the old one
        ({"review_policy": "full", **_boxes(later=["score"])}, "custom", "score"),  # boxes alone
        ({"review_policy": "nothing", **_boxes([], [], [])}, "nothing", ""),  # both, and they agree
        ({"review_policy": "custom", **_boxes(later=["key", "score"])}, "custom", "score,key"),
        ({"review_policy": "until_passed", "review_until_passed": "on", **_boxes()}, "until_passed", ""),
    ],
)
def test_preset_and_boxes_stay_one_setting(
    client: Client, admin: User, page: QuizPage, posted: dict[str, Any], policy: str, stored: str
) -> None:
    client.force_login(admin)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    answer = client.post(edit, _posted(page, **posted))
    assert answer.status_code == 302, answer.context["form"].errors
    draft = QuizPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert (draft.review_policy, draft.review_later) == (policy, stored)


def test_the_editor_shows_what_a_preset_means_and_says_it_in_words(client: Client, admin: User, page: QuizPage) -> None:
    client.force_login(admin)
    answer = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    form = answer.context["form"]
    assert form["review_later"].value() == ALL
    text = answer.content.decode()
    assert str(review_sentences(page.review, closes=False)[0]) in text
    page.closes_at, page.opens_at = timezone.now(), timezone.now()
    refused = client.post(
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        _posted(page, review_policy="full", opens_at="2026-03-02 12:00", closes_at="2026-03-02 11:00", **_boxes()),
    )
    assert "closes_at" in refused.context["form"].errors


# --- opening and closing ---
def test_a_test_is_open_in_its_time_only_and_closing_ends_what_runs(
    learner: User, page: QuizPage, quiz: Activity
) -> None:
    page.opens_at, page.closes_at, page.time_limit_minutes = _minutes(0), _minutes(60), 30
    page.save()

    def refused() -> str:
        with pytest.raises(DomainError) as error:
            start_attempt(learner, quiz=quiz)
        card = quiz_start_card(learner, quiz)
        assert not card.may_start
        assert card.refusal is not None
        assert card.refusal.code == error.value.code
        return str(error.value.code)

    with time_machine.travel(_minutes(-1), tick=False):
        assert refused() == "not_open_yet"
    with time_machine.travel(_minutes(0), tick=False):
        early = start_attempt(learner, quiz=quiz)
        assert early.deadline_at == _minutes(30)
        submit_attempt(learner, attempt=early)
    with time_machine.travel(_minutes(50), tick=False):
        late = start_attempt(learner, quiz=quiz)
        assert late.deadline_at == _minutes(60), "the test closes before the limit is over"
        assert late.closes_at == _minutes(60.5)
    with time_machine.travel(_minutes(61), tick=False):
        assert refused() == "quiz_closed"
        late.refresh_from_db()
        assert (late.state, late.submitted_at) == ("expired", _minutes(60))


def test_the_card_says_when_the_test_opens_and_closes(client: Client, learner: User, page: QuizPage) -> None:
    page.opens_at, page.closes_at = _minutes(0), _minutes(60)
    page.save_revision().publish()
    client.force_login(learner)
    with time_machine.travel(_minutes(-60), tick=False):
        text = client.get(page.get_url() or "").content.decode()
    assert "The test opens: 13:00." in text
    assert "The test closes: 14:00." in text


def test_the_result_says_what_will_change(learner: User, page: QuizPage, quiz: Activity) -> None:
    page.review_policy, page.review_later = ReviewPolicy.CUSTOM, "score"
    page.save()
    with time_machine.travel(NOON, tick=False):
        attempt = start_attempt(learner, quiz=quiz)
        save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
        view = result_view(learner, submit_attempt(learner, attempt=attempt), language="en")
    assert (view.changes_at, view.shows, view.shows_then) == (_minutes(2), NOTHING, SCORE)


# --- the way back ---
@pytest.mark.parametrize(
    ("columns", "until_passed", "policy"),
    [
        ((",".join(ALL),) * 3, False, "full"),
        ((",".join(ALL),) * 3, True, "until_passed"),
        (("", "", ",".join(ALL)), False, "nothing"),
        (("score",) * 3, False, "nothing"),
    ],
)
def test_the_migration_goes_back_without_giving_anything_away(
    learner: User, page: QuizPage, quiz: Activity, columns: tuple[str, str, str], until_passed: bool, policy: str
) -> None:
    migration = import_module("assessments.migrations.0004_review_matrix")
    page.review_policy, page.review_until_passed = ReviewPolicy.CUSTOM, until_passed
    page.review_right_after, page.review_later, page.review_after_close = columns
    page.save_revision().publish()
    attempt = start_attempt(learner, quiz=quiz)
    migration.keep(apps, None)
    assert Attempt.objects.get().policy == attempt.policy, "forwards nothing changes"
    migration.narrow(apps, None)
    assert QuizPage.objects.get(pk=page.pk).review_policy == policy
    draft = QuizPage.objects.get(pk=page.pk).get_latest_revision()
    assert draft is not None
    assert draft.content["review_policy"] == policy
    frozen = Attempt.objects.get().policy
    assert frozen["review_policy"] == policy
    assert "review" not in frozen
    migration.keep(apps, None)
    assert Attempt.objects.get().review == preset(policy)
