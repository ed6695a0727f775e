"""What the benchmark asks of a product from within: `python -m trials.bench.world` answers one JSON line per call.

Each public function below is a call; its arguments and its result are JSON.
"""

import json
import os
import sys
import time
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enablement.settings")
    django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from wagtail.models import Page

from certificates.models import Certificate
from certificates.rendering import _fonts, _stylesheet, certificate_html
from certificates.services import frozen_content
from certificates.tasks import render_certificate
from courses.enums import EnrollmentSource
from courses.models import Activity, Enrollment
from courses.selectors import page_links
from courses.services import enroll
from enablement.core.claimable import WorkState
from people.enums import Role
from people.models import User
from trials.bench import answers, content

CALLS: dict[str, Any] = {}


def call(function: Any) -> Any:
    CALLS[function.__name__] = function
    return function


@call
def build(large: int) -> dict[str, Any]:
    """The pages; see `content.build`."""
    return content.build(large=large)


# --- People ---------------------------------------------------------------------------------------------------------
def _sessions(people: list[User]) -> list[str]:
    """A session for each, as a log-in makes it, without 500 times the price of Argon2."""
    stores = []
    for user in people:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store._session_key = store._get_new_session_key()  # type: ignore[attr-defined]
        stores.append(store)
    expires = timezone.now() + timedelta(days=1)
    Session.objects.bulk_create(
        Session(
            session_key=store.session_key or "", session_data=store.encode(dict(store.items())), expire_date=expires
        )
        for store in stores
    )
    return [store.session_key or "" for store in stores]


@call
def people(count: int, name: str, module_key: str = "", role: str = "") -> list[str]:
    """Session keys of new people, enrolled in a module where one is named."""
    made = User.objects.bulk_create(
        User(
            email=f"{name}{number}@bench.example",
            first_name="Pat",
            last_name=f"{name} {number}",
            password="!",  # noqa: S106 - nobody logs in with it
            language="de",
        )
        for number in range(count)
    )
    if role:
        group = Group.objects.get_or_create(name=Role(role).value)[0]
        for user in made:
            user.groups.add(group)
    if module_key:
        module = Activity.objects.get(key=module_key)
        with transaction.atomic():
            for user in made:
                enroll(user, activity=module, source=EnrollmentSource.SELF)
    return _sessions(made)


@call
def sessions(emails: list[str]) -> list[str]:
    """Session keys of people who exist."""
    found = User.objects.in_bulk(emails, field_name="email")
    return _sessions([found[email] for email in emails])


@call
def publish(page_id: int, times: int, pause: float) -> int:
    """Publish a page as it is, again and again, as a trainer would who corrects commas."""
    for _ in range(times):
        Page.objects.get(pk=page_id).specific.save_revision().publish()
        time.sleep(pause)
    return times


# --- Certificates ---------------------------------------------------------------------------------------------------
@call
def queue_certificates(name: str, module_key: str, count: int) -> list[int]:
    """Certificates that wait to be rendered, for new people. Nobody has been woken yet."""
    module = Activity.objects.get(key=module_key)
    made = User.objects.bulk_create(
        User(email=f"{name}{number}@bench.example", first_name="Pat", last_name=f"{name} {number}", language="de")
        for number in range(count)
    )
    now = timezone.now()
    enrollments = Enrollment.objects.bulk_create(
        Enrollment(user=user, activity=module, source=EnrollmentSource.SELF, satisfied_at=now) for user in made
    )
    frozen = [
        frozen_content(each, kind="achievement", language="de", issued_at=now, valid_until=None) for each in enrollments
    ]
    certificates = Certificate.objects.bulk_create(
        Certificate(
            user=each.user,
            activity=module,
            number=f"DP-{name}-{each.user_id:06d}",
            kind="achievement",
            language="de",
            frozen=text,
            mailed_at=now,
            # Far from the sweep, which would take them up as well.
            run_after=now + timedelta(days=1),
        )
        for each, text in zip(enrollments, frozen, strict=True)
    )
    return [each.pk for each in certificates]


@call
def render_through_celery(pks: list[int]) -> float:
    """Wakes the workers for these certificates and returns the seconds until the last one is stored."""
    Certificate.objects.filter(pk__in=pks).update(run_after=timezone.now() - timedelta(seconds=1))
    began = time.perf_counter()
    for pk in pks:
        render_certificate.apply_async(args=(pk,))
    waiting = Certificate.objects.filter(pk__in=pks).exclude(work_state=WorkState.DONE)
    while waiting.exists():
        if time.perf_counter() - began > 300:
            raise TimeoutError("the certificates do not become ready")
        time.sleep(0.05)  # asking more often would take from what is measured
    return time.perf_counter() - began


@call
def certificate_documents(pks: list[int], folder: str) -> list[str]:
    """The same documents as HTML files, for the bare renderer."""
    paths = []
    for each in Certificate.objects.filter(pk__in=pks):
        html, _allowed = certificate_html(
            each.frozen, kind=each.kind, language="de", number=each.number, code=each.code,
            verify_url=each.verify_url, sample=False,
        )  # fmt: skip
        path = Path(folder) / f"{each.number}.html"
        path.write_text(html, "utf-8")
        paths.append(str(path))
    return paths


@call
def render_bare(paths: list[str]) -> float:
    """WeasyPrint alone, with one font configuration and the stylesheet parsed once. Returns the seconds."""
    from weasyprint import HTML  # noqa: PLC0415 - the other helpers do without

    fonts, stylesheet = _fonts(), _stylesheet()
    began = time.perf_counter()
    for path in paths:
        HTML(string=Path(path).read_text("utf-8")).write_pdf(
            stylesheets=[stylesheet], font_config=fonts, pdf_variant="pdf/ua-1", full_fonts=False
        )
    return time.perf_counter() - began


