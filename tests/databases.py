"""The test database: migrated once, then copied for every process and every later run of the same sources.

Running all migrations from nothing takes twenty seconds of one core. The first process that needs a database does
that; the copy that it leaves is named after everything that the migrations' outcome depends on, so that another
migration, package or Python migrates again. Django's `migrate` runs over each copy all the same: it has no migration to
do, but writes content types, permissions and roles as the sources have them now.
"""

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import setup_databases

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ("enablement/settings.py", "tests/settings.py")


def fingerprint() -> str:
    """Everything that decides what the migrations leave: the rooms' own, the settings, the packages, Python."""
    digest = hashlib.sha256(sys.version.encode())
    for name in sorted(f"{each.name} {each.version}" for each in distributions()):
        digest.update(name.encode())
    for path in [*sorted(ROOT.glob("*/migrations/*.py")), *(ROOT / name for name in SETTINGS)]:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:24]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; the others wait for what it makes."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(folder: Path, *, reuse: bool) -> list[Any]:
    """Makes this process's test database and returns what `teardown_databases` wants.

    `folder` keeps the copies; `reuse` takes a database that an earlier run left (`--reuse-db`), if there is one.
    """
    kind = _SQLite(folder) if connection.vendor == "sqlite" else _PostgreSQL()
    folder.mkdir(parents=True, exist_ok=True)
    if reuse and kind.exists():
        return _set_up()
    with _alone(folder):
        key = fingerprint()
        kind.drop()
        if kind.copy(key):
            return _set_up()
        made = _set_up()
        connection.close()
        kind.keep(key)
        return made


def _set_up() -> list[Any]:
    made: list[Any] = setup_databases(verbosity=0, interactive=False, keepdb=True, serialized_aliases=set())
    if connection.vendor == "postgresql":
        _empty_by_deleting()
    return made


def _empty_by_deleting() -> None:
    """How tables are emptied after a test with real transactions.

    PostgreSQL gives every table that it truncates new files, 700 of them with the indexes: a second or more for each
    such test. Deleting the few rows takes a tenth of that; without triggers, as references would dictate an order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone() != ("on",):
            return  # who may not switch triggers off truncates
    quote, truncating = connection.ops.quote_name, connection.ops.sql_flush

    def deleting(style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        if options.get("reset_sequences"):
            return truncating(style, tables, **options)
        deletions = [f"DELETE FROM {quote(table)}" for table in tables]  # noqa: S608 - names of our own models
        return ["SET LOCAL session_replication_role = replica", *deletions]

    connection.ops.sql_flush = deleting


class _SQLite:
    """A file beside the others; the copies lie in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = Path(connection.settings_dict["TEST"]["NAME"])

    def exists(self) -> bool:
        return self.path.exists()

    def drop(self) -> None:
        for tail in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)

    def copy(self, key: str) -> bool:
        kept = self.folder / f"{key}.sqlite3"
        if kept.exists():
            shutil.copyfile(kept, self.path)
        return kept.exists()

    def keep(self, key: str) -> None:
        for old in self.folder.glob("*.sqlite3"):
            old.unlink()
        half = self.folder / f"{key}.half"
        shutil.copyfile(self.path, half)  # closing the last connection has emptied the write-ahead log into it
        half.rename(self.folder / f"{key}.sqlite3")


class _PostgreSQL:
    """A database beside the others; the one copy is called `…_template` and carries its key as its comment."""

    def __init__(self) -> None:
        self.name = connection.creation._get_test_db_name()
        self.template = f"{connection.settings_dict['NAME']}_template"

    def _ask(self, statement: str, *values: str) -> list[Any]:
        """Runs a statement beside all databases; `{name}` and `{template}` stand for ours."""
        quoted = {key: connection.ops.quote_name(getattr(self, key)) for key in ("name", "template")}
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement.format(**quoted), values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def exists(self) -> bool:
        return bool(self._ask("SELECT 1 FROM pg_database WHERE datname = %s", self.name))

    def drop(self) -> None:
        self._ask("DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def copy(self, key: str) -> bool:
        found = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        if self._ask(found, self.template) != [(key,)]:
            return False
        self._ask("CREATE DATABASE {name} TEMPLATE {template}")
        return True

    def keep(self, key: str) -> None:
        self._ask("DROP DATABASE IF EXISTS {template} WITH (FORCE)")
        self._ask("CREATE DATABASE {template} TEMPLATE {name}")
        self._ask(f"COMMENT ON DATABASE {{template}} IS '{key}'")
