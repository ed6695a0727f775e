"""The page and record types of this room."""

from typing import Any, ClassVar

from courses.models import Fact, LearningPathPage, LessonPage, ModulePage
from courses.package.schema import (
    PageType,
    RecordField,
    RecordType,
    bilingual,
    plain,
    register_page,
    register_records,
)


class FactType(RecordType):
    """Facts; the identifier is the fact's short name."""

    name = "fact"
    folder = "facts"
    model = Fact
    fields: ClassVar[tuple[RecordField, ...]] = (
        plain("value", required=True),
        bilingual("wording", required=True),
        bilingual("population"),
        plain("year", required=True),
        plain("source", required=True),
        plain("source_url"),
        bilingual("caveat"),
        plain("checked_on", required=True),
        plain("review_by", required=True),
    )

    def new(self, key: Any, identifier: str) -> Fact:
        return Fact(key=key, slug=identifier)


def register() -> None:
    """Called once when the apps are ready."""
    register_records(FactType())
    register_page(
        PageType(
            "path",
            LearningPathPage,
            "paths",
            shared=("minutes", "certificate", "due_days", "steps"),
            translated=("goal", "search_description"),
        )
    )
    register_page(
        PageType(
            "module",
            ModulePage,
            "catalogue",
            shared=("code", "minutes", "move_on", "certificate", "prerequisites", "illustration", "reviewed_on"),
            translated=("topic", "intro", "outcomes", "search_description"),
        )
    )
    register_page(
        PageType(
            "lesson",
            LessonPage,
            "module",
            shared=("minutes", "audience", "required"),
            translated=("objective", "search_description", "body"),
        )
    )
