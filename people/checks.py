"""The start is refused while a demo account can log in under production settings."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from people.demo import DEMO_PASSWORD, DEMO_PEOPLE


@register(Tags.security)
def no_demo_people_in_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """people.E001: an active demo account still has the public password."""
    if not settings.PRODUCTION:
        return []
    from people.models import User  # noqa: PLC0415 - checks are imported before models are ready

    try:
        if User._meta.db_table not in connection.introspection.table_names():
            return []  # before the first migrate there is nobody
        people = list(
            User.objects.filter(email__in=[person.email for person in DEMO_PEOPLE], is_active=True).values_list(
                "email", "password"
            )
        )
    except DatabaseError:
        return []  # no database, no log-in; readiness says so
    open_doors = sorted(email for email, encoded in people if check_password(DEMO_PASSWORD, encoded))
    if not open_doors:
        return []
    return [
        Error(
            f"Demo accounts with a public password can log in: {', '.join(open_doors)}.",
            hint="Deactivate them or give each a new password (manage.py changepassword EMAIL).",
            id="people.E001",
        )
    ]


def refuse_demo_people() -> None:
    """Raise ImproperlyConfigured when people.E001 holds; the WSGI entry point calls this."""
    for error in no_demo_people_in_production(None):
        raise ImproperlyConfigured(f"{error.id}: {error.msg} {error.hint}")
