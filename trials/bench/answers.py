"""Answers to a test in bulk, and their analysis. Runs in the product, see `trials.bench.world`."""

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from assessments.analysis.production import compute
from assessments.enums import AttemptChoice, AttemptState
from assessments.models import ItemVersion, QuizAnalysis, QuizPage
from assessments.selectors.analysis import analysed_items
from assessments.selectors.bank import newest_versions
from assessments.services import request_analysis
from courses.models import Activity, CatalogueIndexPage, ModulePage
from trials.bench import content
from trials.population.rows import make_tables, new_uuid
from trials.population.tables import advance_sequences

BATCH = 1_000  # attempts
THINK_AGAIN = 0.12  # share of answers that replace an earlier one
EMPTY = 0.02


@dataclass(frozen=True)
class _Question:
    """An item version with its answers as JSON: the right one, and wrong ones with their scores."""

    version: int
    difficulty: float
    right: str
    wrong: list[tuple[str, str]]


def _questions(items: int, rng: random.Random) -> tuple[QuizPage, list[_Question]]:
    catalogue = CatalogueIndexPage.objects.get(locale__language_code="de")
    module = content.add(catalogue, ModulePage(title="Auswertung", code="BANA", slug="bench-auswertung"))
    made = list(content.make_items(items, prefix="Analysis"))
    slots = QuizPage._meta.get_field("slots").to_python(
        [{"type": "item", "value": {"item": item.pk, "weight": 1}} for item in made]
    )
    page = content.add(module, QuizPage(title="Test der Auswertung", slots=slots, delay_minutes=0))
    return page, [_question(version, rng) for version in newest_versions(item.pk for item in made).values()]


def _question(version: ItemVersion, rng: random.Random) -> _Question:
    kind, frozen = version.kind_object, version.content
    right = kind.parse(frozen, kind.best(frozen))
    wrong: list[Any] = [one for one in _others(version.kind, frozen, right, rng) if one != right]
    scored = []
    for answer in wrong:
        outcome = kind.grade(frozen, answer)
        scored.append((json.dumps(answer), str(outcome.score if outcome else 0)))
    return _Question(version.pk, rng.gauss(-0.5, 1.0), json.dumps(right), scored)


def _others(kind: str, frozen: dict[str, Any], right: Any, rng: random.Random) -> list[Any]:
    if kind == "single_choice":
        return [option["id"] for option in frozen["options"]]
    if kind == "multiple_choice":
        ids = [option["id"] for option in frozen["options"]]
        return [sorted(rng.sample(ids, size)) for size in (1, 1, 2, 3)]
    if kind == "matching":
        return [dict(zip(right, rng.sample(list(right.values()), len(right)), strict=True)) for _turn in range(6)]
    if kind == "ordering":
        return [rng.sample(right, len(right)) for _turn in range(12)]
    return [str(number) for number in range(100, 130)]


def seed(attempts: int, items: int) -> int:
    """So many people, each with one attempt: able people answer right more often. Returns the test's activity id."""
    rng = random.Random(1)  # noqa: S311 - repeatable chance, not a secret
    page, questions = _questions(items, rng)
    quiz = Activity.objects.get(key=page.translation_key)
    first = _people(attempts)
    tables = {
        name: table for name, table in make_tables().items() if name in {"attempts", "attempt_items", "responses"}
    }
    keys = {name: table.free_keys() for name, table in tables.items()}
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=300)
    for start in range(0, attempts, BATCH):
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in tables}
        for number in range(start, min(start + BATCH, attempts)):
            at = began + timedelta(minutes=4 * number)
            _attempt(rows, keys, first + number, quiz.pk, at, questions, rng)
        with transaction.atomic():
            for name, table in tables.items():
                table.write(table.pack(rows[name]))
    advance_sequences(tables.values())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return quiz.pk


def _people(number: int) -> int:
    """So many learners with ids in a row; returns the first id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM people_user")
        (first,) = cursor.fetchone()
        cursor.execute(
            """INSERT INTO people_user (id, password, is_superuser, email, first_name, last_name, uuid, external_id,
                 language, is_active, date_joined, extra_time_percent)
               SELECT %s + n, '!', false, 'answers' || n || '@bench.example', 'Vorname', 'Name' || n,
                 gen_random_uuid(), 'A' || n, 'de', true, now(), 0 FROM generate_series(0, %s - 1) n""",
            [first, number],
        )
        cursor.execute("SELECT setval(pg_get_serial_sequence('people_user', 'id'), (SELECT max(id) FROM people_user))")
    return int(first)


def _attempt(
    rows: dict[str, list[tuple[Any, ...]]],
    keys: "dict[str, count[int]]",
    user: int,
    quiz: int,
    at: datetime,
    questions: list[_Question],
    rng: random.Random,
) -> None:
    pk, ability = next(keys["attempts"]), rng.gauss(0, 1)
    total = 0.0
    for place, question in enumerate(questions, 1):
        item = next(keys["attempt_items"])
        answer, score = _answer(question, ability, rng)
        rows["attempt_items"].append((item, pk, place, question.version, "[]", "1.00", False, score, None))
        total += float(score)
        for sequence, value in enumerate(_steps(question, answer, rng), 1):
            rows["responses"].append((next(keys["responses"]), item, sequence, value, None, "tab", str(at)))
    share = round(total / len(questions), 4)
    ended = str(at + timedelta(minutes=20))
    rows["attempts"].append(
        (pk, new_uuid(rng), user, quiz, 1, 1, AttemptState.SUBMITTED.value, '{"pass_mark": 80}', str(at), None, None,
         ended, f"{share:.4f}", share >= 0.8, False, None, 1)
    )  # fmt: skip


def _answer(question: _Question, ability: float, rng: random.Random) -> tuple[str | None, str]:
    if rng.random() < EMPTY:
        return None, "0"
    if rng.random() < 1 / (1 + math.exp(question.difficulty - ability)):
        return question.right, "1"
    return rng.choice(question.wrong)


def _steps(question: _Question, answer: str | None, rng: random.Random) -> Iterator[str]:
    if answer is None:
        return
    if rng.random() < THINK_AGAIN:
        yield rng.choice(question.wrong)[0]
    yield answer


def analyse(quiz: int) -> dict[str, Any]:
    """Through the job's own code, claim and stored result included."""
    asked = request_analysis(Activity.objects.get(pk=quiz), choice=AttemptChoice.FIRST)
    began, busy = time.perf_counter(), time.process_time()
    timing = compute(asked.pk)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    if timing is None:
        raise RuntimeError("the analysis was not computed")
    stored = QuizAnalysis.objects.get(pk=asked.pk)
    first = analysed_items(stored)[0]
    return {
        "seconds": seconds,
        "busy": busy,
        "parts": asdict(timing),
        "people": stored.people,
        "result": stored.result,
        "questions": stored.items.count(),
        "first": {name: value for name, value in first.figures.items() if name != "options"},
        "options": len(first.figures["options"]["keys"]),
        "at": timezone.now().isoformat(),
    }
