"""Factories of the certificates room: earned certificates without the way there."""

import uuid
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone

from certificates import production
from certificates.models import Certificate
from certificates.services import issue_certificate
from courses.enums import ActivityKind, EnrollmentSource, Verb
from courses.models import Activity, Enrollment, LearningEvent
from people.models import User


def module(title: str = "Wie Unternehmen kaufen", lessons: int = 3, **fields: Any) -> Activity:
    """A live module that asks for a certificate, with lessons of 30 minutes."""
    values = {"title_de": title, "title_en": f"{title} (en)", "certificate": True, "is_live": True, **fields}
    activity = Activity.objects.create(key=uuid.uuid4(), kind=ActivityKind.MODULE, **values)
    for number in range(lessons):
        Activity.objects.create(
            key=uuid.uuid4(),
            kind=ActivityKind.LESSON,
            parent=activity,
            position=number,
            minutes=30,
            title_de=f"Lektion {number + 1}",
            title_en=f"Lesson {number + 1}",
            is_live=True,
        )
    return activity


def satisfied(user: User, activity: Activity | None = None, *, tested: bool = True) -> Enrollment:
    """A satisfied enrolment with its event, as `courses` writes them; nothing is issued."""
    activity = activity or module()
    enrollment = Enrollment.objects.create(
        user=user,
        activity=activity,
        source=EnrollmentSource.SELF,
        satisfied_at=timezone.now(),
        frozen_outline=[str(child.key) for child in activity.children.all()],
    )
    LearningEvent.objects.create(
        actor=user,
        verb=Verb.SATISFIED,
        activity=activity,
        result={"completion": True, **({"success": True} if tested else {})},
    )
    return enrollment


def issued(user: User, activity: Activity | None = None, *, tested: bool = True) -> Certificate:
    """An issued certificate whose PDF is still to be made."""
    certificate = issue_certificate(satisfied(user, activity, tested=tested), tested=tested)
    assert certificate is not None
    return certificate


def ready(user: User, activity: Activity | None = None, *, tested: bool = True) -> Certificate:
    """An issued certificate with its PDF in the storage."""
    certificate = issued(user, activity, tested=tested)
    assert production.produce(certificate.pk)
    certificate.refresh_from_db()
    return certificate


def stored(certificate: Certificate) -> bytes:
    """The bytes of the certificate's file."""
    with default_storage.open(certificate.file, "rb") as stream:
        data: bytes = stream.read()
    return data
