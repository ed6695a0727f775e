"""Rows to a plan: what would be created and changed, and every reason why not. Reads only; this is the dry run."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from people import roles
from people.enums import Role
from people.importing.read import MAX_FAULTS, ImportFault, Row
from people.models import Function, User
from people.selectors import org_unit_paths

UnitPath = tuple[str, ...]
_YES = frozenset({"1", "yes", "true", "y", "ja", "wahr", "j"})
_NO = frozenset({"0", "no", "false", "n", "nein", "falsch"})
_CHUNK = 900  # parameters of one query; SQLite's own limit may be 999
_SIMPLE = ("email", "first_name", "last_name", "language", "external_id")


@dataclass(frozen=True)
class Change:
    """One field before and after, as text for the preview."""

    column: str
    old: str
    new: str


@dataclass(eq=False)
class Planned:
    """One person of the file: who it is now (None: new) and what they shall be. Absent keys are left alone."""

    line: int
    user: User | None
    values: dict[str, Any] = field(default_factory=dict)
    unit: UnitPath | None = None
    roles: frozenset[Role] | None = None
    manager: "Node | None" = None
    duo: "Node | None" = None
    changes: list[Change] = field(default_factory=list)

    @property
    def email(self) -> str:
        return str(self.values["email"])


Node = Planned | User


@dataclass
class ImportPlan:
    created: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    unchanged: int = 0
    new_units: list[UnitPath] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)
    unpaired: list[User] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def counts(self) -> dict[str, int]:
        return {"created": len(self.created), "changed": len(self.changed), "unchanged": self.unchanged}


def plan_import(rows: list[Row], *, actor: User | None) -> ImportPlan:
    """Compare the rows with the database. `actor` limits what may be changed; None is the server's command line."""
    return _Planner(rows, actor).run()


def chunks(values: Iterable[Any], size: int = _CHUNK) -> Iterator[list[Any]]:
    iterator = iter(values)
    while part := list(islice(iterator, size)):
        yield part


