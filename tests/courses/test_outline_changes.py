"""Trainers add, remove, move and rename while people learn: nobody loses progress, nobody is given any."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.utils import timezone

from assessments.models import QuizPage
from courses import tasks
from courses.models import Activity, HomePage, LessonPage, ModulePage, PathStep, Progress
from courses.selectors import current_enrollment, outline
from courses.services import complete_lesson, open_activity
from courses.services.satisfaction import refresh_each
from courses.tasks import refresh_enrollments, sweep_outlines
from enablement.core.verification import run_record_checks
from people.models import User
from tests.courses.factories import activity_of, enrolled, lesson, module_tree, path_page


def test_added_lesson_is_new_to_who_runs_and_nothing_to_who_is_done(home: HomePage, alice: User, bob: User) -> None:
    tree = module_tree(home, lessons=2)
    for each in tree.lessons:
        complete_lesson(alice, lesson=each)
    complete_lesson(bob, lesson=tree.lessons[0])
    frozen = current_enrollment(alice, tree.module).frozen_outline
    added = activity_of(lesson(tree.page, "Fresh"))
    assert [entry.is_new for entry in outline(bob, module=tree.module).entries] == [False, False, True]
    assert outline(bob, module=tree.module).total == 3
    complete_lesson(bob, lesson=tree.lessons[1])
    assert current_enrollment(bob, tree.module).satisfied_at is None
    done = outline(alice, module=tree.module)
    assert done.is_satisfied
    assert done.missing == []
    assert done.enrollment.frozen_outline == frozen
    complete_lesson(bob, lesson=added)
    assert current_enrollment(bob, tree.module).satisfied_at is not None


def test_removed_lesson_keeps_its_records_and_completes_who_has_the_rest(
    home: HomePage, alice: User, bob: User, charlie: User
) -> None:
    tree = module_tree(home, lessons=2)
    first, second = tree.lessons
    complete_lesson(alice, lesson=first)
    complete_lesson(bob, lesson=second)
    enrolled(charlie, tree.module)
    LessonPage.objects.get(pk=tree.lesson_pages[1].pk).delete()
    second.refresh_from_db()
    assert not second.is_live
    assert Progress.objects.get(user=bob, activity=second).completion_status == "completed"
    assert current_enrollment(alice, tree.module).satisfied_at is None
    assert sum(refresh_each(tree.module)) == 1
    assert sum(refresh_each(tree.module)) == 0
    assert current_enrollment(alice, tree.module).satisfied_at is not None
    assert current_enrollment(bob, tree.module).satisfied_at is None
    assert current_enrollment(charlie, tree.module).satisfied_at is None


def test_next_visit_completes_what_a_removal_has_completed(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=2)
    complete_lesson(alice, lesson=tree.lessons[0])
    LessonPage.objects.get(pk=tree.lesson_pages[1].pk).unpublish()
    open_activity(alice, activity=tree.module)
    assert current_enrollment(alice, tree.module).satisfied_at is not None


def test_unpublished_lesson_comes_back_with_its_progress(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=2)
    complete_lesson(alice, lesson=tree.lessons[1])
    page = LessonPage.objects.get(pk=tree.lesson_pages[1].pk)
    page.unpublish()
    assert outline(alice, module=tree.module).total == 1
    page.save_revision().publish()
    assert [entry.state for entry in outline(alice, module=tree.module).entries] == ["not_started", "completed"]


def test_moved_lesson_takes_its_progress_along(home: HomePage, alice: User) -> None:
    tree, other = module_tree(home, lessons=2), module_tree(home, lessons=1, code="M02", title="Buyers")
    complete_lesson(alice, lesson=tree.lessons[0])
    LessonPage.objects.get(pk=tree.lesson_pages[0].pk).move(ModulePage.objects.get(pk=other.page.pk), pos="last-child")
    assert [entry.state for entry in outline(alice, module=other.module).entries] == ["not_started", "completed"]
    assert outline(alice, module=tree.module).total == 1
    assert current_enrollment(alice, tree.module).satisfied_at is None


def test_order_follows_the_tree_also_for_the_siblings(home: HomePage, alice: User) -> None:
    tree = module_tree(home, lessons=3)
    last = LessonPage.objects.get(pk=tree.lesson_pages[2].pk)
    last.move(LessonPage.objects.get(pk=tree.lesson_pages[0].pk), pos="left")
    titles = [entry.activity.title_de for entry in outline(alice, module=tree.module).entries]
    assert titles == ["Silos 3", "Silos 1", "Silos 2"]


def test_draft_changes_nothing_until_it_is_published(home: HomePage) -> None:
    tree = module_tree(home, lessons=1)
    page = LessonPage.objects.get(pk=tree.lesson_pages[0].pk)
    page.title, page.minutes = "Anders", 42
    revision = page.save_revision()
    activity = activity_of(page)
    assert (activity.title_de, activity.minutes) == ("Silos 1", 6)
    revision.publish()
    activity.refresh_from_db()
    assert (activity.title_de, activity.minutes) == ("Anders", 42)


def test_one_activity_for_all_languages_that_lives_as_long_as_one_page(home: HomePage) -> None:
    tree = module_tree(home, lessons=1, languages=("de", "en"))
    german, english = tree.lesson_pages[0], tree.translations["en"].lesson_pages[0]
    assert activity_of(german) == activity_of(english)
    assert activity_of(german).title_en == "Silos 1 (en)"
    LessonPage.objects.get(pk=german.pk).delete()
    assert activity_of(english).is_live
    LessonPage.objects.get(pk=english.pk).delete()
    assert not activity_of(english).is_live


def test_deleting_a_whole_module_retires_everything_and_leaves_its_paths(home: HomePage, alice: User) -> None:
    tree, other = module_tree(home, lessons=2), module_tree(home, lessons=1, code="M02", title="Buyers")
    path = activity_of(path_page(home, tree.page, other.page))
    enrollment = enrolled(alice, path)
    complete_lesson(alice, lesson=tree.lessons[0])
    ModulePage.objects.get(pk=tree.page.pk).delete()
    assert not Activity.objects.filter(parent=tree.module, is_live=True).exists()
    assert Progress.objects.filter(user=alice, completion_status="completed").count() == 1
    assert [step.module for step in PathStep.objects.filter(path=path)] == [other.module]
    complete_lesson(alice, lesson=other.lessons[0])
    enrollment.refresh_from_db()
    assert enrollment.satisfied_at is not None


def test_a_withdrawn_test_completes_nobody_and_a_deleted_one_lets_go(home: HomePage, alice: User) -> None:
    """Else revising a test for an hour would hand everybody who waits for it a certificate without one."""
    tree = module_tree(home, lessons=1, quiz=True)
    complete_lesson(alice, lesson=tree.lessons[0])
    page = QuizPage.objects.get()
    page.unpublish()
    assert sum(refresh_each(tree.module)) == 0
    assert [each.reason for each in outline(alice, module=tree.module).missing] == ["paused_test"]
    page.delete()
    assert sum(refresh_each(tree.module)) == 1


def test_a_withdrawn_lesson_wakes_a_worker_for_those_who_do_not_come_back(
    home: HomePage, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    tree = module_tree(home, lessons=2)
    complete_lesson(alice, lesson=tree.lessons[0])
    with (
        patch("courses.receivers.refresh_enrollments.apply_async") as woken,
        django_capture_on_commit_callbacks(execute=True),
    ):
        LessonPage.objects.get(pk=tree.lesson_pages[1].pk).unpublish()
    refresh_enrollments(*woken.call_args.kwargs["args"])
    assert current_enrollment(alice, tree.module).satisfied_at is not None


def test_a_withdrawn_lesson_completes_people_although_the_message_was_lost(home: HomePage, alice: User) -> None:
    """The broker was down, or the worker was killed: the row still says what is to be done, and the sweep does it."""
    tree = module_tree(home, lessons=2)
    complete_lesson(alice, lesson=tree.lessons[0])
    Activity.objects.update(outline_changed_at=None)
    LessonPage.objects.get(pk=tree.lesson_pages[1].pk).unpublish()
    sweep_outlines()
    assert current_enrollment(alice, tree.module).satisfied_at is None, "a worker may be at it just now"
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        assert len(list(run_record_checks("changed outlines are looked at again"))) == 1
        sweep_outlines()
        assert list(run_record_checks("changed outlines are looked at again")) == []
    assert current_enrollment(alice, tree.module).satisfied_at is not None
    assert tree.module.outline_changed_at is None


def test_whoever_refreshes_stops_when_the_content_changes_again(
    home: HomePage, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = module_tree(home, lessons=2)
    for person in (alice, bob):
        complete_lesson(person, lesson=tree.lessons[0])
    monkeypatch.setattr(tasks, "RENEW_EVERY", 1)
    later = timezone.now() + timedelta(hours=1)

    def one_and_a_change(activity: Activity) -> Iterator[bool]:
        yield False
        Activity.objects.filter(pk=activity.pk).update(outline_changed_at=later)
        yield False
        raise AssertionError("it went on although somebody else does all of it")

    monkeypatch.setattr(tasks, "refresh_each", one_and_a_change)
    refresh_enrollments(tree.module.pk)
    assert tree.module.outline_changed_at == later
