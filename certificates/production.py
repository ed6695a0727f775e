"""From a row to a PDF in the storage and a mail: claimed by lease, fenced by attempt, outside of transactions."""

import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from certificates import selectors
from certificates.models import Certificate
from certificates.rendering import render_pdf
from enablement.core.claimable import WorkState

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
    try:
        data = render_pdf(
            certificate.frozen,
            kind=certificate.kind,
            language=certificate.language,
            number=certificate.number,
            code=certificate.code,
            verify_url=certificate.verify_url,
        )
        return _store(certificate, data)
    except Exception as error:
        logger.exception("certificate %s could not be rendered", certificate.number)
        Certificate.retry_later(pk, error=f"{type(error).__name__}: {error}", delay=RETRY)
        return False


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
    """Tell the holder once. True when this call sent the mail.

    `mailed_at` is claimed before sending: two workers send one mail. If the server refuses, the claim is given back
    and the sweep tries again; only a worker killed in between costs the mail (never the certificate).
    """
    claimed_at = timezone.now()
    if not selectors.unmailed().filter(pk=pk).exists():
        return False
    # Conditions on the row itself only: with a join PostgreSQL would let the second of two workers through.
    if not Certificate.objects.filter(pk=pk, mailed_at=None).update(mailed_at=claimed_at):
        return False
    certificate = Certificate.objects.select_related("user").get(pk=pk)
    language = certificate.user.language
    with translation.override(language):
        context = {
            "certificate": certificate,
            "user": certificate.user,
            "wall_url": settings.BASE_URL + reverse("certificates:wall"),
        }
        message = EmailMessage(
            subject=" ".join((_("Your certificate is ready: %(title)s") % {"title": certificate.title}).split()),
            body=render_to_string("certificates/mail/ready.txt", context),
            to=[certificate.user.email],
        )
    try:
        message.send()
    except Exception:
        logger.exception("mail on certificate %s could not be sent", certificate.number)
        Certificate.objects.filter(pk=pk, mailed_at=claimed_at).update(mailed_at=None)
        return False
    return True
