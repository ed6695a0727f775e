"""Errors that are meant for the person at the screen, and those that mean: ask again later."""

import errno

from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise


class DomainError(Exception):
    """A rule of the product says no. `message` is translated and says what was kept and what to do next.

    Views turn it into a message and a redirect (or HTTP 409 for scripts); it is never a server error.
    """

    def __init__(self, message: str | Promise, *, code: str = "refused") -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def is_outage(error: BaseException | None) -> bool:
    """Whether the cause is a server that is away, or a disk without room: nothing that the request or row did."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    # S3's client has errors of its own; importing it for this would cost every process that has no S3 a second.
    if type(error).__module__.startswith("botocore"):
        return True
    return isinstance(error, (OperationalError, InterfaceError, ConnectionError, TimeoutError))
