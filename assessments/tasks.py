"""Work by the clock."""

from celery import shared_task

from assessments import mails
from assessments.services import close_overdue
from enablement.core.models import Heartbeat


@shared_task(name="assessments.tasks.sweep_attempts")
def sweep_attempts() -> None:
    """Close attempts whose time is up. Safe to run twice and at once with another worker."""
    close_overdue()
    Heartbeat.beat("attempts")


@shared_task(name="assessments.tasks.send_result_mails")
def send_result_mails() -> None:
    """Tell people that an answer of theirs was marked, or that a result was corrected."""
    mails.send_waiting()
    Heartbeat.beat("result_mails")
