"""Grading tables of every kind, and what no kind may do whatever it is sent."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from assessments.enums import AnswerState
from assessments.kinds import ParseError, get_kind, kinds
from assessments.kinds.numeric.reading import format_number, readings
from tests.assessments import factories

CONTENT = {name: get_kind(name).content(factories.RAW[name]()) for name in factories.RAW}


def asked(name: str, content: Any = None, seed: int = 1) -> Any:
    """The content as an attempt asks it."""
    kind, content = get_kind(name), content or CONTENT[name]
    return kind.as_asked(content, kind.option_order(content, seeded(seed), shuffle=False))


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a test repeats itself


def grade(kind: str, raw: Any, content: Any = None) -> tuple[str, bool]:
    content = content or asked(kind)
    made = get_kind(kind).grade(content, get_kind(kind).parse(content, raw))
    assert made is not None
    return str(made.score), made.correct


GRADED = [name for name in CONTENT if get_kind(name).graded]


def test_every_kind_is_found_in_the_order_of_the_editor() -> None:
    """A kind without a sample in the factories would escape the tests below, the canary and the browser tests."""
    assert [kind.rank for kind in kinds().values()] == sorted(kind.rank for kind in kinds().values())
    assert list(kinds())[:2] == ["single_choice", "multiple_choice"]
    assert set(factories.RAW) == set(kinds())


@pytest.mark.parametrize("name", factories.RAW)
def test_the_best_answer_earns_full_marks(name: str) -> None:
    """Previews, trials and the result's "right" rely on it."""
    kind, content = get_kind(name), asked(name)
    best = kind.best(content)
    assert (best is None) == (kind.by_hand or not kind.graded)
    if best is not None:
        assert grade(name, best) == ("1.0000", True)


@pytest.mark.parametrize(
    ("raw", "score"), [("o-1", "1.0000"), ("o-2", "0.0000"), ("o-3", "0.0000"), (None, "0.0000"), ("", "0.0000")]
)
def test_single_choice(raw: Any, score: str) -> None:
    assert grade("single_choice", raw) == (score, score == "1.0000")


@pytest.mark.parametrize(
    ("raw", "score"),
    [
        (["o-1", "o-2"], "1.0000"),
        (["o-2", "o-1"], "1.0000"),
        (["o-1"], "0.5000"),
        (["o-1", "o-2", "o-3"], "0.5000"),
        (["o-1", "o-3"], "0.0000"),
        (["o-3", "o-4"], "0.0000"),
        (["o-1", "o-2", "o-3", "o-4"], "0.0000"),
        ([], "0.0000"),
        (None, "0.0000"),
    ],
)
def test_multiple_choice_gives_partial_credit_and_nothing_for_choosing_all(raw: Any, score: str) -> None:
    assert grade("multiple_choice", raw) == (score, score == "1.0000")


@pytest.mark.parametrize(
    ("raw", "score"), [(["o-1"], "0.3333"), (["o-1", "o-2"], "0.6667"), (["o-1", "o-2", "o-3"], "1.0000")]
)
def test_thirds_add_up_to_exactly_one(raw: Any, score: str) -> None:
    content = get_kind("multiple_choice").content(factories.choice_raw("+++-"))
    assert grade("multiple_choice", raw, content)[0] == score


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2500", "2500"),
        ("2.500", "2500 2.5"),
        ("2,500", "2500 2.5"),
        ("2 500", "2500"),
        ("2'500", "2500"),
        ("2’500,25", "2500.25"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\N{NO-BREAK SPACE}234,5", "1234.5"),
        ("1\N{NARROW NO-BREAK SPACE}234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1234,567", "1234.567"),
        ("12,5", "12.5"),
        (",5", "0.5"),
        ("5,", "5"),
        ("-3,5", "-3.5"),
        ("−3,5", "-3.5"),
        ("– 3", "-3"),
        ("+3", "3"),
        ("2500 €", "2500"),
        ("€ 2500", "2500"),
        ("2500€", "2500"),
        ("2500 $", ""),
        ("1.23.456", ""),
        ("12.34.56", ""),
        ("1,234,56", ""),
        ("1 23", ""),
        ("two", ""),
        ("", ""),
        ("-", ""),
        (".", ""),
        ("1e5", ""),
        ("NaN", ""),
        ("Infinity", ""),
        ("٣", ""),
        ("²", ""),
    ],
)
def test_numbers_are_read_as_germans_and_english_write_them(text: str, expected: str) -> None:
    assert readings(text, units=("€",)) == {Decimal(one) for one in expected.split()}


