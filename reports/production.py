"""How an export comes to be: claim, write, publish; and how it goes after its 14 days. Called by the tasks alone."""

from datetime import timedelta

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone, translation

from enablement.core.claimable import WorkState
from enablement.core.errors import is_outage
from reports.enums import ExportKind
from reports.exports import CsvWriter, Writer, XlsxWriter, blocks, row_count
from reports.filters import FilterForm
from reports.models import KEEP_PLANS, AssignmentPlan, ExportJob
from reports.selectors import may_fetch

LEASE = timedelta(seconds=settings.LEASE_SECONDS)


def write_export(pk: int) -> bool:
    """Claim a job, write its file, publish it. True when this call published it.

    The row is changed only where it still carries this claim (state and attempt), so a worker that lost its lease or
    whose job was cancelled publishes nothing.
    """
    if not ExportJob.work.claim(pk, lease=LEASE):
        return False
    job = ExportJob.objects.select_related("requested_by__hr_scope").get(pk=pk)
    try:
        return _write_claimed(job)
    except Exception as error:
        ExportJob.retry_later(pk, error=error, delay=timedelta(seconds=30), counts=not is_outage(error))
        raise


def _write_claimed(job: ExportJob) -> bool:
    actor = job.requested_by
    if not may_fetch(actor, job):
        _mine(job).update(work_state=WorkState.CANCELLED, lease_until=None, finished_at=timezone.now())
        return False
    with translation.override(job.language):
        form = FilterForm(actor, job.filters)
        filters = form.filters(moment=job.moment)
        if not _renew(job, rows_total=row_count(actor, filters), rows_done=0):
            return False
        writer: Writer = (CsvWriter if job.kind == ExportKind.CSV else XlsxWriter)(actor, form, filters)
        with writer.file:
            done = 0
            for block in blocks(actor, filters, times=writer.times):
                done += writer.write(block)
                if not _renew(job, rows_done=done):
                    return False
            writer.close()
            return _publish(job, writer, done)


def _mine(job: ExportJob) -> QuerySet[ExportJob]:
    return ExportJob.objects.filter(pk=job.pk, work_state=WorkState.RUNNING, work_attempts=job.work_attempts)


def _renew(job: ExportJob, **progress: int) -> bool:
    """Show progress and keep the lease; False when the job was cancelled or another worker has it."""
    return _mine(job).update(lease_until=timezone.now() + LEASE, **progress) == 1


def _publish(job: ExportJob, writer: Writer, done: int) -> bool:
    name = default_storage.save(f"{job.folder}/{job.work_attempts}.{job.kind}", File(writer.file))
    changed = _mine(job).update(
        file=name, rows_done=done, rows_total=done, finished_at=timezone.now(), work_state=WorkState.DONE,
        lease_until=None, work_error="",
    )  # fmt: skip
    if changed != 1:
        default_storage.delete(name)
    return changed == 1


def expire_exports() -> int:
    """Delete jobs past their time with their files, and plans that nobody confirmed. Returns how many jobs."""
    old = list(ExportJob.objects.filter(expires_at__lt=timezone.now())[:500])
    for job in old:
        delete_folder(job.folder)
        job.delete()
    AssignmentPlan.objects.filter(created_at__lt=timezone.now() - KEEP_PLANS).delete()
    return len(old)


def delete_folder(folder: str) -> None:
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)
