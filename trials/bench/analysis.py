"""`python -m trials.bench.analysis`: item analysis at size, from the database, with its figures. QUICK=1: a tenth.

The job's own code reads PostgreSQL (with the settings of a fresh installation), computes and stores. What is printed is
the wall clock of the whole job and the most memory that its process held, Django and the database driver included.
"""

import os
import signal
import sys
import time
from typing import Any

from trials.bench.processes import Remote, forget_peaks, now_mb, peak_mb
from trials.stack import Stack

ATTEMPTS, ITEMS = 100_000, 20
SECONDS, MEGABYTES = 60.0, 500.0


def measure(attempts: int) -> tuple[dict[str, Any], float, float]:
    """The result, the most memory of the process in MiB, and what it held before."""
    with Stack() as stack:
        stack.prepare()
        stack.database.start()
        stack.redis.start()
        seeder = Remote(stack.env)
        began = time.monotonic()
        quiz = seeder.call("seed_answers", attempts=attempts, items=ITEMS)
        seeder.close()
        print(f"{attempts:,} attempts × {ITEMS} questions seeded in {time.monotonic() - began:.0f} s.", flush=True)
        worker = Remote(stack.env)
        worker.call("codes", count=1)  # so that it is up
        before = now_mb(worker.pid)
        forget_peaks([worker.pid])
        found: dict[str, Any] = worker.call("analyse", quiz=quiz)
        peak = peak_mb([worker.pid])
        worker.close()
    return found, peak, before


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the stack is taken down then too
    attempts = ATTEMPTS // 10 if os.environ.get("QUICK") else ATTEMPTS
    found, peak, before = measure(attempts)
    parts = found["parts"]
    print(f"\nItem analysis of {found['people']:,} attempts × {found['questions']} questions")
    print(f"  whole job        {found['seconds']:8.1f} s   (limit {SECONDS:.0f} s)")
    for name, what in (
        ("choosing", "choosing attempts"),
        ("reading", "reading, packing"),
        ("figures", "figures"),
        ("storing", "storing"),
    ):
        print(f"    {what:<18}{parts[name]:6.1f} s")
    print(f"  of this computing{found['busy']:8.1f} s   (the rest is the database, and waiting for a processor)")
    print(f"  most memory      {peak:8.0f} MB  (limit {MEGABYTES:.0f} MB; {before:.0f} MB before)")
    print("\nThe test")
    for name, value in found["result"].items():
        print(f"  {name:<18}{value:.4f}" if isinstance(value, float) else f"  {name:<18}{value}")
    print(f"\nIts first question ({found['options']} answers counted)")
    for name, value in found["first"].items():
        print(f"  {name:<18}{value:.4f}" if isinstance(value, float) else f"  {name:<18}{value}")
    return 0 if found["seconds"] <= SECONDS and peak <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
