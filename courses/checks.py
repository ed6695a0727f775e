"""Two registers that higher rooms fill: how a knowledge check is rendered, and what the editor warns about.

The item bank stands above this room, so a lesson can hold an item but not know how to show it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.safestring import SafeString

CheckRenderer = Callable[[dict[str, Any], Any, str], SafeString]
"""`(template context, item, block id) -> markup`. The context has `request` and `is_preview`."""


@dataclass(frozen=True)
class _Renderer:
    render: CheckRenderer
    queryset: Callable[[], QuerySet[Any]] | None


_renderer: _Renderer | None = None


def register_check_renderer(render: CheckRenderer, *, queryset: Callable[[], QuerySet[Any]] | None = None) -> None:
    """Say how an item is shown as ungraded practice. Call it in `AppConfig.ready()`.

    `queryset` returns the items with everything that rendering reads, so that a lesson with ten checks costs one
    query. The last registration wins.
    """
    global _renderer  # noqa: PLW0603 - one per process, set once while the apps load
    _renderer = _Renderer(render, queryset)


def render_check(context: dict[str, Any], item: Any, block_id: str) -> SafeString | None:
    """The markup of a knowledge check, or None when nobody renders items."""
    return None if _renderer is None or item is None else _renderer.render(context, item, block_id)


def check_queryset() -> QuerySet[Any] | None:
    """The items as the registered renderer wants them loaded, or None for the model's own manager."""
    return _renderer.queryset() if _renderer and _renderer.queryset else None


@dataclass(frozen=True)
class Problem:
    """Something that an editor should look at. `anchor` is the id of the block or field in the editor."""

    message: str | Promise
    anchor: str = ""


ContentCheck = Callable[[Any], Iterable[Problem]]
_content_checks: list[tuple[type[Model], ContentCheck]] = []


def register_content_check(model: type[Model]) -> Callable[[ContentCheck], ContentCheck]:
    """Register a generator of problems for pages or snippets of this model, subclasses included."""

    def register(check: ContentCheck) -> ContentCheck:
        _content_checks.append((model, check))
        return check

    return register


def problems_of(instance: Model) -> Iterator[Problem]:
    """What the registered checks find on this instance as it is in memory (draft or live)."""
    for model, check in _content_checks:
        if isinstance(instance, model):
            yield from check(instance)
