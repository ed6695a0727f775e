"""Mails on results: that one is there at last, or that one was corrected. They name no score: that is for the page."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.enums import GradeSource
from assessments.models import ResultMail
from enablement.core import outgoing
from enablement.core.mail import message_id, one_line


def send_waiting() -> int:
    """Send what waits. Returns how many mails were sent."""
    return outgoing.send_waiting(ResultMail, message)


def message(pk: int, connection: BaseEmailBackend | None = None) -> EmailMessage | None:
    """What the person reads, in the person's language; None for who has left. Links come from the base URL."""
    mail = ResultMail.objects.select_related("grade_change__attempt__user").get(pk=pk)
    change = mail.grade_change
    attempt = change.attempt
    if not attempt.user.is_active:
        return None
    first = change.source == GradeSource.MARKED
    with translation.override(attempt.user.language):
        subject = _("Your result is there: %(title)s") if first else _("Your result was corrected: %(title)s")
        context = {
            "user": attempt.user,
            "title": attempt.title,
            "first": first,
            "reason": change.reason,
            "url": settings.BASE_URL + reverse("assessments:result", kwargs={"uuid": attempt.uuid}),
        }
        return EmailMessage(
            subject=one_line(subject % {"title": attempt.title}),
            body=render_to_string("assessments/mail/result.txt", context),
            to=[attempt.user.email],
            headers={"Message-ID": message_id("result", mail.uuid)},
            connection=connection,
        )
