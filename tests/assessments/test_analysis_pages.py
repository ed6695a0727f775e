"""The analysis in the CMS: reached from the test, tells its state, advises, exports, never takes more queries."""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries
from wagtail.users.models import UserProfile

from assessments.analysis.charts import histogram, nice_step, scatter
from assessments.analysis.production import compute
from assessments.analysis.reasons import Reason
from assessments.analysis.wording import Unit, text
from assessments.models import ItemVersion, QuizAnalysis, QuizPage
from assessments.services import request_analysis
from courses.models import Activity
from enablement.core.claimable import WorkState
from people.models import User
from tests.assessments import factories
from tests.assessments.analysis_factories import ended, people, versions_of
from tests.courses.factories import ModuleTree


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    """Two questions; the options of the first are formulas to a spreadsheet."""

    def build(tree: ModuleTree) -> QuizPage:
        raw = factories.choice_raw("+--")
        for option in raw["options"]:
            option["value"]["text_de"] = f"=1+{option['id']}"
            option["value"]["text_en"] = f"=1+{option['id']} (en)"
        items = [factories.item(raw=raw, title="@First"), factories.item("numeric", title="Second")]
        return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False, title="Silos")

    return build


@pytest.fixture
def versions(page: QuizPage) -> list[ItemVersion]:
    return versions_of(page)


@pytest.fixture
def taken(quiz: Activity, page: QuizPage, versions: list[ItemVersion]) -> Activity:
    """Twenty people; the ten who know the second question choose the second option of the first."""
    for number, user in enumerate(people(20)):
        knows = number < 10
        given = [(versions[0], "o-2" if knows else "o-1"), (versions[1], "2500" if knows else "1")]
        ended(user, quiz, page, given)
    return quiz


@pytest.fixture
def desk(client: Client, trainer: User) -> Client:
    """A trainer whose CMS is English."""
    UserProfile.objects.create(user=trainer, preferred_language="en")
    client.force_login(trainer)
    return client


def url(quiz: Activity, name: str = "quiz_analysis", query: str = "", **kwargs: Any) -> str:
    return reverse(name, kwargs={"key": quiz.key, **kwargs}) + query


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def computed(quiz: Activity) -> QuizAnalysis:
    analysis = request_analysis(quiz)
    compute(analysis.pk)
    analysis.refresh_from_db()
    return analysis


@pytest.mark.usefixtures("editable")
def test_it_is_reached_from_the_menu_and_from_the_page_of_the_test(
    desk: Client, page: QuizPage, quiz: Activity
) -> None:
    menu = shown(desk, reverse("wagtailadmin_home"))
    assert reverse("quiz_analyses") in menu
    for name, pk in (("edit", page.pk), ("", page.get_parent().pk)):
        address = reverse("wagtailadmin_pages:edit" if name else "wagtailadmin_explore", args=[pk])
        assert url(quiz) in shown(desk, address)


@pytest.fixture
def editable(home: Any) -> None:
    from people.services import ensure_workflow, grant_page_permissions, grant_roles

    grant_roles()
    grant_page_permissions(home)
    ensure_workflow(home)


def test_the_page_tells_how_the_job_stands(desk: Client, taken: Activity) -> None:
    assert "Nobody has computed this yet." in shown(desk, url(taken))
    assert desk.post(url(taken, "quiz_analysis_compute")).status_code == 302
    assert desk.post(url(taken, "quiz_analysis_compute")).status_code == 302
    analysis = QuizAnalysis.objects.get()
    assert "Waiting for a worker since" in shown(desk, url(taken))
    assert desk.get(url(taken, "quiz_analysis_state")).json() == {"waiting": True}
    QuizAnalysis.objects.filter(pk=analysis.pk).update(work_state=WorkState.RUNNING)
    assert "Being computed" in shown(desk, url(taken))
    QuizAnalysis.objects.filter(pk=analysis.pk).update(work_state=WorkState.FAILED)
    assert "The computation failed." in shown(desk, url(taken))
    QuizAnalysis.objects.filter(pk=analysis.pk).update(work_state=WorkState.QUEUED)
    compute(analysis.pk)
    done = shown(desk, url(taken))
    assert "As of" in done
    assert "Compute again" in done
    assert desk.get(url(taken, "quiz_analysis_state")).json() == {"waiting": False}


def test_below_five_people_the_page_has_no_number(
    desk: Client, quiz: Activity, page: QuizPage, versions: list[ItemVersion]
) -> None:
    for user in people(4):
        ended(user, quiz, page, [(versions[0], "o-1"), (versions[1], "2500")])
    computed(quiz)
    told = shown(desk, url(quiz))
    assert "Fewer than five people: nothing is shown" in told
    assert "Cronbach" not in told
    assert desk.get(url(quiz, "quiz_analysis_item", version=versions[0].pk)).status_code == 404
    assert desk.get(url(quiz, "quiz_analysis_export", kind="csv")).status_code == 404
    assert "Fewer than five people" in shown(desk, reverse("quiz_analyses"))


def test_the_advice_says_what_is_wrong_with_the_key(desk: Client, taken: Activity, versions: list[ItemVersion]) -> None:
    computed(taken)
    told = shown(desk, url(taken))
    assert "The best learners choose “=1+o-2 (en)”: is the key right?" in told
    assert "The questions contradict each other." in told or "Everybody scored the same" in told
    one = shown(desk, url(taken, "quiz_analysis_item", version=versions[0].pk))
    assert "is the key right?" in one
    assert "Nobody chooses “=1+o-3 (en)”" in one
    assert "People who know the rest get this wrong" in one
    assert ">10<" in one
    assert "50.0 %" in one
    listed = shown(desk, reverse("quiz_analyses"))
    assert "Silos" in listed


