"""Reads of the people room."""

from django.core.cache import cache
from django.db.models import Q, QuerySet

from people import roles
from people.models import TEAM_LEAD_VIEW_KEY, Function, OrgUnit, User, VisibilitySettings


def visible_people(actor: User) -> QuerySet[User]:
    """Active people whose completion the actor may see in reports: HR within its scope; nobody else sees anyone."""
    if not roles.may_report(actor):
        return User.objects.none()
    people = User.objects.filter(is_active=True)
    scope = roles.hr_scope(actor)
    return people if scope is None else people.filter(org_unit__in=units_below(scope))


def find_people(actor: User, text: str, *, limit: int = 10) -> list[User]:
    """Active people by what somebody typed who wants to do something for one of them, by name.

    HR and administrators find whom they may see by any part of name and address. Trainers may see nobody's records:
    they find a person by the whole e-mail address or the external ID, which that person has told them, so that nobody
    reads through the staff in order to find one (GDPR 5 (1) c). Everybody else finds nobody.
    """
    text = text.strip()
    if not text or not (roles.may_grant_exceptions(actor) or roles.may_report(actor)):
        return []
    exact = Q(email__iexact=text) | Q(external_id=text)
    found = list(User.objects.filter(exact, is_active=True)[:limit]) if roles.may_grant_exceptions(actor) else []
    seen = User.objects.filter(is_active=True) if roles.is_admin(actor) else visible_people(actor)
    if found or not (roles.is_admin(actor) or roles.may_report(actor)):
        return found
    for word in text.split():
        seen = seen.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    return list(seen[:limit])


def units_below(unit: OrgUnit) -> QuerySet[OrgUnit]:
    """The unit and all its sub-units."""
    return OrgUnit.get_tree(unit)  # type: ignore[no-any-return]  # treebeard ships no types


def team_of(lead: User) -> QuerySet[User]:
    """Active direct reports, if the company has switched the team view on; nobody otherwise."""
    if not team_lead_view():
        return User.objects.none()
    return lead.reports.filter(is_active=True)


def team_lead_view() -> bool:
    """Whether the company has switched the team view on. Cached, for every page asks; saving clears it."""
    return bool(cache.get_or_set(TEAM_LEAD_VIEW_KEY, lambda: bool(VisibilitySettings.load().team_lead_view), 300))


def functions() -> list[Function]:
    """All functions, by their name in the active language; for filters and choices."""
    return sorted(Function.objects.all(), key=lambda function: function.name.casefold())


def org_unit_choices(scope: OrgUnit | None = None) -> list[tuple[int, str]]:
    """`(pk, indented name)` of all units in the order of the tree, or of `scope` and what lies below it."""
    units = OrgUnit.get_tree(scope).only("pk", "name", "depth")
    top = 1 if scope is None else scope.depth
    return [(unit.pk, "\u2003" * (unit.depth - top) + unit.name) for unit in units]


def org_unit_paths() -> dict[int, str]:
    """`A > B` of every unit by its key, in one query."""
    paths: dict[int, str] = {}
    by_path: dict[str, str] = {}
    for unit in OrgUnit.objects.order_by("path").only("pk", "name", "path", "depth"):
        parent = by_path.get(unit.path[: -OrgUnit.steplen])
        by_path[unit.path] = paths[unit.pk] = f"{parent} > {unit.name}" if parent else unit.name
    return paths


def manageable_people(actor: User) -> QuerySet[User]:
    """People whose account the actor may see in the people administration, inactive ones too, erased ones never."""
    if not roles.may_manage_people(actor):
        return User.objects.none()
    people = User.objects.filter(erased_at=None)
    scope = None if roles.is_admin(actor) else roles.hr_scope(actor)
    return people if scope is None else people.filter(org_unit__in=units_below(scope))
