"""A production set-up on this machine: PostgreSQL, Redis, gunicorn, Celery worker and beat, all in one folder.

    with Stack() as stack:          # or Stack(embedded=True): SQLite and the filesystem broker
        stack.start()
        stack.web.kill()            # kill -9 of the parent; it is started again, as a process manager would
        stack.manage("verify_records")

Nothing is shared with other servers of the machine, and nothing is left: every process ends with this one, even when
this one is killed. Traffic stays on 127.0.0.1.
"""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from trials.servers import ROOT, Server, TrialError, free_port, listens, pids_with, postgres_binary, until

__all__ = ["BINARIES", "ROOT", "Server", "Stack", "TrialError", "free_port", "pids_with", "prepare_embedded", "until"]
BINARIES = ROOT / ".venv" / "bin"
PREPARED = ROOT / "var" / "trials"
HOST = "learn.example.com"  # what the learners' Host header says; nobody resolves it


def _fingerprint() -> str:
    """A hash of what a prepared folder is made of: migrations, starter package, static files, packages."""
    digest = hashlib.sha256()
    for pattern in ("*/migrations/*.py", "curriculum/**/*", "static/**/*", "requirements.txt", "courses/package/*.py"):
        for file in sorted(ROOT.glob(pattern)):
            if file.is_file():
                digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def prepare_embedded() -> None:
    """Make what an embedded stack starts from, so that the next one only copies it."""
    with Stack(embedded=True) as stack:
        stack.prepare()


