"""Enrolling and assigning: once per person, with its events, whatever is clicked twice."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from courses.enums import EnrollmentSource, Verb
from courses.models import Enrollment, HomePage, LearningEvent
from courses.selectors import current_enrollment, enrollment_state
from courses.services import assign, complete_lesson, enroll, follow_path
from courses.signals import enrollment_satisfied
from enablement.core.errors import DomainError
from people.models import User
from tests import factories as people
from tests.courses.factories import activity_of, enrolled, module_tree, path_page

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def verbs(user: User) -> list[str]:
    return list(LearningEvent.objects.filter(actor=user).values_list("verb", flat=True))


def test_enrolling_twice_is_enrolling_once(home: HomePage, alice: User) -> None:
    module = module_tree(home).module
    first = enroll(alice, activity=module, source=EnrollmentSource.SELF)
    second = enroll(alice, activity=module, source=EnrollmentSource.SELF)
    assert first == second
    assert verbs(alice) == [Verb.REGISTERED]
    event = LearningEvent.objects.get()
    assert event.context["registration"] == str(first.uuid)
    assert event.context["source"] == "self"


def test_unpublished_module_takes_nobody(home: HomePage, alice: User) -> None:
    with pytest.raises(DomainError):
        enroll(alice, activity=module_tree(home, live=False).module, source=EnrollmentSource.SELF)
    assert not Enrollment.objects.exists()


def test_path_enrols_its_modules_with_its_due_date(home: HomePage, alice: User) -> None:
    first, second = module_tree(home).page, module_tree(home, code="M02", title="Buyers").page
    sales = module_tree(home, code="M03", title="Leads").page
    path = activity_of(path_page(home, first, second, (sales, "sales")))
    due = NOW + timedelta(days=30)
    enroll(alice, activity=path, source=EnrollmentSource.ASSIGNED, due_at=due)
    modules = Enrollment.objects.filter(user=alice, source=EnrollmentSource.PATH)
    assert {each.activity.code for each in modules} == {"M01", "M02"}
    assert {each.due_at for each in modules} == {due}


def test_module_keeps_an_earlier_due_date_and_takes_an_earlier_one(home: HomePage, alice: User) -> None:
    early, late = module_tree(home).page, module_tree(home, code="M02", title="Buyers").page
    enrolled(alice, activity_of(early), due_at=NOW + timedelta(days=3))
    enrolled(alice, activity_of(late), due_at=NOW + timedelta(days=90))
    path = activity_of(path_page(home, early, late))
    enroll(alice, activity=path, source=EnrollmentSource.SELF, due_at=NOW + timedelta(days=30))
    assert current_enrollment(alice, activity_of(early)).due_at == NOW + timedelta(days=3)
    assert current_enrollment(alice, activity_of(late)).due_at == NOW + timedelta(days=30)
    assert verbs(alice).count(Verb.RESCHEDULED) == 1


def test_later_step_is_enrolled_at_the_next_visit(home: HomePage, alice: User) -> None:
    first, coming = module_tree(home).page, module_tree(home, code="M02", title="Buyers", live=False).page
    path = activity_of(path_page(home, first, coming))
    enrollment = enroll(alice, activity=path, source=EnrollmentSource.SELF)
    assert current_enrollment(alice, activity_of(coming)) is None
    coming.save_revision().publish()
    follow_path(enrollment)
    follow_path(enrollment)
    assert current_enrollment(alice, activity_of(coming)).source == EnrollmentSource.PATH


def test_path_over_finished_modules_is_finished_at_once(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=1)
    complete_lesson(alice, lesson=tree.lessons[0])
    told = []

    def listen(enrollment: Enrollment, **kwargs: object) -> None:
        told.append(enrollment.activity.kind)

    enrollment_satisfied.connect(listen)
    enrollment = enroll(alice, activity=activity_of(path_page(home, tree.page)), source=EnrollmentSource.SELF)
    enrollment_satisfied.disconnect(listen)
    assert enrollment.satisfied_at is not None
    assert told == ["path"]


def test_assigning_again_moves_the_due_date_of_running_enrolments_only(
    home: HomePage, alice: User, bob: User, charlie: User, hr: User
) -> None:
    tree = module_tree(home, lessons=1)
    complete_lesson(alice, lesson=tree.lessons[0])
    enrolled(bob, tree.module)
    due = NOW + timedelta(days=14)
    everyone = [alice, bob, charlie]
    first = assign(hr, activity=tree.module, users=everyone, due_at=due)
    assert (first.created, first.changed, first.unchanged) == (1, 1, 1)
    again = assign(hr, activity=tree.module, users=everyone, due_at=due)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 3)
    later = assign(hr, activity=tree.module, users=everyone, due_at=due + timedelta(days=7))
    assert (later.created, later.changed, later.unchanged) == (0, 2, 1)
    assert current_enrollment(alice, tree.module).due_at is None
    assert current_enrollment(bob, tree.module).source == EnrollmentSource.ASSIGNED
    assert current_enrollment(bob, tree.module).assigned_by == hr
    assert verbs(bob) == [Verb.REGISTERED, Verb.RESCHEDULED, Verb.RESCHEDULED]
    assert verbs(charlie) == [Verb.REGISTERED, Verb.RESCHEDULED]


@pytest.mark.parametrize("count", [1, 40])
def test_assigning_a_path_costs_the_same_for_one_and_many(
    home: HomePage, hr: User, count: int, django_assert_num_queries: object
) -> None:
    path = activity_of(path_page(home, module_tree(home).page, module_tree(home, code="M02", title="Buyers").page))
    users = people.UserFactory.create_batch(count, function=people.function("marketing"))
    with django_assert_num_queries(14):
        result = assign(hr, activity=path, users=users, due_at=NOW)
    assert result.created == count
    assert Enrollment.objects.filter(source=EnrollmentSource.PATH).count() == 2 * count


@pytest.mark.parametrize(
    ("days", "state"), [(None, "not_started"), (30, "not_started"), (7, "due_soon"), (0, "due_soon"), (-1, "overdue")]
)
def test_state_of_an_enrolment(home: HomePage, alice: User, days: int | None, state: str) -> None:
    due = None if days is None else NOW + timedelta(days=days)
    with time_machine.travel(NOW, tick=False):
        enrollment = enrolled(alice, module_tree(home).module, due_at=due)
        assert enrollment_state(enrollment, None, NOW) == state
        assert enrollment_state(None, None, NOW) == "not_assigned"
