"""Twenty threads at once: one row, one event, one signal."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from courses.enums import EnrollmentSource, Verb
from courses.models import Enrollment, HomePage, LearningEvent, Progress
from courses.services import complete_lesson, enroll
from courses.signals import enrollment_satisfied
from courses.verification import differences
from people.models import User
from tests.courses.factories import activity_of, module_tree, path_page

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 20


def at_once(*acts: Callable[[], object]) -> None:
    """Run each act in a thread of its own, all released together; re-raise what one of them raised."""
    barrier, errors = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(20)
            act()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors, errors


def test_enrolling_and_completing_at_once_happens_once(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=1)
    module, lesson = tree.module, tree.lessons[0]
    path = activity_of(path_page(home, tree.page))
    told: list[str] = []
    lock = threading.Lock()

    def listen(enrollment: Enrollment, **kwargs: object) -> None:
        with lock:
            told.append(enrollment.activity.kind)

    def act(number: int) -> Callable[[], object]:
        user = User.objects.select_related("function").get(pk=alice.pk)
        if number % 4 == 0:
            return lambda: enroll(user, activity=path, source=EnrollmentSource.SELF)
        if number % 4 == 1:
            return lambda: enroll(user, activity=module, source=EnrollmentSource.SELF)
        return lambda: complete_lesson(user, lesson=lesson)

    enrollment_satisfied.connect(listen)
    try:
        at_once(*(act(number) for number in range(THREADS)))
    finally:
        enrollment_satisfied.disconnect(listen)
    assert sorted(told) == ["module", "path"]
    assert Enrollment.objects.filter(user=alice, satisfied_at__isnull=False).count() == 2
    events = LearningEvent.objects.filter(actor=alice)
    assert events.filter(verb=Verb.REGISTERED).count() == 2
    assert events.filter(verb=Verb.COMPLETED).count() == 1
    assert events.filter(verb=Verb.SATISFIED).count() == 2
    assert Progress.objects.filter(user=alice, activity=lesson).count() == 1
    assert list(differences([alice.pk])) == []


def test_last_two_lessons_at_once_complete_the_module(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=2)
    first, second = tree.lessons
    at_once(lambda: complete_lesson(alice, lesson=first), lambda: complete_lesson(alice, lesson=second))
    assert Enrollment.objects.get(user=alice).satisfied_at is not None


def test_last_two_modules_at_once_complete_the_path(home: HomePage, alice: User) -> None:
    trees = [module_tree(home, lessons=1, code=f"M{n}", title=f"Module {n}") for n in range(2)]
    path = enroll(alice, activity=activity_of(path_page(home, *(tree.page for tree in trees))), source="self")
    lessons = [tree.lessons[0] for tree in trees]
    at_once(*(lambda each=each: complete_lesson(alice, lesson=each) for each in lessons))
    path.refresh_from_db()
    assert path.satisfied_at is not None
    assert LearningEvent.objects.filter(verb=Verb.SATISFIED, activity=path.activity).count() == 1