@pytest.mark.parametrize(
    ("answer", "tolerance", "text", "right"),
    [
        ("2500", "0", "2.500", True),
        ("2500", "0", "2,500", True),
        ("2500", "0", "2500,00", True),
        ("2.5", "0", "2,500", True),
        ("1234.5", "0", "1.234,5", True),
        ("1234.5", "0", "1,234.5 €", True),
        ("3", "0.05", "3,05", True),
        ("3", "0.05", "2,95", True),
        ("3", "0.05", "3,051", False),
        ("3", "0.05", "2,949", False),
        ("-10", "1", "-9", True),
        ("-10", "1", "9", False),
        ("0", "0", "-0", True),
        ("100", "0", "about 100", False),
    ],
)
def test_numeric(answer: str, tolerance: str, text: str, right: bool) -> None:
    content = get_kind("numeric").content(factories.numeric_raw(answer, tolerance))
    assert grade("numeric", text, content)[1] is right


def test_numeric_tells_what_it_cannot_read_and_names_a_known_mistake() -> None:
    kind, content = get_kind("numeric"), CONTENT["numeric"]
    assert kind.hint(content, "a lot")
    assert not kind.hint(content, "5")
    assert kind.answer_state(content, "a lot") is AnswerState.PARTIAL
    assert kind.review(content, "3.750", "en")["mistake"] == "Forgot the rate (en)"
    assert kind.review(content, "2.500", "de")["right"] == ["2.500 €"]
    assert kind.tally(content, "secret 12") == ["other number"]


def test_numbers_are_written_for_the_reader() -> None:
    assert format_number(Decimal("1234567.50"), "de") == "1.234.567,5"
    assert format_number(Decimal("1234567.50"), "en") == "1,234,567.5"
    assert format_number(Decimal("-0.0500"), "de") == "-0,05"
    assert format_number(Decimal(1000), "de") == "1.000"


def test_matching_shares_equal_choices_and_counts_right_entries() -> None:
    content = CONTENT["matching"]
    assert len(content["choices"]) == 3, "Marketing stands once"
    right = {pair["id"]: pair["choice"] for pair in content["pairs"]}
    assert grade("matching", right) == ("1.0000", True)
    assert grade("matching", {**right, "p-1": content["choices"][-1]["id"]}) == ("0.6667", False)
    assert grade("matching", {"p-2": right["p-2"], "p-1": ""}) == ("0.3333", False)
    assert grade("matching", {}) == ("0.0000", False)
    kind = get_kind("matching")
    assert kind.answer_state(content, {"p-2": right["p-2"]}) is AnswerState.PARTIAL


def test_a_choice_cannot_be_told_from_the_id_of_its_entry() -> None:
    content = CONTENT["matching"]
    public = json.dumps(get_kind("matching").public(content, "de", {"pairs": [], "choices": []}))
    assert all(pair["choice"] not in pair["id"] for pair in content["pairs"])
    assert '"choice"' not in public


@pytest.mark.parametrize(
    ("raw", "score"),
    [
        (["e-1", "e-2", "e-3", "e-4"], "1.0000"),
        (["e-2", "e-1", "e-3", "e-4"], "0.5000"),
        (["e-4", "e-3", "e-2", "e-1"], "0.0000"),
        (["e-1", "e-3", "e-4", "e-2"], "0.2500"),
        (None, "0.0000"),
    ],
)
def test_ordering(raw: Any, score: str) -> None:
    assert grade("ordering", raw) == (score, score == "1.0000")


@pytest.mark.parametrize(
    ("raw", "score"),
    [
        ({"em-1": "g-1", "em-2": "g-1", "es-1": "g-2"}, "1.0000"),
        ({"em-1": "g-1", "em-2": "g-3", "es-1": "g-2"}, "0.6667"),
        ({"em-1": "g-1", "em-2": ""}, "0.3333"),
        ({"em-1": "g-3", "em-2": "g-2", "es-1": "g-1"}, "0.0000"),
        ({}, "0.0000"),
        (None, "0.0000"),
    ],
)
def test_sorting_into_groups_counts_right_entries(raw: Any, score: str) -> None:
    assert grade("categorise", raw) == (score, score == "1.0000")
    whole = isinstance(raw, dict) and len(raw) == 3
    assert (get_kind("categorise").answer_state(CONTENT["categorise"], raw) is AnswerState.ANSWERED) is whole


