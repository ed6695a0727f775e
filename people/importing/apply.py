"""A plan becomes rows: in one transaction, with a number of statements that does not grow with the people."""

from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enablement.core.errors import DomainError
from people.enums import Role
from people.importing.plan import ImportPlan, Node, Planned, UnitPath, chunks, plan_import
from people.importing.read import read_people
from people.models import User
from people.selectors import org_unit_paths
from people.units import org_unit_at

_FIELDS = ("email", "first_name", "last_name", "function", "language", "external_id", "is_active")
_BATCH = 500


@transaction.atomic
def apply_import(content: bytes, *, actor: User | None) -> ImportPlan:
    """Read, plan and write. Returns the plan; when it has faults, nothing was written.

    Raises DomainError when nobody would be administrator any more. Running it again changes nothing.
    """
    rows, faults = read_people(content)
    if faults:
        return ImportPlan(faults=faults)
    # One import at a time: two would both find a person missing. The lock is on rows that always exist.
    list(Group.objects.select_for_update().filter(name__in=Role.values).order_by("pk"))
    plan = plan_import(rows, actor=actor)
    if plan.ok:
        _write(plan)
    return plan


def _write(plan: ImportPlan) -> None:
    had_admin = _admins()
    units = {tuple(path.split(" > ")): pk for pk, path in org_unit_paths().items()}
    for path in plan.new_units:
        units[path] = org_unit_at(path).pk
    created = [_new_user(person, units) for person in plan.created]
    User.objects.bulk_create(created, batch_size=_BATCH)
    for person, user in zip(plan.created, created, strict=True):
        person.user = user
    for person in plan.changed:
        _set_fields(person, units)
    _upsert((person.user for person in plan.changed), [*_FIELDS, "org_unit", "left_at"])
    _link(plan)
    _link_roles(plan)
    _end_sessions(plan)
    if had_admin and not _admins():
        raise DomainError(_("At least one active person must be administrator."))


def _admins() -> bool:
    return User.objects.filter(groups__name=Role.ADMIN.value, is_active=True).exists()


def _new_user(person: Planned, units: dict[UnitPath, int]) -> User:
    # No password: the person sets one through "Forgotten your password?".
    user = User(password=make_password(None), email=person.email)
    person.user = user
    _set_fields(person, units)
    return user


def _set_fields(person: Planned, units: dict[UnitPath, int]) -> None:
    user = person.user
    if user is None:
        raise ValueError("a planned person without an account")
    was_active = user.is_active
    for name in _FIELDS:
        if name in person.values:
            setattr(user, name, person.values[name])
    if person.unit is not None:
        user.org_unit_id = units[person.unit] if person.unit else None
    if user.is_active != was_active:
        user.left_at = None if user.is_active else timezone.now()


def _upsert(users: Iterable[User | None], fields: list[str]) -> None:
    """Write these fields of existing rows. INSERT … ON CONFLICT is several times faster than CASE WHEN."""
    rows = [user for user in users if user is not None]
    User.objects.bulk_create(rows, batch_size=_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _account(node: Node | None) -> User | None:
    return node.user if isinstance(node, Planned) else node


def _link(plan: ImportPlan) -> None:
    """Managers and duos, once every account has a key. What ends, ends first: the duo column is unique."""
    people = [person for person in (*plan.created, *plan.changed) if person.user is not None]
    linked: dict[int, User] = {}
    for person in people:
        user = person.user
        if user is not None and "manager" in person.values:
            manager = _account(person.manager)
            if user.manager_id != (manager.pk if manager else None):
                user.manager_id = manager.pk if manager else None
                linked[user.pk] = user
    paired = [person for person in people if "duo" in person.values]
    accounts = {user.pk: user for person in paired for user in (person.user, _account(person.duo)) if user is not None}
    for part in chunks(sorted(accounts)):
        User.objects.filter(duo__in=part).update(duo=None)
        User.objects.filter(pk__in=part).update(duo=None)
    for user in accounts.values():
        user.duo_id = None
    for person in paired:
        first, second = person.user, _account(person.duo)
        if first is not None and second is not None:
            first.duo_id, second.duo_id = second.pk, first.pk
            linked |= {first.pk: first, second.pk: second}
    _upsert(linked.values(), ["manager", "duo"])


def _link_roles(plan: ImportPlan) -> None:
    groups = {group.name: group.pk for group in Group.objects.filter(name__in=Role.values)}
    through = User.groups.through
    given = {
        person.user.pk: person.roles
        for person in (*plan.created, *plan.changed)
        if person.user is not None and person.roles is not None
    }
    for part in chunks(sorted(given)):
        through.objects.filter(user__in=part, group__in=groups.values()).delete()
    through.objects.bulk_create(
        [through(user_id=pk, group_id=groups[role.value]) for pk, wanted in given.items() for role in sorted(wanted)],
        batch_size=_BATCH,
    )


def _end_sessions(plan: ImportPlan) -> None:
    left = [person.user.pk for person in plan.changed if person.user is not None and not person.user.is_active]
    for part in chunks(left):
        for session in UserSession.objects.filter(user__in=part):
            session.end()
