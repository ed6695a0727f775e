"""Feedback on the score: which text, frozen at the start, only where score and explanations are shown."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from assessments.band_blocks import ScoreBands
from assessments.bands import band_text
from assessments.enums import ReviewCell, ReviewPolicy
from assessments.models import Attempt, QuizPage
from assessments.services import save_response, start_attempt, submit_attempt
from courses.models import Activity
from people.models import User
from tests.assessments import factories

BANDS = [{"percent": at, "text_de": f"ab {at}", "text_en": f"from {at}"} for at in (80, 50, 20)]


@pytest.mark.parametrize(
    ("score", "text"), [("1", "ab 80"), ("0.8", "ab 80"), ("0.7999", "ab 50"), ("0.5", "ab 50"), ("0.1999", "")]
)
def test_a_score_has_the_highest_band_that_it_reaches(score: str, text: str) -> None:
    assert band_text(BANDS, Decimal(score), "de") == text


def test_two_bands_cannot_begin_at_the_same_score() -> None:
    block = ScoreBands()
    assert len(block.clean(block.to_python(factories.bands(0, 80)))) == 2
    with pytest.raises(ValidationError):
        block.clean(block.to_python(factories.bands(50, 50)))


def give(page: QuizPage, *percents: int) -> None:
    page.score_bands = page._meta.get_field("score_bands").to_python(factories.bands(*percents))
    page.save()


def failed(learner: User, quiz: Activity) -> Attempt:
    """One of five questions right."""
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    return attempt


@pytest.mark.django_db
def test_the_band_of_the_start_is_shown_to_those_who_failed_and_while_an_attempt_runs_nothing_is(
    client: Client, learner: User, page: QuizPage, quiz: Activity
) -> None:
    give(page, 80, 0)
    page.review_policy = ReviewPolicy.UNTIL_PASSED
    page.save()
    attempt = failed(learner, quiz)
    give(page, 10)
    client.force_login(learner)
    player = client.get(reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 1})).content.decode()
    assert "Band" not in player
    submit_attempt(learner, attempt=attempt)
    result = client.get(reverse("assessments:result", kwargs={"uuid": attempt.uuid})).content.decode()
    assert "Band 0 (de)" in result
    assert "Band 80" not in result
    assert "Band 10" not in result


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "shown"),
    [*(((cell,), False) for cell in ReviewCell), ((ReviewCell.SCORE, ReviewCell.FEEDBACK), True), ((), False)],
)
def test_it_needs_score_and_explanations(
    client: Client, learner: User, page: QuizPage, quiz: Activity, cells: tuple[str, ...], shown: bool
) -> None:
    """A band tells the score roughly: with the explanations alone it would give away what is held back."""
    give(page, 0)
    page.review_policy, page.review_right_after = ReviewPolicy.CUSTOM, ",".join(cells)
    page.save()
    attempt = submit_attempt(learner, attempt=failed(learner, quiz))
    client.force_login(learner)
    result = client.get(reverse("assessments:result", kwargs={"uuid": attempt.uuid})).content.decode()
    assert ("Band 0 (de)" in result) == shown


@pytest.mark.django_db
@pytest.mark.parametrize(("mode", "band"), [("passed", "Band 80"), ("failed", "Band 0"), ("answers", "")])
def test_the_preview_shows_the_band(rf: Any, admin: User, page: QuizPage, mode: str, band: str) -> None:
    give(page, 80, 0)
    request = rf.get("/")
    request.user = admin
    html = page.make_preview_request(request, mode).render().content.decode()
    assert [one for one in ("Band 80", "Band 0") if one in html] == ([band] if band else [])
