"""The courses room: its addresses, and the pages of the tree in every state of publication."""

from collections.abc import Callable
from typing import Any

from tests.access.engine import Row
from tests.access.world import CHECKLIST, NO_UUID, NOBODY, PEOPLE, REFLECTION, World

LEARNING = frozenset({"courses_progress", "courses_learningevent"})


def key_of(name: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"key": getattr(world, name).translation_key}


def page(name: str, **fields: Any) -> Row:
    """A page of the tree by its attribute in the world."""
    return Row(
        "wagtail_serve",
        fields.pop("allowed", PEOPLE),
        url=lambda world: f"/de{getattr(world, name).url_path.removeprefix('/home')}",
        missing_url="" if name == "home" else "/de/katalog/silos/gibt-es-nicht/",
        note=name,
        **fields,
    )


def hidden(name: str) -> Row:
    return page(name, allowed=NOBODY)


ROWS = [
    Row("courses:my_learning", PEOPLE, shows="Silos"),
    Row("courses:search", PEOPLE, query="?q=Silos", shows="<mark>Silos</mark>"),
    Row("courses:start", PEOPLE, key_of("module"), {"key": NO_UUID}, method="POST", status=302),
    Row("courses:start", NOBODY, key_of("draft_module"), {"key": NO_UUID}, method="POST", note="draft"),
    Row("courses:start", NOBODY, key_of("hidden_module"), {"key": NO_UUID}, method="POST", note="unpublished"),
    Row("courses:start_path", PEOPLE, key_of("path"), {"key": NO_UUID}, method="POST", status=302,
        writes=frozenset({"courses_enrollment"})),
    Row("courses:complete", PEOPLE, key_of("lesson"), {"key": NO_UUID}, method="POST", status=302, writes=LEARNING),
    Row("courses:complete", NOBODY, key_of("draft_lesson"), {"key": NO_UUID}, method="POST", note="draft"),
    Row("courses:complete", NOBODY, key_of("orphan_lesson"), {"key": NO_UUID}, method="POST", note="below unpublished"),
    Row("courses:complete", NOBODY, key_of("scheduled_lesson"), {"key": NO_UUID}, method="POST", note="scheduled"),
    Row("courses:note", PEOPLE,
        lambda world: {"activity_key": world.lesson.translation_key, "block_id": REFLECTION}, {"block_id": NO_UUID},
        method="POST", data=lambda world: {"text": "Meins", "next": "//evil.example/"}, status=302,
        writes=frozenset({"courses_learnernote"})),
    Row("courses:note", PEOPLE,
        lambda world: {"activity_key": world.lesson.translation_key, "block_id": CHECKLIST}, {"block_id": NO_UUID},
        method="POST", data=lambda world: {"ticks": ["0"]}, status=302, note="checklist",
        writes=frozenset({"courses_learnernote"})),
    Row("courses:note", NOBODY,
        lambda world: {"activity_key": world.orphan_lesson.translation_key, "block_id": REFLECTION},
        {"block_id": NO_UUID}, method="POST", data=lambda world: {"text": "Meins"}, note="below unpublished"),
    page("home", shows="Silos"),
    page("catalogue", shows="Silos"),
    page("path", shows="Vom Silo zum Doppelpass"),
    page("module", shows="Silos 1"),
    page("lesson", shows="Was lief schief?", writes=LEARNING),
    page("quiz_page", shows="Test Silos", writes=LEARNING),
    *(hidden(name) for name in ("draft_module", "draft_lesson", "scheduled_lesson", "hidden_module", "orphan_lesson",
                                "orphan_quiz")),
]  # fmt: skip
