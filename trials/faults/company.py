"""What trials do inside the product: people, short modules, a trainer's edits. `Site.inside` calls it.

It runs in one process of its own, because starting the product takes seconds: one JSON request per line, one answer.
"""

import io
import json
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import close_old_connections

from assessments.analysis.work import compute_analysis
from assessments.models import Item, QuizAnalysis, QuizPage
from courses.enums import ActivityKind, EnrollmentSource, MoveOn
from courses.models import Activity, CatalogueIndexPage, LessonPage, ModulePage
from courses.services import complete_lesson, enroll
from enablement.celery import app
from people.enums import Role
from people.models import Function, User
from trials.faults.site import ANSWER, PASSWORD


def _session_of(user: User) -> str:
    """A log-in without the log-in page, whose rate limits are not what is tried here."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def make_learners(prefix: str, count: int, code: str = "M01") -> list[dict[str, Any]]:
    """People in a module whose lessons are done: e-mail, session, and the address that starts its test."""
    module = Activity.objects.get(code=code)
    quiz = module.children.get(kind=ActivityKind.QUIZ)
    QuizPage.objects.update(delay_minutes=0)  # learners of a trial do not wait an hour for their next attempt
    lessons = list(module.children.filter(kind=ActivityKind.LESSON).order_by("position"))
    function = Function.objects.order_by("pk").first()
    made = []
    for number in range(count):
        email = f"{prefix}-{number}@faults.example.com"
        user = User.objects.create_user(email, PASSWORD, first_name="Kim", last_name=email)
        User.objects.filter(pk=user.pk).update(function=function)
        enroll(user, activity=module, source=EnrollmentSource.SELF)
        for lesson in lessons:
            complete_lesson(user, lesson=lesson)
        made.append({"email": email, "session": _session_of(user), "start": f"/de/tests/{quiz.key}/start/"})
    return made


def make_staff(role: str) -> str:
    """The session of the one person who has this role."""
    email = f"{role}@faults.example.com"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, last_name=role)
    user.groups.add(Group.objects.get(name=Role(role).value))
    return _session_of(user)


def make_waiting_people(code: str, count: int) -> int:
    """A module with a certificate and two lessons, and people who have done the first: id of the second's page."""
    catalogue = CatalogueIndexPage.objects.get(locale__language_code="de")
    module: ModulePage = catalogue.add_child(
        instance=ModulePage(
            title=f"Kurz {code}", code=code, locale=catalogue.locale, move_on=MoveOn.COMPLETED, certificate=True
        )
    )
    first, second = (
        module.add_child(instance=LessonPage(title=f"{code} {number}", locale=catalogue.locale, minutes=5))
        for number in (1, 2)
    )
    lesson = Activity.objects.get(key=first.translation_key)
    for number in range(count):
        user = User.objects.create_user(
            f"{code.lower()}-{number}@faults.example.com", None, last_name=f"{code} {number}"
        )
        complete_lesson(user, lesson=lesson)
    return int(second.pk)


def unpublish(page: int) -> None:
    """As the CMS does; whoever had only this page left is done from now on."""
    LessonPage.objects.get(pk=page).unpublish()


def copy_module(code: str) -> list[str]:
    """Module M01 again under another code, for a trainer to destroy. Returns the steps of `edit` that do it."""
    module = ModulePage.objects.get(code="M01", locale__language_code="de")
    module.copy(
        recursive=True,
        to=module.get_parent(),
        update_attrs={"code": code, "title": f"Kopie {code}", "slug": code.lower()},
    )
    return list(_edits(code))


def edit(code: str, step: str) -> None:
    _edits(code)[step]()


def _edits(code: str) -> dict[str, Callable[[], object]]:
    """What a trainer can do to a running test, from harmless to final."""
    module = ModulePage.objects.get(code=code, locale__language_code="de")
    quiz = QuizPage.objects.descendant_of(module).first() or QuizPage()
    return {
        "every item is rewritten": _rewrite_items,
        "every item is retired": _retire_items,
        "the test is edited": partial(_change, quiz, pass_mark=100, time_limit_minutes=1),
        "the test is unpublished": quiz.unpublish,
        "a lesson is deleted": LessonPage.objects.descendant_of(module)[0].delete,
        "the test is deleted": quiz.delete,
        "the module is deleted": module.delete,
    }


def _items() -> list[Item]:
    return list(Item.objects.filter(tags__name="M01", first_published_at__isnull=False))


def _rewrite_items() -> None:
    for item in _items():
        item.topic = f"{item.topic} (neu)"
        item.save_revision().publish()


def _retire_items() -> None:
    for item in _items():
        item.unpublish()


def _change(quiz: QuizPage, **fields: object) -> None:
    for name, value in fields.items():
        setattr(quiz, name, value)
    quiz.save_revision().publish()


def take_back_retirement() -> None:
    """The other faults need the items again."""
    for item in _items():
        item.save_revision().publish()


def verify_records() -> str:
    """What the command prints."""
    said = io.StringIO()
    with suppress(CommandError):  # it has findings, and prints them
        call_command("verify_records", stdout=said)
    return said.getvalue()


def work_once() -> None:
    """All periodic work, here and now: what worker and beat do in the first minute."""
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        app.tasks[str(entry["task"])].apply(throw=True)
    for pk in QuizAnalysis.work.claimable().values_list("pk", flat=True):  # the nightly ones were asked for just now
        compute_analysis(pk)


def serve() -> None:
    """Call what each line of the input names, `[function, arguments]`, until the input ends."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        close_old_connections()  # the database may have been restarted since the last call
        try:
            answer = {"value": globals()[name](*arguments)}
        except Exception:  # noqa: BLE001 - told to the caller
            answer = {"error": traceback.format_exc()}
        print(ANSWER + json.dumps(answer), flush=True)
