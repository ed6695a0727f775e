"""A conversation with choices: what a path earns, what is a fault of the tree, and what is told before its time."""

import json
import random
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from assessments.enums import AnswerState
from assessments.kinds import ParseError, get_kind
from assessments.models import Attempt
from assessments.services import save_response, start_attempt
from enablement.core.errors import DomainError
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree

KIND = get_kind("branching")
CONTENT = KIND.content(factories.branching_raw())


@pytest.mark.parametrize(
    ("path", "score", "state"),
    [
        (["c1-1", "c2-1"], "1.0000", AnswerState.ANSWERED),
        (["c1-1", "c2-2"], "0.4000", AnswerState.ANSWERED),
        (["c1-2"], "0.2000", AnswerState.ANSWERED),
        (["c1-1"], "0.4000", AnswerState.PARTIAL),
        ([], "0.0000", AnswerState.EMPTY),
        (None, "0.0000", AnswerState.EMPTY),
    ],
)
def test_points_of_the_path_by_points_of_the_best_path(path: Any, score: str, state: AnswerState) -> None:
    response = KIND.parse(CONTENT, path)
    made = KIND.grade(CONTENT, response)
    assert made is not None
    assert (str(made.score), made.correct) == (score, score == "1.0000")
    assert KIND.answer_state(CONTENT, response) is state


@pytest.mark.parametrize("raw", [["c2-1"], ["c1-2", "c2-1"], ["c1-1", "c1-1"], ["c1-1", "x"], [1], {"a": 1}, "c1-1"])
def test_what_is_no_path_is_refused(raw: Any) -> None:
    with pytest.raises(ParseError):
        KIND.parse(CONTENT, raw)


def test_what_is_counted_names_the_ending() -> None:
    assert KIND.tally(CONTENT, ["c1-1", "c2-2"]) == ["c1-1", "c2-2", "x-2"]
    assert KIND.tally(CONTENT, ["c1-1"]) == ["c1-1"]


def test_steps_without_scripts() -> None:
    def read(text: str) -> Any:
        return KIND.read_form(CONTENT, QueryDict(text), None)

    assert read("move=c1-1") == ["c1-1"]
    assert read("path=c1-1&move=c2-1") == ["c1-1", "c2-1"]
    assert read("path=c1-1&move=back") == []
    assert read("path=c1-1&path=c2-2") == ["c1-1", "c2-2"]
    assert read("") == []


def test_neither_points_nor_endings_are_sent_before_the_end() -> None:
    """An ending tells whether it went well; with the way back one could try them all."""
    content = KIND.content(factories.branching_raw(marker=" CANARY"))
    public = KIND.public(content, "en", KIND.option_order(content, random.Random(1), shuffle=True))  # noqa: S311
    told = json.dumps([public, KIND.with_answer(public, ["c1-1", "c2-2"])])
    assert "CANARY" not in told
    assert "points" not in told
    assert not any(ending["id"] in told for ending in content["endings"])


def test_turns_are_told_in_the_order_of_the_path() -> None:
    public = KIND.public(CONTENT, "en", None)
    told = KIND.with_answer(public, ["c1-1"])
    assert [(row["turn"]["id"], row["shown"]) for row in told["rows"]] == [("t-1", True), ("t-2", True)]
    assert [row["shown"] for row in KIND.with_answer(public, None)["rows"]] == [True, False]
    assert KIND.with_answer(public, ["c1-2"])["ended"]


def changed(change: Any) -> Any:
    raw = factories.branching_raw()
    change(raw)
    return raw


def _turn(raw: Any, number: int) -> Any:
    return raw["turns"][number - 1]["value"]


