"""The analysis as a job: what it reads and withholds, that it is made once, stands, and outlives the answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from assessments.analysis import production
from assessments.analysis.production import compute
from assessments.enums import AttemptChoice, Withheld
from assessments.models import Attempt, ItemAnalysis, ItemVersion, QuizAnalysis, QuizPage
from assessments.selectors.analysis import (
    analysed_items,
    analysis_of,
    flagged_item_ids,
    hardest_items,
    published_versions,
    suspicious_items,
)
from assessments.services import refresh_analyses, request_analysis
from assessments.services.retention import forget_answers
from assessments.tasks import compute_analysis, refresh, sweep_analyses
from courses.models import Activity
from enablement.core.claimable import WorkState
from enablement.core.models import Heartbeat
from enablement.core.verification import run_record_checks
from people.models import User
from people.personal_data import RetentionPolicy
from tests.assessments import factories
from tests.assessments.analysis_factories import ended, people, versions_of
from tests.courses.factories import ModuleTree

KINDS = ("single_choice", "multiple_choice", "numeric", "matching", "ordering")


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    """A test with one item of each of these kinds."""

    def build(tree: ModuleTree) -> QuizPage:
        items = [factories.item(kind, title=f"{place} {kind}") for place, kind in enumerate(KINDS)]
        return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)

    return build


@pytest.fixture
def versions(page: QuizPage) -> list[ItemVersion]:
    return versions_of(page)


def right(version: ItemVersion) -> Any:
    return version.kind_object.parse(version.content, version.kind_object.best(version.content))


def answers(versions: list[ItemVersion], *, good: int, choice: str = "") -> list[tuple[ItemVersion, Any]]:
    """The first `good` questions right, the others not answered; `choice` is the answer to the first one."""
    given = [right(version) if place < good else None for place, version in enumerate(versions)]
    return list(zip(versions, [choice or given[0], *given[1:]], strict=True))


def computed(quiz: Activity, **wish: Any) -> QuizAnalysis:
    analysis = request_analysis(quiz, **wish)
    compute(analysis.pk)
    analysis.refresh_from_db()
    return analysis


@pytest.fixture
def ten(quiz: Activity, page: QuizPage, versions: list[ItemVersion]) -> list[User]:
    """Ten people, five of whom know all and five only the first two questions."""
    group = people(10)
    for number, user in enumerate(group):
        ended(user, quiz, page, answers(versions, good=5 if number < 5 else 2))
    return group


def test_a_question_that_is_never_scored_keeps_no_attempt_out(quiz: Activity, page: QuizPage) -> None:
    """A test with an opinion in it would never be analysed: its total would count as not known yet."""
    versions = [*versions_of(page), factories.item("likert").versions.get()]
    for user in people(5):
        ended(user, quiz, page, [(version, None) for version in versions])
    analysis = computed(quiz)
    assert (analysis.withheld, analysis.attempts) == ("", 5)
    assert ItemAnalysis.objects.filter(analysis=analysis).count() == len(KINDS)


# --- What is read ----------------------------------------------------------------------------------------------------
def test_it_counts_what_is_in_the_database(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion], ten: list[User]
) -> None:
    analysis = computed(quiz)
    assert (analysis.work_state, analysis.withheld, analysis.people, analysis.attempts) == ("done", "", 10, 10)
    assert analysis.result is not None
    assert analysis.result["mean"] == pytest.approx(0.7)
    assert analysis.result["distribution"] == [0, 0, 0, 0, 5, 0, 0, 0, 0, 5]
    rows = {row.item_version: row for row in analysed_items(analysis)}
    assert [row.facility for row in rows.values()] == [1.0, 1.0, 0.5, 0.5, 0.5]
    counts = {
        version.kind: {one["key"]: one["count"] for one in rows[version].figures["options"]["keys"]}
        for version in versions
    }
    assert counts["single_choice"] == {"o-1": 10}
    assert counts["multiple_choice"] == {"o-1": 10, "o-2": 10}
    assert counts["numeric"] == {"right": 5, "-": 5}
    assert counts["ordering"] == {"-": 5} | {f"e-{place}:{place}": 5 for place in range(1, 5)}


@pytest.mark.usefixtures("ten")
def test_a_newer_answer_counts_and_an_older_one_does_not(quiz: Activity, versions: list[ItemVersion]) -> None:
    item = factories.items_of(Attempt.objects.order_by("pk")[0])[0]
    item.responses.create(sequence=2, value="o-3")
    keys = analysed_items(computed(quiz))[0].figures["options"]["keys"]
    assert {one["key"]: one["count"] for one in keys} == {"o-1": 9, "o-3": 1}


def test_each_choice_of_attempts_takes_the_right_ones(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion]
) -> None:
    """Per person: 40 %, then 100 %, then 60 %."""
    now = timezone.now()
    for user in people(6):
        for number, good in enumerate((2, 5, 3), 1):
            at = now - timedelta(days=10 - number)
            ended(user, quiz, page, answers(versions, good=good), number=number, at=at)
    expected = {"first": (6, 0.4), "last": (6, 0.6), "best": (6, 1.0), "all": (18, 2 / 3)}
    for choice in AttemptChoice:
        analysis = computed(quiz, choice=choice)
        assert analysis.result is not None
        assert (analysis.attempts, analysis.result["mean"]) == (expected[choice][0], pytest.approx(expected[choice][1]))
        assert analysis.people == 6
    bounded = computed(quiz, since=now - timedelta(days=8, hours=1), until=now - timedelta(days=7, hours=12))
    assert bounded.result is not None
    assert bounded.result["mean"] == pytest.approx(1.0), "of each person the first attempt within the time"


def test_an_open_attempt_does_not_count(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion], ten: list[User]
) -> None:
    [other] = people(1)
    Attempt.objects.create(user=other, activity=quiz, number=1, policy={})
    assert computed(quiz).attempts == 10


def test_an_attempt_that_is_being_marked_is_left_out_and_told(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion], ten: list[User]
) -> None:
    attempt = Attempt.objects.order_by("pk")[0]
    Attempt.objects.filter(pk=attempt.pk).update(state="marking", score_scaled=None, passed=None)
    attempt.items.filter(position=5).update(score=None)
    for choice in AttemptChoice:
        analysis = computed(quiz, choice=choice)
        assert analysis.result is not None
        assert (analysis.people, analysis.result["waiting"]) == (9, 1)


# --- What is withheld ------------------------------------------------------------------------------------------------
def test_below_five_people_nothing_is_stored(quiz: Activity, page: QuizPage, versions: list[ItemVersion]) -> None:
    group = people(5)
    for user in group[:4]:
        ended(user, quiz, page, answers(versions, good=3))
        ended(user, quiz, page, answers(versions, good=3), number=2)
    for choice in AttemptChoice:
        analysis = computed(quiz, choice=choice)
        assert (analysis.withheld, analysis.result, analysis.people) == (Withheld.FEW, None, 0), (
            "eight attempts of four"
        )
    assert not ItemAnalysis.objects.exists()
    ended(group[4], quiz, page, answers(versions, good=3))
    assert computed(quiz).people == 5


def test_two_results_never_differ_by_the_answers_of_a_few(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion], ten: list[User]
) -> None:
    """Else a trainer computes before and after a colleague takes the test, and subtracts."""
    first = computed(quiz)
    more = people(5)
    for number, user in enumerate(more, 1):
        ended(user, quiz, page, answers(versions, good=0))
        again = computed(quiz)
        if number < 5:
            assert (again.withheld, again.people, again.result) == (Withheld.FEW_NEW, 10, first.result)
            assert again.items.count() == 5
    assert (again.withheld, again.people) == ("", 15)


def test_a_time_cut_so_that_one_person_drops_out_is_not_shown(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion]
) -> None:
    now = timezone.now()
    for number, user in enumerate(people(12)):
        ended(user, quiz, page, answers(versions, good=number % 6), at=now - timedelta(days=number, hours=1))
    assert computed(quiz).people == 12
    without_one = computed(quiz, since=now - timedelta(days=11))
    assert (without_one.withheld, without_one.result) == (Withheld.OVERLAP, None)
    half = computed(quiz, since=now - timedelta(days=6))
    assert (half.withheld, half.people) == ("", 6)


def test_a_question_that_few_people_had_is_not_told_about(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion]
) -> None:
    for number, user in enumerate(people(8)):
        kept = answers(versions, good=3)
        ended(user, quiz, page, kept if number < 4 else kept[:4])
    rows = analysed_items(computed(quiz))
    assert [row.people for row in rows] == [8, 8, 8, 8, 0]
    assert (rows[4].figures, rows[4].facility) == ({}, None)


# --- The job ---------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("ten")
def test_asking_twice_makes_one_job_and_a_result_stays_while_a_new_one_is_made(quiz: Activity) -> None:
    first = request_analysis(quiz)
    assert request_analysis(quiz).pk == first.pk
    compute_analysis(first.pk)
    assert compute(first.pk) is None, "nothing is left to claim"
    again = request_analysis(quiz)
    assert (again.pk, again.is_waiting) == (first.pk, True)
    assert again.result is not None
    assert QuizAnalysis.objects.count() == 1


@pytest.mark.usefixtures("ten")
def test_a_lost_message_or_worker_is_made_up_for_and_watched(quiz: Activity) -> None:
    analysis = request_analysis(quiz)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        found = [one.detail for one in run_record_checks("analysis overdue by more than two sweeps")]
        assert len(found) == 1
        assert QuizAnalysis.work.claim(analysis.pk, lease=timedelta(seconds=60))
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        sweep_analyses()
        assert Heartbeat.age("analyses") is not None
        assert compute(analysis.pk) is not None, "the lease has lapsed"
        assert not list(run_record_checks("analysis overdue by more than two sweeps"))


@pytest.mark.usefixtures("ten")
def test_a_worker_that_lost_its_lease_stores_nothing(quiz: Activity, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = request_analysis(quiz)

    def slow(columns: Any) -> dict[str, Any]:
        QuizAnalysis.objects.filter(pk=analysis.pk).update(work_attempts=2)
        return {}

    monkeypatch.setattr(production, "quiz_figures", slow)
    assert compute(analysis.pk) is None
    assert not ItemAnalysis.objects.exists()


@pytest.mark.usefixtures("ten")
def test_an_error_is_kept_and_tried_again(quiz: Activity, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = request_analysis(quiz)

    def broken(columns: Any) -> dict[str, Any]:
        raise ValueError("broken")

    monkeypatch.setattr(production, "quiz_figures", broken)
    for attempt in range(3):
        with (
            time_machine.travel(timezone.now() + timedelta(minutes=attempt)),
            pytest.raises(ValueError, match="broken"),
        ):
            compute(analysis.pk)
    analysis.refresh_from_db()
    assert (analysis.work_state, analysis.work_error) == (WorkState.FAILED, "ValueError: broken")
    assert request_analysis(quiz).work_state == WorkState.QUEUED, "the button tries again"


@pytest.mark.usefixtures("ten")
def test_at_night_what_has_new_attempts_is_computed_again_and_nothing_else(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion]
) -> None:
    refresh()
    analysis = QuizAnalysis.objects.get()
    assert (analysis.choice, analysis.is_waiting) == (AttemptChoice.FIRST, True), "also when nobody asked"
    with time_machine.travel(timezone.now() + timedelta(seconds=1)):
        compute(analysis.pk)
        assert refresh_analyses() == 0
        for user in people(5):
            ended(user, quiz, page, answers(versions, good=1))
        assert refresh_analyses() == 1
        compute(analysis.pk)
    analysis.refresh_from_db()
    assert analysis.people == 15


# --- Retention -------------------------------------------------------------------------------------------------------
def test_a_result_outlives_the_answers_and_scores_stay_countable(quiz: Activity, ten: list[User]) -> None:
    before = computed(quiz)
    rows = [(row.people, row.figures) for row in analysed_items(before)]
    now = timezone.now()
    assert forget_answers(RetentionPolicy(now=now, answers_before=now + timedelta(days=1))) > 0
    before.refresh_from_db()
    assert [(row.people, row.figures) for row in analysed_items(before)] == rows
    after = computed(quiz)
    assert before.result == after.result
    first = analysed_items(after)[0]
    assert first.facility == 1.0
    assert first.figures["options"] == {"answers": 0, "keys": [], "reason": "no_answers"}
    assert first.item_version.statistic.option_counts == {"o-1": 10}


def test_nothing_in_a_stored_result_names_a_person_or_an_attempt(quiz: Activity, ten: list[User]) -> None:
    analysis = computed(quiz)
    stored = [analysis.result, *(row.figures for row in analysed_items(analysis))]
    assert not list(run_record_checks("analyses: tell about no group of fewer than five people"))
    names = {"questions", "waiting"} | set(stored[0] or {})
    assert {"user", "person", "people", "attempt"} & names == set()
    QuizAnalysis.objects.filter(pk=analysis.pk).update(people=4)
    assert len(list(run_record_checks("analyses: tell about no group of fewer than five people"))) == 1


# --- What panels and filters read ------------------------------------------------------------------------------------
def test_a_wrong_key_is_suspected_and_the_hardest_items_are_known(
    quiz: Activity, page: QuizPage, versions: list[ItemVersion]
) -> None:
    """Whoever knows everything else chooses the second option: the key of the first question is wrong."""
    for number, user in enumerate(people(24)):
        knows = number < 12
        ended(user, quiz, page, answers(versions, good=5 if knows else 1, choice="o-2" if knows else "o-1"))
    computed(quiz)
    [found] = suspicious_items()
    assert (found.item_version, found.quiz) == (versions[0], quiz)
    assert found.discrimination == pytest.approx(-1)
    assert list(flagged_item_ids("suspicious")) == [versions[0].item_id]
    assert {one.facility for one in hardest_items(limit=3)} == {0.5}
    versions[0].item.unpublish()  # type: ignore[union-attr]  # it is in the bank
    assert suspicious_items() == []
    with pytest.raises(ValueError, match="nonsense"):
        flagged_item_ids("nonsense")


def test_versions_of_a_test_are_the_times_between_its_publications(quiz: Activity, page: QuizPage) -> None:
    assert published_versions(quiz) == []
    for _number in range(2):
        page.save_revision().publish()
    newest, oldest = published_versions(quiz)
    assert (newest.number, newest.until, oldest.number, oldest.until) == (2, None, 1, newest.since)
    assert analysis_of(quiz, choice=AttemptChoice.FIRST, since=newest.since) is None
