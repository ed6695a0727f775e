"""Waking a worker: the row is the queue, the message only saves time."""

import logging
from functools import partial
from typing import Any

from django.db import transaction

logger = logging.getLogger(__name__)


def _send(task: Any, args: tuple[object, ...]) -> None:
    try:
        task.apply_async(args=args, retry=False)
    except Exception:
        logger.warning("could not wake %s%s; the sweep will", task.name, args, exc_info=True)


def wake(task: Any, *args: object) -> None:
    """Send a task (ids only) after the current transaction commits. A broker that is down is logged, not raised."""
    transaction.on_commit(partial(_send, task, args))
