"""`make run` as its operator meets it, and what a learner keeps when processes are killed under them.

One product, started once, is used by all tests here, in this order: the file stands for one evening of a bad operator.
"""

import json
import os
import random
import re
import signal
import threading
from pathlib import Path
from uuid import UUID

import pytest
import requests

from tests.system.product import Product, Visitor, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
RIGHT_ANSWERS = """
import json
from assessments.models import Attempt
from tests.assessments.factories import right_answer
items = Attempt.objects.get(uuid="{uuid}").items.select_related("item_version")
print("ANSWERS" + json.dumps({{item.position: right_answer(item) for item in items}}))
"""
STORED = """
import json
from assessments.models import Attempt
from assessments.selectors.attempts import current_responses
attempt = Attempt.objects.get(uuid="{uuid}")
values = current_responses(attempt)
stored = {{item.position: values[item.pk].value for item in attempt.items.all() if item.pk in values}}
print("ANSWERS" + json.dumps(stored))
"""
RENDER_AGAIN = """
from certificates.models import Certificate
Certificate.objects.update(work_state="queued", work_attempts=0, lease_until=None, file="", sha256="")
"""


def ask(product: Product, script: str, **names: str) -> dict[str, object]:
    """Runs a script in the product's own shell and returns the object that it prints."""
    done = product.manage("shell", "-c", script.format(**names))
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.partition("ANSWERS")[2])
    return found


def keys_of(product: Product, code: str, kind: str) -> list[str]:
    """Keys of the lessons or the test of a module, or of the module itself."""
    names = {"module": "module.key", "lesson": "child.key", "quiz": "child.key"}
    rows = product.rows(
        f"SELECT DISTINCT {names[kind]}, child.position FROM courses_activity module "  # noqa: S608 - our own words
        f"JOIN courses_activity child ON child.parent_id = module.id WHERE module.code = '{code}' "
        f"AND child.kind = '{'lesson' if kind == 'module' else kind}' ORDER BY child.position"
    )
    return [str(UUID(str(key))) for key, _ in rows]


def finish_lessons(product: Product, visitor: Visitor, code: str) -> None:
    visitor.send_form(f"/de/learn/modules/{keys_of(product, code, 'module')[0]}/start/")
    for key in keys_of(product, code, "lesson"):
        assert visitor.send_form(f"/de/learn/lessons/{key}/complete/").ok


def start_test(product: Product, visitor: Visitor, code: str) -> str:
    answer = visitor.send_form(f"/de/tests/{keys_of(product, code, 'quiz')[0]}/start/")
    found = re.search(r"/tests/attempts/([0-9a-f-]{36})/", answer.url)
    assert found, answer.url
    return found.group(1)


def stubbornly(send: object, *, within: float = 120) -> requests.Response:
    """Sends until somebody answers, as the player's outbox does."""

    def once() -> list[requests.Response]:
        try:
            answer: requests.Response = send()  # type: ignore[operator]
        except requests.RequestException:
            return []
        return [answer] if answer.status_code < 500 else []  # in a list: a refusal is an answer, but falsy

    return until(once, within=within, what="an answer of the server")[0]


def save(visitor: Visitor, attempt: str, position: int, value: object, sequence: int) -> requests.Response:
    return visitor.post(
        f"{visitor.base}/de/tests/attempts/{attempt}/save/",
        json={"position": position, "value": value, "sequence": sequence, "tab": "journal"},
        headers={"X-CSRFToken": visitor.cookies["csrftoken"], "Referer": visitor.base},
        timeout=10,
    )


def findings(product: Product) -> str:
    return product.manage("verify_records").stdout.strip().splitlines()[-1]


class Killer:
    """kill -9 of web processes, parents and children, at random moments while the block runs."""

    def __init__(self, product: Product, *words: str, pause: tuple[float, float] = (0.2, 1.5)) -> None:
        self.product, self.words, self.pause = product, words, pause
        self.kills = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        chance = random.Random(20261129)  # noqa: S311 - a schedule, not a secret
        while not self._over.wait(chance.uniform(*self.pause)):
            for pid in self.product.pids(*self.words):
                if chance.random() < 0.7:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue
                    self.kills += 1
            # The next one comes only when somebody works again: killing what has not started yet shows nothing.
            while not self._over.wait(0.2) and not self.product.answers():
                continue

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def up(product: Product) -> Product:
    """The product, answering."""
    until(lambda: product.process is not None and product.answers(), within=60, what="the product answers")
    return product


