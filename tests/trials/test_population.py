"""The synthetic company is one that the product could have made: nothing that is measured on it rests on wrong rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from assessments.models import Attempt, ItemVersionStatistic, Response
from certificates.models import Certificate
from courses.models import Activity, Enrollment, LearningEvent, Progress
from enablement.core.verification import run_record_checks
from people.models import OrgUnit, User
from tests import factories
from tests.layers import layer, may_share
from trials.population import seeding
from trials.population.content import ensure_content
from trials.population.seeding import RefusedError, Wish, seed
from trials.population.tables import Table

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WISH = Wish(learners=60, modules=1, certificate_files=0)


def quiet(_line: str) -> None:
    pass


def fingerprint() -> dict[str, list[object]]:
    """What the company did, without primary keys."""
    return {
        "people": list(
            User.objects.filter(email__startswith="learner-")
            .order_by("email")
            .values_list("uuid", "email", "last_name", "duo__email", "manager__email", "org_unit__name", "left_at")
        ),
        "events": list(
            LearningEvent.objects.order_by("actor__email", "sequence").values_list("pk", "verb", "timestamp", "result")
        ),
        "scores": list(Attempt.objects.order_by("uuid").values_list("uuid", "score_scaled", "passed")),
    }


@pytest.fixture(scope="class")
def company(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One company for all tests of a class."""
    assert may_share(request)
    with layer(django_db_blocker, lambda: seed(WISH, say=quiet, now=NOW)):
        yield


REFUSED = (
    ({"seed": 2}, "Another company is here already"),
    ({"modules": 3}, "Another company is here already"),
    ({"learners": 50}, "never shrinks"),
    ({"learners": 65}, "teams of 10"),
    ({"modules": 0}, "1 to 100 modules"),
)


@pytest.mark.usefixtures("company", "db")
class TestCompany:
    def test_records_are_those_that_the_services_would_have_left(self) -> None:
        for model in (Enrollment, Progress, LearningEvent, Attempt, Response, Certificate, ItemVersionStatistic):
            assert model._default_manager.exists(), model
        assert Attempt.objects.filter(passed=False).exists()
        assert list(run_record_checks()) == []
        call_command("rebuild_progress", "--check", stdout=StringIO())  # raises when they differ
        assert not Certificate.work.claimable().exists()  # else the benches would measure a worker that renders
        # The product goes on from here: the next keys are free.
        assert factories.UserFactory(email="next@population.example").pk

    def test_planted_errors_are_found(self) -> None:
        """The first test can fail: its checks see a wrong score and a missing event of this company."""
        Attempt.objects.filter(passed=True, answers_deleted_at=None).update(score_scaled="0.1234")
        Progress.objects.filter(completion_status="completed").update(completion_status="incomplete")
        assert {finding.check for finding in run_record_checks()} >= {
            "attempts: score equals a regrade of versions and responses",
            "events rebuild enrolment and progress",
        }

    def test_called_again_it_adds_nothing_and_another_company_is_refused(self) -> None:
        before = fingerprint()
        assert seed(WISH, say=quiet) == 0
        for other, sentence in REFUSED:
            with pytest.raises(RefusedError, match=sentence):
                seed(replace(WISH, **other), say=quiet)
        assert fingerprint() == before


@pytest.mark.django_db
def test_a_company_that_grew_is_the_one_that_was_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So one database may grow from size to size, and a run that was killed may go on."""
    ensure_content(WISH.modules)
    with transaction.atomic():
        seed(WISH, say=quiet, now=NOW)
        at_once = fingerprint()
        transaction.set_rollback(True)
    monkeypatch.setattr(seeding, "BATCH", 10)
    assert seed(replace(WISH, learners=20), say=quiet, now=NOW) == 20
    assert seed(WISH, say=quiet) == 40  # the company's present stays the day on which it was made
    assert fingerprint() == at_once
    assert list(run_record_checks()) == []


@pytest.mark.django_db
def test_real_people_are_left_alone() -> None:
    """Also beside demo people, and when the only real person has been erased."""
    call_command("load_demo_people", stdout=StringIO())
    factories.UserFactory(email="erased-1@erased.invalid")
    with pytest.raises(CommandError, match="real people"):
        call_command("seed_population", learners=10, stdout=StringIO())
    assert not OrgUnit.objects.filter(external_id__startswith="population ").exists()
    assert not Activity.objects.exists()


@pytest.mark.django_db
def test_a_changed_model_is_noticed() -> None:
    with pytest.raises(TypeError, match="has changed"):
        Table(Response, "id", "attempt_item_id", "sequence", "value", "tab")
