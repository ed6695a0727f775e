"""Each check of stored attempts finds the fault that is planted here, and nothing when there is none."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.utils import timezone

from assessments.enums import AttemptState
from assessments.models import (
    AnswerFile,
    Attempt,
    AttemptItem,
    Check,
    Item,
    ItemVersion,
    ItemVersionStatistic,
    QuizPage,
    Response,
)
from assessments.models.items import content_checksum
from assessments.services import save_response, start_attempt, submit_attempt
from courses.models import Activity, Progress
from enablement.core import verification
from enablement.core.verification import record_check_names, run_record_checks
from people.models import User
from tests.assessments import factories


def raw(sql: str, *values: object) -> None:
    """Around the guards of the models, as a broken script or a hand in the database would."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def done(learner: User, page: QuizPage, quiz: Activity) -> Attempt:
    """A passed attempt with a time limit, and a live test around it."""
    page.time_limit_minutes = 20
    page.save()
    attempt = start_attempt(learner, quiz=quiz)
    save_response(learner, attempt=attempt, position=1, value="o-1", sequence=1)
    Attempt.objects.filter(pk=attempt.pk).update(policy={**attempt.policy, "pass_mark": 20, "attempts_allowed": 1})
    return submit_attempt(learner, attempt=attempt)


def findings() -> list[str]:
    return [finding.check for finding in run_record_checks() if finding.check.startswith(("attempts", "items"))]


def test_sound_records_have_no_finding(done: Attempt) -> None:
    assert done.passed
    assert findings() == []


def open_again(attempt: Attempt) -> dict[str, object]:
    return {"state": AttemptState.OPEN, "submitted_at": None, "score_scaled": None, "passed": None}


def plant_second_open(done: Attempt) -> None:
    raw("DROP INDEX attempt_one_open")
    Attempt.objects.filter(pk=done.pk).update(**open_again(done))
    second = Attempt.objects.get(pk=done.pk)
    second.pk, second.uuid, second.number = None, uuid4(), 2
    second.save()


def plant_one_too_many(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(number=2)


def plant_no_questions(done: Attempt) -> None:
    Response.objects.all().delete_after_counting()
    AttemptItem.objects.all().delete()


def plant_score(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(score_scaled=Decimal("0.9"))


def plant_item_score(done: Attempt) -> None:
    AttemptItem.objects.filter(attempt=done, position=2).update(score=1)


def plant_try(done: Attempt) -> None:
    response = Response.objects.filter(attempt_item__attempt=done)[0]
    Check.objects.create(attempt_item=response.attempt_item, response=response, number=1, score=1)


def plant_pass(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(passed=False)


def plant_late_submission(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(submitted_at=F("closes_at") + timedelta(seconds=1))


def plant_late_response(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(
        deadline_at=timezone.now() - timedelta(hours=1), closes_at=timezone.now() - timedelta(hours=1)
    )


def plant_response_after_the_end(done: Attempt) -> None:
    """Between the end and the last moment for handing in."""
    past = timezone.now() - timedelta(minutes=5)
    policy = {**done.policy, "overdue": "grace", "grace_seconds": 30}
    Attempt.objects.filter(pk=done.pk).update(policy=policy, deadline_at=past, closes_at=past + timedelta(minutes=9))


def plant_answer_beyond(done: Attempt) -> None:
    """The answer is to the first question."""
    Attempt.objects.filter(pk=done.pk).update(policy={**done.policy, "navigation": "sequential"}, reached=0)


def plant_forgotten(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(**open_again(done))


def plant_unrecorded_pass(done: Attempt) -> None:
    Progress.objects.filter(activity=done.activity).update(success_status="failed")


def plant_other_mean(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(policy={**done.policy, "grade_method": "mean"})
    Progress.objects.filter(activity=done.activity).update(score_scaled=Decimal("0.9"))


def plant_waiting_for_nobody(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(state=AttemptState.MARKING, score_scaled=None, passed=None)


def plant_changed_version(done: Attempt) -> None:
    version = ItemVersion.objects.get(kind="numeric")
    changed = json.dumps({**version.content, "answer": "3"})
    raw("UPDATE assessments_itemversion SET content = %s WHERE id = %s", changed, version.pk)


def plant_unknown_kind(done: Attempt) -> None:
    version = ItemVersion.objects.get(kind="numeric")
    checksum = content_checksum("essay", version.content)
    raw("UPDATE assessments_itemversion SET kind = 'essay', checksum = %s WHERE id = %s", checksum, version.pk)


def plant_missing_file(done: Attempt) -> None:
    AnswerFile.objects.create(attempt_item=done.items.all()[0], size=3, stored_as="answers/gone.mp3", attached=True)


def plant_live_without_version(done: Attempt) -> None:
    Item.objects.filter(live=False).update(live=True)


def plant_impossible_sum(done: Attempt) -> None:
    ItemVersionStatistic.objects.create(item_version=ItemVersion.objects.all()[0], responses=1, score_sum=2)


FAULTS: list[tuple[str, Callable[[Attempt], None]]] = [
    ("attempts: one open per person, test and cycle", plant_second_open),
    ("attempts: not above the maximum", plant_one_too_many),
    ("attempts: have their item versions", plant_no_questions),
    ("attempts: score equals a regrade of versions and responses", plant_score),
    ("attempts: score equals a regrade of versions and responses", plant_item_score),
    ("attempts: no more tries than allowed, and none after a right one", plant_try),
    ("attempts: score equals a regrade of versions and responses", plant_pass),
    ("attempts: submitted before deadline and grace ended", plant_late_submission),
    ("attempts: responses received before deadline and grace ended", plant_late_response),
    ("attempts: responses received before deadline and grace ended", plant_response_after_the_end),
    ("attempts: nothing is answered beyond the question that stands open", plant_answer_beyond),
    ("attempts: closed by the sweep in time", plant_forgotten),
    ("attempts: a pass is in the person's progress", plant_unrecorded_pass),
    ("attempts: what counts of several is in the person's progress", plant_other_mean),
    ("attempts: those that wait for marks have an answer to mark", plant_waiting_for_nobody),
    ("attempts: files that are answers are in the storage", plant_missing_file),
    ("items: versions are as they were frozen", plant_changed_version),
    ("items: kinds are known", plant_unknown_kind),
    ("items: live ones have a version", plant_live_without_version),
    ("items: statistics hold no negative or impossible sums", plant_impossible_sum),
]


def test_every_check_has_its_fault() -> None:
    names = {name for name in record_check_names() if name.startswith(("attempts:", "items:"))}
    assert names == {name for name, _plant in FAULTS}


@pytest.mark.parametrize(("check", "plant"), FAULTS)
def test_a_planted_fault_is_found(done: Attempt, check: str, plant: Callable[[Attempt], None]) -> None:
    factories.item(live=False)
    plant(done)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert check in findings()


def test_an_attempt_that_cannot_be_graded_is_one_finding(done: Attempt) -> None:
    plant_unknown_kind(done)
    assert findings() == ["items: kinds are known"]


def test_a_check_that_breaks_off_is_a_finding(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def breaks_off() -> Iterator[str]:
        yield "first"
        raise KeyError("essay")

    monkeypatch.setattr(verification, "_checks", {"broken": breaks_off, "next": lambda: iter(["second"])})
    found = [(finding.check, finding.detail) for finding in run_record_checks()]
    assert found == [("broken", "first"), ("broken", "did not come to its end: KeyError: 'essay'"), ("next", "second")]
