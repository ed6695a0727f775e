"""What the learner's home shows of this room."""

from typing import Any

from certificates import selectors
from people.models import User

NEWEST = 3


def newest_certificates(user: User) -> dict[str, Any] | None:
    """Context of the home page's panel: the newest certificates, one query; None when there are none yet."""
    certificates = list(selectors.wall(user)[:NEWEST])
    return {"certificates": certificates} if certificates else None
