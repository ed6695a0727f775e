"""`python -m trials.bench`: run the rows, print a table, write `bench.json`. ONLY=name and QUICK=1 narrow it."""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from trials.bench import files, pages, quizzes, scale
from trials.bench.rows import Row, table
from trials.bench.setting import Setting

OUTPUT = Path("bench.json")
# In this order: the later ones fill the database or the machine with more.
ROWS: dict[str, Callable[[Setting], list[Row]]] = {
    "lesson": pages.lesson,
    "module_300": pages.module_300,
    "verify": pages.verify,
    "autosave": quizzes.autosave,
    "quiz": quizzes.quiz,
    "starts_500": quizzes.starts_500,
    "certificates": files.certificates,
    "sqlite": scale.sqlite,
    "csv_1m": files.csv_1m,
    "growth": scale.growth,
}


def main() -> int:
    only = [name for name in os.environ.get("ONLY", "").split(",") if name]
    if unknown := set(only) - set(ROWS):
        print(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the stack is taken down then too
    began = time.monotonic()
    rows: list[Row] = []
    with Setting(quick=bool(os.environ.get("QUICK")), embedded="sqlite" in (only or ROWS)) as bench:
        print(f"The production set-up stands after {time.monotonic() - began:.0f} s.", flush=True)
        for name, measure in ROWS.items():
            if name in (only or ROWS):
                since = time.monotonic()
                try:
                    found = measure(bench)
                except Exception:  # noqa: BLE001 - the other rows are still to be measured
                    traceback.print_exc()
                    found = [Row(name, 0.0, 1.0, detail="could not be measured, see the traceback")]
                rows += found
                print(f"\n{name} ({time.monotonic() - since:.0f} s)\n{table(found)}", flush=True)
    OUTPUT.write_text(json.dumps([row.as_json() for row in rows], indent=2) + "\n", "utf-8")
    print(f"\nRatios: bigger is better.\n{table(rows)}\n\n{OUTPUT} is written; {time.monotonic() - began:.0f} s.")
    failed = [row.name for row in rows if row.failed]
    if failed:
        print(f"Under half of the target: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