def _choice(raw: Any, turn: int, number: int) -> Any:
    return _turn(raw, turn)["choices"][number - 1]["value"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda raw: _choice(raw, 2, 1).update(goes_to="1"), "circle: 1 → 2 → 1"),
        (lambda raw: _choice(raw, 2, 1).update(goes_to="3"), "nothing has this short name"),
        (lambda raw: _choice(raw, 2, 1).update(goes_to=""), "leads nowhere"),
        (lambda raw: _choice(raw, 1, 1).update(goes_to="bad"), "Turn “2” is never reached"),
        (lambda raw: _choice(raw, 2, 1).update(goes_to="bad"), "Ending “good” is never reached"),
        (lambda raw: _turn(raw, 2).update(choices=[]), "dead end"),
        (lambda raw: _turn(raw, 2).update(name="1"), "same short name"),
        (lambda raw: _turn(raw, 2).update(speaker_en=""), "Speaker of Turn “2”: the text in"),
        (lambda raw: _choice(raw, 1, 2).update(feedback_de=""), "Feedback on Turn “1”, choice 2"),
        (lambda raw: _choice(raw, 1, 2).update(text_de=""), "Turn “1”, choice 2: the text in"),
        (lambda raw: _choice(raw, 1, 2).update(text_de="ask (DE)"), "two choices have the same text"),
        (lambda raw: raw["endings"][0]["value"].update(text_de=""), "Ending “good”"),
        (lambda raw: raw["endings"][0]["value"].update(name=""), "no short name"),
        (lambda raw: raw.update(endings=[]), "At least one ending"),
        (lambda raw: raw.update(turns=[]), "At least one turn"),
        (
            lambda raw: [_choice(raw, turn, number).update(points=0) for turn in (1, 2) for number in (1, 2)],
            "No path earns a point",
        ),
    ],
)
def test_faults_of_the_tree_are_named_with_their_place(change: Any, word: str) -> None:
    assert any(word in sentence for sentence in KIND.problems(KIND.content(changed(change))))


names = st.sampled_from(["1", "2", "3", "good", "bad", "", "?"])


@given(goes=st.lists(names, min_size=6, max_size=6), points=st.lists(st.integers(0, 9), min_size=6, max_size=6))
def test_any_draft_can_be_looked_at_and_answered(goes: list[str], points: list[int]) -> None:
    """Circles, dead ends, names that nobody has: the preview shows drafts."""
    raw = factories.branching_raw()
    raw["turns"].append({"type": "item", "id": "t-3", "value": {**_turn(factories.branching_raw(), 2), "name": "3"}})
    raw["turns"][2]["value"]["choices"] = [
        {**choice, "id": f"c3-{number}"} for number, choice in enumerate(raw["turns"][2]["value"]["choices"], 1)
    ]
    cells = iter(zip(goes, points, strict=True))
    for turn in raw["turns"]:
        for choice in turn["value"]["choices"]:
            choice["value"]["goes_to"], choice["value"]["points"] = next(cells)
    content = KIND.content(raw)
    faults = KIND.problems(content)
    best = KIND.best(content)
    made = KIND.grade(content, best)
    assert made is not None
    assert faults or made.correct
    json.dumps([KIND.review(content, None, "de"), KIND.review(content, best, "en")])
    KIND.with_answer(KIND.public(content, "de", None), best)


@pytest.fixture
def one_way(learner: User, tree: ModuleTree) -> Attempt:
    item = factories.item("branching", raw=factories.branching_raw(may_go_back=False))
    return start_attempt(learner, quiz=factories.quiz_of(factories.quiz_page(tree.page, factories.fixed(item))))


def test_without_the_way_back_a_choice_stands(one_way: Attempt) -> None:
    """Whoever calls the address by hand cannot take back what was said either."""

    def save(path: list[str] | None, sequence: int) -> Any:
        saved = save_response(one_way.user, attempt=one_way, position=1, value=path, sequence=sequence)
        return saved.value

    assert save(["c1-1"], 1) == ["c1-1"]
    for other in (["c1-2"], None, []):
        with pytest.raises(DomainError):
            save(other, 2)
    assert save(["c1-1", "c2-2"], 2) == ["c1-1", "c2-2"]
    with pytest.raises(DomainError):
        save(["c1-1", "c2-1"], 3)
