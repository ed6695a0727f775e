"""Panels that higher rooms put on the learner's home, such as the newest certificates.

register_home_panel("certificates", template="certificates/home_panel.html", build=newest_certificates)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from people.models import User

Build = Callable[[User], dict[str, Any] | None]


@dataclass(frozen=True)
class HomePanel:
    """A panel; `build` returns the template's context, or None to show nothing to this person."""

    name: str
    template: str
    build: Build
    order: int = 0


_panels: dict[str, HomePanel] = {}


def register_home_panel(name: str, *, template: str, build: Build, order: int = 0) -> None:
    """Register a panel once, from `AppConfig.ready()`. A second one of the same name replaces the first."""
    _panels[name] = HomePanel(name, template, build, order)


def home_panels(user: User) -> list[tuple[str, dict[str, Any]]]:
    """(template, context) of what this person sees, in order."""
    built = ((panel, panel.build(user)) for panel in sorted(_panels.values(), key=lambda panel: panel.order))
    return [(panel.template, context) for panel, context in built if context is not None]
