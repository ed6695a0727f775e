"""What this room hears from below."""

from typing import Any

from django.dispatch import receiver

from certificates.services import issue_certificate
from certificates.tasks import render_certificate
from courses.models import Enrollment
from courses.signals import enrollment_satisfied
from enablement.core.wake import wake


@receiver(enrollment_satisfied, sender=Enrollment, dispatch_uid="certificates.issue")
def issue_when_satisfied(*, enrollment: Enrollment, tested: bool, **_kwargs: Any) -> None:
    """Joins the transaction that satisfies the enrolment: both are stored, or neither."""
    certificate = issue_certificate(enrollment, tested=tested)
    if certificate is not None:
        wake(render_certificate, certificate.pk)
