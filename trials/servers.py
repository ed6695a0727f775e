"""One server of a stack: started, stopped, frozen, killed; and how trials wait and find processes."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from trials.stack import Stack

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


class TrialError(Exception):
    """The set-up does not do what a trial needs; the message ends with the tail of the log."""


def until(condition: Callable[[], T], *, within: float, what: str, pause: float = 0.05) -> T:
    """Polls until the condition is truthy and returns its value. Raises TrialError after `within` seconds."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TrialError(f"not within {within:.0f} s: {what}")
        time.sleep(pause)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def pids_with(variable: str, *words: str) -> list[int]:
    """Processes that have `NAME=value` in their environment and all words in their command line; no zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            environment = (entry / "environ").read_bytes()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        ours = variable.encode() in environment.split(b"\0")
        if ours and state != "Z" and all(word in command for word in words):
            found.append(int(entry.name))
    return sorted(found)


def postgres_binary(name: str) -> str:
    """The newest PostgreSQL of the machine. Debian keeps initdb and postgres off the PATH."""
    homes = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted(homes, key=lambda home: float(home.parent.name))[-1:]
    found = shutil.which(name, path=os.pathsep.join([*map(str, newest), os.environ.get("PATH", "")]))
    if found is None:
        raise TrialError(f"{name} is not installed; trials need the PostgreSQL server")
    return found


class Server:
    """One process of a stack. While it is wanted, it is started again whenever it ends, as a process manager would."""

    def __init__(self, stack: "Stack", name: str, command: Sequence[str], ready: Callable[[], bool]) -> None:
        """`name` is also what its command line is known by."""
        self.stack, self.name, self.command, self.ready = stack, name, list(command), ready
        self.log = stack.folder / f"{name}.log"
        self.wanted = False
        self.started_at = 0.0
        self._log_from = 0
        self._said: set[tuple[int, str]] = set()
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self, *more: str) -> None:
        """Start the process, with `more` arguments; in the stack's own thread, which the death signal follows.

        Not where it runs: `start` and the stack's keeper may both have found it down. A second PostgreSQL would end at
        once, and whoever stops that one leaves the first one running.
        """
        if self.process is not None and self.process.poll() is None:
            return
        with self.log.open("ab") as log:
            self.started_at, self._log_from = time.monotonic(), log.tell()
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command, *more],
                env=self.stack.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def revive(self) -> None:
        """Start it again if it is still wanted; in the stack's own thread."""
        if self.wanted:
            self.spawn()

    def start(self, *more: str, within: float = 60) -> float:
        """Start it, with `more` arguments this once, and wait until it serves; returns the seconds that took."""
        began = time.monotonic()
        self.wanted = True
        if self.process is None or self.process.poll() is not None:
            self.stack.in_own_thread(partial(self.spawn, *more))
        until(self.ready, within=within, what=f"{self.name} is ready\n{self.tail()}")
        return time.monotonic() - began

    def stop(self, how: signal.Signals = signal.SIGTERM, *, within: float = 60) -> None:
        """Ask the parent to end, wait for it, and leave it down."""
        self.wanted = False
        self.stack.in_own_thread(lambda: None)  # whoever is being started just now is there afterwards
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(how)
            self.process.wait(timeout=within)

    def pids(self) -> list[int]:
        """The parent and all its children, grandchildren and orphans."""
        return self.stack.pids(*self.name.split("-"))

    def kill(self, *, children: bool = False) -> list[int]:
        """kill -9 of the parent, with `children` of everybody; returns whom it met. It comes back by itself."""
        parent = [self.process.pid] if self.process is not None else []
        met = []
        for pid in self.pids() if children else parent:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            met.append(pid)
        return met

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The parent does nothing while the block runs, but its sockets stay open."""
        if self.process is None:
            raise TrialError(f"{self.name} does not run")
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def said(self, words: str) -> bool:
        """Whether the process that runs now has written these words."""
        if self.process is None or self.process.poll() is not None:
            return False
        key = self.process.pid, words
        if key not in self._said:
            with self.log.open("rb") as log:
                log.seek(self._log_from)
                if words.encode() in log.read():
                    self._said.add(key)
        return key in self._said

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:]) if self.log.exists() else ""
