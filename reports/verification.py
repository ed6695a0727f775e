"""Promises of the reports room that `manage.py verify_records` checks."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from enablement.core.claimable import WorkState
from enablement.core.verification import record_check
from reports.models import AssignmentMail, ExportJob


@record_check("export done without its file")
def exports_without_file() -> Iterator[str]:
    for job in ExportJob.objects.filter(work_state=WorkState.DONE).iterator(chunk_size=500):
        if not (job.file.name and default_storage.exists(job.file.name)):
            yield f"export {job.uuid} is done and has no file"


@record_check("export overdue by more than two sweeps")
def exports_overdue() -> Iterator[str]:
    late = timezone.now() - timedelta(seconds=2 * settings.SWEEP_SECONDS)
    for job in ExportJob.work.claimable().order_by("pk").iterator(chunk_size=500):
        if (job.lease_until or job.run_after) < late:
            yield f"export {job.uuid} is {job.work_state} and nobody takes it"


@record_check("export kept beyond its time")
def exports_expired() -> Iterator[str]:
    late = timezone.now() - timedelta(seconds=2 * settings.SWEEP_SECONDS)
    for job in ExportJob.objects.filter(expires_at__lt=late).iterator(chunk_size=500):
        yield f"export {job.uuid} should have been deleted on {job.expires_at:%Y-%m-%d}"


@record_check("mail on an assignment overdue by more than two sweeps")
def mails_overdue() -> Iterator[str]:
    late = timezone.now() - timedelta(seconds=2 * settings.SWEEP_SECONDS)
    for mail in AssignmentMail.work.claimable().order_by("pk").iterator(chunk_size=500):
        if (mail.lease_until or mail.run_after) < late:
            yield f"mail {mail.uuid} on enrolment {mail.enrollment_id} is {mail.work_state} and nobody takes it"