@call
def codes(count: int) -> list[str]:
    """Codes of certificates that exist."""
    return list(Certificate.objects.values_list("code", flat=True)[:count])


# --- The report -----------------------------------------------------------------------------------------------------
@call
def fill_report(learners: int, modules: int) -> int:
    """Enrolments of many people in many modules, a third of them certified. In SQL: only the report reads them."""
    german = timezone.now() - timedelta(days=400)
    keys = [
        Activity.objects.create(key=uuid4(), kind="module", code=f"R{at:02d}", title_de=f"Modul {at}").pk
        for at in range(modules)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_user (password, is_superuser, email, first_name, last_name, uuid, external_id,
                 language, is_active, date_joined, extra_time_percent)
               SELECT '!', false, 'report' || n || '@bench.example', 'Vorname' || n %% 97, 'Name' || n %% 9973,
                 gen_random_uuid(), 'R' || n, 'de', true, %s, 0 FROM generate_series(1, %s) n""",
            [german, learners],
        )
        cursor.execute(
            """INSERT INTO courses_enrollment (uuid, user_id, activity_id, cycle, source, enrolled_at, due_at,
                 satisfied_at)
               SELECT gen_random_uuid(), u.id, a.id, 1, 'assigned', %s,
                 %s::timestamptz + (u.id %% 400) * interval '1 day',
                 CASE WHEN (u.id + a.id) %% 3 = 0 THEN %s::timestamptz + (u.id %% 300) * interval '1 day' END
               FROM people_user u, courses_activity a WHERE u.external_id LIKE 'R%%' AND a.id = ANY(%s)""",
            [german, german, german, keys],
        )
        cursor.execute(
            """INSERT INTO certificates_certificate (number, code, user_id, activity_id, cycle, kind, language, frozen,
                 issued_at, state, revocation_reason, file, sha256, show_initials, work_state, run_after,
                 work_attempts, work_error, mailed_at)
               SELECT 'DP-R-' || e.id, 'r' || lpad(e.id::text, 27, '0'), e.user_id, e.activity_id, 1, 'achievement',
                 'de', '{}', e.satisfied_at, 'valid', '', 'x', '', false, 'done', now(), 1, '', now()
               FROM courses_enrollment e WHERE e.activity_id = ANY(%s) AND e.satisfied_at IS NOT NULL""",
            [keys],
        )
        cursor.execute("ANALYZE")
    return Enrollment.objects.filter(activity__in=keys).count()


@call
def migrate_reference() -> None:
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)


@call
def build_reference() -> dict[str, str]:
    """Bare pages with the bodies of the two lessons, beside them in the same module. Under the reference's settings."""
    from courses.models import LessonPage  # noqa: PLC0415
    from trials.reference.models import BarePage  # noqa: PLC0415 - not installed in the product

    addresses = {}
    for links, slug in (("0", "ohne-links"), ("200", "mit-links")):
        lesson = LessonPage.objects.get(slug=slug, locale__language_code="de")
        bare = content.add(lesson.get_parent(), BarePage(title=lesson.title, slug=f"bare-{links}", body=lesson.body))
        addresses[links] = f"/{bare.url_path.split('/', 2)[2]}"
    return addresses


# --- Item analysis --------------------------------------------------------------------------------------------------
@call
def seed_answers(attempts: int, items: int) -> int:
    """Ended attempts at a test of so many questions; returns the test's id."""
    return answers.seed(attempts, items)


@call
def analyse(quiz: int) -> dict[str, Any]:
    """Compute the analysis of a test as a worker does, from the database; seconds by part, and its figures."""
    return answers.analyse(quiz)


# --- The synthetic company ------------------------------------------------------------------------------------------
@call
def seed_company(learners: int) -> None:
    call_command("seed_population", learners=learners, certificate_files=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@call
def company() -> tuple[dict[str, str], dict[str, str]]:
    """Addresses of the pages whose growth is watched, and for each the session of somebody who may see it.

    The learner is one who has the most behind her among the first hundred: an ordinary one in any size of company.
    """
    quiz = Activity.objects.filter(kind="quiz", is_live=True, attempts__isnull=False).order_by("pk").first()
    if quiz is None or quiz.parent is None:
        raise LookupError("the company takes no tests")
    taken = Enrollment.objects.filter(activity=quiz.parent).order_by("user").values("user")[:100]
    reader = User.objects.filter(pk__in=taken, is_active=True).annotate(n=Count("enrollments")).order_by("-n", "pk")[0]
    hr = User.objects.create(email="hr@bench.example", first_name="Pat", last_name="Personal", language="de")
    hr.groups.add(Group.objects.get_or_create(name=Role.HR.value)[0])
    links = page_links([quiz.key, quiz.parent.key])
    paths = {
        "home": "/de/",
        "module": links[quiz.parent.key]["de"],
        "quiz": links[quiz.key]["de"],
        "dashboard": "/de/reports/",
        "matrix": "/de/reports/?view=matrix",
    }
    learner_session, hr_session = _sessions([reader, hr])
    of_hr = ("dashboard", "matrix")
    return paths, {page: hr_session if page in of_hr else learner_session for page in paths}


# --- The loop -------------------------------------------------------------------------------------------------------
def serve() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever prints must not answer
    for line in sys.stdin:
        function, arguments = json.loads(line)
        connection.close()  # the database may have been copied meanwhile, for which everybody is sent away
        try:
            result, problem = CALLS[function](**arguments), ""
        except Exception:  # noqa: BLE001 - the caller gets it, whatever it is
            result, problem = None, traceback.format_exc()
        answers.write(json.dumps([result, problem]) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
