"""A disk that is full: the database's table space, its write-ahead log, and the storage of files."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from trials.faults.learners import Load
from trials.faults.services import refuse_bare_errors
from trials.faults.site import Site, Trial
from trials.stack import until


def disk_full(site: Site) -> Trial:
    """Three disks fill up under load and are freed: errors are clean, and what was acknowledged stays."""
    if os.geteuid():
        return Trial(0, time.monotonic(), "left out: a small disk is a tmpfs, and only root may mount one")
    learners = site.learners("disk", 2 if site.quick else 6)
    rounds = 1 if site.quick else 2
    with Load(learners) as load:
        for _ in range(rounds):
            _full_tables(site, load)
            _full_files(site, load)
            _full_log(site, load)
    refuse_bare_errors(load)
    return Trial(3 * rounds, load.calm_at, f"learners met {dict(load.trouble)}")


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    """No block is free on this disk while the block runs."""
    ballast = disk / "ballast"
    try:
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=64k"], check=False, stderr=subprocess.DEVNULL)
        yield
    finally:
        ballast.unlink(missing_ok=True)


def _meets_trouble(load: Load) -> None:
    met = load.trouble[503]
    until(lambda: load.trouble[503] > met, within=120, what="the full disk is met")


def _full_tables(site: Site, load: Load) -> None:
    """The table of the answers on a small disk of its own."""
    with site.stack.small_disk("tables", "24m") as disk, _connected(site) as database:
        shutil.chown(disk, "postgres")
        (disk / "space").mkdir()
        shutil.chown(disk / "space", "postgres")
        database.execute(f"CREATE TABLESPACE small LOCATION '{disk}/space'".encode())
        for kind, name in (("TABLE", "assessments_response"), ("INDEX", "response_sequence")):
            database.execute(f"ALTER {kind} {name} SET TABLESPACE small".encode())
        try:
            load.goes_on(20)
            with _full(disk):
                _meets_trouble(load)
            load.goes_on(20)
        finally:  # the disk goes, whatever happened on it
            for kind, name in (("TABLE", "assessments_response"), ("INDEX", "response_sequence")):
                database.execute(f"ALTER {kind} {name} SET TABLESPACE pg_default".encode())
            database.execute("CHECKPOINT")
            database.execute("DROP TABLESPACE small")


def _connected(site: Site) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(site.stack.database_url, autocommit=True)


def _full_log(site: Site, load: Load) -> None:
    """The write-ahead log on a small disk: PostgreSQL stops itself, and starts again once there is room."""
    log = site.stack.cluster / "data" / "pg_wal"
    database = site.stack.database
    with site.stack.small_disk("log", "512m") as disk:
        _move(site, log, disk / "pg_wal")
        try:
            log.symlink_to(disk / "pg_wal")
            database.start()
            load.goes_on(20)
            with _full(disk):
                _use_up_log(site)
                _meets_trouble(load)
            until(database.ready, within=120, what="PostgreSQL is back")
            load.goes_on(20)
        finally:
            database.stop(signal.SIGINT)
            log.unlink()
            _move(site, disk / "pg_wal", log)
            database.start()


def _use_up_log(site: Site) -> None:
    """Segments that were made in advance hold many answers; fill them until PostgreSQL needs room for another one."""
    with suppress(psycopg.OperationalError), _connected(site) as database:
        while True:
            database.execute("SELECT pg_logical_emit_message(false, 'trial', repeat('x', 4000000))")


def _move(site: Site, source: Path, target: Path) -> None:
    site.stack.database.stop(signal.SIGINT)
    subprocess.run(["cp", "-a", source, target], check=True)
    shutil.rmtree(source)


def _full_files(site: Site, load: Load) -> None:
    """The storage is full: certificates and exports wait, answers do not."""
    media = site.stack.folder / "media"
    with _full(media):
        site.stack.rows(
            "UPDATE certificates_certificate SET work_state = 'queued', work_attempts = 0, lease_until = NULL "
            "WHERE id = (SELECT max(id) FROM certificates_certificate WHERE work_state = 'done') RETURNING 1"
        )
        until(lambda: _failed_writes(site), within=60, what="a certificate meets the full disk")
        load.goes_on(20)


def _failed_writes(site: Site) -> bool:
    query = "SELECT 1 FROM certificates_certificate WHERE work_error LIKE '%%No space%%'"
    return bool(site.stack.rows(query))
