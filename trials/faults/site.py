"""The product under trial, with its journal: what the faults share."""

import json
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from trials.client import Browser
from trials.faults.answers import right_value
from trials.faults.journal import Comparison, Journal, Stored, StoredAnswer, StoredAttempt
from trials.faults.learners import StubbornLearner
from trials.stack import Stack, TrialError, until

T = TypeVar("T")
ANSWER = "ANSWER OF THE TRIAL "
PASSWORD = "one-two and through the middle"  # noqa: S105 - of people who live for one trial


@dataclass
class Trial:
    """What a fault did: how many `trials`, since when it was `calm` again, and what it wants to say beside."""

    trials: int
    calm_at: float
    note: str = ""
    found: Comparison = field(default_factory=Comparison)


class Site:
    """One stack for all faults of a run, and everything that its learners were ever told."""

    def __init__(self, stack: Stack, *, quick: bool) -> None:
        self.stack, self.quick = stack, quick
        self.journal = Journal()
        self._inside: subprocess.Popen[str] | None = None

    # --- people -----------------------------------------------------------------------------------------------------
    def inside(self, function: str, *arguments: object) -> Any:
        """Call a function of `trials.faults.company` within the product; its value comes back as JSON."""
        if self._inside is None:
            self._inside = self.stack.shell("from trials.faults.company import serve; serve()")
        reader, writer = self._inside.stdout, self._inside.stdin
        if reader is None or writer is None:
            raise TrialError("the product's shell has no pipes")
        writer.write(json.dumps([function, arguments]) + "\n")
        writer.flush()
        for line in reader:
            if line.startswith(ANSWER):
                answer = json.loads(line.removeprefix(ANSWER))
                if "error" in answer:
                    raise TrialError(f"{function}{arguments} failed inside the product: {answer['error']}")
                return answer["value"]
        raise TrialError("the product's shell has ended")

    def learners(self, prefix: str, count: int, code: str = "M01") -> list[StubbornLearner]:
        """People who may start the test of a module and can log in with `PASSWORD`."""
        return [StubbornLearner(self, person) for person in self.inside("make_learners", prefix, count, code)]

    def visitor(self) -> Browser:
        """A browser in which nobody is logged in."""
        return Browser(("127.0.0.1", self.stack.port), host=self.stack.host, scheme=self.stack.scheme, timeout=60)

    def staff(self, role: str) -> Browser:
        """A browser in which a person of that role is logged in."""
        browser = self.visitor()
        browser.cookies = {"__Host-session": self.inside("make_staff", role), "csrftoken": "y" * 32}
        return browser

    # --- the database -----------------------------------------------------------------------------------------------
    def stubbornly(self, look: Callable[[], T]) -> T:
        """Look into a database that may be down just now."""

        def once() -> list[T]:
            try:
                return [look()]
            except psycopg.OperationalError:
                return []

        return until(once, within=120, what="the database answers")[0]

    def right_answers(self, attempt: str) -> dict[int, Any]:
        query = (
            "SELECT item.position, version.kind, version.content FROM assessments_attemptitem item "
            "JOIN assessments_itemversion version ON version.id = item.item_version_id "
            "JOIN assessments_attempt attempt ON attempt.id = item.attempt_id WHERE attempt.uuid = %s"
        )
        rows = self.stubbornly(lambda: self.stack.rows(query, [attempt]))
        return {position: right_value(kind, content) for position, kind, content in rows}

    def stored(self, database_url: str = "") -> Stored:
        """What the database holds, in the journal's terms."""
        with psycopg.connect(database_url or self.stack.database_url) as connection:
            return read_stored(lambda query: list(connection.execute(query.encode()).fetchall()))

    # --- afterwards -------------------------------------------------------------------------------------------------
    def unfinished(self) -> str:
        """What still waits for a worker, in words; empty when everything is done."""
        waiting = [
            f"{count} {name} {state}" for name, state, count in self.stubbornly(lambda: self.stack.rows(WAITING))
        ]
        return ", ".join(waiting)

    def settle(self, *, within: float = 240) -> float:
        """Wait until every certificate, export and analysis is done; returns when that was (`time.monotonic()`)."""
        try:
            until(lambda: not self.unfinished(), within=within, what="the work is done", pause=0.2)
        except TrialError as error:
            raise TrialError(f"{error}: {self.unfinished()}\n{self.stack.worker.tail()}") from error
        return time.monotonic()

    def findings(self) -> list[str]:
        """What `manage.py verify_records` says, without its last line, which counts."""
        lines = str(self.inside("verify_records")).strip().splitlines()
        if not lines or not re.fullmatch(r"\d+ findings?", lines[-1]):
            raise TrialError(f"verify_records did not end: {lines}")
        return lines[:-1]


def read_stored(rows: Callable[[str], list[tuple[Any, ...]]]) -> Stored:
    """The facts that the journal asks for, by queries of its own: what the product says of itself is on trial."""
    return Stored(
        attempts=[StoredAttempt(str(UUID(str(uuid))), email, state) for uuid, email, state in rows(ATTEMPTS)],
        answers=[StoredAnswer(str(UUID(str(uuid))), *rest) for uuid, *rest in rows(ANSWERS)],
        certificates=[(email, str(key)) for email, key in rows(CERTIFICATES)],
    )


ATTEMPTS = (
    "SELECT attempt.uuid, person.email, attempt.state FROM assessments_attempt attempt "
    "JOIN people_user person ON person.id = attempt.user_id"
)
ANSWERS = (
    "SELECT attempt.uuid, item.position, response.sequence, response.value FROM assessments_response response "
    "JOIN assessments_attemptitem item ON item.id = response.attempt_item_id "
    "JOIN assessments_attempt attempt ON attempt.id = item.attempt_id"
)
CERTIFICATES = (
    "SELECT person.email, activity.key FROM certificates_certificate certificate "
    "JOIN people_user person ON person.id = certificate.user_id "
    "JOIN courses_activity activity ON activity.id = certificate.activity_id"
)
WAITING = (
    "SELECT 'certificates', work_state, count(*) FROM certificates_certificate "
    "WHERE work_state <> 'done' GROUP BY work_state UNION ALL "
    "SELECT 'exports', work_state, count(*) FROM reports_exportjob WHERE work_state <> 'done' GROUP BY work_state "
    "UNION ALL SELECT 'analyses', work_state, count(*) FROM assessments_quizanalysis "
    "WHERE work_state IN ('queued', 'running') GROUP BY work_state "
    "UNION ALL SELECT 'outlines', 'changed', count(*) FROM courses_activity WHERE outline_changed_at IS NOT NULL "
    "HAVING count(*) > 0 "
    "UNION ALL SELECT 'missing certificates', 'due', count(*) FROM courses_enrollment enrollment "
    "JOIN courses_activity activity ON activity.id = enrollment.activity_id AND activity.certificate "
    "WHERE enrollment.satisfied_at IS NOT NULL AND NOT EXISTS (SELECT FROM certificates_certificate certificate "
    "WHERE certificate.user_id = enrollment.user_id AND certificate.activity_id = enrollment.activity_id) "
    "HAVING count(*) > 0"
)
