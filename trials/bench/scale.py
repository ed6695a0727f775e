"""Rows about size and place: SQLite beside PostgreSQL, and how pages slow down as the company grows."""

import os
import time
from contextlib import ExitStack
from statistics import median

from trials.bench.load import Action
from trials.bench.processes import Remote, Web
from trials.bench.quizzes import attempts
from trials.bench.rows import Ratios, Row, alternate
from trials.bench.setting import CLIENTS, Setting, fetch
from trials.client import Learner
from trials.stack import Stack

# Learners' pages may be a quarter slower, the reports of HR half as slow again: p50 of the small ÷ p50 of the large.
PAGES = {"home": 0.8, "module": 0.8, "quiz": 0.8, "dashboard": 0.67, "matrix": 0.67}


def sqlite(bench: Setting) -> list[Row]:
    """Whole attempts in the embedded mode beside production, the same test and as many learners."""
    takers = {"count": 2 * CLIENTS, "name": "place", "module_key": bench.pages["reading_key"]}
    production = bench.learners(bench.product.call("people", **takers))
    with Stack(embedded=True) as stack, ExitStack() as helpers:
        stack.start()
        inside = Remote(stack.env)
        helpers.callback(inside.close)
        pages = inside.call("build", large=5)
        takers["module_key"] = pages["reading_key"]
        embedded = [_embedded(stack, session) for session in inside.call("people", **takers)]
        subject = [attempts([learner], pages["quiz"]) for learner in embedded]
        reference = [attempts([learner], bench.pages["quiz"]) for learner in production]
        ratios = alternate(lambda: 60 * bench.rate(subject), lambda: 60 * bench.rate(reference), rounds=bench.rounds)
        locked = stack.web.log.read_text("utf-8", "replace").count("database is locked")
    row = ratios.row("sqlite", 0.7, detail=f"{{:.0f}} attempts/min, PostgreSQL {{:.0f}}; {locked} × database is locked")
    return [row if not locked else Row("sqlite", 0.0, 0.7, detail=row.detail)]


def _embedded(stack: Stack, session: str) -> Learner:
    learner = Learner(("127.0.0.1", stack.port), host=stack.host, scheme=stack.scheme)
    learner.cookies |= {"session": session, "csrftoken": "c" * 32}
    return learner


def growth(bench: Setting) -> list[Row]:
    """The same pages in companies of growing size, each with a database and web workers of its own: p50 in turn."""
    sizes = (200, 1_000) if bench.quick else tuple(int(size) for size in _sizes().split(","))
    grown = "pristine"
    for size in sizes:  # each is the one before, grown: content is imported once
        grown = _seed(bench, size, grown)
    companies = [_Company(bench, size, number) for number, size in enumerate(sizes)]
    rows = []
    for page, target in PAGES.items():
        speeds: list[list[float]] = [[] for _ in companies]
        for _ in range(bench.rounds + 1):
            for company, found in zip(companies, speeds, strict=True):
                found.append(1 / company.p50(page, 3 if bench.quick else 12))
        # The first round warmed up.
        pairs = tuple(zip(speeds[-1][1:], speeds[0][1:], strict=True))
        middles = [1000 / median(found[1:]) for found in speeds]
        steps = ", ".join(
            f"{company.size:,}: {middle:.0f} ms" for company, middle in zip(companies, middles, strict=True)
        )
        ratios = Ratios(pairs)
        queries = companies[-1].queries(bench, page)
        rows.append(Row(f"growth_{page}", ratios.middle, target, ratios.spread, queries, detail=f"p50 at {steps}"))
    return rows


def _sizes() -> str:
    """Learners, by commas: GROWTH=1000,10000 where there is no time for a hundred thousand."""
    return os.environ.get("GROWTH", "1000,10000,100000")


def _seed(bench: Setting, size: int, source: str) -> str:
    """A database with a company of this size, grown from `source`: its name."""
    began, name = time.monotonic(), f"growth_{size}"
    helper = bench.remote(DATABASE_URL=bench.copy_database(name, source))
    helper.call("seed_company", learners=size)
    helper.close()
    print(f"A company of {size:,} learners stands after {time.monotonic() - began:.0f} s.", flush=True)
    return name


class _Company:
    """A synthetic company over a web server of its own."""

    def __init__(self, bench: Setting, size: int, number: int) -> None:
        self.size = size
        # A cache of its own as well: the same keys of another company would answer for this one.
        cache = bench.stack.env["CACHE_URL"].rpartition("/")[0] + f"/{number + 2}"
        self.env = {"DATABASE_URL": bench.database_url(f"growth_{size}"), "CACHE_URL": cache}
        self.inside = bench.remote(**self.env)
        self.paths, sessions = self.inside.call("company")
        self.web = bench.web(env=self.env)
        self.sessions: dict[str, str] = sessions
        self.counting: Web | None = None
        self.readers = {page: bench.learner(sessions[page], port=self.web.port) for page in self.paths}

    def p50(self, page: str, times: int) -> float:
        """Seconds of the median of so many requests, one after the other."""
        ask = fetch(self.readers[page], self.paths[page])
        return median(_seconds(ask) for _ in range(times))

    def queries(self, bench: Setting, page: str) -> int:
        if self.counting is None:
            self.counting = bench.web(env={**self.env, "DJANGO_SETTINGS_MODULE": "trials.bench.counting"})
        return bench.queries(self.paths[page], self.sessions[page], port=self.counting.port)


def _seconds(action: Action) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
