"""Rows that write: autosave, whole attempts, many starts at once."""

import threading
from collections.abc import Callable, Sequence
from itertools import count, cycle
from statistics import median

from trials.bench.load import Load, arrivals
from trials.bench.rows import Row, percentile
from trials.bench.setting import CLIENTS, WEB, Setting, fetch
from trials.client import Learner, Question

# What Moodle does on two cores, as the quality page has it: 157 to 220. The upper figure is the one to beat.
MOODLE_PER_MINUTE = 220
STARTERS, WITHIN, P95_LIMIT = 500, 5.0, 2.0
ATTEMPTS_EACH = 8  # per client: so that no question gathers more answers than a person would give


def autosave(bench: Setting) -> list[Row]:
    """One answer saved while a test is taken, beside a bare view that inserts one row for a person who is logged in."""
    sessions = bench.product.call(
        "people", count=CLIENTS * ATTEMPTS_EACH, name="saver", module_key=bench.pages["reading_key"]
    )
    learners = bench.learners(sessions)
    subject = [_saves(learners[at::CLIENTS], bench.pages["quiz"]) for at in range(CLIENTS)]
    bare = bench.reference
    bare_sessions = bench.bare.call("people", count=CLIENTS, name="baresaver")
    reference = [_inserts(learner) for learner in bench.learners(bare_sessions, port=bare.port)]
    compared = bench.compare(subject, reference)
    queries = _queries_of_a_save(bench, sessions[0])
    return [compared.row("autosave", 0.5, queries=queries, detail="{:.0f} saves/s, bare INSERT {:.0f}")]


def _saves(learners: Sequence[Learner], quiz: str) -> Callable[[], None]:
    """Answers to the questions in turn, of several people in turn."""
    places: list[tuple[Learner, str, Question]] = []
    for learner in learners:
        attempt = learner.start(quiz)
        places += [(learner, attempt, question) for question in learner.questions(attempt)]
    turn, sequence = cycle(places), count(1)

    def action() -> None:
        learner, attempt, question = next(turn)
        number = next(sequence)
        if learner.save(attempt, question, question.value(number), number)["stale"]:
            raise RuntimeError("a new answer was called stale")

    return action


def _inserts(learner: Learner) -> Callable[[], None]:
    sequence = count(1)

    def action() -> None:
        number = next(sequence)
        answer = learner.post_json("/bare/answer/", {"position": number % 10, "sequence": number, "value": "abc"})
        if answer.status != 200:
            raise RuntimeError(f"bare insert: {answer.status}")

    return action


def _queries_of_a_save(bench: Setting, session: str) -> int:
    learner = bench.learner(session, port=bench.counting.port)
    attempt = learner.start(bench.pages["quiz"])
    question = learner.questions(attempt)[0]
    for number in range(8):
        body = {"position": 1, "value": question.value(number), "sequence": 10**9 + number, "tab": "count"}
        answer = learner.post_json(f"{attempt}save/", body)
    return int(answer.headers["x-queries"])