class Stack:
    """Servers over one temporary folder. `start()` prepares what is not prepared yet and starts them all.

    `env` overrides variables of the product (`SWEEP_SECONDS`, `DJANGO_SETTINGS_MODULE`, …); `wsgi` is what gunicorn
    serves. `database`, `redis`, `web`, `worker`, `beat` are the servers; an embedded stack has no first two.
    """

    def __init__(
        self,
        *,
        embedded: bool = False,
        web_workers: int = 2,
        web_threads: int = 4,
        worker_children: int = 2,
        wsgi: str = "enablement.wsgi",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.embedded = embedded
        self.folder = Path(tempfile.mkdtemp(prefix="doppelpass-stack-"))
        self.folder.chmod(0o755)  # PostgreSQL runs as a user of its own below it
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}" if embedded else HOST
        self.scheme = "http" if embedded else "https"
        self.base_url = f"{self.scheme}://{self.host}"
        self.database_url = ""
        self._spawner = ThreadPoolExecutor(max_workers=1)
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self.env = self._base_env()
        self.servers: list[Server] = []
        if not embedded:
            self.database = self._postgres()
            self.redis = self._redis()
            self.env |= self._production_env()
        self.env |= env or {}
        bind = f"127.0.0.1:{self.port}"
        gunicorn = f"{BINARIES}/gunicorn {wsgi} --bind {bind} --workers {web_workers} --threads {web_threads}"
        gunicorn += " --worker-tmp-dir /dev/shm --no-control-socket --graceful-timeout 8 --timeout 60"
        celery = f"{BINARIES}/celery -A enablement"
        worker = f"{celery} worker --concurrency {worker_children} --without-gossip --without-mingle -l INFO"
        self.web = self._server("gunicorn", gunicorn, self.answers)
        self.worker = self._server("celery-worker", worker, lambda: self.worker.said("ready."))
        self.beat = self._server("celery-beat", f"{celery} beat --pidfile= -l INFO", lambda: bool(self.beat.pids()))

    # --- What the product is told -----------------------------------------------------------------------------------
    def _base_env(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "LANG", "LC_ALL")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "TRIALS_STACK": str(self.folder),
            "DATA_DIR": str(self.folder / "data"),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "SWEEP_SECONDS": "5",
            "LEASE_SECONDS": "8",
        }

    def _production_env(self) -> dict[str, str]:
        return {
            "DOPPELPASS_MODE": "production",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "BASE_URL": self.base_url,
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1,localhost",
            "DATABASE_URL": self.database_url,
            "CACHE_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{self.redis_port}/1",
            "STORAGE_URL": f"file://{self.folder}/media",
            "EMAIL_URL": "file://",
            "MAIL_FROM": "learn@example.com",
        }

    # --- The servers ------------------------------------------------------------------------------------------------
    def _server(self, name: str, command: str, ready: Callable[[], bool]) -> Server:
        server = Server(self, name, command.split(), ready)
        self.servers.append(server)
        return server

    def _as_postgres(self) -> str:
        """PostgreSQL refuses to run as root."""
        return "setpriv --reuid postgres --regid postgres --clear-groups " if os.geteuid() == 0 else ""

    def _postgres(self) -> Server:
        """A cluster with the settings of a fresh installation: fsync on, nothing tuned."""
        self.cluster = self.folder / "postgres"
        port = free_port()
        self.database_url = f"postgres://doppelpass@127.0.0.1:{port}/doppelpass"
        command = f"{postgres_binary('postgres')} -D {self.cluster}/data -p {port} -k {self.cluster} -h 127.0.0.1"
        # The death signal must be set after the change of user, which clears it.
        server = self._server("postgres", self._as_postgres() + f"--pdeathsig KILL {command}", self._database_answers)
        if not self._as_postgres():
            server.command = command.split()
        return server

    def _initdb(self) -> None:
        self.cluster.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.cluster, "postgres")
        initdb = f"{self._as_postgres()}{postgres_binary('initdb')} --auth trust --username doppelpass --encoding UTF8"
        subprocess.run(
            [*initdb.split(), "--locale", "C.UTF-8", "--pgdata", self.cluster / "data"],
            check=True,
            stdout=subprocess.DEVNULL,
            env=self.env,
            cwd="/",
        )

    def _database_answers(self) -> bool:
        try:
            with psycopg.connect(self.database_url.rpartition("/")[0] + "/postgres", connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _redis(self) -> Server:
        """Redis as a broker should run: each write in the append-only file."""
        self.redis_port = free_port()
        folder = self.folder / "redis"
        folder.mkdir()
        command = f"redis-server --port {self.redis_port} --bind 127.0.0.1 --dir {folder} --appendonly yes --save "
        server = self._server("redis", command, self._redis_answers)
        server.command.append("")  # `--save ""`: no snapshots beside the append-only file
        return server

    def _redis_answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.redis_port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    # --- Life -------------------------------------------------------------------------------------------------------
    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def in_own_thread(self, work: Callable[[], None]) -> None:
        """Processes end with the thread that started them, so one that lives as long as the stack starts them all."""
        self._spawner.submit(work).result()

    def _keep(self) -> None:
        while not self._over.wait(0.1):
            for server in self.servers:
                ended = server.wanted and server.process is not None and server.process.poll() is not None
                if ended and time.monotonic() - server.started_at > 1:
                    self.in_own_thread(server.revive)

    def prepare(self) -> None:
        """Database, starter package and static files. Called by `start`; what was made once is copied from then on."""
        if (self.folder / "prepared").exists():
            return
        mode = "embedded" if self.embedded else "production"
        kept = PREPARED / f"{mode}-{_fingerprint()}"
        if kept.exists():
            self._copy(kept, self.folder)
        else:
            self._make()
            for outdated in PREPARED.glob(f"{mode}-*"):
                shutil.rmtree(outdated, ignore_errors=True)
            fresh = PREPARED / f"new-{mode}-{os.getpid()}"
            self._copy(self.folder, fresh)
            fresh.rename(kept)
        (self.folder / "prepared").touch()

    def _make(self) -> None:
        if not self.embedded:
            self._initdb()
            # What is only prepared need not survive a power cut: -F is fsync off, until the start that counts.
            self.database.start("-F")
            self.redis.start()
            with psycopg.connect(self.database_url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE doppelpass")
        with ThreadPoolExecutor(1) as beside:
            static = beside.submit(self.manage, "collectstatic", "--no-input", "-v", "0")
            self.manage("migrate", "--no-input", "-v", "0")
            self.manage("import_package", str(ROOT / "curriculum"))
            static.result()
        if not self.embedded:
            self.database.stop(signal.SIGINT)

    def _copy(self, source: Path, target: Path) -> None:
        shutil.rmtree(target / "postgres", ignore_errors=True)
        target.mkdir(parents=True, exist_ok=True)
        for name in ("data", "media", "postgres"):
            if (source / name).exists():
                subprocess.run(["cp", "-a", source / name, target], check=True)
        subprocess.run(["sync", "-f", target], check=True)

    def start(self) -> float:
        """Start whatever does not run; returns the seconds until all serve."""
        began = time.monotonic()
        if not self._keeper.is_alive():
            self._keeper.start()
        self.prepare()
        for server in self.servers:
            server.start()
        return time.monotonic() - began

    @contextmanager
    def tls_web(self) -> Iterator[str]:
        """A second web server with TLS, because a browser keeps secure cookies only so: its address."""
        port, key, certificate = free_port(), self.folder / "key.pem", self.folder / "certificate.pem"
        make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
        command = f"{BINARIES}/gunicorn enablement.wsgi --bind 127.0.0.1:{port} --threads 4 --no-control-socket"
        command += f" --worker-tmp-dir /dev/shm --keyfile {key} --certfile {certificate}"
        server = self._server(f"gunicorn-{port}", command, lambda: listens(port))
        server.start()
        try:
            yield f"https://localhost:{port}"
        finally:
            server.stop()
            self.servers.remove(server)

    @contextmanager
    def small_disk(self, name: str, size: str) -> Iterator[Path]:
        """A tmpfs of that size (`64m`) in the stack's folder. Needs root."""
        disk = self.folder / name
        disk.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "doppelpass-trial", disk], check=True)
        try:
            yield disk
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)

    def close(self) -> None:
        """End everything and remove the folder. TRIALS_KEEP=1 keeps the folder with its logs."""
        self._over.set()
        for server in self.servers:
            server.wanted = False
        for _ in range(50):  # who is just being started is met in the next round
            pids = self.pids()
            if not pids:
                break
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.05)
        for server in self.servers:
            if server.process is not None:  # Redis hides its environment
                server.process.kill()
                server.process.wait(timeout=10)
        self._spawner.shutdown()
        if not os.environ.get("TRIALS_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self, *words: str) -> list[int]:
        """Processes of this stack whose command line has all the words (`gunicorn`, `celery worker`, `postgres`)."""
        return pids_with(f"TRIALS_STACK={self.folder}", *words)

    # --- Looking in -------------------------------------------------------------------------------------------------
    def answers(self) -> bool:
        """Whether the web answers now."""
        try:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/health/live", headers={"Host": self.host})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False

    def manage(
        self, *arguments: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """`manage.py …` in the environment of the servers. Raises TrialError when it fails, unless `check` is off."""
        done = subprocess.run(
            [BINARIES / "python", ROOT / "manage.py", *arguments],
            env=self.env | {"LOG_LEVEL": "WARNING", **(env or {})},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise TrialError(f"manage.py {' '.join(arguments)} failed\n{done.stdout}\n{done.stderr}")
        return done

    def shell(self, script: str) -> subprocess.Popen[str]:
        """A script in the product's shell that talks through its pipes; it ends with the stack."""
        started: list[subprocess.Popen[str]] = []
        command = f"setpriv --pdeathsig KILL {BINARIES}/python manage.py shell -v 0 -c".split()

        def spawn() -> None:
            with (self.folder / "shell.log").open("ab") as log:
                started.append(
                    subprocess.Popen(
                        [*command, script],
                        env=self.env,
                        cwd=ROOT,
                        text=True,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=log,
                    )
                )

        self.in_own_thread(spawn)
        return started[0]

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """A look into the database past the product. Placeholders are `%s` on PostgreSQL and `?` on SQLite."""
        if self.embedded:
            with sqlite3.connect(self.folder / "data" / "db.sqlite3", timeout=30) as database:
                return list(database.execute(query, parameters).fetchall())
        with psycopg.connect(self.database_url) as connection:
            return list(connection.execute(query.encode(), parameters).fetchall())
