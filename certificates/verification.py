"""What must hold for stored certificates; run by `manage.py verify_records`."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from certificates import selectors
from certificates.models import Certificate
from courses.models import Enrollment
from enablement.core.claimable import WorkState
from enablement.core.verification import record_check


@record_check("certificates.missing")
def missing() -> Iterator[str]:
    """Satisfied and due, but nothing was issued. (More than one is impossible by constraint.)"""
    for enrollment in selectors.missing_certificates().iterator():
        yield f"enrolment {enrollment.pk} is satisfied and has no certificate"


@record_check("certificates.unearned")
def unearned() -> Iterator[str]:
    """Issued without a satisfied enrolment of the same person, activity and cycle."""
    earned = Enrollment.objects.filter(
        user=OuterRef("user"), activity=OuterRef("activity"), cycle=OuterRef("cycle"), satisfied_at__isnull=False
    )
    for number in Certificate.objects.filter(~Exists(earned)).values_list("number", flat=True).iterator():
        yield f"{number} was issued without a satisfied enrolment"


@record_check("certificates.files")
def files() -> Iterator[str]:
    """Done, but the file is missing or is not the one whose SHA-256 was kept."""
    done = Certificate.objects.filter(work_state=WorkState.DONE)
    for number, name, digest in done.values_list("number", "file", "sha256").iterator():
        if not name or not default_storage.exists(name):
            yield f"{number} is done and its file is missing"
            continue
        with default_storage.open(name, "rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != digest:
                yield f"{number} has a file whose SHA-256 differs"


@record_check("certificates.overdue")
def overdue() -> Iterator[str]:
    """Work that two sweeps have left undone, and work that was given up."""
    limit = timezone.now() - timedelta(seconds=2 * settings.SWEEP_SECONDS)
    late = Q(work_state=WorkState.QUEUED, run_after__lt=limit) | Q(work_state=WorkState.RUNNING, lease_until__lt=limit)
    for number in Certificate.objects.filter(late).values_list("number", flat=True).iterator():
        yield f"{number} is overdue by more than two sweeps"
    for number in Certificate.objects.filter(work_state=WorkState.FAILED).values_list("number", flat=True).iterator():
        yield f"{number} was given up after {Certificate.MAX_WORK_ATTEMPTS} attempts"