def quiz(bench: Setting) -> list[Row]:
    """Whole attempts at a test of ten questions, in the calls of a browser, several learners at once.

    Beside them the same number of calls at the bare site, which knows no tests: ten durable INSERTs, six pages.
    """
    threads = 2 * CLIENTS
    people = threads * (ATTEMPTS_EACH if bench.quick else 5 * ATTEMPTS_EACH)
    learners = bench.learners(
        bench.product.call("people", count=people, name="taker", module_key=bench.pages["reading_key"])
    )
    bare = bench.reference
    visitors = bench.learners(bench.bare.call("people", count=threads, name="baretaker"), port=bare.port)
    compared = bench.compare(
        [attempts(learners[at::threads], bench.pages["quiz"]) for at in range(threads)],
        [_bare_attempt(learner, bench.bare_pages["0"]) for learner in visitors],
    )
    minutes = sorted(above * 60 for above, _below in compared.speeds)
    middle = minutes[len(minutes) // 2]
    beside_moodle = Row(
        "quiz",
        middle / MOODLE_PER_MINUTE,
        6.0,
        (minutes[0] / MOODLE_PER_MINUTE, minutes[-1] / MOODLE_PER_MINUTE),
        detail=f"{middle:.0f} attempts/min of {SAVES + PAGES} calls each; the reference is Moodle's documented "
        f"{MOODLE_PER_MINUTE} on two other cores",
        documented=True,
    )
    detail = f"{{:.1f}} attempts/s, {SAVES} bare INSERTs and {PAGES} bare Wagtail pages {{:.1f}}/s"
    return [beside_moodle, compared.row("quiz_bare", 0.6, detail=detail)]


SAVES, PAGES = 10, 6  # card, start, player, ten saves, review, submit, result


def _bare_attempt(learner: Learner, page: str) -> Callable[[], None]:
    insert, read = _inserts(learner), fetch(learner, page)

    def action() -> None:
        for _ in range(SAVES):
            insert()
        for _ in range(PAGES):
            read()

    return action


def attempts(learners: Sequence[Learner], path: str) -> Callable[[], None]:
    """Whole attempts of several people in turn: nobody takes a test forty times, and the card lists all attempts."""
    turn, person = count(), cycle(learners)
    return lambda: (next(person).take_quiz(path, next(turn)), None)[1]


def starts_500(bench: Setting) -> list[Row]:
    """Five hundred people press "start" within five seconds and see the first question; then again while a trainer
    publishes the test. The middle of the rounds.

    In the quick form one round is enough where it reaches the target; else the middle of three says more.
    """
    return [_starts_row(bench, "starts_500"), _starts_row(bench, "starts_500_publishing", publishing=True)]


def _starts_row(bench: Setting, name: str, *, publishing: bool = False) -> Row:
    bench.forget_peaks(*WEB)
    loads: list[Load] = []
    while len(loads) < (1 if bench.quick else 5) or (len(loads) < 3 and _slow(loads[0]) > P95_LIMIT):
        sessions = bench.product.call(
            "people", count=STARTERS, name=f"{name}{len(loads)}", module_key=bench.pages["reading_key"]
        )
        loads.append(_starts(bench, bench.learners(sessions), publishing=publishing))
    slow = median(_slow(load) for load in loads)
    ratios = sorted(P95_LIMIT / _slow(load) for load in loads)
    half = median(percentile(load.latencies or [0], 50) for load in loads)
    errors = [error for load in loads for error in load.errors]
    told = f"{len(errors)} errors ({errors[0]})" if errors else "no error"
    return Row(
        name,
        0.0 if errors else P95_LIMIT / slow,
        1.0,
        (ratios[0], ratios[-1]) if len(loads) > 1 else None,
        peak_mb=bench.peak_mb(*WEB),
        detail=f"p95 {slow:.2f} s, p50 {half:.2f} s of {P95_LIMIT:.0f} s allowed; {told}; the clients took "
        f"{median(load.own_share for load in loads):.0%} of a core",
    )


def _slow(load: Load) -> float:
    return percentile(load.latencies, 95) if load.latencies else float("inf")


def _starts(bench: Setting, learners: list[Learner], *, publishing: bool) -> Load:
    start = f"/de/tests/{bench.pages['quiz_key']}/start/"
    trainer = threading.Thread(
        target=bench.product.call,
        args=("publish",),
        kwargs={"page_id": bench.pages["quiz_id"], "times": 5, "pause": 0.8},
    )
    if publishing:
        trainer.start()
    load = arrivals([_start(learner, start) for learner in learners], within=WITHIN)
    if publishing:
        trainer.join()
    for learner in learners:
        learner.close()
    return load


def _start(learner: Learner, path: str) -> Callable[[], object]:
    return lambda: learner.press_start(path)
