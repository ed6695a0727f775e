"""The product's settings, stripped to what a bare site needs: session and log-in, nothing else in between."""

from enablement.settings import *  # noqa: F403
from enablement.settings import INSTALLED_APPS as PRODUCT_APPS

QUIET = {"allauth.account": "trials.reference.apps.QuietAccountConfig"}
INSTALLED_APPS = [*(QUIET.get(name, name) for name in PRODUCT_APPS), "trials.reference.apps.ReferenceConfig"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # Django's own default
ROOT_URLCONF = "trials.reference.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [BASE_DIR / "templates"],  # noqa: F405 - the blocks' own templates
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "enablement.core.templatetags.ui"],
        },
    }
]
