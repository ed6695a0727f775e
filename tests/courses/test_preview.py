"""Preview as learner: the real templates, and not one record."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from wagtail.models import Page

from assessments.models import Attempt, QuizPage, Response
from courses.models import (
    CatalogueIndexPage,
    Enrollment,
    HomePage,
    LearnerNote,
    LearningEvent,
    LearningPathPage,
    PathIndexPage,
    Progress,
)
from people.models import User
from tests.courses import cms_factories as make

RECORDS = (Enrollment, Progress, LearningEvent, LearnerNote, Attempt, Response)


def pages(catalogue: CatalogueIndexPage) -> dict[str, Page]:
    module = make.module(catalogue, code="M01", intro="Worum es geht")
    lesson = make.lesson(module, body=make.every_block())
    index = PathIndexPage.objects.get()
    path = index.add_child(
        instance=LearningPathPage(
            title="Pfad", steps=[make.block("step", {"module": module.pk, "audience": "both"})], locale=index.locale
        )
    )
    quiz = module.add_child(instance=QuizPage(title="Test", slots=[], live=False, locale=module.locale))
    return {
        "home": HomePage.objects.get(),
        "catalogue": catalogue,
        "paths": index,
        "module": module,
        "lesson": lesson,
        "path": path,
        "quiz": quiz,
    }


def request_of(user: User) -> Any:
    """As the editor sends it: Wagtail hands the session's cookie on to the preview."""
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    request = RequestFactory().get("/", HTTP_HOST="localhost", HTTP_COOKIE=cookie)
    request.user = user
    return request


@pytest.mark.parametrize("name", ["home", "catalogue", "paths", "module", "lesson", "path", "quiz"])
def test_a_preview_shows_the_page_and_records_nothing(catalogue: CatalogueIndexPage, trainer: User, name: str) -> None:
    page = pages(catalogue)[name].specific
    request = request_of(trainer)
    for mode, _label in page.preview_modes:
        response = page.make_preview_request(request, mode)
        content = response.content.decode()
        assert response.status_code == 200, (name, mode)
        assert page.title in content
    for model in RECORDS:
        assert not model.objects.exists(), model


def test_forms_of_a_preview_cannot_be_sent(catalogue: CatalogueIndexPage, trainer: User) -> None:
    lesson: Any = pages(catalogue)["lesson"].specific
    request = request_of(trainer)
    content = lesson.make_preview_request(request, lesson.default_preview_mode).content.decode()
    assert "data-note" not in content
    assert "/learn/notes/" not in content
    assert 'name="text"' in content


def test_trainers_see_in_the_preview_that_a_fact_is_expired(catalogue: CatalogueIndexPage, trainer: User) -> None:
    from datetime import date

    old = make.fact("alt", review_by=date(2020, 1, 1), checked_on=date(2019, 1, 1))
    lesson = make.lesson(make.module(catalogue), body=[make.block("fact", {"fact": old.pk, "comment": ""})])
    request = request_of(trainer)
    content = lesson.make_preview_request(request, "").content.decode()
    assert "banner--warning" in content
