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


def is_outage(error: BaseException | None) -> bool:
    """Whether the cause is a database that is away or full, or a disk without room: nothing that the request did."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return True
    return isinstance(error, (OperationalError, InterfaceError))
