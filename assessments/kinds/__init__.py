"""Item kinds: one folder each, found by looking, so that a new kind is one folder and no edit elsewhere.

A folder holds a package whose `KIND` is an instance of `assessments.kinds.base.Kind`; its templates stand in
`templates/assessments/kinds/<name>/{question,review}.html`.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from assessments.kinds.base import Content, Kind, Outcome, ParseError

__all__ = ["Content", "Kind", "Outcome", "ParseError", "get_kind", "kind_choices", "kinds", "ungraded_kinds"]


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by name, in the order in which the editor offers them."""
    found: list[Kind] = []
    for module in iter_modules(__path__):
        if module.ispkg:
            kind = import_module(f"{__name__}.{module.name}").KIND
            if kind.name != module.name:
                raise TypeError(f"the kind in the folder {module.name!r} calls itself {kind.name!r}")
            found.append(kind)
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.rank, kind.name))}


def get_kind(name: str) -> Kind:
    """The kind of that name. Raises KeyError for an unknown one."""
    return kinds()[name]


def ungraded_kinds() -> list[str]:
    """Names of the kinds without right and wrong: they ask for a view and stand outside of every score."""
    return [name for name, kind in kinds().items() if not kind.graded]


def kind_choices() -> list[tuple[str, str]]:
    """Name and label of every kind, for filters and columns."""
    return [(kind.name, str(kind.label)) for kind in kinds().values()]