def test_german_pages_are_german(client: Client, trainer: User, taken: Activity, versions: list[ItemVersion]) -> None:
    computed(taken)
    client.force_login(trainer)
    one = shown(client, url(taken, "quiz_analysis_item", version=versions[0].pk))
    assert "=1+o-2" in one
    assert "(en)" not in one
    assert "50,0 %" in one


def test_a_choice_of_attempts_stands_in_the_address(desk: Client, taken: Activity) -> None:
    computed(taken)
    query = "?attempts=best&first=2020-01-01"
    assert "Nobody has computed this yet." in shown(desk, url(taken, query=query))
    answer = desk.post(url(taken, "quiz_analysis_compute"), {"attempts": "best", "first": "2020-01-01"})
    assert answer["Location"] == url(taken, query=query)
    best = QuizAnalysis.objects.get(choice="best")
    assert best.since is not None
    assert (timezone.localtime(best.since).year, best.until) == (2020, None)
    wrong = desk.post(url(taken, "quiz_analysis_compute"), {"first": "2026-02-01", "last": "2026-01-01"})
    assert wrong.status_code == 302
    assert QuizAnalysis.objects.count() == 2
    assert "This day is before the first one." in shown(desk, url(taken, query="?first=2026-02-01&last=2026-01-01"))


def test_files_hold_the_numbers_of_the_screen_and_no_formula(desk: Client, taken: Activity) -> None:
    analysis = computed(taken)
    answer = desk.get(url(taken, "quiz_analysis_export", kind="csv"))
    assert answer["Content-Disposition"].startswith('attachment; filename="silos-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    flat = {row[0]: row for row in rows if row}
    assert float(flat["Mean score"][1]) == pytest.approx(analysis.result["mean"])  # type: ignore[index]  # it is computed
    assert [row[2:5] for row in rows if len(row) > 3 and row[2].startswith("'=1+")] == [
        ["'=1+o-1 (en)", "right", "10"],
        ["'=1+o-2 (en)", "wrong", "10"],
        ["'=1+o-3 (en)", "wrong", "0"],
    ]
    book = openpyxl.load_workbook(io.BytesIO(desk.get(url(taken, "quiz_analysis_export", kind="xlsx")).content))
    assert [sheet.title for sheet in book] == ["Test", "Questions", "Answers"]
    cells = [cell for sheet in book for row in sheet.rows for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert desk.get(url(taken, "quiz_analysis_export", kind="exe")).status_code == 404


def test_the_queries_do_not_grow(
    desk: Client, taken: Activity, tree: ModuleTree, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    computed(taken)
    shown(desk, reverse("quiz_analyses"))
    with django_assert_num_queries(14):
        shown(desk, reverse("quiz_analyses"))
    with django_assert_num_queries(16):
        shown(desk, url(taken))
    for number in range(5):
        items = [factories.item(title=f"{number} {place}") for place in range(3)]
        page = factories.quiz_page(tree.page, factories.fixed(*items))
        quiz = factories.quiz_of(page)
        for user in people(5):
            ended(user, quiz, page, [(version, "o-1") for version in versions_of(page)])
        computed(quiz)
    with django_assert_num_queries(14):
        shown(desk, reverse("quiz_analyses"))
    with django_assert_num_queries(16):
        shown(desk, url(quiz))


# --- Words and places ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("figure", "unit", "german", "english"),
    [
        (0.783, Unit.SHARE, "78,3 %", "78.3 %"),
        (-0.4249, Unit.INDEX, "−0,42", "−0.42"),
        (-0.001, Unit.INDEX, "0,00", "0.00"),
        (12, Unit.COUNT, "12", "12"),
        (Reason.FEW, Unit.SHARE, "–", "–"),
        (None, Unit.INDEX, "–", "–"),
    ],
)
def test_figures_are_written_as_people_read_them(figure: Any, unit: Unit, german: str, english: str) -> None:
    with translation.override("de"):
        assert text(figure, unit) == german
    with translation.override("en"):
        assert text(figure, unit) == english


@pytest.mark.parametrize(
    ("largest", "step"), [(0, 1), (5, 1), (6, 2), (11, 5), (26, 10), (251, 100), (100_000, 20_000)]
)
def test_an_axis_has_round_steps(largest: int, step: int) -> None:
    assert nice_step(largest) == step


def test_charts_stay_in_their_frame() -> None:
    drawn = histogram([0, 3, 7, 12, 0], 80)
    assert all(30 <= float(bar.y) <= 268 and 56 <= float(bar.x) <= 624 for bar in drawn.bars)
    assert drawn.pass_at == "510.4"
    assert histogram([], None).bars == []
    dots = scatter([(1, 1.0, 1.0, False), (2, 0.0, -0.73, True)], weak=0.2, easy=0.95).dots
    assert [(dot.x, dot.y) for dot in dots] == [("624.0", "30.0"), ("56.0", "258.7")]


@pytest.mark.parametrize(("language", "lowest"), [("de", "−0,2"), ("en", "−0.2")])
def test_the_axis_is_written_as_the_reader_writes_numbers(language: str, lowest: str) -> None:
    with translation.override(language):
        assert scatter([(1, 0.5, 0.3, False)], weak=0.2, easy=0.95).rows[0].label == lowest
