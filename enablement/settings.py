"""All settings, in one file, read from the environment. docs/operations.md lists every variable.

Two modes: `embedded` (the default: SQLite, filesystem broker, loopback, demo people) and `production`, in which
every outside service must be named.
"""

import logging
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from enablement.core.env import Env

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env.choice("DOPPELPASS_MODE", "embedded", ("embedded", "production"))
PRODUCTION = MODE == "production"
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
VERSION = next(
    line.removeprefix("## ").split()[0]
    for line in (BASE_DIR / "CHANGELOG.md").read_text("utf-8").splitlines()
    if line.startswith("## ")
)

# --- Identity and hosts ---------------------------------------------------------------------------------------------
DEBUG = False


def _secret_key() -> str:
    if PRODUCTION:
        return env.text("SECRET_KEY")
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        own = DATA_DIR / f"secret_key.{os.getpid()}"  # whole before it has its name: others may start at this moment
        own.touch(mode=0o600)
        own.write_text(get_random_secret_key(), "utf-8")
        with suppress(FileExistsError):
            path.hardlink_to(own)
        own.unlink()
    return path.read_text("utf-8").strip()


SECRET_KEY = _secret_key()
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
PORT = env.number("PORT", 8000, least=1)
# Links in mails, QR codes and certificates come from here, never from the Host header.
BASE_URL = env.url(
    "BASE_URL",
    None if PRODUCTION else f"http://127.0.0.1:{PORT}",
    schemes=("https",) if PRODUCTION else ("http", "https"),
).rstrip("/")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", None if PRODUCTION else "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "enablement.core",
    "people",
    "courses",
    "assessments",
    "certificates",
    "reports",
    "trials",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "people.apps.UsersConfig",  # wagtail.users with our own people administration
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "enablement.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "enablement.core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "enablement.core.middleware.ContentSecurityPolicyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "enablement.core.middleware.DomainErrorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "enablement.urls"
WSGI_APPLICATION = "enablement.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "enablement.context_processors.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "enablement.core.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database -------------------------------------------------------------------------------------------------------
_database_url = env.url(
    "DATABASE_URL",
    None if PRODUCTION else f"sqlite:///{DATA_DIR / 'db.sqlite3'}",
    schemes=("postgres", "postgresql") if PRODUCTION else ("sqlite", "postgres", "postgresql"),
)
DATABASES = {"default": dj_database_url.parse(_database_url, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL and immediate transactions: without IMMEDIATE a reader that becomes a writer fails at once as "locked".
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    # No just-in-time compilation: PostgreSQL takes the reports' long lists of columns for long work and spent up to
    # 2.5 s compiling what then runs for 0.3 s.
    DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {"options": "-c jit=off"}

# --- Cache and sessions ---------------------------------------------------------------------------------------------
_cache_url = env.url("CACHE_URL", None if PRODUCTION else "", schemes=("redis", "rediss"))
CACHES = {
    "default": (
        {
            "BACKEND": "enablement.core.cache.SteadyRedisCache",
            "LOCATION": _cache_url,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
        if _cache_url
        else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA_DIR / "cache"}
    )
}
# With Redis most requests read the session there. It is written to the database all the same, and only when it changes.
SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if _cache_url else 'db'}"
if _cache_url:
    CACHES["sessions"] = {
        **CACHES["default"],
        "BACKEND": "enablement.core.cache.SessionCache",
        "KEY_PREFIX": "sessions",
    }
    SESSION_CACHE_ALIAS = "sessions"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_NAME = "__Host-session" if SESSION_COOKIE_SECURE else "session"

# --- Security -------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY", default=PRODUCTION) else None
)
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # asks for DENY; Wagtail shows its preview in a frame of the same origin
_csp_base = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**_csp_base, "script-src": [SELF], "style-src": [SELF]}}
# Wagtail's editor writes inline styles and scripts; the looser policy holds under the CMS's own path only.
CMS_CONTENT_SECURITY_POLICY = {
    **_csp_base,
    "img-src": [SELF, "data:", "blob:"],
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- People and log-in (django-allauth) -----------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["people.backends.PersonBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told by mail
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MFA_ADAPTER = "people.adapters.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from HR, not from the person
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "Doppelpass"
USERSESSIONS_TRACK_ACTIVITY = False  # one write per request would cost every page a transaction
# Rate limits count by the address that this many proxies in front report in X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 1 if PRODUCTION else 0)
SIGNUP_OPEN = env.flag("SIGNUP_OPEN", default=False)

# --- Languages and time ---------------------------------------------------------------------------------------------
USE_I18N = WAGTAIL_I18N_ENABLED = True
FORMAT_MODULE_PATH = "enablement.formats"
LANGUAGE_CODE = "de"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = WAGTAILADMIN_PERMITTED_LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TIME_ZONE", "Europe/Berlin")
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
_storage_url = env.url("STORAGE_URL", None if PRODUCTION else f"file://{MEDIA_ROOT}", schemes=("s3", "file"))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": f"enablement.core.storage.{'HashedCompressedStorage' if PRODUCTION else 'HashedStorage'}"
    },
}
if _storage_url.startswith("s3://"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _storage_url.removeprefix("s3://").strip("/"),
            "endpoint_url": env.url("STORAGE_ENDPOINT_URL", "", schemes=("https", "http")) or None,
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
elif _storage_url:
    MEDIA_ROOT = Path(_storage_url.removeprefix("file://"))

# --- Mail -----------------------------------------------------------------------------------------------------------
EMAIL_URL = env.url(
    "EMAIL_URL", None if PRODUCTION else "file://", schemes=("smtp", "smtps", "smtp+tls", "file", "console")
)
_mail = urlsplit(EMAIL_URL)
EMAIL_BACKEND = {
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
}.get(_mail.scheme, "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", None if PRODUCTION else "Doppelpass <doppelpass@example.com>")

# --- Celery ---------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.url(
    "CELERY_BROKER_URL",
    None if PRODUCTION else "filesystem://",
    schemes=("redis", "rediss") if PRODUCTION else ("filesystem", "memory", "redis", "rediss"),
)
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker"),
        "data_folder_out": str(DATA_DIR / "broker"),
        "control_folder": str(DATA_DIR / "broker-control"),
        "polling_interval": 0.2,
    }
    for _folder in ("broker", "broker-control"):
        (DATA_DIR / _folder).mkdir(parents=True, exist_ok=True)
