"""Settings of the test run: the embedded mode in a folder of its own, or TEST_DATABASE_URL and TEST_REDIS_URL."""

import os
import tempfile
from pathlib import Path

# Each process (and so each xdist worker) has a folder of its own: no test sees another's broker, cache or files.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
_data_dir = (
    Path(os.environ["TEST_DATA_DIR"]) / _worker  # with --reuse-db a developer's second run starts at once
    if os.environ.get("TEST_DATA_DIR")
    else Path(tempfile.mkdtemp(prefix=f"doppelpass-test-{_worker}-"))
)
_data_dir.mkdir(parents=True, exist_ok=True)
for _name in (
    "DATABASE_URL",
    "CACHE_URL",
    "CELERY_BROKER_URL",
    "STORAGE_URL",
    "EMAIL_URL",
    "BASE_URL",
    "DOPPELPASS_MODE",
):
    os.environ.pop(_name, None)
os.environ["DATA_DIR"] = str(_data_dir)
os.environ["LOG_LEVEL"] = "WARNING"  # a line for each page that a fixture saves costs more than the page
_redis_number = 1 + (int(_worker.removeprefix("gw")) if _worker.startswith("gw") else 8)
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
if os.environ.get("TEST_REDIS_URL"):
    os.environ["CACHE_URL"] = os.environ["CELERY_BROKER_URL"] = f"{os.environ['TEST_REDIS_URL']}/{_redis_number}"

from enablement.settings import *  # noqa: E402, F403 - the environment must be set first
from enablement.settings import DATABASES, STORAGES  # noqa: E402

if not os.environ.get("TEST_TRANSLATED"):
    LOCALE_PATHS: list[str] = []  # most tests read the English sources, whether or not the catalogue is compiled
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # query counts are literal, on either database
SECRET_KEY = "test-key-that-is-long-enough-and-used-nowhere-else-0123456789"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and the live server need real connections and real locks.
    DATABASES["default"]["TEST"] = {"NAME": str(_data_dir / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    # Nobody cuts the power here. What must survive that is shown by tests/system and trials, with their own settings.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
if not os.environ.get("TEST_REDIS_URL"):
    # Each test fills the cache of the shell. Files are what the running product of tests/system has.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
WHITENOISE_AUTOREFRESH = True
