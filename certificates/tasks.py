"""Celery tasks: render one certificate, and the sweep that makes good what was lost."""

import time

from celery import shared_task

from certificates import production, selectors
from certificates.models import Certificate
from certificates.services import issue_certificate
from enablement.core.models import Heartbeat

SWEEP_ROWS = 500
SWEEP_BUDGET = 40.0  # seconds: a sweep ends before the next one is due, the rest waits for it


@shared_task(name="certificates.tasks.render_certificate")
def render_certificate(pk: int) -> None:
    """Render, store and mail one certificate, unless another worker has it."""
    if production.produce(pk):
        production.mail_when_ready(pk)


@shared_task(name="certificates.tasks.sweep_certificates")
def sweep_certificates() -> None:
    """Issue what is missing, render what was lost, mail what is ready, give up what kills its workers.

    It works itself instead of sending messages, so that a broker that loses them loses nothing. A row that kills its
    worker is tried last and given up after `MAX_WORK_ATTEMPTS`, so it cannot hold up the others.
    """
    stop_at = time.monotonic() + SWEEP_BUDGET
    for enrollment in selectors.missing_certificates().select_related("activity")[:SWEEP_ROWS]:
        issue_certificate(enrollment, tested=selectors.was_tested(enrollment))
    Certificate.work.give_up_exhausted()
    rows = Certificate.work.claimable().order_by("work_attempts", "pk").values_list("pk", flat=True)
    for pk in list(rows[:SWEEP_ROWS]):
        if time.monotonic() > stop_at:
            break
        render_certificate(pk)
    for pk in list(selectors.unmailed().values_list("pk", flat=True)[:SWEEP_ROWS]):
        if time.monotonic() > stop_at:
            break
        production.mail_when_ready(pk)
    Heartbeat.beat("certificates")
