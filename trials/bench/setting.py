"""What the rows share: the stack, the servers beside it, the people, and how long a round lasts."""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import psycopg

from trials.bench.load import Action, Load, closed_loop
from trials.bench.processes import Remote, Web, forget_peaks, peak_mb
from trials.bench.rows import Ratios, alternate
from trials.client import Learner
from trials.stack import HOST, Stack, prepare_embedded, until

CLIENTS = 4  # threads that ask at the same time: two for each web worker
REFERENCE = "reference"
WEB = ("gunicorn", "enablement.wsgi")  # words in the command lines of the product's own web processes


class Setting:
    """A running production set-up with the benchmark's pages, and what stands beside it, made when first used."""

    def __init__(self, *, quick: bool, embedded: bool = True) -> None:
        """`embedded`: a row will start the embedded mode as well."""
        self.quick, self.embedded = quick, embedded
        self.rounds = 5 if quick else 7
        self.seconds = 0.8 if quick else 3.0
        self.bare_sessions: list[str] = []
        self._exit = ExitStack()
        self.stack = self._exit.enter_context(Stack())

    def __enter__(self) -> Self:
        with ThreadPoolExecutor(1) as beside:  # nothing is measured yet
            if self.embedded:
                beside.submit(prepare_embedded)  # if it fails, so will the row that needs it
            self.stack.start()
            self.copy_database("pristine")  # for rows that fill one of their own
            self.pages: dict[str, Any] = self.product.call("build", large=300)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._exit.close()

    # --- Databases --------------------------------------------------------------------------------------------------
    def database_url(self, name: str) -> str:
        return f"{self.stack.database_url.rpartition('/')[0]}/{name}"

    def copy_database(self, name: str, source: str = "doppelpass") -> str:
        """A copy under a new name. PostgreSQL copies only what nobody is connected to: everybody connects again."""
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as connection:

            def copied() -> bool:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source]
                )
                try:
                    connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'.encode())
                except psycopg.errors.ObjectInUse:
                    return False
                return True

            until(copied, within=60, what=f"{source} is copied")
        return self.database_url(name)

    # --- Servers ----------------------------------------------------------------------------------------------------
    def remote(self, **env: str) -> Remote:
        """A Python inside the product, with other variables where they are given."""
        helper = Remote({**self.stack.env, **env})
        self._exit.callback(helper.close)
        return helper

    def web(self, **options: Any) -> Web:
        """Another web server over the stack's environment; `env` holds what differs."""
        env = {**self.stack.env, **options.pop("env", {})}
        return self._exit.enter_context(Web(env, **options))

    @cached_property
    def product(self) -> Remote:
        return self.remote()

    @cached_property
    def reference(self) -> Web:
        """The bare site over a copy of the database on the same server, with as many workers."""
        url = self.copy_database(REFERENCE)
        env = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "trials.reference.settings"}
        self.bare = self.remote(**env)
        self.bare.call("migrate_reference")
        self.bare_pages: dict[str, str] = self.bare.call("build_reference")
        return self.web(env=env, wsgi="trials.reference.wsgi", probe="/bare/")

    @cached_property
    def counting(self) -> Web:
        return self.web(env={"DJANGO_SETTINGS_MODULE": "trials.bench.counting"})

    # --- People -----------------------------------------------------------------------------------------------------
    def learner(self, session: str, *, port: int = 0) -> Learner:
        """Somebody who is logged in, at the product unless another port is named."""
        learner = Learner(("127.0.0.1", port or self.stack.port), host=HOST)
        learner.cookies |= {"__Host-session": session, "csrftoken": secrets.token_hex(16)}
        return learner

    def learners(self, sessions: Sequence[str], *, port: int = 0) -> list[Learner]:
        return [self.learner(session, port=port) for session in sessions]

    # --- Measuring --------------------------------------------------------------------------------------------------
    def rate(self, actions: Sequence[Action]) -> float:
        """Actions per second under load. Raises RuntimeError at the first error: a broken page is fast."""
        return self.load(actions).rate

    def load(self, actions: Sequence[Action]) -> Load:
        load = closed_loop(actions, seconds=self.seconds)
        if load.errors:
            raise RuntimeError(f"{len(load.errors)} errors, the first: {load.errors[0]}")
        return load

    def compare(self, subject: Sequence[Action], reference: Sequence[Action]) -> Ratios:
        """Requests per second of the product and of the reference, in turn."""
        self.forget_peaks(*WEB)
        ratios = alternate(lambda: self.rate(subject), lambda: self.rate(reference), rounds=self.rounds)
        return replace(ratios, peak_mb=self.peak_mb(*WEB))

    def queries(self, path: str, session: str, *, port: int = 0) -> int:
        """Statements of one GET, once the caches that a visit fills are filled."""
        learner = self.learner(session, port=port or self.counting.port)
        for _ in range(8):  # two workers: each has seen it by then
            answer = learner.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return int(answer.headers["x-queries"])

    def forget_peaks(self, *words: str) -> None:
        forget_peaks(self.stack.pids(*words))

    def peak_mb(self, *words: str) -> float:
        return peak_mb(self.stack.pids(*words))


def fetch(learner: Learner, path: str) -> Action:
    """GET that must succeed. Asked again once where the server closes a resting connection at that very moment."""

    def action() -> None:
        try:
            answer = learner.get(path)
        except ConnectionError:
            answer = learner.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")

    return action
