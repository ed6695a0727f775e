"""Work by the clock."""

from celery import shared_task

from assessments.services import close_overdue
from enablement.core.models import Heartbeat


@shared_task(name="assessments.tasks.sweep_attempts")
def sweep_attempts() -> None:
    """Close attempts whose time is up. Safe to run twice and at once with another worker."""
    close_overdue()
    Heartbeat.beat("attempts")
