"""What this room tells a person about themselves."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from people.models import AccessLogEntry, User
from people.personal_data import register_personal_data


def export_person(user: User) -> dict[str, Any]:
    """Account, looks at one's record by others, sessions, kinds of second factors (never their secrets)."""
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "function": user.function.slug if user.function else None,
        "org_unit": user.org_unit.name if user.org_unit else None,
        "manager": user.manager.get_full_name() if user.manager else None,
        "duo": user.duo.get_full_name() if user.duo else None,
        "language": user.language,
        "external_id": user.external_id,
        "extra_time_percent": user.extra_time_percent,
        "roles": sorted(user.role_names),
        "joined": user.date_joined,
        "last_login": user.last_login,
        "looks_at_my_record": list(
            AccessLogEntry.objects.filter(subject=user).order_by("at").values("at", "action", "actor__email")
        ),
        "sessions": list(UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent")),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
    }


register_personal_data("person", export_person)
