"""`python -m trials.faults`: run the faults, print a table, write `faults.json`. ONLY=name and QUICK=1 narrow it."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from trials.faults.browser import offline_browser
from trials.faults.clicks import double_clicks
from trials.faults.disk import disk_full
from trials.faults.editing import trainer_edits
from trials.faults.journal import sentences
from trials.faults.killing import kill_web, kill_worker
from trials.faults.services import postgres_immediate, redis_stop
from trials.faults.site import Site, Trial
from trials.faults.upkeep import backup_restore, rolling_restart
from trials.stack import Stack, TrialError

FAULTS: dict[str, Callable[[Site], Trial]] = {
    fault.__name__: fault
    for fault in (
        kill_web,
        kill_worker,
        redis_stop,
        postgres_immediate,
        disk_full,
        double_clicks,
        offline_browser,
        trainer_edits,
        backup_restore,
        rolling_restart,
    )
}


@dataclass(frozen=True)
class Row:
    """One line of `faults.json`."""

    name: str
    trials: int
    lost: int
    duplicated: int
    findings: int
    recovered_s: float

    @property
    def holds(self) -> bool:
        return self.lost == self.duplicated == self.findings == 0


def run(name: str, site: Site) -> Row:
    """One fault; then wait until all is done, and compare."""
    began = time.monotonic()
    try:
        trial = FAULTS[name](site)
        recovered = site.settle() - trial.calm_at
    except Exception as error:  # noqa: BLE001 - the other faults are still to be tried
        trial, recovered = Trial(0, began, f"did not end: {error!r}"), time.monotonic() - began
        trial.found.lost.append("whatever this trial would have shown")
        with suppress(TrialError):  # what it has left down or undone is not the next one's fault
            site.stack.start()
            site.settle()
    found = site.journal.compare(site.stored())
    lost, duplicated = [*trial.found.lost, *found.lost], [*trial.found.duplicated, *found.duplicated]
    findings = site.findings()
    row = Row(name, trial.trials, len(lost), len(duplicated), len(findings), round(recovered, 1))
    print(
        f"{name:<20}{row.trials:>7}{row.lost:>6}{row.duplicated:>12}{row.findings:>10}{row.recovered_s:>13.1f}"
        f"   {time.monotonic() - began:.0f} s, {len(site.journal)} answers in the journal. {trial.note}",
        flush=True,
    )
    if not row.holds:
        print(sentences([*lost, *duplicated, *findings]), flush=True)
    return row


def _end(*_: object) -> None:
    """Take the stack down when told to end; once, for a second signal would interrupt just that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def main() -> int:
    only = [name for name in os.environ.get("ONLY", "").split(",") if name]
    unknown = set(only) - set(FAULTS)
    if unknown:
        print(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    rows = []
    signal.signal(signal.SIGTERM, _end)
    quick = os.environ.get("QUICK", "") not in {"", "0"}
    with Stack(wsgi="trials.faults.wsgi", web_workers=2 if quick else 3) as stack, ExitStack() as disks:
        if os.geteuid() == 0:
            disks.enter_context(stack.small_disk("media", "256m"))
        stack.start()
        site = Site(stack, quick=quick)
        print(f"the product runs after {time.monotonic() - began:.0f} s")
        print(f"{'fault':<20}{'trials':>7}{'lost':>6}{'duplicated':>12}{'findings':>10}{'recovered_s':>13}", flush=True)
        for name in only or FAULTS:
            rows.append(run(name, site))
            Path("faults.json").write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", "utf-8")
    held = all(row.holds for row in rows)
    print(f"{'nothing lost, nothing twice' if held else 'A FAULT LOSES'}, {time.monotonic() - began:.0f} s")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
