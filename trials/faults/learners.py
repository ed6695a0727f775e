"""Learners who do not give up: each sends what it has to say until the server acknowledges it, as the player does."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from trials.client import Answer, Learner, Question, RefusedError, attempt_path, read_questions
from trials.stack import TrialError, until

if TYPE_CHECKING:
    from trials.faults.site import Site

PATIENCE = 240.0  # seconds; a server that does not answer for so long has failed the trial


class StubbornLearner(Learner):
    """One person with a session. `trouble` counts what it met: statuses from 500 up, and broken connections as 0."""

    def __init__(self, site: "Site", person: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", site.stack.port), host=site.stack.host, scheme=site.stack.scheme, timeout=15)
        self.site, self.email, self.start_path = site, person["email"], person.get("start", "")
        self.cookies = {"__Host-session": person["session"], "csrftoken": "x" * 32}
        self.trouble: Counter[int] = Counter()
        self.tab = person["email"][:64]

    def another_tab(self) -> Learner:
        """The same person, log-in included, on a connection of its own; it asks once and takes what it gets."""
        tab = Learner(self.connection.address, host=self.site.stack.host, scheme=self.site.stack.scheme)
        tab.cookies = dict(self.cookies)
        return tab

    def persist(self, send: Callable[[], Answer]) -> Answer:
        """Ask again while nobody answers or the server says that it cannot now; everything else is its answer."""
        give_up, delay = time.monotonic() + PATIENCE, 0.1
        while time.monotonic() < give_up:
            try:
                answer = send()
            except (OSError, ValueError):  # ValueError: half an answer of a server that was killed
                self.connection.close()
                self.trouble[0] += 1
            else:
                if answer.status < 500:
                    return answer
                self.trouble[answer.status] += 1
            time.sleep(delay * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            delay = min(delay * 2, 2.0)
        raise TrialError(f"{self.email} got no answer for {PATIENCE:.0f} s; trouble so far: {dict(self.trouble)}")

    def begin(self) -> str:
        """Start or go on: the attempt's path."""
        path = self.target(self._expect(self.persist(lambda: self.post(self.start_path)), 302))
        if "/attempts/" not in path:
            raise TrialError(f"{self.email} was sent to {path} instead of an attempt")
        self.site.journal.started(uuid_of(path), self.email)
        return attempt_path(path)

    def look(self, attempt: str) -> list[Question]:
        """The player's page. Redirects are followed one by one, each until it is answered."""
        answer = self.persist(lambda: self.get(attempt))
        while answer.status in {301, 302}:
            target = self.target(answer)
            answer = self.persist(lambda: self.get(target))  # noqa: B023 - called at once
        return read_questions(answer.text)

    def keep(self, attempt: str, question: Question, value: Any, sequence: int) -> None:
        """One autosave, into the journal before and after."""
        uuid = uuid_of(attempt)
        self.site.journal.sending(uuid, question.position, sequence)
        body = {"position": question.position, "value": value, "sequence": sequence, "tab": self.tab}
        held = self._expect(self.persist(lambda: self.post_json(f"{attempt}save/", body)), 200).json()
        if held["stale"]:
            raise TrialError(f"{attempt}{question.position} #{sequence} is called stale, and nobody else writes there")
        self.site.journal.answered(uuid, question.position, sequence, held["value"])

    def hand_in(self, attempt: str) -> None:
        self._expect(self.persist(lambda: self.post(f"{attempt}submit/", {"confirm": "1"})), 302)
        self.site.journal.submitted(uuid_of(attempt))
        self._expect(self.persist(lambda: self.get(f"{attempt}result/")), 200)

    def take_test(self, rounds: int = 1, enough: threading.Event | None = None) -> None:
        """A whole test: `rounds` of other answers, the right ones last, each question saved every time.

        With `enough`, no round begins after the event is set.
        """
        attempt = self.begin()
        questions = self.look(attempt)
        right = self.site.right_answers(uuid_of(attempt))
        sequence = max(question.sequence for question in questions)
        turn = 0
        while turn < rounds and not (enough is not None and enough.is_set()):
            turn, sequence = turn + 1, sequence + 1
            for question in questions:
                self.keep(attempt, question, question.value(turn), sequence)
        for question in questions:
            self.keep(attempt, question, right[question.position], sequence + 1)
        self.hand_in(attempt)

    def _expect(self, answer: Answer, status: int) -> Answer:
        if answer.status != status:
            raise RefusedError(answer, f"{self.email}: {answer.status} instead of {status}: {answer.text[:300]}")
        return answer


def uuid_of(attempt: str) -> str:
    return attempt.rstrip("/").rpartition("/attempts/")[2].partition("/")[0]


class Load:
    """Learners who take test after test, one thread each, while the block runs; then each finishes the one at hand.

    Leaving the block waits for them and raises the first error that one of them met.
    """

    def __init__(self, learners: Sequence[StubbornLearner], *, one_test: bool = False) -> None:
        """With `one_test` each stays in its first test, and saves in it until the block ends."""
        self.learners, self.one_test = learners, one_test
        self.calm_at = 0.0
        self._calm = threading.Event()
        self._errors: list[Exception] = []
        self._threads = [threading.Thread(target=self._work, args=(one,), daemon=True) for one in learners]

    def _work(self, learner: StubbornLearner) -> None:
        try:
            if self.one_test:
                learner.take_test(1_000, enough=self._calm)
            while not self._calm.is_set():
                learner.take_test()
        except Exception as error:  # noqa: BLE001 - kept for the main thread
            self._errors.append(error)

    def check(self) -> None:
        """Raise what a learner has met so far."""
        if self._errors:
            raise self._errors[0]

    def goes_on(self, answers: int, *, within: float = 180) -> None:
        """Wait until so many more answers are acknowledged."""
        journal = self.learners[0].site.journal
        goal = len(journal) + answers
        until(lambda: len(journal) >= goal or self._errors, within=within, what=f"{answers} more answers are saved")
        self.check()

    @property
    def trouble(self) -> Counter[int]:
        """What all of them met; see `StubbornLearner`."""
        return sum((learner.trouble for learner in self.learners), Counter())

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.calm_at = time.monotonic()
        self._calm.set()
        for thread in self._threads:
            thread.join()
        if kind is None:
            self.check()
