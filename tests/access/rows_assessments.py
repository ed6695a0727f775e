"""Tests and attempts: an attempt is its owner's alone, before and after it is handed in."""

from collections.abc import Callable
from typing import Any

from tests.access.engine import Row
from tests.access.world import ALICE, NO_UUID, NOBODY, PEOPLE, World

OWNER = frozenset({ALICE})
OPEN: Callable[[World], dict[str, Any]] = lambda world: {"uuid": world.open_attempt.uuid}  # noqa: E731 - a table's column
DONE: Callable[[World], dict[str, Any]] = lambda world: {"uuid": world.done_attempt.uuid}  # noqa: E731
AT: Callable[[World], dict[str, Any]] = lambda world: {"uuid": world.open_attempt.uuid, "position": 1}  # noqa: E731
NONE = {"uuid": NO_UUID}
SAVE = {"position": 1, "value": "o-1", "sequence": 7, "tab": "t"}
RESPONSE = frozenset({"assessments_response"})

ROWS = [
    Row("assessments:start", PEOPLE, lambda world: {"key": world.quiz.key}, {"key": NO_UUID}, method="POST",
        status=302),
    Row("assessments:start", NOBODY, lambda world: {"key": world.orphan_quiz.translation_key}, {"key": NO_UUID},
        method="POST", note="below unpublished"),
    Row("assessments:check", PEOPLE, lambda world: {"key": world.practice.key}, {"key": NO_UUID}, method="POST",
        data=lambda world: {"answer": "o-1", "block": "x"}, shows="Feedback 1"),
    Row("assessments:check", NOBODY, lambda world: {"key": world.item.key}, {"key": NO_UUID}, method="POST",
        data=lambda world: {"answer": "o-1"}, note="an item of a test"),
    Row("assessments:check", NOBODY, lambda world: {"key": world.orphan_practice.key}, {"key": NO_UUID},
        method="POST", data=lambda world: {"answer": "o-1"}, note="below unpublished"),
    Row("assessments:resume", OWNER, OPEN, NONE, status=302),
    Row("assessments:player", OWNER, AT, NONE, shows="Which?"),
    Row("assessments:player", NOBODY, lambda world: {**AT(world), "position": 99}, NONE, note="no such question"),
    Row("assessments:player", OWNER, AT, NONE, method="POST", data=lambda world: {"answer": "o-1", "sequence": "3"},
        status=302, writes=RESPONSE),
    Row("assessments:upload", OWNER, AT, {**NONE, "position": 1}, method="POST", data=lambda world: {"go": "next"},
        status=302, note="the question asks for no file"),
    Row("assessments:file", OWNER, lambda world: {"uuid": world.own_file.uuid}, NONE, shows="ID3 spoken"),
    Row("assessments:review", OWNER, OPEN, NONE, shows="Test Silos"),
    Row("assessments:submit", OWNER, OPEN, NONE, method="POST", data=lambda world: {"confirm": "1"}, status=302,
        writes=frozenset({"assessments_attempt", "courses_learningevent"})),
    Row("assessments:submit", OWNER, OPEN, NONE, method="POST", shows="Test Silos", note="asks once more"),
    Row("assessments:result", OWNER, DONE, NONE, shows="Test Silos"),
    Row("assessments:save", OWNER, OPEN, NONE, method="POST", data=lambda world: SAVE, as_json=True, anonymous=401,
        shows='"saved_at"', writes=RESPONSE),
    Row("assessments:flag", OWNER, OPEN, NONE, method="POST", data=lambda world: {"position": 1, "flagged": True},
        as_json=True, anonymous=401, shows='"flagged": true', writes=frozenset({"assessments_attemptitem"})),
    Row("assessments:state", OWNER, OPEN, NONE, anonymous=401, shows='"open": true'),
]  # fmt: skip
