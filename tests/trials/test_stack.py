"""What the trials' set-up relies on, without the minute that a whole one takes."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

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
