"""The tree of org units."""

from collections.abc import Iterable

from people.models import OrgUnit


def org_unit_at(path: Iterable[str]) -> OrgUnit:
    """The org unit at this path of names from the top, made where it is missing."""
    unit: OrgUnit | None = None
    for name in path:
        siblings = OrgUnit.get_root_nodes() if unit is None else OrgUnit.objects.get(pk=unit.pk).get_children()
        found = siblings.filter(name=name).first()
        if found is None:
            found = (
                OrgUnit.add_root(name=name) if unit is None else OrgUnit.objects.get(pk=unit.pk).add_child(name=name)
            )
        unit = found
    if unit is None:
        raise ValueError("an org unit needs a name")
    return unit
