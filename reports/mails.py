"""Mails on assignments: claimed by lease, sent outside of transactions, at least once (docs/decisions/0007)."""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from courses.selectors.pages import page_url_for
from enablement.core.claimable import WorkState
from enablement.core.mail import message_id, one_line
from reports.models import AssignmentMail

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
FIRST_RETRY = timedelta(minutes=1)  # doubles with each attempt: the twelfth comes after about a day and a half
BUDGET = 40.0  # seconds: one run ends before the next sweep is due, the rest waits for it
ROWS = 1000


def send_waiting() -> int:
    """Send what waits, over one connection, until the time is up. Returns how many mails were sent."""
    stop_at = time.monotonic() + BUDGET
    AssignmentMail.work.give_up_exhausted()
    waiting = list(AssignmentMail.work.claimable().order_by("run_after", "pk").values_list("pk", flat=True)[:ROWS])
    if not waiting:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except OSError:  # smtplib's errors are of this kind as well
        logger.exception("the mail server cannot be reached; %s mails wait for the next sweep", len(waiting))
        return 0
    sent = 0
    try:
        for pk in waiting:
            if time.monotonic() > stop_at:
                break
            sent += send(pk, connection)
    finally:
        connection.close()
    return sent


def send(pk: int, connection: BaseEmailBackend | None = None) -> bool:
    """Send one mail. True when this call sent it.

    The row is done only after the mail server has taken the mail: a worker that is killed in between leaves a lease
    that lapses, and the mail is sent again, with the same Message-ID. Nobody who has left is told.
    """
    if not AssignmentMail.work.claim(pk, lease=LEASE):
        return False
    mail = AssignmentMail.objects.select_related("enrollment__user", "enrollment__activity").get(pk=pk)
    try:
        wanted = mail.enrollment.user.is_active and mail.enrollment.satisfied_at is None
        if wanted:
            message(mail, connection).send()
    except Exception as error:
        logger.exception("mail on assignment %s could not be sent", mail.enrollment_id)
        delay = FIRST_RETRY * 2 ** (mail.work_attempts - 1)
        AssignmentMail.retry_later(pk, error=error, delay=delay)
        return False
    AssignmentMail.objects.filter(pk=pk, work_state=WorkState.RUNNING, work_attempts=mail.work_attempts).update(
        work_state=WorkState.DONE, lease_until=None, work_error=""
    )
    return wanted


def message(mail: AssignmentMail, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """What the person reads, in the person's language. Links come from the configured base URL."""
    enrollment = mail.enrollment
    user, activity, language = enrollment.user, enrollment.activity, enrollment.user.language
    with translation.override(language):
        title = activity.title_in(language)
        context = {
            "user": user,
            "title": title,
            "due_at": enrollment.due_at,
            "url": settings.BASE_URL + (page_url_for(activity, language) or reverse("courses:my_learning")),
        }
        return EmailMessage(
            subject=one_line(_("New for you: %(title)s") % {"title": title}),
            body=render_to_string("reports/mail/assigned.txt", context),
            to=[user.email],
            headers={"Message-ID": message_id("assignment", mail.uuid)},
            connection=connection,
        )
