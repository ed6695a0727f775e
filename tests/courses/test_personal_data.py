"""A person's own records leave with them; notes end with the answers."""

from datetime import timedelta

from django.utils import timezone

from courses.exports import forget_notes
from courses.models import HomePage, LearnerNote, LearningEvent
from courses.services import complete_lesson
from people.models import User
from people.personal_data import RetentionPolicy, export_of
from tests.courses.factories import module_tree


def test_export_holds_ones_own_records_and_nobody_elses(home: HomePage, alice: User, bob: User) -> None:
    lesson = module_tree(home, lessons=1).lessons[0]
    complete_lesson(alice, lesson=lesson)
    for user in (alice, bob):
        LearnerNote.objects.create(user=user, activity=lesson, text=f"Notiz {user.first_name}")
    data = export_of(alice)["learning"]
    assert [note["text"] for note in data["notes"]] == ["Notiz Alice"]
    assert len(data["events"]) == LearningEvent.objects.filter(actor=alice).count() > 0
    assert data["enrolments"][0]["satisfied_at"] is not None


def test_old_notes_are_forgotten(home: HomePage, alice: User) -> None:
    lesson = module_tree(home, lessons=1).lessons[0]
    LearnerNote.objects.create(user=alice, activity=lesson, text="alt")
    now = timezone.now()
    assert forget_notes(RetentionPolicy(now, now - timedelta(days=365))) == 0
    assert forget_notes(RetentionPolicy(now, now + timedelta(minutes=1))) == 1