@pytest.mark.parametrize(
    ("raw", "score"), [(["o-1"], "1.0000"), (["o-2"], "0.0000"), ([], "0.0000"), (None, "0.0000"), ("", "0.0000")]
)
def test_one_area_of_a_picture(raw: Any, score: str) -> None:
    assert grade("hotspot", raw) == (score, score == "1.0000")


@pytest.mark.parametrize(
    ("raw", "score"), [(["o-2", "o-1"], "1.0000"), (["o-1"], "0.5000"), (["o-1", "o-3"], "0.0000"), (None, "0.0000")]
)
def test_several_areas_of_a_picture_earn_parts(raw: Any, score: str) -> None:
    content = get_kind("hotspot").content(factories.hotspot_raw("++--"[:3], several=True))
    assert grade("hotspot", raw, content) == (score, score == "1.0000")


def test_where_one_area_may_be_chosen_two_are_no_answer() -> None:
    with pytest.raises(ParseError):
        get_kind("hotspot").parse(CONTENT["hotspot"], ["o-1", "o-2"])


@pytest.mark.parametrize(
    "place", [{"left": "81"}, {"top": "60.1"}, {"width": "1.9"}, {"height": ""}, {"left": "x"}, {"width": "NaN"}]
)
def test_areas_lie_on_the_picture_and_can_be_met(place: dict[str, str]) -> None:
    raw = factories.hotspot_raw()
    raw["options"][0]["value"] |= place
    assert len(get_kind("hotspot").problems(get_kind("hotspot").content(raw))) == 1


def test_entries_to_sort_never_stand_by_their_groups() -> None:
    """The order of authoring is the key, so it is in no byte that is sent, whatever a test mixes."""
    kind, content = get_kind("categorise"), CONTENT["categorise"]
    orders = [kind.option_order(content, seeded(seed), shuffle=False) for seed in range(30)]
    assert {tuple(order["groups"]) for order in orders} == {("g-1", "g-2", "g-3")}, "groups stay where they are"
    assert len({tuple(order["entries"]) for order in orders}) > 1
    assert '"group"' not in json.dumps(kind.public(content, "de", orders[0]))


def test_ordering_never_starts_with_the_answer() -> None:
    kind = get_kind("ordering")
    content = kind.content(factories.ordering_raw(3))
    orders = [kind.option_order(content, seeded(seed), shuffle=False) for seed in range(60)]
    assert ["e-1", "e-2", "e-3"] not in orders


@pytest.mark.parametrize(
    ("key", "raw", "score"),
    [
        ("true", "true", "1.0000"),
        ("true", "false", "0.0000"),
        ("false", "false", "1.0000"),
        ("false", "true", "0.0000"),
        ("false", None, "0.0000"),
        ("false", "", "0.0000"),
    ],
)
def test_true_false(key: str, raw: Any, score: str) -> None:
    content = get_kind("true_false").content(factories.true_false_raw(key))
    assert grade("true_false", raw, content) == (score, score == "1.0000")


def test_true_false_gives_the_word_to_each_answer_in_both_languages() -> None:
    kind, content = get_kind("true_false"), CONTENT["true_false"]
    told = kind.review(content, "false", "de")
    assert (told["yours"], told["right"]) == (["False"], ["True"])
    assert [one["feedback"] for one in kind.review(content, "false", "en")["options"]] == [
        "You say it is (en)",
        "You say it is not (en)",
    ]
    assert kind.tally(content, "false") == ["false"]
    assert len(kind.problems({**content, "key": "", "if_false_en": ""})) == 2


