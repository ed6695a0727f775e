"""Work by the clock."""

import logging
from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from enablement.core.models import Heartbeat
from people.erasure import erase_person
from people.models import AccessLogEntry, DeletionLogEntry, PeopleImport, User, VisibilitySettings
from people.personal_data import RetentionPolicy, retention_hooks

logger = logging.getLogger(__name__)
MONTH = timedelta(days=30.4375)


@shared_task(name="people.tasks.apply_retention")
def apply_retention() -> None:
    """Delete what is older than the company's limits, once a night. Safe to run at any time and twice.

    One room's failure is logged and does not keep the others' data from being deleted.
    """
    rules = VisibilitySettings.load()
    now = timezone.now()
    policy = RetentionPolicy(now=now, answers_before=now - rules.answer_months * MONTH)
    for name, hook in retention_hooks().items():
        try:
            _note(name, "retention of answers", hook(policy))
        except Exception:
            logger.exception("retention of %s failed", name)
    _erase_left(now, years=rules.record_years)
    old = AccessLogEntry.objects.filter(at__lt=now - rules.access_log_months * MONTH)
    _note("access log", "retention of the access log", old.delete()[0])
    # Uploads that nobody confirmed hold personal data.
    stale = PeopleImport.objects.filter(uploaded_at__lt=now - timedelta(days=1), applied_at=None)
    _note("import", "unconfirmed upload", stale.delete()[0])
    Heartbeat.beat("retention")


def _erase_left(now: datetime, *, years: int) -> None:
    gone = User.objects.filter(
        is_active=False, erased_at=None, left_at__lt=now - timedelta(days=365.25 * years)
    ).order_by("pk")
    for person in gone.iterator(chunk_size=500):
        erase_person(person, reason="retention after leaving")


def _note(what: str, reason: str, count: int) -> None:
    if count:
        DeletionLogEntry.objects.create(what=what, reason=reason, count=count)