def test_it_answers_and_becomes_ready(up: Product) -> None:
    home = requests.get(f"{up.base}/", timeout=30)
    assert home.ok
    assert "/accounts/login/" in home.url
    cms = requests.get(f"{up.base}/admin/", timeout=30)
    assert cms.ok
    assert "/accounts/login/" in cms.url
    ready = f"{up.base}/health/ready"
    until(lambda: requests.get(ready, timeout=10).ok, within=60, what="readiness: database, broker, storage, sweeps")
    assert "marketing@example.com" in up.tail() or "doppelpass-demo" in up.log.read_text("utf-8")
    assert findings(up) == "0 findings"


def test_it_listens_on_loopback_only(up: Product) -> None:
    """It has people with a public password: nobody else's machine may reach it."""
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    port = f"{up.port:04X}"
    listening = {fields[1] for fields in sockets if fields[3] == "0A" and fields[1].endswith(f":{port}")}
    assert listening == {f"0100007F:{port}"}


def test_answers_and_result_survive_killed_web_processes(up: Product) -> None:
    """Invariant 1: what the server acknowledged is there; a submit that was cut off is done once."""
    visitor = up.client("marketing@example.com")
    finish_lessons(up, visitor, "M01")
    attempt = start_test(up, visitor, "M01")
    answers = ask(up, RIGHT_ANSWERS, uuid=attempt)
    journal: dict[str, object] = {}
    sequence = 0
    with Killer(up, "gunicorn") as killer:
        while killer.kills < 4 or sequence % 2 == 0:  # the last round gives the right answers
            sequence += 1
            for position, value in answers.items():
                sent = value if sequence % 2 else None  # every other round takes the answer back
                acknowledged = stubbornly(lambda p=int(position), v=sent, s=sequence: save(visitor, attempt, p, v, s))
                assert acknowledged.status_code == 200, acknowledged.text
                journal[position] = acknowledged.json()["value"]
    until(up.answers, within=60, what="the web comes back")
    assert ask(up, STORED, uuid=attempt) == journal

    with Killer(up, "gunicorn", pause=(0.02, 0.4)):
        stubbornly(lambda: visitor.send_form(f"/de/tests/attempts/{attempt}/submit/", {"confirm": "1"}, timeout=10))
    until(up.answers, within=60, what="the web comes back")
    stubbornly(lambda: visitor.send_form(f"/de/tests/attempts/{attempt}/submit/", {"confirm": "1"}, timeout=10))
    result = stubbornly(lambda: visitor.open(f"/de/tests/attempts/{attempt}/result/"))
    assert result.ok
    assert up.rows("SELECT state, passed FROM assessments_attempt") in ([("submitted", 1)], [("submitted", True)])
    assert up.rows("SELECT count(*) FROM certificates_certificate") == [(1,)]


def test_certificates_survive_killed_workers(up: Product) -> None:
    """Invariant 3: the earned certificate exists within a sweep, whatever was killed while it was rendered."""

    def state() -> object:
        return up.rows("SELECT work_state FROM certificates_certificate")[0][0]

    until(lambda: state() == "done", within=120, what="the first certificate is rendered")
    hit = 0
    for _ in range(6):
        assert up.manage("shell", "-c", RENDER_AGAIN).returncode == 0
        until(lambda: state() in {"running", "done"}, within=60, what="a worker takes the row")
        if state() == "running":
            up.kill("celery", "worker")
            hit += state() != "done"
        if hit >= 2:
            break
    assert hit, "no kill met a worker at work"
    until(lambda: state() == "done", within=120, what="the certificate is rendered after the kills")
    assert findings(up) == "0 findings"


def test_killed_processes_come_back(up: Product) -> None:
    for words in (("celery", "worker"), ("celery", "beat"), ("gunicorn",)):
        killed = set(up.kill(*words))
        until(lambda w=words, k=killed: set(up.pids(*w)) - k, within=60, what=f"{words} comes back")
    until(up.answers, within=60, what="the web answers again")


def test_the_end_is_the_end_and_the_data_stay(up: Product) -> None:
    """Ctrl-C leaves nobody behind; a second start takes seconds; a killed supervisor takes its children along."""
    before = up.rows("SELECT count(*) FROM courses_learningevent")
    up.stop(signal.SIGINT)
    assert up.pids() == []
    assert up.start(within=90) < 60
    assert up.rows("SELECT count(*) FROM courses_learningevent") == before
    up.kill("supervisord")
    until(lambda: not up.pids(), within=30, what=f"the children end with their supervisor, left: {up.pids()}")
    assert up.process is not None
    up.process.wait(timeout=30)
    up.start(within=90)
    assert findings(up) == "0 findings"


def test_a_second_start_on_the_same_data_is_refused(up: Product) -> None:
    twin = Product(up.data_dir)
    with pytest.raises(AssertionError, match="already runs"):
        twin.start(within=60)
    assert up.answers()
