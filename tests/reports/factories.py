"""Factories of the reports room: activities without pages, and people at every state of an enrolment."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from certificates.models import Certificate
from courses.enums import ActivityKind, EnrollmentSource
from courses.models import Activity, Enrollment, PathStep, Progress
from people.models import OrgUnit, User
from tests.factories import UserFactory, function, org_unit

CANARY_SCORE = "0.8765"


def module(code: str = "M01", **fields: Any) -> Activity:
    values = {"kind": ActivityKind.MODULE, "title_de": f"Modul {code}", "title_en": f"Module {code}", "is_live": True}
    return Activity.objects.create(key=uuid.uuid4(), code=code, **{**values, **fields})


def path(*modules: Activity) -> Activity:
    found = module("", kind=ActivityKind.PATH, title_de="Pfad", title_en="Path")
    for position, step in enumerate(modules):
        PathStep.objects.create(path=found, module=step, position=position)
    return found


def enrolled(
    user: User,
    activity: Activity,
    *,
    due: timedelta | None = None,
    satisfied: timedelta | None = None,
    started: bool = False,
    since: timedelta = timedelta(days=60),
    cycle: int = 1,
) -> Enrollment:
    """An enrolment; `due` counts from now, `satisfied` and `since` count back from now."""
    now = timezone.now()
    if started or satisfied is not None:
        Progress.objects.create(
            user=user, activity=activity, cycle=cycle, started_at=now - since, score_scaled=CANARY_SCORE
        )
    return Enrollment.objects.create(
        user=user,
        activity=activity,
        cycle=cycle,
        source=EnrollmentSource.ASSIGNED,
        enrolled_at=now - since,
        due_at=None if due is None else now + due,
        satisfied_at=None if satisfied is None else now - satisfied,
    )


def certificate(enrollment: Enrollment, *, valid_until: datetime | None = None, **fields: Any) -> Certificate:
    return Certificate.objects.create(
        number=f"DP-{enrollment.pk:06}",
        user=enrollment.user,
        activity=enrollment.activity,
        cycle=enrollment.cycle,
        kind="achievement",
        language="de",
        frozen={"title": enrollment.activity.title_de},
        issued_at=enrollment.satisfied_at or timezone.now(),
        valid_until=valid_until,
        **fields,
    )


def company(seed: int, people: int = 40) -> tuple[list[User], list[Activity], list[OrgUnit]]:
    """A random company: two levels of units, two functions, three modules on a path, every state of enrolment."""
    chance = random.Random(seed)  # noqa: S311 - a test population
    top = org_unit(f"Top {seed}")
    units = [top, org_unit("North", top), org_unit("South", top)]
    functions = [function("marketing"), function("sales"), None]
    modules = [module(f"M{number:02}") for number in (1, 2, 3)]
    activities = [path(*modules), *modules]
    joined = timezone.now() - timedelta(days=400)
    users = [
        UserFactory(
            org_unit=chance.choice(units), function=chance.choice(functions), date_joined=joined, password=None,
            is_active=chance.random() > 0.1,
        )
        for _number in range(people)
    ]  # fmt: skip
    for user in users:
        for activity in activities:
            for cycle in range(1, chance.choice([0, 1, 1, 1, 2]) + 1):
                made = enrolled(
                    user,
                    activity,
                    cycle=cycle,
                    due=chance.choice([None, timedelta(days=chance.randint(-20, 30))]),
                    satisfied=chance.choice([None, None, timedelta(days=chance.randint(0, 50))]),
                    started=chance.random() < 0.4,
                )
                if made.satisfied_at and chance.random() < 0.6:
                    certificate(made, valid_until=timezone.now() + timedelta(days=chance.randint(-5, 60)))
    return users, activities, units
