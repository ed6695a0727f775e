"""Short texts: what counts as the same word, and that nothing that is typed can stop the server."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.kinds import ParseError, get_kind
from assessments.kinds.short_text.wording import MAX_LENGTH, MAX_VARIANT, Rules, accepts, literal, nearly, normalised
from tests.assessments.factories import accepted, short_text_raw

KIND = get_kind("short_text")
CONTENT = KIND.content(short_text_raw())
TYPOS = {**CONTENT, "typos": True}
ANY = Rules()
STRICT = Rules(case=True, umlauts=False)


def score(text: str | None, content: dict[str, Any] = CONTENT) -> str:
    made = KIND.grade(content, KIND.parse(content, text))
    assert made is not None
    return str(made.score)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Doppelpass", "1.0000"),
        ("  doppelPASS ", "1.0000"),
        ("Doppelpässe", "1.0000"),
        ("one–two", "1.0000"),
        ("one  two\tpass", "1.0000"),
        ("1 * 2", "1.0000"),
        ("1 x 2", "0.0000"),
        ("Pass", "0.5000"),
        ("Silo", "0.0000"),
        ("Dopelpass", "0.0000"),
        ("", "0.0000"),
        (None, "0.0000"),
    ],
)
def test_grading(text: str | None, expected: str) -> None:
    assert score(text) == expected


def test_the_best_answer_counts_in_whatever_order_they_stand() -> None:
    raws = [accepted(50, "Vertrieb*", "Half"), accepted(100, "Vertriebsteam", "Whole")]
    for order in (raws, raws[::-1]):
        assert score("vertriebsteam", KIND.content(short_text_raw(*order))) == "1.0000"


@pytest.mark.parametrize(
    ("variant", "text", "rules", "same"),
    [
        ("Käufer", "kaeufer", ANY, True),
        ("Kaeufer", "KÄUFER", ANY, True),
        ("Käufer", "Kaeufer", STRICT, False),
        ("Käufer", "käufer", STRICT, False),
        ("Straße", "strasse", ANY, True),
        ("Ka\N{COMBINING DIAERESIS}ufer", "Käufer", STRICT, True),
        ("ﬁnal", "final", STRICT, True),
        ("„Silo“", '"Silo"', STRICT, True),
        ("it's", "it’s", STRICT, True),
        ("A–B", "a-b", ANY, True),
        ("sales *", "sales team", ANY, True),
        ("sales *", "sales", ANY, False),
        ("*team", "Sales Team", ANY, True),
        ("*a*b*", "xxaxxbxx", ANY, True),
        ("*a*b*", "xxbxxaxx", ANY, False),
        ("ab*ba", "aba", ANY, False),
        ("ab*ba", "abba", ANY, True),
        (r"50 \*", "50 *", ANY, True),
        (r"50 \*", "50 %", ANY, False),
        (r"a\\b", r"a\b", ANY, True),
        ("a\\", "a\\", ANY, True),
    ],
)
def test_what_is_the_same(variant: str, text: str, rules: Rules, same: bool) -> None:
    assert accepts(variant, normalised(text, rules), rules) is same


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Dopelpass", True),  # missing
        ("Dopppelpass", True),  # too many
        ("Doppelpazs", True),  # wrong
        ("Doppeplass", True),  # exchanged
        ("oppelpass", True),
        ("Doppelpas", True),
        ("Doppelpass", False),
        ("Dopelpas", False),
        ("Pass", False),
        ("", False),
    ],
)
def test_one_letter_beside_is_nearly_the_word(text: str, near: bool) -> None:
    assert nearly("Doppelpass", normalised(text, ANY), ANY) is near


def test_short_words_numbers_and_asterisks_are_never_nearly_right() -> None:
    assert not nearly("Lead", "leid", ANY)
    assert not nearly("Quote 2024", "quote 2025", ANY)
    assert not nearly("Doppel*", "dopel", ANY)


def test_a_typing_mistake_is_a_hint_in_the_review_unless_the_trainer_lets_it_count() -> None:
    assert (score("Dopelpass"), score("Dopelpass", TYPOS)) == ("0.0000", "1.0000")
    told = KIND.review(CONTENT, "Dopelpass", "de")
    assert (told["mistyped"], told["share"], told["told"]) == (True, 0, "")
    assert KIND.remarks(told) == []
    assert KIND.remarks(KIND.review(CONTENT, "silo", "en")) == ["The contrary (en)"]
    assert KIND.hint(CONTENT, "Dopelpass") == "", "nothing about the key while the attempt runs"


def test_the_count_says_which_answer_it_was_and_never_the_text() -> None:
    for text, key in [("PASS", "a-2"), ("Dopelpass", "near"), ("my secret", "other"), (None, "-")]:
        assert KIND.tally(CONTENT, text) == [key]
    assert [(one.key, one.right) for one in KIND.tally_keys(CONTENT, "en")] == [
        ("a-1", True),
        ("a-2", False),
        ("a-3", False),
        ("near", False),
        ("other", False),
    ]
    assert KIND.tally_label(CONTENT, "a-1", "en") == "one-two / one two pass"


def test_the_review_shows_the_first_variant_in_the_readers_language() -> None:
    assert KIND.review(CONTENT, None, "de")["right"] == ["Doppelpass"]
    assert KIND.review(CONTENT, None, "en")["right"] == ["one-two"]
    dotted = KIND.content(short_text_raw(accepted(100, "Doppel*", "Right")))
    assert KIND.review(dotted, None, "de")["right"] == ["Doppel…"]
    assert KIND.best(dotted) == "Doppel"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (accepted(100, "", "x"), "there is no variant in"),
        (accepted(50, "Pass", "x"), "must earn 100 percent"),
        (accepted(100, "*", "x"), "accepts everything"),
        (accepted(100, "x" * (MAX_LENGTH + 1), "x"), "longer than 80"),
        (accepted(100, "\n".join(f"word {n}" for n in range(31)), "x"), "at most 30 variants"),
        ({**accepted(100, "Pass", "x"), "feedback_en": ""}, "Feedback on Answer 1"),
    ],
)
def test_what_cannot_be_published(answer: dict[str, Any], words: str) -> None:
    found = KIND.problems(KIND.content(short_text_raw(answer)))
    assert any(words in sentence for sentence in found), found


def test_a_wrong_answer_that_another_variant_accepts_is_found() -> None:
    content = KIND.content(short_text_raw(accepted(100, "Doppel*", "x"), accepted(0, "Doppelsilo", "y")))
    assert ["Answer 2" in sentence for sentence in KIND.problems(content)] == [True, True]


def test_control_characters_are_refused_and_invisible_ones_dropped() -> None:
    for bad in ("a\0b", "a\x1bb", "\ud800", "x" * (MAX_LENGTH + 1), 5, ["a"]):
        with pytest.raises(ParseError):
            KIND.parse(CONTENT, bad)
    assert KIND.parse(CONTENT, "Doppel\N{SOFT HYPHEN}pass\N{ZERO WIDTH SPACE}") == "Doppelpass"


@pytest.mark.parametrize(
    ("variant", "text"),
    [
        ("*a" * (MAX_VARIANT // 2), "a" * MAX_LENGTH),
        ("*" * MAX_VARIANT, "a" * MAX_LENGTH),
        ("*a" * (MAX_VARIANT // 2 - 1) + "*b", "a" * MAX_LENGTH),
        ("*" + "ab" * 40 + "*", "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * MAX_LENGTH),
        (
            "*\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * (MAX_VARIANT // 2),
            "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * MAX_LENGTH,
        ),
    ],
    ids=["many", "stars", "miss", "long answer", "long both"],
)
def test_no_pattern_and_no_answer_is_slow(variant: str, text: str) -> None:
    """At most 20 answers with 60 variants: the whole item must be graded in 50 ms of processor time."""
    content = KIND.content(short_text_raw(*[accepted(100, "\n".join([variant] * 12), "x") for _one in range(20)]))
    started = time.process_time()
    KIND.grade(content, KIND.parse(content, text))
    assert time.process_time() - started < 0.05


texts = st.text(st.sampled_from("aäbB *\\'’-–1"), max_size=20)


@given(text=texts, case=st.booleans(), umlauts=st.booleans())
@settings(max_examples=60)
def test_a_text_is_accepted_by_itself_and_never_nearly_itself(text: str, case: bool, umlauts: bool) -> None:
    rules = Rules(case=case, umlauts=umlauts)
    escaped = text.replace("\\", "\\\\").replace("*", "\\*")
    assert literal(escaped) == " ".join(text.split())
    assert accepts(escaped, normalised(text, rules), rules)
    assert accepts("*", normalised(text, rules), rules)
    assert not nearly(escaped, normalised(text, rules), rules)
    assert normalised(normalised(text, rules), rules) == normalised(text, rules)
