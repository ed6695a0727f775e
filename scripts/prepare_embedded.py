"""Prepares the data folder of the embedded mode: database, starter package, demo people, static files, process list.

Idempotent. What has not changed since the last start is not done again, so that a second start takes seconds.
"""

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enablement.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")  # of this preparation alone

import django  # noqa: E402 - the path must be set first
from babel.messages.frontend import CommandLineInterface  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

PROGRAM = """
[program:{name}]
command=setpriv --pdeathsig {signal} {command}
directory={root}
autostart=true
autorestart=true
startsecs=2
startretries=20
stopsignal=TERM
stopwaitsecs=12
killasgroup=true
stdout_logfile=/dev/fd/1
stdout_logfile_maxbytes=0
redirect_stderr=true
"""

LOGINS = (
    ("marketing@example.com", "learner, marketing; in a duo with sales"),
    ("sales@example.com", "learner, sales; in a duo with marketing"),
    ("trainer@example.com", "writes modules and tests in the CMS"),
    ("reviewer@example.com", "reviews and publishes"),
    ("lead@example.com", "leads the two learners"),
    ("hr@example.com", "completion report"),
    ("admin@example.com", "administrator"),
)


def _fingerprint(paths: Iterable[Path]) -> str:
    """A hash over names, sizes and change times of all files below the paths."""
    digest = hashlib.sha256(settings.VERSION.encode())
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                stat = file.stat()
                digest.update(f"{file}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _changed(name: str, *paths: Path) -> bool:
    stamp = settings.DATA_DIR / "stamps" / name
    return not stamp.exists() or stamp.read_text("utf-8") != _fingerprint(paths)


def _done(name: str, *paths: Path) -> None:
    stamp = settings.DATA_DIR / "stamps" / name
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_fingerprint(paths), "utf-8")


def prepare() -> None:
    """Do what is to be done, in order; any error stops the start."""
    locale, curriculum, static = ROOT / "locale", ROOT / "curriculum", ROOT / "static"
    requirements = ROOT / "requirements.txt"
    po_files = sorted(locale.rglob("*.po"))
    if po_files and (_changed("translations", *po_files) or not all(po.with_suffix(".mo").exists() for po in po_files)):
        print("Compiling translations …", flush=True)
        CommandLineInterface().run(["pybabel", "--quiet", "compile", "-d", str(locale), "-D", "django"])
        _done("translations", *po_files)
    django.setup()
    migrations = [
        ROOT / room / "migrations" for room in ("people", "courses", "assessments", "certificates", "reports")
    ]
    if _changed("migrations", requirements, *migrations):
        print("Building the database …", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
        _done("migrations", requirements, *migrations)
    if _changed("curriculum", curriculum):
        print("Loading the starter package …", flush=True)
        call_command("import_package", str(curriculum))
        _done("curriculum", curriculum)
    call_command("load_demo_people")
    if _changed("static", static, requirements):
        print("Collecting static files …", flush=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        _done("static", static, requirements)


def write_process_list() -> None:
    """The supervisor's configuration. `--pdeathsig` ends the children even when the supervisor itself is killed."""
    binaries = ROOT / ".venv" / "bin"
    celery = f"{binaries}/celery -A enablement"
    programs = {
        "web": f"{binaries}/gunicorn enablement.wsgi --bind 127.0.0.1:{settings.PORT} --workers 2 --threads 4"
        " --worker-tmp-dir /dev/shm --no-control-socket --graceful-timeout 8 --timeout 60",
        "worker": f"{celery} worker --concurrency 1 --without-gossip --without-mingle --without-heartbeat -l WARNING",
        "beat": f"{celery} beat --pidfile= -l WARNING",
    }
    data = settings.DATA_DIR
    text = f"[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={data}/supervisord.pid\n"
    text += "user=root\n" if os.geteuid() == 0 else ""
    for name, command in programs.items():
        text += PROGRAM.format(name=name, signal="TERM", command=command, root=ROOT)
    (data / "supervisord.conf").write_text(text, "utf-8")


def announce() -> None:
    print(f"\nDoppelpass {settings.VERSION} starts on http://127.0.0.1:{settings.PORT}/   (CMS: /admin/)")
    print("Demo log-ins, password doppelpass-demo:")
    for email, what in LOGINS:
        print(f"  {email:<24} {what}")
    print(f"Data: {settings.DATA_DIR}. Mail lands in its mail/ folder. Ctrl-C ends everything.\n", flush=True)


if __name__ == "__main__":
    prepare()
    write_process_list()
    announce()