elif CELERY_BROKER_URL.startswith("redis"):
    # A broker that accepts connections and says nothing must not hold the request that only wants to wake a worker.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 4}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 4
CELERY_TASK_PUBLISH_RETRY = False  # the row is the queue; the sweep wakes what a lost message left
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 60, least=5)
# How long a worker may hold a piece of work without a sign of life before another one takes it up.
LEASE_SECONDS = env.number("LEASE_SECONDS", 60, least=5)
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "analyses": {"task": "assessments.tasks.sweep_analyses", "schedule": SWEEP_SECONDS},
    "analyses-refresh": {"task": "assessments.tasks.refresh_analyses", "schedule": crontab(hour="4", minute="10")},
    "attempts": {"task": "assessments.tasks.sweep_attempts", "schedule": SWEEP_SECONDS},
    "certificates": {"task": "certificates.tasks.sweep_certificates", "schedule": SWEEP_SECONDS},
    "copies": {"task": "assessments.tasks.clear_copies", "schedule": crontab(hour="4", minute="30")},
    "exports": {"task": "reports.tasks.sweep_exports", "schedule": SWEEP_SECONDS},
    "mails": {"task": "reports.tasks.send_mails", "schedule": SWEEP_SECONDS},
    "outlines": {"task": "courses.tasks.sweep_outlines", "schedule": SWEEP_SECONDS},
    "result_mails": {"task": "assessments.tasks.send_result_mails", "schedule": SWEEP_SECONDS},
    "publishing": {"task": "courses.tasks.publish_scheduled", "schedule": SWEEP_SECONDS},
    "retention": {"task": "people.tasks.apply_retention", "schedule": crontab(hour="3", minute="20")},
}

# --- Wagtail --------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Doppelpass"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_LOGIN_URL = "wagtailadmin_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "svg", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = [
    *("csv", "docx", "odt", "pdf", "pptx", "txt", "xlsx", "zip"),
    *("m4a", "mp3", "mp4", "ogg", "vtt", "wav", "webm"),  # recordings of lessons and questions
]
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []  # no third-party request from any page
WAGTAILLOCALIZE_DISABLE_ON_DELETE = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Monitoring -----------------------------------------------------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN", "")  # empty: there is no metrics endpoint
if METRICS_TOKEN and len(METRICS_TOKEN) < 24:
    raise ImproperlyConfigured("METRICS_TOKEN must have at least 24 characters, or be empty.")

# --- Logging --------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "text", ("json", "text"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "enablement.core.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
        },
        "text": {"format": "%(asctime)s %(levelname)-7s %(name)s %(message)s [%(request_id)s]"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django_tasks": {"level": logging.WARNING},  # two lines for each object that the search index hears of
        "fontTools": {"level": logging.WARNING},
        "weasyprint": {"level": logging.ERROR},
    },
}
