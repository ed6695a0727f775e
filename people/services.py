"""Writes of the people room, and the doors through which other rooms take part in export, retention and erasure."""

from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from enablement.core.errors import DomainError
from people import roles
from people.enums import Role
from people.erasure import erase_person
from people.models import AccessLogEntry, User
from people.permissions import ensure_workflow, grant_page_permissions, grant_roles
from people.personal_data import RetentionPolicy, register_erasure, register_personal_data, register_retention
from people.units import org_unit_at

__all__ = [
    "RetentionPolicy",
    "ensure_workflow",
    "erase_person",
    "grant_page_permissions",
    "grant_roles",
    "log_access",
    "org_unit_at",
    "pair_duo",
    "register_erasure",
    "register_personal_data",
    "register_retention",
    "set_active",
    "set_language",
    "set_roles",
    "unpair_duo",
]


def log_access(actor: User, *, subjects: Iterable[User | None], action: str, detail: str = "") -> None:
    """Note that `actor` looked at other people's records. Looking at one's own is not noted.

    `action` is a short stable key such as `timeline` or `export`; `detail` holds filters, never results.
    """
    AccessLogEntry.objects.bulk_create(
        AccessLogEntry(actor=actor, subject=subject, action=action, detail=detail[:500])
        for subject in subjects
        if subject is None or subject.pk != actor.pk
    )


@transaction.atomic
def pair_duo(first: User, second: User) -> None:
    """Make two people each other's duo, ending earlier duos of both. Raises DomainError for a pair of one."""
    if first.pk == second.pk:
        raise DomainError(_("A duo needs two people."))
    people = User.objects.select_for_update().filter(pk__in=sorted((first.pk, second.pk))).order_by("pk")
    ids = [person.pk for person in people]
    User.objects.filter(duo__in=ids).update(duo=None)
    User.objects.filter(pk__in=ids).update(duo=None)
    User.objects.filter(pk=first.pk).update(duo=second)
    User.objects.filter(pk=second.pk).update(duo=first)
    first.duo, second.duo = second, first


@transaction.atomic
def unpair_duo(person: User) -> None:
    """End a person's duo on both sides; nothing happens when there is none."""
    User.objects.filter(duo=person).update(duo=None)
    User.objects.filter(pk=person.pk).update(duo=None)
    person.duo = None


def set_language(user: User, language: str) -> None:
    """The language of pages, mails and the CMS. Raises DomainError for one that is not offered."""
    if language not in dict(settings.LANGUAGES):
        raise DomainError(_("This language is not available."))
    User.objects.filter(pk=user.pk).update(language=language)
    UserProfile.objects.filter(user=user).update(preferred_language=language)
    user.language = language


@transaction.atomic
def set_roles(actor: User, person: User, wanted: Iterable[Role]) -> None:
    """Give and take the roles that the actor may grant; other roles of the person stay as they are.

    Raises DomainError when a role is asked for that is neither grantable nor already there.
    """
    grantable = roles.grantable_roles(actor)
    locked = User.objects.select_for_update().get(pk=person.pk)
    held = {Role(name) for name in locked.role_names if name in Role.values}
    asked = set(wanted)
    if asked - held - grantable:
        raise DomainError(_("You may not grant this role."))
    target = (held - grantable) | (asked & (grantable | held))
    if Role.ADMIN in held and Role.ADMIN not in target:
        _keep_one_admin(person)
    if target != held:
        log_access(actor, subjects=[person], action="roles", detail=", ".join(sorted(target)))
    locked.groups.set(Group.objects.filter(name__in=[role.value for role in target]))
    person.__dict__.pop("_role_names", None)
    person.__dict__.pop("_prefetched_objects_cache", None)


@transaction.atomic
def set_active(person: User, *, active: bool) -> None:
    """Let a person in, or out: without deleting anything. Ends all sessions of whoever leaves."""
    if person.is_active == active:
        return
    if not active:
        if person.has_role(Role.ADMIN):
            _keep_one_admin(person)
        for session in UserSession.objects.filter(user=person):
            session.end()
    person.is_active, person.left_at = active, None if active else timezone.now()
    User.objects.filter(pk=person.pk).update(is_active=active, left_at=person.left_at)


def _keep_one_admin(person: User) -> None:
    others = User.objects.filter(groups__name=Role.ADMIN.value, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise DomainError(_("At least one active person must be administrator."))
