"""The people and the short modules of the trials. Runs inside the product, where `Site.inside` calls it."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group

from assessments.models import QuizPage
from courses.enums import ActivityKind, EnrollmentSource, MoveOn
from courses.models import Activity, CatalogueIndexPage, LessonPage, ModulePage
from courses.services import complete_lesson, enroll
from people.enums import Role
from people.models import Function, User

PASSWORD = "one-two and through the middle"  # noqa: S105 - of people who live for one trial


def _session_of(user: User) -> str:
    """A log-in without the log-in page, whose rate limits are not what is tried here."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def make_learners(prefix: str, count: int) -> list[dict[str, Any]]:
    """People in module M01 whose lessons are done: e-mail, session, and the addresses of its test."""
    module = Activity.objects.get(code="M01")
    quiz = module.children.get(kind=ActivityKind.QUIZ)
    page = QuizPage.objects.get(translation_key=quiz.key, locale__language_code="de")
    QuizPage.objects.update(delay_minutes=0)  # learners of a trial do not wait an hour for their next attempt
    lessons = list(module.children.filter(kind=ActivityKind.LESSON).order_by("position"))
    function = Function.objects.order_by("pk").first()
    made = []
    for number in range(count):
        email = f"{prefix}-{number}@faults.example.com"
        user = User.objects.create_user(email, PASSWORD if number == 0 else None, first_name="Kim", last_name=email)
        User.objects.filter(pk=user.pk).update(function=function)
        enroll(user, activity=module, source=EnrollmentSource.SELF)
        for lesson in lessons:
            complete_lesson(user, lesson=lesson)
        start = f"/de/tests/{quiz.key}/start/"
        made.append({"email": email, "session": _session_of(user), "start": start, "page": page.url_path})
    return made


def make_staff(*roles: str) -> dict[str, str]:
    """One person per role (`hr`, `trainer`, …; `admin` is a superuser): role → session."""
    made = {}
    for role in roles:
        email = f"{role}@faults.example.com"
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, PASSWORD, first_name="Robin", last_name=role, is_superuser=role == "admin"
        )
        if role != "admin":
            user.groups.add(Group.objects.get(name=Role(role).value))
        made[role] = _session_of(user)
    return made


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
