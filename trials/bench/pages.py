"""Rows that read: the lesson, the large module, the public check of a certificate."""

from collections.abc import Callable
from itertools import cycle

from trials.bench.rows import Row, alternate, percentile
from trials.bench.setting import CLIENTS, WEB, Setting, fetch
from trials.client import Learner

LIMIT_KB = 150


def lesson(bench: Setting) -> list[Row]:
    """A lesson as a learner reads it, beside Wagtail's page with the same blocks, both behind a log-in."""
    sessions = bench.product.call("people", count=CLIENTS, name="reader", module_key=bench.pages["reading_key"])
    bare = bench.reference
    rows = []
    for links, path in bench.pages["lessons"].items():
        compared = bench.compare(
            [fetch(learner, path) for learner in bench.learners(sessions)],
            [fetch(learner, bench.bare_pages[links]) for learner in bare_readers(bench, bare.port)],
        )
        rows.append(
            compared.row(
                f"lesson_{links}_links",
                0.7,
                queries=bench.queries(path, sessions[0]),
                detail="{:.0f} pages/s, bare Wagtail {:.0f}",
            )
        )
    return rows


def bare_readers(bench: Setting, port: int) -> list[Learner]:
    """People of the reference's own database."""
    if not bench.bare_sessions:
        bench.bare_sessions = bench.bare.call("people", count=CLIENTS, name="bare")
    return bench.learners(bench.bare_sessions, port=port)


def module_300(bench: Setting) -> list[Row]:
    """The page of a module with 300 activities: its size. Its speed is compared with Moodle's, which is not here."""
    session = bench.product.call("people", count=1, name="large", module_key=bench.pages["module_key"])[0]
    path = bench.pages["module"]
    learner = bench.learner(session)
    size = len(learner.get(path).body) / 1000
    load = bench.load([fetch(learner, path)])
    return [
        Row(
            "module_300",
            LIMIT_KB / size,
            1.0,
            queries=bench.queries(path, session),
            peak_mb=bench.peak_mb(*WEB),
            detail=f"{size:.0f} kB of {LIMIT_KB} allowed, p50 {percentile(load.latencies, 50) * 1000:.0f} ms alone",
        )
    ]


def verify(bench: Setting) -> list[Row]:
    """The public check beside a bare view behind a log-in, and whether a hit can be told from a miss by its time."""
    pks = bench.product.call("queue_certificates", name="verify", module_key=bench.pages["reading_key"], count=50)
    codes: list[str] = bench.product.call("codes", count=len(pks))
    misses = ["".join(reversed(code)) for code in codes]
    visitors = bench.learners([""] * CLIENTS)
    subject = [_check(visitor, codes) for visitor in visitors]
    missing = [_check(visitor, misses) for visitor in visitors]
    reference = [fetch(learner, "/bare/") for learner in bare_readers(bench, bench.reference.port)]
    compared = bench.compare(subject, reference)
    alike = alternate(lambda: bench.rate(subject[:1]), lambda: bench.rate(missing[:1]), rounds=bench.rounds)
    queries = bench.queries(f"/de/certificates/verify/{codes[0]}/", "")
    # Whichever is the faster one: 1 means that time tells nothing.
    same = min(alike.middle, 1 / alike.middle)
    return [
        compared.row("verify", 0.5, queries=queries, detail="{:.0f} pages/s, bare view {:.0f}"),
        Row(
            "verify_hit_miss",
            same,
            0.9,
            alike.spread,
            queries=queries,
            detail=f"a hit takes {1 / alike.middle:.2f} of the time of a miss",
        ),
    ]


def _check(visitor: Learner, codes: list[str]) -> Callable[[], None]:
    """One check after the other, each from another address: the page counts how often one asks."""
    turn = cycle(codes)
    hosts = iter(range(1 << 24))

    def action() -> None:
        number = next(hosts)
        visitor.forwarded_for = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        answer = visitor.get(f"/de/certificates/verify/{next(turn)}/")
        if answer.status != 200:
            raise RuntimeError(f"verify: {answer.status}")

    return action
