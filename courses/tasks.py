"""Periodic work of the courses room."""

from celery import shared_task
from django.core.management import call_command

from courses.models import Activity
from courses.services.satisfaction import refresh_running
from enablement.core.models import Heartbeat


@shared_task
def publish_scheduled() -> None:
    """Publish and unpublish what is due. Wagtail's command; running it twice changes nothing the second time."""
    call_command("publish_scheduled")
    Heartbeat.beat("publishing")


@shared_task
def refresh_enrollments(activity_id: int) -> None:
    """After a module or path was changed: complete whoever has nothing left to do. A visit would do the same."""
    activity = Activity.objects.filter(pk=activity_id).first()
    if activity is not None:
        refresh_running(activity)
