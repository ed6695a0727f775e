"""What the trials' set-up relies on, without the minute that a whole one takes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trials.servers import Server
from trials.stack import TrialError, free_port, pids_with, until


@pytest.fixture
def marked() -> Iterator[int]:
    """A process that is known by a variable in its environment, as all of a stack are."""
    script = "import time; print(flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "worker"],
        env={**os.environ, "TRIALS_STACK": "/tmp/of-this-test"},  # noqa: S108 - a name, nothing is written there
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process.pid
    process.kill()
    process.wait()
    process.stdout.close()


def test_only_processes_of_the_stack_are_met(marked: int) -> None:
    """A kill -9 by command line alone would hit the servers of somebody else on the machine."""
    assert pids_with("TRIALS_STACK=/tmp/of-this-test") == [marked]
    assert pids_with("TRIALS_STACK=/tmp/of-this-test", "worker") == [marked]
    assert pids_with("TRIALS_STACK=/tmp/of-this-test", "gunicorn") == []
    assert pids_with("TRIALS_STACK=/tmp/of-this") == []


def test_waiting_ends_with_a_sentence() -> None:
    answers = iter([0, 0, 7])
    assert until(lambda: next(answers), within=5, what="a seven") == 7
    with pytest.raises(TrialError, match="not within 0 s: the sea is empty"):
        until(lambda: False, within=0.01, what="the sea is empty")


def test_ports_are_free() -> None:
    assert 1024 < free_port() < 65536


class Place:
    """All that a server asks of its stack. `spawning` runs before whatever is to be done in the stack's own thread."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.env = folder, dict(os.environ)
        self.spawning: Callable[[], None] = lambda: None

    def in_own_thread(self, work: Callable[[], None]) -> None:
        self.spawning, now = (lambda: None), self.spawning
        now()
        work()


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Server]:
    server = Server(Place(tmp_path), "sleep", ["sleep", "60"], lambda: True)  # type: ignore[arg-type]  # what is asked of it
    yield server
    server.stop()


def test_a_server_that_two_find_down_is_started_once(sleeper: Server) -> None:
    """The keeper and a trial at the same moment: stopping the second one would leave the first one running."""
    sleeper.stack.spawning = sleeper.revive  # type: ignore[attr-defined]  # Place
    sleeper.start()
    first = sleeper.process
    assert first is not None
    sleeper.revive()
    assert sleeper.process is first
    sleeper.stop()
    assert first.poll() is not None


def test_what_is_just_being_started_is_stopped_too(sleeper: Server) -> None:
    sleeper.start()
    sleeper.kill()
    assert sleeper.process is not None
    sleeper.process.wait()
    sleeper.stack.spawning = sleeper.spawn  # type: ignore[attr-defined]  # Place: the keeper had looked before
    sleeper.stop()
    assert sleeper.process.poll() is not None
    sleeper.revive()
    assert sleeper.process.poll() is not None
