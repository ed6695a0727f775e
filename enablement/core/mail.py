"""Mails that may be sent twice, and look like one."""

from urllib.parse import urlsplit

from django.conf import settings


def message_id(kind: str, key: object) -> str:
    """The same for each try of the same mail, so that mail systems can drop the second of two (RFC 5322, 3.6.4)."""
    return f"<{kind}.{key}@{urlsplit(settings.BASE_URL).hostname}>"


def one_line(subject: str) -> str:
    """A subject without line breaks, which Django would refuse to send."""
    return " ".join(subject.split())
