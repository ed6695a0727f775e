"""Mails that must arrive: rows that are claimed by lease and sent outside of transactions, at least once.

A room declares a model on `OutgoingMail` and says what its rows read (docs/decisions/0007).
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.utils import timezone

from enablement.core.claimable import Claimable, WorkState

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
FIRST_RETRY = timedelta(minutes=1)  # doubles with each attempt: the twelfth comes after about a day and a half
BUDGET = 40.0  # seconds: one run ends before the next sweep is due, the rest waits for it
ROWS = 1000

# Primary key and connection → the mail, or None when nobody wants it any more.
Writer = Callable[[int, BaseEmailBackend | None], EmailMessage | None]


class OutgoingMail(Claimable):
    """Abstract: one mail to one person. `uuid` makes its Message-ID."""

    MAX_WORK_ATTEMPTS: ClassVar[int] = 12

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True


def send_waiting(model: type[OutgoingMail], write: Writer) -> int:
    """Send what waits, over one connection, until the time is up. Returns how many mails were sent."""
    stop_at = time.monotonic() + BUDGET
    model.work.give_up_exhausted()
    waiting = list(model.work.claimable().order_by("run_after", "pk").values_list("pk", flat=True)[:ROWS])
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
            sent += send(model, pk, write, connection)
    finally:
        connection.close()
    return sent


def send(model: type[OutgoingMail], pk: int, write: Writer, connection: BaseEmailBackend | None = None) -> bool:
    """Send one mail. True when this call sent it.

    The row is done only after the mail server has taken the mail: a worker that is killed in between leaves a lease
    that lapses, and the mail is sent again, with the same Message-ID.
    """
    if not model.work.claim(pk, lease=LEASE):
        return False
    attempts = model.objects.values_list("work_attempts", flat=True).get(pk=pk)
    try:
        message = write(pk, connection)
        if message is not None:
            message.send()
    except Exception as error:
        logger.exception("%s %s could not be sent", model._meta.label_lower, pk)
        model.retry_later(pk, error=error, delay=FIRST_RETRY * 2 ** (attempts - 1))
        return False
    model.objects.filter(pk=pk, work_state=WorkState.RUNNING, work_attempts=attempts).update(
        work_state=WorkState.DONE, lease_until=None, work_error=""
    )
    return message is not None
