"""What operators do while people work: back up and restore, and put a new version in place."""

import os
import signal
import subprocess
import time

import psycopg

from trials.faults.learners import Load
from trials.faults.site import Site, Trial
from trials.stack import BINARIES, ROOT, TrialError, until


def backup_restore(site: Site) -> Trial:
    """A backup under load, restored into a new database by the documented commands, has all up to its start."""
    rounds = 1 if site.quick else 3
    learners = site.learners("backup", 2 if site.quick else 6)
    lost = Trial(rounds, 0.0)
    with Load(learners) as load:
        for number in range(rounds):
            load.goes_on(30)
            folder = site.stack.folder / f"backup-{number}"
            moment = time.monotonic()
            _command("backup", site, folder, {})
            url = _new_database(site, f"restored_{number}")
            restored = {"DATABASE_URL": url, "STORAGE_URL": f"file://{site.stack.folder}/restored-{number}"}
            _command("restore", site, folder, restored)
            look = "from trials.faults.company import *; work_once(); print(verify_records())"
            said = site.stack.manage("shell", "-c", look, env=restored).stdout
            if "\n0 findings" not in f"\n{said}":
                raise TrialError(f"the restored records do not keep their promises: {said}")
            found = site.journal.compare(site.stored(url), until=moment)
            lost.found.lost += found.lost
            lost.found.duplicated += found.duplicated
    lost.calm_at = load.calm_at
    return lost


def _command(name: str, site: Site, folder: object, env: dict[str, str]) -> str:
    done = subprocess.run(
        [ROOT / "scripts" / name, str(folder)],
        env=site.stack.env | {"PYTHON": str(BINARIES / "python"), "LOG_LEVEL": "WARNING"} | env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise TrialError(f"scripts/{name} failed: {done.stdout}{done.stderr}")
    return done.stdout


def _new_database(site: Site, name: str) -> str:
    with psycopg.connect(site.stack.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return site.stack.database_url.rpartition("/")[0] + f"/{name}"


def rolling_restart(site: Site) -> Trial:
    """A new version with a migration: migrate while the old code serves, hand over; nobody is answered an error."""
    learners = site.learners("rolling", 3 if site.quick else 8)
    web, parent = site.stack.web, site.stack.web.process
    if parent is None:
        raise TrialError("the web does not run")
    with Load(learners) as load:
        load.goes_on(10)
        old = set(web.pids())
        next_version = {"DJANGO_SETTINGS_MODULE": "trials.faults.next_version.settings"}
        site.stack.manage("migrate", "--no-input", "-v", "0", env=next_version)
        load.goes_on(30)  # the old code on the new database
        site.stack.env |= next_version
        (site.stack.folder / "data" / "release").write_text(next_version["DJANGO_SETTINGS_MODULE"], "utf-8")
        os.kill(parent.pid, signal.SIGHUP)
        until(lambda: not (set(web.pids()) & old - {parent.pid}), within=60, what="the old web processes have ended")
        for server in (site.stack.worker, site.stack.beat):
            server.stop()
            server.start()
        load.goes_on(30)
    page = learners[0].get("/de/help/").text
    if "Version next" not in page:
        raise TrialError("the old version still serves")
    # A kept connection may close just as it is used again (0); whoever sent something sends it again.
    if set(load.trouble) - {0}:
        raise TrialError(f"learners met {dict(load.trouble)} while nothing but the version changed")
    return Trial(1, load.calm_at, f"learners met {dict(load.trouble)}")
