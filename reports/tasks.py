"""Celery's doors into the reports room: thin, because a message only wakes a row."""

from celery import shared_task

from enablement.core.models import Heartbeat
from enablement.core.wake import wake
from reports import mails, production
from reports.models import ExportJob


@shared_task(name="reports.tasks.run_export")
def run_export(pk: int) -> None:
    production.write_export(pk)


@shared_task(name="reports.tasks.sweep_exports")
def sweep_exports() -> None:
    """Wake what lapsed, give up what keeps killing its worker, delete what has had its 14 days."""
    ExportJob.work.give_up_exhausted()
    for pk in ExportJob.work.claimable().order_by("pk").values_list("pk", flat=True)[:100]:
        wake(run_export, pk)
    production.expire_exports()
    Heartbeat.beat("exports")


@shared_task(name="reports.tasks.send_mails")
def send_mails() -> None:
    """Tell people about assignments. Woken by an assignment and by beat: the same work, whoever comes first."""
    mails.send_waiting()
    Heartbeat.beat("mails")
