"""A fault trial that cannot fail is worthless: each loss and each double is planted once, and must be named."""

from trials.faults.answers import right_value
from trials.faults.journal import Journal, Stored, StoredAnswer, StoredAttempt, sentences

LEARNER = "kim@example.com"
ACTIVITY = "a-module"


def journal() -> Journal:
    """One learner who answered two questions, the second one twice, and handed in; one answer got no reply."""
    kept = Journal()
    kept.started("A", LEARNER)
    for position, sequence, value in ((1, 1, "x"), (2, 1, ["a"]), (2, 2, {"l": "r"})):
        kept.sending("A", position, sequence)
        kept.answered("A", position, sequence, value)
    kept.sending("A", 1, 2)
    kept.submitted("A")
    return kept


def stored(*answers: StoredAnswer, state: str = "submitted", certificates: int = 1, more: str = "") -> Stored:
    attempts = [StoredAttempt("A", LEARNER, state)] if state else []
    if more:
        attempts.append(StoredAttempt(more, LEARNER, "open"))
    return Stored(attempts, list(answers), [(LEARNER, ACTIVITY)] * certificates)


FIRST, SECOND, THIRD = StoredAnswer("A", 1, 1, "x"), StoredAnswer("A", 2, 1, ["a"]), StoredAnswer("A", 2, 2, {"l": "r"})
UNANSWERED = StoredAnswer("A", 1, 2, "y")  # sent, and the server died before it could say so


def test_what_is_stored_once_is_neither_lost_nor_twice() -> None:
    for answers in ([FIRST, SECOND, THIRD], [FIRST, SECOND, THIRD, UNANSWERED]):
        found = journal().compare(stored(*answers))
        assert (found.lost, found.duplicated) == ([], [])


def test_each_loss_is_named() -> None:
    lost = journal().compare(stored(FIRST, THIRD)).lost
    assert lost == ["answer A/2 #1: ['a'], not None"]
    changed = journal().compare(stored(FIRST, SECOND, THIRD._replace(value={"l": "other"}))).lost
    assert len(changed) == 1
    assert journal().compare(stored(FIRST, SECOND, THIRD, state="open")).lost == ["the submission of attempt A"]
    assert "attempt A of kim@example.com" in journal().compare(stored(state="")).lost


def test_each_double_is_named() -> None:
    twice = journal().compare(stored(FIRST, FIRST, SECOND, THIRD)).duplicated
    assert twice == ["answer A/1 #1"]
    invented = journal().compare(stored(FIRST, SECOND, THIRD, StoredAnswer("A", 2, 7, "z"))).duplicated
    assert invented == ["answer A/2 #7, which nobody sent"]
    second = journal().compare(stored(FIRST, SECOND, THIRD, more="B")).duplicated
    assert second == ["attempt B of kim@example.com, which nobody was told of"]
    certificates = journal().compare(stored(FIRST, SECOND, THIRD, certificates=2)).duplicated
    assert certificates == ["kim@example.com has 2 certificates of a-module"]


def test_a_backup_owes_what_was_acknowledged_before_it_began() -> None:
    kept = journal()
    before = kept.attempts["A"][0] - 1
    assert kept.compare(stored(state=""), until=before).lost == []
    assert len(kept.compare(stored(state="")).lost) == 4


def test_long_lists_are_cut() -> None:
    assert sentences(["a", "b", "c"], at_most=2).splitlines() == ["    a", "    b", "    … and 1 more"]


def test_right_answers_of_every_kind() -> None:
    options = {"options": [{"id": "a", "correct": False}, {"id": "b", "correct": True}]}
    assert right_value("single_choice", options) == "b"
    assert right_value("multiple_choice", options) == ["b"]
    assert right_value("numeric", {"answer": 42}) == "42"
    assert right_value("ordering", {"entries": [{"id": "x"}, {"id": "y"}]}) == ["x", "y"]
    assert right_value("matching", {"pairs": [{"id": "l", "choice": "r"}]}) == {"l": "r"}
