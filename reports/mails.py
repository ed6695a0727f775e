"""Mails on assignments: what they say, and to whom."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from courses.selectors.pages import page_url_for
from enablement.core import outgoing
from enablement.core.mail import message_id, one_line
from reports.models import AssignmentMail


def send_waiting() -> int:
    """Send what waits. Returns how many mails were sent."""
    return outgoing.send_waiting(AssignmentMail, message)


def send(pk: int, connection: BaseEmailBackend | None = None) -> bool:
    """Send one mail. True when this call sent it."""
    return outgoing.send(AssignmentMail, pk, message, connection)


def message(pk: int, connection: BaseEmailBackend | None = None) -> EmailMessage | None:
    """What the person reads, in the person's language; None for who has left or is done. Links have the base URL."""
    mail = AssignmentMail.objects.select_related("enrollment__user", "enrollment__activity").get(pk=pk)
    enrollment = mail.enrollment
    user, activity, language = enrollment.user, enrollment.activity, enrollment.user.language
    if not user.is_active or enrollment.satisfied_at is not None:
        return None
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
