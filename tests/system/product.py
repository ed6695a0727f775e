"""The running product as its operator starts it: `scripts/serve` in a data folder of its own, on a free port."""

import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import requests

from trials.stack import free_port, pids_with, until

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "doppelpass-demo"


class Product:
    """One data folder and the processes over it."""

    def __init__(self, data_dir: Path, *, database_url: str = "", redis_url: str = "") -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = data_dir / "serve.log"
        self.database_url = database_url
        kept = ("PATH", "HOME", "LANG", "LC_ALL")
        self.env = {name: os.environ[name] for name in kept if name in os.environ} | {
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "SWEEP_SECONDS": "5",
            "LEASE_SECONDS": "8",
        }
        if database_url:
            self.env["DATABASE_URL"] = database_url
        if redis_url:
            self.env |= {"CACHE_URL": f"{redis_url}/14", "CELERY_BROKER_URL": f"{redis_url}/15"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, within: float = 420) -> float:
        """Starts everything, waits until the web answers, and returns the seconds that it took."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [ROOT / "scripts" / "serve"], env=self.env, stdout=log, stderr=log, cwd=ROOT, start_new_session=True
            )
        until(self.answers, within=within, what=f"the product answers\n{self.tail()}")
        return time.monotonic() - began

    def answers(self) -> bool:
        """Whether the web answers now. Fails when the product has ended by itself."""
        assert self.process is not None
        assert self.process.poll() is None, f"the product ended by itself\n{self.tail()}"
        try:
            return requests.get(f"{self.base}/health/live", timeout=2).ok
        except requests.RequestException:
            return False

    def tail(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-40:]) if self.log.exists() else ""

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ctrl-C, and wait until every process of the group is gone."""
        if self.process is None:
            return
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)  # to the whole group, as a terminal does
        self.process.wait(timeout=60)
        until(lambda: not self.pids(), within=40, what=f"all processes end, left: {self.pids()}")
        self.process = None

    def pids(self, *words: str) -> list[int]:
        """Processes of this data folder whose command line has all the words (`gunicorn`, `worker`, `beat`)."""
        return pids_with(f"DATA_DIR={self.data_dir}", *words)

    def kill(self, *words: str) -> list[int]:
        """kill -9 of every process that the words name, parents and children alike; returns whom it met."""
        killed = self.pids(*words)
        assert killed, f"nothing runs that is called {words}\n{self.tail()}"
        for pid in killed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return killed

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`manage.py …` on this data folder."""
        return subprocess.run(
            [ROOT / ".venv" / "bin" / "python", ROOT / "manage.py", *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """A look into the database past the product."""
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return list(connection.execute(query).fetchall())
        with sqlite3.connect(self.data_dir / "db.sqlite3", timeout=30) as database:
            return list(database.execute(query).fetchall())

    def client(self, email: str) -> "Visitor":
        return Visitor(self.base, email)


class Visitor(requests.Session):
    """A person who talks HTTP: logs in, and sends the CSRF token with every form, as a browser would."""

    def __init__(self, base: str, email: str) -> None:
        super().__init__()
        self.base = base
        page = self.get(f"{base}/de/accounts/login/", timeout=30)
        answer = self.post(
            page.url,
            data={"login": email, "password": PASSWORD, "csrfmiddlewaretoken": self.token(page.text)},
            headers={"Referer": page.url},
            timeout=30,
        )
        assert "/login" not in answer.url, f"{email} could not log in"

    @staticmethod
    def token(html: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
        assert found, "the page has no form"
        return found.group(1)

    def open(self, path: str) -> requests.Response:
        return self.get(self.base + path, timeout=30)

    def send_form(self, path: str, data: dict[str, object] | None = None, **options: object) -> requests.Response:
        """POST as a form of the site."""
        address = path if path.startswith("http") else self.base + path
        token = self.cookies.get("csrftoken") or ""
        return self.post(
            address,
            data={**(data or {}), "csrfmiddlewaretoken": token},
            headers={"Referer": address, "X-CSRFToken": token, **options.pop("headers", {})},  # type: ignore[dict-item]
            timeout=options.pop("timeout", 30),  # type: ignore[arg-type]
            **options,  # type: ignore[arg-type]
        )


@contextmanager
def system_database() -> Iterator[str]:
    """An empty PostgreSQL database beside the test database when the suite runs on one, else an empty string."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        yield ""
        return
    parts = urlsplit(url)
    name = f"{parts.path.strip('/')}_system_{os.getpid()}"
    server = parts._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
