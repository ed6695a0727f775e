"""When two questions count as the same: by what they ask, not by how they are filed or stored."""

import random
from typing import Any

import pytest

from assessments.kinds import get_kind, kinds
from assessments.likeness import checksum, joined, likeness, near_pairs, words
from tests.assessments import factories

LONG = "Jana Keller leitet den Einkauf und fragt den Vertrieb nach dem Preis der neuen Anlage"


def content(raw: dict[str, Any], kind: str = "single_choice") -> dict[str, Any]:
    return get_kind(kind).content(raw)


def choice(key: str = "+--", **changed: Any) -> dict[str, Any]:
    return {**factories.choice_raw(key), **changed}


def renamed(raw: dict[str, Any]) -> dict[str, Any]:
    """The same question, typed anew: its options have other ids."""
    return {**raw, "options": [{**one, "id": f"n{place}"} for place, one in enumerate(raw["options"])]}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (choice(), True),
        (renamed(choice()), True),
        (choice(prompt_de="  WHICH   (de)!"), True),
        (choice(feedback_de="Ein anderer Grund"), True),
        (choice("-+-"), False),
        (choice("+-"), False),
        (choice(prompt_de="Who?"), False),
        (choice(prompt_en=""), False),
    ],
    ids=["equal", "ids", "spelling", "feedback", "key", "fewer answers", "prompt", "language"],
)
def test_what_makes_a_copy(other: dict[str, Any], same: bool) -> None:
    assert (checksum("single_choice", content(choice())) == checksum("single_choice", content(other))) is same


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_kind_knows_its_copy_and_its_words(kind: str) -> None:
    one = get_kind(kind).content({**factories.RAW[kind](), "image": 1})
    again = get_kind(kind).content({**factories.RAW[kind](marker=" other feedback"), "image": 1})
    assert checksum(kind, one) == checksum(kind, get_kind(kind).content({**factories.RAW[kind](), "image": 1}))
    assert words(one, "de")
    assert words(one, "en")
    assert likeness(words(one, "de"), words(again, "de")) > 0.5


def test_a_pair_matched_the_other_way_round_is_no_copy() -> None:
    """Ids do not count, but what they point to does."""
    raw = factories.matching_raw()
    swapped = factories.matching_raw()
    first, second = (one["value"] for one in swapped["pairs"][:2])
    for language in ("de", "en"):
        name = f"match_{language}"
        first[name], second[name] = second[name], first[name]
    assert checksum("matching", content(raw, "matching")) != checksum("matching", content(swapped, "matching"))


def test_words_are_those_of_the_prompt_and_of_the_answers_where_it_is_short() -> None:
    long = words(content(choice(prompt_de=LONG)), "de")
    assert "einkau" in long
    assert "option" not in long
    assert {"which", "option", "1"} <= words(content(choice()), "de")
    endings = words(content(choice(prompt_de=LONG.replace("leitet", "leiteten").replace("Anlage", "Anlagen"))), "de")
    assert likeness(long, endings) > 0.8


def test_near_pairs_are_those_that_comparing_all_would_find() -> None:
    rng = random.Random(4)  # noqa: S311 - the same words each time
    sets = {
        key: frozenset(f"w{min(int(rng.paretovariate(0.8)), 60)}" for _ in range(rng.randrange(12)))
        for key in range(150)
    }
    for least in (0.3, 0.5, 0.75, 1.0):
        plain = {(a, b) for a in sets for b in sets if a < b and likeness(sets[a], sets[b]) >= least}
        assert plain
        assert set(near_pairs(sets, least=least)) == plain


def test_pairs_are_joined_into_groups() -> None:
    assert joined(iter([(5, 6), (1, 2), (2, 9)])) == [[1, 2, 9], [5, 6]]
