"""Feedback on how right one answer is: for every kind of which an answer can earn a part, wherever it is explained."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assessments.bands import answer_band
from assessments.differences import changes
from assessments.enums import Behaviour, ReviewCell, ReviewPolicy
from assessments.exchange.formats import get_format
from assessments.kinds import get_kind, kinds
from assessments.likeness import checksum
from assessments.models import Attempt, MarkingTask, QuizPage
from assessments.previews import item_preview
from assessments.selectors import attempt_view, result_view
from assessments.services import check_answer, save_response, start_attempt, submit_attempt
from assessments.services.marking import give_mark
from courses.models import LessonPage
from people.models import User
from tests.assessments import factories
from tests.assessments.exchange.helpers import meaning, outside, read, travelled
from tests.courses.factories import ModuleTree

BANDED = [name for name, kind in kinds().items() if kind.block_class.takes_bands]
BANDS = {"bands": factories.bands(100, 50, 0)}


def raw_of(kind: str) -> dict[str, Any]:
    return {**factories.RAW[kind](), **BANDS}


def asked_in(tree: ModuleTree, *kinds_of: str, **fields: Any) -> QuizPage:
    items = [factories.item(kind, raw=raw_of(kind), topic=kind) for kind in kinds_of]
    return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False, **fields)


@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def test_kinds_with_partial_credit_take_bands_and_the_others_have_none() -> None:
    """Where an answer is right or wrong and nothing else, the feedback on it says all."""
    assert set(kinds()) - set(BANDED) == {"single_choice", "true_false", "numeric", "calculated", "likert"}


@pytest.mark.parametrize("kind", list(factories.RAW))
def test_bands_are_part_of_the_content_where_they_have_a_place(kind: str) -> None:
    one, raw = get_kind(kind), factories.RAW[kind]()
    assert one.authored(raw) == one.content(raw), "versions without bands keep their checksum"
    content = one.authored(raw_of(kind))
    assert ("bands" in content) == (kind in BANDED)
    assert [band["percent"] for band in content.get("bands", ())] == ([100, 50, 0] if kind in BANDED else [])
    assert "Band" not in str(one.public(content, "de", None))
    assert checksum(kind, content) == checksum(kind, one.authored(raw)), "feedback makes no other question"


def test_the_highest_band_that_is_reached_is_said() -> None:
    content = get_kind("matching").authored(raw_of("matching"))
    said = [answer_band(content, Decimal(score), "en") for score in ("1", "0.9999", "0.5", "0.4999", "0")]
    assert said == ["Band 100 (en)", "Band 50 (en)", "Band 50 (en)", "Band 0 (en)", "Band 0 (en)"]
    assert answer_band(content, None, "en") == "", "nobody has marked it"
    assert answer_band(get_kind("numeric").authored(factories.RAW["numeric"]()), Decimal(1), "en") == ""


@pytest.mark.parametrize(
    ("bands", "sentence"),
    [
        ([{"percent": 50, "text_de": "Halb", "text_en": ""}], "50"),
        (
            [{"percent": 50, "text_de": "A", "text_en": "A"}, {"percent": 50, "text_de": "B", "text_en": "B"}],
            "Two bands",
        ),
    ],
)
def test_a_band_that_says_nothing_or_begins_twice_keeps_an_item_from_going_live(
    bands: list[dict[str, Any]], sentence: str
) -> None:
    one = get_kind("ordering")
    raw = {**factories.RAW["ordering"](), "bands": [{"type": "band", "id": "b", "value": band} for band in bands]}
    with translation.override("en"):
        [problem] = one.problems(one.authored(raw))
    assert sentence in problem


@pytest.mark.parametrize("kind", [kind for kind in BANDED if not get_kind(kind).by_hand])
def test_the_result_says_the_band_of_each_answer(learner: User, tree: ModuleTree, browser: Client, kind: str) -> None:
    quiz = factories.quiz_of(asked_in(tree, kind))
    said = []
    for right in (True, False):
        attempt = start_attempt(learner, quiz=quiz)
        [item] = factories.items_of(attempt)
        if right:
            save_response(learner, attempt=attempt, position=1, value=factories.right_answer(item), sequence=1)
        submit_attempt(learner, attempt=attempt)
        page = browser.get(reverse("assessments:result", kwargs={"uuid": attempt.uuid})).content.decode()
        said.append([at for at in (100, 50, 0) if f"Band {at} (de)" in page])
    assert said == [[100], [0]]


@pytest.mark.parametrize(("cell", "said"), [(ReviewCell.FEEDBACK, True), (ReviewCell.KEY, False), (None, False)])
def test_it_is_said_with_the_explanations_alone(
    learner: User, tree: ModuleTree, browser: Client, cell: ReviewCell | None, said: bool
) -> None:
    page = asked_in(tree, "matching", review_policy=ReviewPolicy.CUSTOM, review_right_after=cell or "")
    attempt = submit_attempt(learner, attempt=start_attempt(learner, quiz=factories.quiz_of(page)))
    result = browser.get(reverse("assessments:result", kwargs={"uuid": attempt.uuid})).content.decode()
    assert ("Band 0 (de)" in result) is said


def test_what_people_mark_has_its_band_with_the_mark(learner: User, tree: ModuleTree, trainer: User) -> None:
    attempt = start_attempt(learner, quiz=factories.quiz_of(asked_in(tree, "extended_text")))
    save_response(learner, attempt=attempt, position=1, value="Dear buyer, hello", sequence=1)
    submit_attempt(learner, attempt=attempt)
    give_mark(trainer, task=MarkingTask.objects.get().uuid, levels={"c-1": "l-1", "c-2": "l-2"}, comment="")
    view = result_view(learner, Attempt.objects.get(pk=attempt.pk), language="de")
    assert view.questions[0].review["band"] == "Band 50 (de)", "4 of 6 points"


def test_practice_says_the_band_of_each_try_and_the_result_that_of_the_last_answer(
    learner: User, tree: ModuleTree, browser: Client
) -> None:
    page = asked_in(tree, "multiple_choice", behaviour=Behaviour.PRACTICE)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    url = reverse("assessments:player", kwargs={"uuid": attempt.uuid, "position": 1})
    said = []
    for sequence, value in enumerate((["o-3"], ["o-1"], ["o-1", "o-2"]), 1):
        save_response(learner, attempt=attempt, position=1, value=value, sequence=sequence)
        before = attempt_view(learner, attempt, language="de").question(1).told
        check_answer(learner, attempt=attempt, position=1)
        told = attempt_view(learner, attempt, language="de").question(1).told
        assert told is not None
        assert before is None or before.made == sequence - 1
        said.append(told.band)
        assert told.band in browser.get(url).content.decode()
    assert said == ["Band 0 (de)", "Band 50 (de)", "Band 100 (de)"]
    submit_attempt(learner, attempt=attempt)
    [question] = result_view(learner, Attempt.objects.get(pk=attempt.pk), language="de").questions
    assert (question.score, question.review["band"]) == (Decimal("0.3333"), "Band 100 (de)"), (
        "tries cost; right is right"
    )


@pytest.mark.parametrize("policy", [ReviewPolicy.UNTIL_PASSED, ReviewPolicy.NOTHING])
def test_practice_says_no_band_where_explanations_wait(learner: User, tree: ModuleTree, policy: ReviewPolicy) -> None:
    page = asked_in(tree, "multiple_choice", behaviour=Behaviour.PRACTICE, review_policy=policy)
    attempt = start_attempt(learner, quiz=factories.quiz_of(page))
    save_response(learner, attempt=attempt, position=1, value=["o-1"], sequence=1)
    check_answer(learner, attempt=attempt, position=1)
    told = attempt_view(learner, attempt, language="de").question(1).told
    assert told is not None
    assert (told.made, told.band) == (1, "")


def test_a_check_in_a_lesson_says_it_and_a_preview_lists_all(browser: Client, tree: ModuleTree) -> None:
    item = factories.item("matching", raw=raw_of("matching"))
    lesson = LessonPage.objects.get(pk=tree.lesson_pages[0].pk)
    lesson.body = [("knowledge_check", {"item": item})]
    lesson.save_revision().publish()
    best = get_kind("matching").best(item.frozen_content())
    told = browser.post(reverse("assessments:check", kwargs={"key": item.key}), factories.form_of(best))
    assert "Band 100 (de)" in told.content.decode()
    with translation.override("en"):
        [question] = item_preview(item, "answers")["questions"]
        assert question["bands"] == [(100, "Band 100 (en)"), (50, "Band 50 (en)"), (0, "Band 0 (en)")]
        assert "Band" not in str(item_preview(item, ""))


def test_versions_say_which_band_changed() -> None:
    one = get_kind("ordering")
    raw = raw_of("ordering")
    before = one.authored(raw)
    changed = [{**child, "value": {**child["value"], "text_en": "Nearly"}} for child in raw["bands"][:1]]
    after = one.authored({**raw, "bands": [*changed, *raw["bands"][1:]]})
    [change] = changes(one, before, after)
    assert (change.before, change.after, change.language, change.key) == ("Band 100 (en)", "Nearly", "en", False)


# --- Exchange --------------------------------------------------------------------------------------------------------
def german(kind: str, *percents: int) -> Any:
    """An item in German with bands from these percentages on."""
    raw = {name: value for name, value in factories.RAW[kind]().items() if not name.endswith("_en")}
    texts = {at: {"percent": at, "text_de": f"Ab {at}", "text_en": ""} for at in percents}
    raw["bands"] = [{"type": "band", "id": f"b-{at}", "value": value} for at, value in texts.items()]
    return outside(kind, raw)


@pytest.mark.parametrize("kind", ["multiple_choice", "matching", "ordering"])
@pytest.mark.parametrize("percents", [(100, 1, 0), (100,), (0,), (100, 1), (1,)])
def test_moodle_holds_right_partly_right_and_wrong(kind: str, percents: tuple[int, ...]) -> None:
    back = travelled("moodle", german(kind, *percents))
    assert [(one["value"]["percent"], one["value"]["text_de"]) for one in back.raw["bands"]] == [
        (at, f"Ab {at}") for at in percents
    ]


def test_other_bands_are_named_as_lost_and_what_moodle_shows_holds_at_least() -> None:
    result = get_format("moodle").write([german("matching", 100, 50, 0)], "de")
    assert any("50" in problem.message and "Ab 50" in problem.message for problem in result.problems)
    back = read("moodle", result.content.decode()).items[0]
    assert [one["value"]["percent"] for one in back.raw["bands"]] == [100, 0]


def test_a_text_that_would_be_said_to_better_answers_is_not_taken_over() -> None:
    def moodle(**texts: str) -> Any:
        combined = "".join(f"<{name}feedback><text>{text}</text></{name}feedback>" for name, text in texts.items())
        answers = "".join(
            f'<answer fraction="{share}"><text>{text}</text></answer>'
            for share, text in ((50, "A"), (50, "B"), (-100, "C"))
        )
        question = f"<name><text>Q</text></name><questiontext><text>Was</text></questiontext>{combined}"
        return read(
            "moodle",
            f'<quiz><question type="multichoice">{question}<single>false</single>{answers}</question></quiz>',
        ).items[0]

    item = moodle(correct="Gut", partiallycorrect="", incorrect="Schade")
    assert [one["value"]["percent"] for one in item.raw["bands"]] == [100]
    assert any("Schade" in loss for loss in item.losses)
    assert "bands" not in moodle(correct="", partiallycorrect="", incorrect="Schade").raw


def test_a_spreadsheet_holds_every_band() -> None:
    item = outside("gap_fill", raw_of("gap_fill"))
    back = travelled("xlsx", item)
    assert meaning("gap_fill", back.raw)["bands"] == meaning("gap_fill", item.raw)["bands"] != []


@pytest.mark.parametrize("name", ["gift", "qti", "aiken"])
def test_formats_without_a_place_for_it_say_so(name: str) -> None:
    written = get_format(name).write([german("multiple_choice", 100, 0)], "de")
    assert any("Ab 100" in problem.message for problem in written.problems) or name == "aiken"
