"""Who may what: pure predicates, the one place that decides. Pages, CMS and reports ask here.

`subject` is the person whose record is looked at. Unauthenticated users may nothing.
"""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from people.enums import Role

if TYPE_CHECKING:
    from people.models import OrgUnit, User

Actor = "User | AnonymousUser"


def _has(user: "User | AnonymousUser", *roles: Role) -> bool:
    if isinstance(user, AnonymousUser) or not user.is_active:
        return False
    return any(user.has_role(role) for role in roles)


def is_admin(user: "User | AnonymousUser") -> bool:
    return _has(user, Role.ADMIN) or bool(user.is_active and user.is_superuser)


def may_enter_cms(user: "User | AnonymousUser") -> bool:
    return is_admin(user) or _has(user, Role.TRAINER, Role.REVIEWER, Role.HR, Role.DATA_PROTECTION)


def may_author(user: "User | AnonymousUser") -> bool:
    """Write modules, lessons, items, quizzes, and see correct answers in a preview."""
    return is_admin(user) or _has(user, Role.TRAINER, Role.REVIEWER)


def may_mark(user: "User | AnonymousUser") -> bool:
    """Mark answers by hand, without the names of those who wrote them unless the test says otherwise; regrade."""
    return may_author(user)


def may_grant_exceptions(user: "User | AnonymousUser") -> bool:
    """Give a person more time or attempts at a test; whom one may find for it, `selectors.find_people` says."""
    return may_author(user)


def may_analyse(user: "User | AnonymousUser") -> bool:
    """Read item analyses: figures about five people and more, beside the keys of the items."""
    return may_author(user)


def may_review(user: "User | AnonymousUser") -> bool:
    """Approve and publish content."""
    return is_admin(user) or _has(user, Role.REVIEWER)


def may_manage_people(user: "User | AnonymousUser") -> bool:
    """Create, change and import people. HR and administrators."""
    return is_admin(user) or _has(user, Role.HR)


def grantable_roles(user: "User | AnonymousUser") -> frozenset[Role]:
    """Roles that the actor may give and take. HR gives the roles of content; the roles that control HR itself (HR with
    its scope, data protection, works council, administrator) come from an administrator.
    """
    if is_admin(user):
        return frozenset(Role)
    return frozenset({Role.TRAINER, Role.REVIEWER}) if may_manage_people(user) else frozenset()


def may_set_hr_scope(user: "User | AnonymousUser") -> bool:
    return is_admin(user)


def may_manage_person(user: "User | AnonymousUser", subject: "User") -> bool:
    """Change this person's data. HR may not touch whoever has a role that HR cannot give (a new e-mail address on an
    administrator's account would be a way to become one), nor people outside its scope.
    """
    if not may_manage_people(user) or subject.erased_at is not None:
        return False
    if is_admin(user):
        return True
    if subject.is_superuser or not subject.role_names <= {role.value for role in grantable_roles(user)}:
        return False
    scope = hr_scope(user)
    if scope is None:
        return True
    unit = subject.org_unit
    return unit is not None and (unit.pk == scope.pk or unit.is_descendant_of(scope))


def may_configure(user: "User | AnonymousUser") -> bool:
    """Change what the company shows, its functions, and how long it keeps records: not for HR of one unit, it concerns
    everybody.
    """
    return is_admin(user) or (_has(user, Role.HR) and hr_scope(user) is None)


def may_report(user: "User | AnonymousUser") -> bool:
    """Open the completion report at all. Completion, date, certificate, validity; never scores or answers."""
    return _has(user, Role.HR)


def may_assign(user: "User | AnonymousUser") -> bool:
    return _has(user, Role.HR)


def may_revoke(user: "User | AnonymousUser") -> bool:
    return _has(user, Role.HR)


def may_read_access_log(user: "User | AnonymousUser") -> bool:
    return _has(user, Role.DATA_PROTECTION)


def may_lead(user: "User | AnonymousUser", *, team_lead_view: bool) -> bool:
    """Open the team view: manages somebody, and the company has switched the view on."""
    if isinstance(user, AnonymousUser) or not user.is_active or not team_lead_view:
        return False
    return user.reports.filter(is_active=True).exists()


def hr_scope(user: "User | AnonymousUser") -> "OrgUnit | None":
    """The unit that HR's view ends at; None is the whole company. Ask `may_report` first."""
    return None if isinstance(user, AnonymousUser) else user.hr_scope


def may_see_completion(user: "User | AnonymousUser", subject: "User", *, team_lead_view: bool) -> bool:
    """Status and dates of one person: the person, HR within its scope, the direct manager if switched on."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return False
    if user.pk == subject.pk:
        return True
    if may_report(user):
        scope = hr_scope(user)
        if scope is None:
            return True
        unit = subject.org_unit
        return unit is not None and (unit.pk == scope.pk or unit.is_descendant_of(scope))
    return team_lead_view and subject.manager_id == user.pk


def may_see_aggregates(user: "User | AnonymousUser") -> bool:
    """Numbers without people: configuration, role matrix, definitions, groups of five and more."""
    return _has(user, Role.WORKS_COUNCIL, Role.HR)
