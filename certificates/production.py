"""From a row to a PDF in the storage and a mail: claimed by lease, fenced by attempt, outside of transactions."""

import hashlib
import logging
import time
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from certificates import selectors
from certificates.models import Certificate
from certificates.rendering import render_pdf
from enablement.core import metrics
from enablement.core.claimable import WorkState
from enablement.core.errors import is_outage
from enablement.core.mail import message_id, one_line

logger = logging.getLogger(__name__)
# Rendering takes about a second. The lease is one default sweep long, so that what a killed worker held is taken up
# by the next sweep; a worker that is merely slow is fenced off by its attempt number (see `_store`).
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
RETRY = timedelta(seconds=30)


def produce(pk: int) -> bool:
    """Render and store one certificate. True when this call finished it.

    False when another worker has it, it is done, or it failed: then it is handed back and tried again later.
    """
    if not Certificate.work.claim(pk, lease=LEASE):
        return False
    certificate = Certificate.objects.get(pk=pk)
    began = time.monotonic()
    try:
        data = render_pdf(
            certificate.frozen,
            kind=certificate.kind,
            language=certificate.language,
            number=certificate.number,
            code=certificate.code,
            verify_url=certificate.verify_url,
        )
        stored = _store(certificate, data)
    except Exception as error:
        logger.exception("certificate %s could not be rendered", certificate.number)
        Certificate.retry_later(pk, error=error, delay=RETRY, counts=not is_outage(error))
        return False
    metrics.count("renders_total")
    metrics.count("render_milliseconds_total", round((time.monotonic() - began) * 1000))
    return stored


def _file_name(certificate: Certificate, attempt: int) -> str:
    return f"certificates/{certificate.issued_at.year}/{certificate.number}-{attempt}.pdf"


def _store(certificate: Certificate, data: bytes) -> bool:
    """Write the file under a name of this attempt, then point the row to it, if the row is still ours.

    A crash between the two leaves a file that no row names; the next attempt removes it. No row ever names half a file.
    """
    attempt = certificate.work_attempts
    for earlier in range(1, attempt):
        default_storage.delete(_file_name(certificate, earlier))
    name = default_storage.save(_file_name(certificate, attempt), ContentFile(data))
    mine = Certificate.objects.filter(pk=certificate.pk, work_state=WorkState.RUNNING, work_attempts=attempt)
    finished = mine.update(
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        work_state=WorkState.DONE,
        lease_until=None,
        work_error="",
    )
    if not finished:
        default_storage.delete(name)
    return finished == 1


def mail_when_ready(pk: int) -> bool:
    """Tell the holder. True when this call sent the mail.

    A lease is claimed before sending, so that of two workers one sends; `mailed_at` is set after the mail server has
    taken the mail. A worker that is killed in between leaves a lease that lapses, and the sweep sends again, with the
    same Message-ID: at least once, never lost (docs/decisions/0007). A refusal gives the lease back.
    """
    if not selectors.unmailed().filter(pk=pk).exists():
        return False
    # Conditions on the row itself only: with a join PostgreSQL would let the second of two workers through.
    now = timezone.now()
    free = Certificate.objects.filter(Q(mail_lease_until=None) | Q(mail_lease_until__lt=now), pk=pk, mailed_at=None)
    if not free.update(mail_lease_until=now + LEASE):
        return False
    certificate = Certificate.objects.select_related("user").get(pk=pk)
    try:
        _message(certificate).send()
    except Exception:
        logger.exception("mail on certificate %s could not be sent", certificate.number)
        Certificate.objects.filter(pk=pk, mailed_at=None).update(mail_lease_until=None)
        return False
    Certificate.objects.filter(pk=pk).update(mailed_at=timezone.now(), mail_lease_until=None)
    return True


def _message(certificate: Certificate) -> EmailMessage:
    with translation.override(certificate.user.language):
        context = {
            "certificate": certificate,
            "user": certificate.user,
            "wall_url": settings.BASE_URL + reverse("certificates:wall"),
        }
        return EmailMessage(
            subject=one_line(_("Your certificate is ready: %(title)s") % {"title": certificate.title}),
            body=render_to_string("certificates/mail/ready.txt", context),
            to=[certificate.user.email],
            headers={"Message-ID": message_id("certificate", certificate.number)},
        )
