"""Periodic work of the courses room."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from courses.models import Activity
from courses.services.satisfaction import refresh_each
from enablement.core.models import Heartbeat

RENEW_EVERY = 50  # enrolments; far less than a lease takes


@shared_task
def publish_scheduled() -> None:
    """Publish and unpublish what is due. Wagtail's command; running it twice changes nothing the second time."""
    call_command("publish_scheduled")
    Heartbeat.beat("publishing")


@shared_task
def refresh_enrollments(activity_id: int) -> None:
    """After a module or path was changed: complete whoever has nothing left to do. A visit would do the same.

    The mark on the row is renewed while this works, so that the sweep leaves it alone, and cleared at the end. When it
    was renewed by somebody else, the content has changed again, and whoever noted that does all of it.
    """
    activity = Activity.objects.filter(pk=activity_id).first()
    if activity is None:
        return
    mine = Activity.objects.filter(pk=activity_id)
    mark = timezone.now()
    mine.update(outline_changed_at=mark)
    for number, _done in enumerate(refresh_each(activity), 1):
        if number % RENEW_EVERY == 0:
            renewed = timezone.now()
            if not mine.filter(outline_changed_at=mark).update(outline_changed_at=renewed):
                return
            mark = renewed
    mine.filter(outline_changed_at=mark).update(outline_changed_at=None)


@shared_task
def sweep_outlines() -> None:
    """Do what a lost message or a killed worker has left of `refresh_enrollments`, and leave what has just begun."""
    begun = timezone.now() - timedelta(seconds=settings.LEASE_SECONDS)
    due = Activity.objects.filter(outline_changed_at__lt=begun).order_by("outline_changed_at")
    for pk in list(due.values_list("pk", flat=True)):
        refresh_enrollments(pk)
    Heartbeat.beat("outlines")