def test_forms_without_javascript_are_read() -> None:
    def form(text: str) -> QueryDict:
        return QueryDict(text)

    assert get_kind("single_choice").read_form(CONTENT["single_choice"], form("answer=o-2"), None) == "o-2"
    assert get_kind("multiple_choice").read_form(CONTENT["multiple_choice"], form("answer=o-2&answer=o-1"), None) == [
        "o-2",
        "o-1",
    ]
    gaps = get_kind("gap_fill").read_form(CONTENT["gap_fill"], form("answer-g-1=a&answer-g-3=c-2&answer-g-9=x"), None)
    assert gaps == {"g-1": "a", "g-2": None, "g-3": "c-2"}
    assert get_kind("short_text").read_form(CONTENT["short_text"], form("answer=+one+two"), None) == " one two"
    assert get_kind("true_false").read_form(CONTENT["true_false"], form("answer=false"), None) == "false"
    assert get_kind("numeric").read_form(CONTENT["numeric"], form("answer=3"), None) == "3"
    matching = get_kind("matching").read_form(CONTENT["matching"], form("answer-p-1=x"), None)
    assert matching == {"p-1": "x", "p-2": None, "p-3": None}
    order = "order=e-1&order=e-2&order=e-3&order=e-4"
    ordering = get_kind("ordering")
    assert ordering.read_form(CONTENT["ordering"], form(f"{order}&move=e-3:up"), None) == ["e-1", "e-3", "e-2", "e-4"]
    assert ordering.read_form(CONTENT["ordering"], form(f"{order}&move=e-1:up"), None) == ["e-1", "e-2", "e-3", "e-4"]
    assert ordering.read_form(CONTENT["ordering"], form(f"{order}&move=e-4:down"), None) == ["e-1", "e-2", "e-3", "e-4"]


# --- what the editor insists on -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(CONTENT))
def test_complete_items_have_no_problem(kind: str) -> None:
    assert get_kind(kind).problems(CONTENT[kind]) == []


@pytest.mark.parametrize("kind", list(CONTENT))
@pytest.mark.parametrize("field", ["prompt_de", "prompt_en"])
def test_the_question_is_needed_in_both_languages(kind: str, field: str) -> None:
    assert get_kind(kind).problems({**CONTENT[kind], field: ""})


@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        ("single_choice", "options"),
        ("multiple_choice", "options"),
        ("matching", "pairs"),
        ("ordering", "entries"),
        ("categorise", "entries"),
    ],
)
@pytest.mark.parametrize("field", ["feedback_de", "feedback_en", "text_de", "text_en"])
def test_every_option_needs_text_and_feedback_in_both_languages(kind: str, entries: str, field: str) -> None:
    content = json.loads(json.dumps(CONTENT[kind]))
    content[entries][1][field] = ""
    assert len(get_kind(kind).problems(content)) == 1


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("single_choice", factories.choice_raw("---")),
        ("single_choice", factories.choice_raw("++-")),
        ("single_choice", factories.choice_raw("+")),
        ("multiple_choice", factories.choice_raw("---")),
        ("multiple_choice", factories.choice_raw("+++")),
        ("numeric", factories.numeric_raw("")),
        ("numeric", factories.numeric_raw("3750")),
        ("numeric", factories.numeric_raw("1", "-1")),
        ("ordering", factories.ordering_raw(2)),
        ("likert", {**factories.likert_raw(), "scale": factories.likert_raw()["scale"][:4]}),
        ("likert", {**factories.likert_raw(), "statements": []}),
        ("categorise", {**factories.categorise_raw(), "groups": factories.categorise_raw()["groups"][:1]}),
        ("categorise", {**factories.categorise_raw(), "groups": factories.categorise_raw()["groups"][1:]}),
        ("hotspot", {**factories.hotspot_raw(), "image": None}),
        ("hotspot", {**factories.hotspot_raw(), "alt_en": ""}),
        ("hotspot", factories.hotspot_raw("++-")),
        ("hotspot", factories.hotspot_raw("+++", several=True)),
    ],
)
def test_keys_that_make_no_sense_are_problems(kind: str, raw: Any) -> None:
    assert get_kind(kind).problems(get_kind(kind).content(raw))


@pytest.mark.parametrize("kind", list(CONTENT))
def test_an_empty_draft_has_problems_and_raises_nothing(kind: str) -> None:
    assert get_kind(kind).problems(get_kind(kind).content({}))