class _Planner:
    def __init__(self, rows: list[Row], actor: User | None) -> None:
        self.rows = rows
        self.actor = actor
        self.plan = ImportPlan()
        self.paths = org_unit_paths()
        self.units: dict[UnitPath, int] = {tuple(path.split(" > ")): pk for pk, path in self.paths.items()}
        self.functions: dict[str, Function] = {}
        for function in Function.objects.all():
            for key in (function.slug, function.name_de, function.name_en):
                self.functions.setdefault(key.casefold(), function)
        self.by_email: dict[str, User] = {}
        self.by_external: dict[str, User] = {}
        self.by_pk: dict[int, User] = {}
        self.planned: dict[str, Planned] = {}
        self.planned_by_pk: dict[int, Planned] = {}
        self.grantable = frozenset(Role) if actor is None else roles.grantable_roles(actor)
        self.scope: UnitPath | None = None
        if actor is not None and not roles.is_admin(actor) and (unit := roles.hr_scope(actor)) is not None:
            self.scope = tuple(self.paths[unit.pk].split(" > "))

    def fault(self, row: Row | Planned, column: str, message: str) -> None:
        if len(self.plan.faults) < MAX_FAULTS:
            self.plan.faults.append(ImportFault(row.line, column, message))

    # --- the whole ---

    def run(self) -> ImportPlan:
        self._load()
        lines: dict[tuple[str, str], int] = {}
        for row in self.rows:
            if self._unique(row, lines):
                self._plan_row(row)
        self._managers()
        self._duos()
        self._circles()
        for person in self.planned.values():
            self._compare(person)
        self.plan.new_units = sorted({p.unit for p in self.planned.values() if p.unit and p.unit not in self.units})
        self.plan.faults.sort(key=lambda fault: fault.line)
        return self.plan

    def _load(self) -> None:
        emails = {
            row.cells.get(name, "").lower() for row in self.rows for name in ("email", "manager_email", "duo_email")
        }
        externals = {row.cells.get("external_id", "") for row in self.rows}
        people = (
            User.objects.filter(erased_at=None)
            .select_related("function")
            .prefetch_related("groups")
            .annotate(lower_email=Lower("email"))
        )
        for part in chunks(sorted(emails - {""})):
            self._remember(people.filter(lower_email__in=part))
        for part in chunks(sorted(externals - {""})):
            self._remember(people.filter(external_id__in=part))
        # Managers of managers, and present duos, until the chain is complete.
        while missing := {
            pk for user in self.by_pk.values() for pk in (user.manager_id, user.duo_id) if pk and pk not in self.by_pk
        }:
            known = len(self.by_pk)
            for part in chunks(sorted(missing)):
                self._remember(people.filter(pk__in=part))
            if len(self.by_pk) == known:
                break

    def _remember(self, people: Iterable[User]) -> None:
        for user in people:
            self.by_pk[user.pk] = user
            self.by_email[user.email.lower()] = user
            if user.external_id:
                self.by_external[user.external_id] = user

    # --- one row ---

    def _unique(self, row: Row, lines: dict[tuple[str, str], int]) -> bool:
        email = row.cells["email"].lower()
        try:
            validate_email(email)
        except ValidationError:
            self.fault(row, "email", _("This is not an e-mail address."))
            return False
        for column, value in (("email", email), ("external_id", row.cells.get("external_id", ""))):
            if not value:
                continue
            first = lines.setdefault((column, value), row.line)
            if first != row.line:
                self.fault(row, column, _("Already in line %(line)d.") % {"line": first})
                return False
        return True

    def _match(self, row: Row, email: str) -> tuple[bool, User | None]:
        external = row.cells.get("external_id", "")
        by_email, by_external = self.by_email.get(email), self.by_external.get(external) if external else None
        if by_external is not None:
            if by_email is not None and by_email.pk != by_external.pk:
                self.fault(row, "email", _("This address belongs to somebody with another external ID."))
                return False, None
            return True, by_external
        if by_email is not None and external and by_email.external_id:
            # A re-used address: taking it as the same person would give away the predecessor's records.
            self.fault(row, "external_id", _("The person with this address has another external ID."))
            return False, None
        return True, by_email

    def _plan_row(self, row: Row) -> None:
        email = row.cells["email"].lower()
        matched, user = self._match(row, email)
        if not matched:
            return
        person = Planned(row.line, user, {"email": email})
        self.planned[email] = person
        if user is not None:
            self.planned_by_pk[user.pk] = person
        readers: dict[str, Callable[[Row, Planned, str], None]] = {
            "first_name": partial(self._text, "first_name"),
            "last_name": partial(self._text, "last_name"),
            "external_id": self._external,
            "function": self._function,
            "org_unit": self._unit,
            "language": self._language,
            "active": self._active,
            "roles": self._roles,
        }
        for column, reader in readers.items():
            if column in row.cells:
                reader(row, person, row.cells[column])
        self._in_scope(row, person)

    def _text(self, name: str, row: Row, person: Planned, value: str) -> None:
        person.values[name] = value

    def _external(self, row: Row, person: Planned, value: str) -> None:
        person.values["external_id"] = value or None

    def _function(self, row: Row, person: Planned, value: str) -> None:
        function = self.functions.get(value.casefold()) if value else None
        if value and function is None:
            known = ", ".join(sorted({found.slug for found in self.functions.values()}))
            self.fault(
                row, "function", _("Not known: “%(value)s”. Known are: %(names)s.") % {"value": value, "names": known}
            )
        person.values["function"] = function

    def _unit(self, row: Row, person: Planned, value: str) -> None:
        path = tuple(part.strip() for part in value.split(">")) if value else ()
        if any(not part or len(part) > 120 for part in path) or len(path) > 12:
            self.fault(row, "org_unit", _("Write the path from the top, like “Company > Market > Sales”."))
            return
        person.unit = path

    def _language(self, row: Row, person: Planned, value: str) -> None:
        code = value.lower()
        if not code:
            return
        if code not in dict(settings.LANGUAGES):
            names = ", ".join(code for code, _name in settings.LANGUAGES)
            self.fault(
                row, "language", _("Not known: “%(value)s”. Known are: %(names)s.") % {"value": value, "names": names}
            )
            return
        person.values["language"] = code

    def _active(self, row: Row, person: Planned, value: str) -> None:
        word = value.lower()
        if word in _YES or word in _NO:
            person.values["is_active"] = word in _YES
        elif word:
            self.fault(row, "active", _("Write yes or no."))

    def _roles(self, row: Row, person: Planned, value: str) -> None:
        names = {name.lower() for name in re.split(r"[,;|\s]+", value) if name} - {"learner"}
        unknown = sorted(names - set(Role.values))
        if unknown:
            known = ", ".join(Role.values)
            self.fault(
                row, "roles", _("Not known: “%(value)s”. Known are: %(names)s.") % {"value": unknown[0], "names": known}
            )
            return
        asked = {Role(name) for name in names}
        held = _held(person.user)
        if asked - held - self.grantable:
            self.fault(row, "roles", _("You may not grant this role."))
            return
        person.roles = frozenset((held - self.grantable) | asked)

    def _in_scope(self, row: Row, person: Planned) -> None:
        if self.scope is None:
            return
        now = person.user.org_unit_id if person.user else None
        before = tuple(self.paths[now].split(" > ")) if now else None
        after = person.unit if person.unit is not None else before
        for path in ([before] if person.user else []) + [after]:
            if path is None or path[: len(self.scope)] != self.scope:
                self.fault(row, "org_unit", _("This is outside the part of the company that you look after."))
                return

    # --- people who point to people ---

    def _node(self, email: str) -> Node | None:
        if email in self.planned:
            return self.planned[email]
        user = self.by_email.get(email)
        return None if user is None else self.planned_by_pk.get(user.pk, user)

    def _point(self, row: Row, column: str, person: Planned) -> Node | None:
        email = row.cells[column].lower()
        node = self._node(email)
        if node is None:
            self.fault(row, column, _("There is nobody with the address %(email)s.") % {"email": email})
        elif node is person:
            self.fault(row, column, _("A person cannot be their own manager or duo."))
        else:
            return node
        return None

    def _managers(self) -> None:
        for row in self.rows:
            person = self.planned.get(row.cells["email"].lower())
            if person is None or "manager_email" not in row.cells or person.line != row.line:
                continue
            person.values["manager"] = None
            if row.cells["manager_email"]:
                person.manager = self._point(row, "manager_email", person)

    def _duos(self) -> None:
        wanted: dict[int, tuple[Planned, Node]] = {}
        for row in self.rows:
            person = self.planned.get(row.cells["email"].lower())
            if person is None or "duo_email" not in row.cells or person.line != row.line:
                continue
            person.values["duo"] = None
            partner = self._point(row, "duo_email", person) if row.cells["duo_email"] else None
            if partner is not None:
                wanted[id(person)] = (person, partner)
        claimed: dict[int, Planned] = {}
        for person, partner in wanted.values():
            back = wanted.get(id(partner))
            if back is not None and back[1] is not person:
                self.fault(person, "duo_email", _("The two do not name each other."))
            elif claimed.setdefault(id(partner), person) is not person:
                self.fault(person, "duo_email", _("Two people name the same duo partner."))
            elif isinstance(partner, User) and self.actor and not roles.may_manage_person(self.actor, partner):
                self.fault(person, "duo_email", _("You may not change this person."))
            person.duo = partner
            if isinstance(partner, Planned):
                partner.values["duo"], partner.duo = None, person

    def _circles(self) -> None:
        done: set[int] = set()
        for start in self.planned.values():
            trail: list[int] = []
            node: Node | None = start
            on_trail: set[int] = set()
            while node is not None and id(node) not in done:
                if id(node) in on_trail:
                    self.fault(start, "manager_email", _("This would make a circle of managers."))
                    break
                on_trail.add(id(node))
                trail.append(id(node))
                node = self._manager_of(node)
            done.update(trail)

    def _manager_of(self, node: Node) -> Node | None:
        if isinstance(node, Planned) and "manager" in node.values:
            return node.manager
        user = node.user if isinstance(node, Planned) else node
        if user is None or user.manager_id is None:
            return None
        return self.planned_by_pk.get(user.manager_id, self.by_pk.get(user.manager_id))

    # --- before and after ---

    def _compare(self, person: Planned) -> None:
        user = person.user
        if user is None:
            self.plan.created.append(person)
            return
        person.changes = [*self._simple_changes(person, user), *self._linked_changes(person, user)]
        if not person.changes:
            self.plan.unchanged += 1
            return
        if self.actor is not None and not roles.may_manage_person(self.actor, user):
            self.fault(person, person.changes[0].column, _("You may not change this person."))
        self.plan.changed.append(person)

    def _simple_changes(self, person: Planned, user: User) -> Iterator[Change]:
        for name in _SIMPLE:
            if name in person.values and person.values[name] != getattr(user, name):
                yield Change(name, getattr(user, name) or "", person.values[name] or "")
        if "function" in person.values and person.values["function"] != user.function:
            yield Change("function", str(user.function or ""), str(person.values["function"] or ""))
        if "is_active" in person.values and person.values["is_active"] != user.is_active:
            yield Change("active", _yes_no(user.is_active), _yes_no(person.values["is_active"]))

    def _linked_changes(self, person: Planned, user: User) -> Iterator[Change]:
        if person.unit is not None:
            old = self.paths.get(user.org_unit_id or 0, "")
            new = " > ".join(person.unit)
            if old != new:
                yield Change("org_unit", old, new)
        if person.roles is not None and person.roles != (held := _held(user)):
            yield Change("roles", ", ".join(sorted(held)), ", ".join(sorted(person.roles)))
        for name, old_pk in (("manager", user.manager_id), ("duo", user.duo_id)):
            if name in person.values:
                before = self.by_pk[old_pk].email if old_pk in self.by_pk else ""
                node: Node | None = getattr(person, name)
                target = node.user if isinstance(node, Planned) else node
                same = (target.pk if target else None) == old_pk and (node is None) == (target is None)
                if not same:
                    yield Change(f"{name}_email", before, node.email if node else "")


def _held(user: User | None) -> frozenset[Role]:
    return frozenset(Role(name) for name in user.role_names if name in Role.values) if user else frozenset()


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")
