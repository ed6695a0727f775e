"""Writing enrolment and progress again from a person's events, for after a restore or a fault."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from courses.models import Enrollment, Progress
from courses.replay import EnrollmentState, ProgressState
from courses.verification import Difference, differences
from people.models import User


@transaction.atomic
def rebuild(user: User) -> list[Difference]:
    """Make the rows of this person what their events tell, and return what differed.

    Rows without any event are left alone and stay in the findings: deleting a record is a person's decision.
    """
    list(Enrollment.objects.select_for_update().filter(user=user).order_by("pk"))
    found = list(differences([user.pk]))
    for difference in found:
        activity, cycle = difference.key
        if isinstance(difference.told, EnrollmentState):
            _write_enrollment(user, activity, cycle, difference.told)
        elif isinstance(difference.told, ProgressState):
            Progress.objects.update_or_create(
                user=user, activity_id=activity, cycle=cycle, defaults=asdict(difference.told)
            )
    return found


def _write_enrollment(user: User, activity: int, cycle: int, told: EnrollmentState) -> None:
    assigner = User.objects.filter(uuid=told.assigned_by).first() if told.assigned_by else None
    Enrollment.objects.update_or_create(
        user=user,
        activity_id=activity,
        cycle=cycle,
        defaults={
            "uuid": told.registration,
            "source": told.source,
            "assigned_by": assigner,
            "enrolled_at": told.enrolled_at,
            "due_at": datetime.fromisoformat(told.due) if told.due else None,
            "satisfied_at": told.satisfied_at,
            "frozen_outline": list(told.outline) if told.outline is not None else None,
        },
    )
