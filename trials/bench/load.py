"""Load from this machine: a few threads, each asking as soon as it has its answer. Their work is small beside the
server's, but it is on the same cores; `Load.own_share` says how much of the time the clients themselves computed.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Action = Callable[[], object]


@dataclass(frozen=True)
class Load:
    """What a run of load came to. Times in seconds."""

    latencies: list[float]
    errors: list[str]
    elapsed: float
    own_share: float

    @property
    def rate(self) -> float:
        """Actions per second that succeeded."""
        return len(self.latencies) / self.elapsed if self.elapsed else 0.0


def _cpu() -> float:
    used = os.times()
    return used.user + used.system


def closed_loop(actions: Sequence[Action], *, seconds: float) -> Load:
    """Each action in a thread of its own, again and again. The last round is waited for and counts with its time."""
    latencies: list[float] = []
    errors: list[str] = []
    began, cpu = time.perf_counter(), _cpu()

    def work(action: Action) -> None:
        while time.perf_counter() - began < seconds:
            _timed(action, time.perf_counter(), latencies, errors)

    _all([lambda action=action: work(action) for action in actions])  # type: ignore[misc]  # bound now, as it must be
    elapsed = time.perf_counter() - began
    return Load(latencies, errors, elapsed, (_cpu() - cpu) / elapsed)


def arrivals(actions: Sequence[Action], *, within: float) -> Load:
    """Each action once, evenly spread over `within` seconds, whether or not the ones before have their answer.

    A latency counts from the moment at which the action was due, so a queue that builds up is seen.
    """
    latencies: list[float] = []
    errors: list[str] = []
    began, cpu = time.perf_counter() + 0.2, _cpu()

    def work(number: int, action: Action) -> None:
        due = began + within * number / len(actions)
        time.sleep(max(due - time.perf_counter(), 0))
        _timed(action, due, latencies, errors)

    _all([lambda each=each: work(*each) for each in enumerate(actions)])  # type: ignore[misc]
    elapsed = time.perf_counter() - began
    return Load(latencies, errors, elapsed, (_cpu() - cpu) / elapsed)


def _timed(action: Action, since: float, latencies: list[float], errors: list[str]) -> None:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - whatever went wrong is counted, and told at the end
        errors.append(f"{type(error).__name__}: {error}"[:300])
    else:
        latencies.append(time.perf_counter() - since)


def _all(works: Sequence[Action]) -> None:
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
