"""Processes beside the stack's own: further web servers over it, and Pythons that know the product."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from trials.client import Browser
from trials.stack import BINARIES, ROOT, TrialError, free_port, pids_with, until

GUNICORN = "--workers 2 --threads 4 --worker-tmp-dir /dev/shm --no-control-socket --graceful-timeout 8 --timeout 60"
CLEAR_PEAK = "5"  # what resets VmHWM, see proc(5)


class Web:
    """A gunicorn as production has it, with other settings or another database. Ends with this process."""

    def __init__(self, env: Mapping[str, str], *, wsgi: str = "enablement.wsgi", probe: str = "/health/live") -> None:
        self.port, self.probe = free_port(), probe
        self._mark = f"TRIALS_WEB={self.port}"
        self.env = {**env, "TRIALS_WEB": str(self.port)}
        self.log = Path(self.env["DATA_DIR"]).parent / f"web-{self.port}.log"
        command = f"{BINARIES}/gunicorn {wsgi} --bind 127.0.0.1:{self.port} {GUNICORN}"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command.split()], env=self.env, cwd=ROOT, stdout=log, stderr=log
            )

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def __enter__(self) -> Self:
        until(self._answers, within=60, what=f"a web server answers, see {self.log}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def pids(self) -> list[int]:
        """The parent and its workers."""
        return pids_with(self._mark)

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise TrialError(f"a web server ended\n{self.log.read_text('utf-8', 'replace')[-3000:]}")
        browser = Browser(self.address, timeout=5)
        try:
            return browser.get(self.probe).status < 500
        except OSError:
            return False
        finally:
            browser.close()


class Remote:
    """Functions of `trials.bench.world` called in a Python of its own that is set up for one environment.

    The benchmark itself has no Django: it asks several products at once, and their settings would get in each
    other's way.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "trials.bench.world"],
            env={**env, "LOG_LEVEL": "WARNING"},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def call(self, function: str, **arguments: object) -> Any:
        """The function's result. Raises TrialError with its traceback when it fails."""
        with self._lock:
            if self._process.stdin is None or self._process.stdout is None:
                raise AssertionError
            self._process.stdin.write(json.dumps([function, arguments]) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise TrialError(f"{function}: the helper ended")
        result, problem = json.loads(line)
        if problem:
            raise TrialError(f"{function}: {problem}")
        return result

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)


def forget_peaks(pids: list[int]) -> None:
    """Begin to count the most memory of these processes anew."""
    for pid in pids:
        try:
            Path(f"/proc/{pid}/clear_refs").write_text(CLEAR_PEAK, "ascii")
        except OSError:
            continue


def peak_mb(pids: list[int]) -> float:
    """The most memory that one of these processes has held since `forget_peaks`, in MiB."""
    return max((_status(pid, "VmHWM") for pid in pids), default=0.0)


def now_mb(pid: int) -> float:
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def cores() -> int:
    return len(os.sched_getaffinity(0))
