"""The starter package and the demo people in the test's database: imported once per process, then put back as rows."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import translation
from wagtail.models import Collection, Locale, Page

from assessments.models import Attempt, ItemVersion
from assessments.services import save_response, start_attempt, submit_attempt
from courses.enums import ActivityKind, EnrollmentSource
from courses.models import Activity
from courses.package.importer import import_package
from courses.services import complete_lesson, enroll
from people.models import User

CURRICULUM = Path(__file__).resolve().parents[2] / "curriculum"
_tables: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {}


def _models() -> list[Any]:
    models = apps.get_models(include_auto_created=True)
    # The full-text table of SQLite is filled by triggers.
    return [m for m in models if m._meta.managed and not m._meta.proxy and not m._meta.db_table.endswith("_fts")]


def _import() -> None:
    # A test with real transactions leaves empty tables behind, without the roots that Wagtail's migrations made.
    Locale.objects.get_or_create(language_code="de")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    if not Page.objects.exists():
        Page.add_root(instance=Page(title="Root", slug="root"))
    with translation.override("de"):
        import_package(CURRICULUM)
    call_command("load_demo_people", verbosity=0)


def _remember() -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in _models():
            columns = [field.column for field in model._meta.local_concrete_fields if not _is_generated(field)]
            names = ", ".join(map(quote, columns))
            cursor.execute(f"SELECT {names} FROM {quote(model._meta.db_table)}")  # noqa: S608 - names of our own models
            _tables[model._meta.db_table] = (columns, cursor.fetchall())


def _is_generated(field: Any) -> bool:
    return bool(getattr(field, "generated", False))


def _put_back() -> None:
    """Rows of the first import, with their keys: seconds less than a second import."""
    quote = connection.ops.quote_name
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        for table in _tables:
            cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608 - names of our own models
        for table, (columns, rows) in _tables.items():
            if rows:
                names, marks = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)  # noqa: S608 - as above
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def load_starter() -> None:
    """Everything that `make run` loads. Nothing of an earlier test's data stays."""
    if _tables:
        _put_back()
    else:
        _import()
        _remember()
    ContentType.objects.clear_cache()
    cache.clear()


def person(name: str) -> User:
    """One of the demo people: marketing, sales, trainer, reviewer, lead, hr, admin."""
    return User.objects.get(email=f"{name}@example.com")


def module(code: str) -> Activity:
    return Activity.objects.get(code=code, kind=ActivityKind.MODULE)


def quiz(code: str) -> Activity:
    return Activity.objects.get(parent=module(code), kind=ActivityKind.QUIZ)


def lessons(code: str) -> list[Activity]:
    return list(Activity.objects.filter(parent=module(code), kind=ActivityKind.LESSON).order_by("position"))


def url_of(activity: Activity, language: str) -> str:
    """The path of the activity's page in this language."""
    page = Page.objects.get(translation_key=activity.key, locale__language_code=language)
    return str(page.get_url())


def right_answer(version: ItemVersion) -> Any:
    """A raw answer that earns full marks, from the key in the database."""
    content = version.content
    if version.kind == "single_choice":
        return next(option["id"] for option in content["options"] if option["correct"])
    if version.kind == "multiple_choice":
        return [option["id"] for option in content["options"] if option["correct"]]
    if version.kind == "numeric":
        return str(content["answer"]).replace(".", ",") if "." in content["answer"] else content["answer"]
    if version.kind == "matching":
        return {pair["id"]: pair["choice"] for pair in content["pairs"]}
    return [entry["id"] for entry in content["entries"]]


def complete_lessons(user: User, code: str) -> None:
    """Enrols the person, and reads every lesson that is open to them."""
    enroll(user, activity=module(code), source=EnrollmentSource.SELF)
    for lesson in lessons(code):
        complete_lesson(user, lesson=lesson)


def take_test(user: User, code: str, *, right: bool) -> Attempt:
    """A submitted attempt with every answer right, or with none."""
    attempt = start_attempt(user, quiz=quiz(code))
    if right:
        for item in attempt.items.select_related("item_version"):
            save_response(
                user, attempt=attempt, position=item.position, value=right_answer(item.item_version), sequence=1
            )
    return submit_attempt(user, attempt=attempt)