# --- properties -----------------------------------------------------------------------------------------------------
# Anything that JSON can say, with ids that exist mixed in.
ids = st.sampled_from(
    ["true", "false", "o-1", "o-2", "o-9", "p-1", "p-2", "e-1", "e-2", "e-3", "e-4", "s-1", "1", "em-1", "es-1", "g-1"]
    + ["g-2", "g-3", "c-1", "c-2", "c1-1", "c1-2", "c2-1", "c2-2"]
    + [choice["id"] for choice in CONTENT["matching"]["choices"]]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80) | ids
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(ids | st.text(max_size=9), inner, max_size=6)
)


@given(kind=st.sampled_from(list(CONTENT)), raw=anything, seed=st.integers(0, 2**32))
def test_whatever_is_sent_is_refused_or_graded_and_option_order_changes_no_score(
    kind: str, raw: Any, seed: int
) -> None:
    handler, content = get_kind(kind), asked(kind, seed=seed)
    try:
        response = handler.parse(content, raw)
    except ParseError:
        return
    assert len(json.dumps(response)) < 5000, "bounded"
    made = handler.grade(content, response)
    if made is None:
        assert handler.by_hand or not handler.graded, "a machine can say it"
    else:
        assert 0 <= made.score <= 1
        assert made.correct == (made.score == 1)
    assert handler.parse(content, response) == response, "what was parsed is parsed to itself"
    handler.answer_state(content, response)
    handler.hint(content, response)
    json.dumps(handler.review(content, response, "en"))
    assert handler.tally(content, response)
    rng = seeded(seed)
    shuffled = json.loads(json.dumps(content))
    for entries in ("options", "choices", "pairs", "statements", "groups"):
        rng.shuffle(shuffled.get(entries, []))
    assert handler.grade(shuffled, response) == made


@given(text=st.text(max_size=64), language=st.sampled_from(["de", "en"]))
def test_reading_numbers_never_raises(text: str, language: str) -> None:
    for value in readings(text, units=("€", "€ pro Tag", "")):
        assert format_number(value, language)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_what_we_write_we_read(value: Decimal) -> None:
    for language in ("de", "en"):
        assert value in readings(format_number(value, language))


@given(kind=st.sampled_from(list(CONTENT)), seed=st.integers(0, 2**32), shuffle=st.booleans())
def test_what_is_public_holds_neither_key_nor_feedback(kind: str, seed: int, shuffle: bool) -> None:
    handler = get_kind(kind)
    content = handler.content(factories.RAW[kind](marker=" CANARY"))
    order = handler.option_order(content, seeded(seed), shuffle=shuffle)
    content = handler.as_asked(content, order)
    for language in ("de", "en"):
        sent = json.dumps(handler.public(content, language, order))
        assert "CANARY" not in sent
        assert not any(word in sent for word in ("correct", "feedback", "answer", "tolerance", "mistake", "2500"))


@pytest.mark.parametrize("kind", list(CONTENT))
def test_the_same_draft_freezes_to_the_same_content(kind: str) -> None:
    assert get_kind(kind).content(factories.RAW[kind]()) == CONTENT[kind]


NAMED = [name for name in factories.RAW if get_kind(name).tally_keys(CONTENT[name], "en")]


@pytest.mark.parametrize("name", NAMED)
def test_what_is_counted_of_an_answer_has_words(name: str) -> None:
    """A trainer reads answers, not ids; an answer that nobody gives can be told only if the kind names it."""
    kind, content = get_kind(name), asked(name)
    named = {one.key: one for one in kind.tally_keys(CONTENT[name], "en")}
    best = kind.parse(content, kind.best(content))
    for key in kind.tally(content, best) if kind.graded else ():
        assert key in named
        assert named[key].right is True
        assert kind.tally_label(content, key, "en") == named[key].label != key
    assert kind.tally_label(content, "-", "en") == "No answer"
    assert kind.tally_label(content, "gone", "en") == "gone", "a key that the content no longer names"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("single_choice", 1 / 3),
        ("multiple_choice", None),
        ("numeric", None),
        ("matching", 1 / 3),
        ("ordering", 1 / 4),
        ("true_false", 1 / 2),
        ("short_text", None),
        ("gap_fill", None),
    ],
)
def test_a_guess_earns_what_chance_gives(name: str, expected: float | None) -> None:
    assert get_kind(name).guess_score(CONTENT[name]) == expected
