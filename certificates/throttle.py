"""A limit on how often one address may ask the public pages."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60  # seconds
LIMIT = 40  # requests of one address in one window: plenty for a person, useless for guessing 140 bits


def too_many(request: HttpRequest, *, action: str) -> bool:
    """Count this request; True when its address is over the limit. Errors of the cache let people through."""
    address = get_adapter().get_client_ip(request)
    key = f"throttle:{action}:{address}:{int(time.time()) // WINDOW}"
    try:
        return int(cache.incr(key)) > LIMIT
    except ValueError:  # the first of this window
        return not cache.add(key, 1, WINDOW * 2) and int(cache.incr(key)) > LIMIT
