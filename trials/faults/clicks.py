"""Impatience: double clicks, and many starts of one person at the same moment."""

import threading
import time
from collections.abc import Callable
from functools import partial

from trials.client import Answer, Browser
from trials.faults.learners import StubbornLearner, uuid_of
from trials.faults.site import Site, Trial
from trials.stack import TrialError


def double_clicks(site: Site) -> Trial:
    """50 starts at once give one attempt, 20 submissions one result and one certificate; each answer is stored once."""
    learners = site.learners("clicks", 1 if site.quick else 5)
    for learner in learners:
        _one(site, learner)
    return Trial(len(learners), time.monotonic())


def _one(site: Site, learner: StubbornLearner) -> None:
    starts = _at_once(learner, 50, lambda tab: tab.post(learner.start_path))
    attempts = {uuid_of(Browser.target(answer)) for answer in starts if answer.status == 302}
    if len(attempts) != 1 or {answer.status for answer in starts} != {302}:
        raise TrialError(f"50 starts led to {attempts}, with {[answer.status for answer in starts]}")
    attempt = learner.begin()
    right = site.right_answers(uuid_of(attempt))
    for question in learner.look(attempt):
        value = right[question.position]
        body = {"position": question.position, "value": value, "sequence": 1, "tab": "twice"}
        site.journal.sending(uuid_of(attempt), question.position, 1)
        saves = _at_once(learner, 2, partial(_save, path=f"{attempt}save/", body=body))
        if {answer.status for answer in saves} != {200}:
            raise TrialError(f"one answer, sent twice, is answered {[answer.status for answer in saves]}")
        site.journal.answered(uuid_of(attempt), question.position, 1, saves[0].json()["value"])
    ends = _at_once(learner, 20, lambda tab: tab.post(f"{attempt}submit/", {"confirm": "1"}))
    if {answer.status for answer in ends} != {302}:
        raise TrialError(f"20 submissions are answered {[answer.status for answer in ends]}")
    site.journal.submitted(uuid_of(attempt))
    certificates = [email for email, _activity in site.stored().certificates if email == learner.email]
    if len(certificates) != 1:
        raise TrialError(f"{learner.email} passed once and has {len(certificates)} certificates")


def _save(tab: Browser, *, path: str, body: dict[str, object]) -> Answer:
    return tab.post_json(path, body)


def _at_once(learner: StubbornLearner, count: int, send: Callable[[Browser], Answer]) -> list[Answer]:
    """The same request from many tabs of one person, released together."""
    gate = threading.Barrier(count)
    answers: list[Answer] = []

    def tab() -> None:
        browser = learner.another_tab()
        gate.wait()
        answers.append(send(browser))
        browser.close()

    threads = [threading.Thread(target=tab) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(answers) != count:
        raise TrialError(f"only {len(answers)} of {count} requests were answered")
    return answers
