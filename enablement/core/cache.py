"""The cache while Redis is away: a smaller one in each process, so that pages and limits go on."""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

T = TypeVar("T")
KEPT_SECONDS = 2.0  # how much later than the others a process may learn of a change
_kept: dict[str, tuple[float, Any]] = {}
logger = logging.getLogger(__name__)
PAUSE = 2.0  # seconds until Redis is asked again, so that not every request waits for a server that does not answer


def kept(key: str, read: Callable[[], T]) -> T:
    """What `read` gives, remembered by this process for two seconds: for values that every page shows.

    Asking Redis costs a page about as much as a query does.
    """
    now = time.monotonic()
    found = _kept.get(key)
    if found is None or found[0] < now:
        found = _kept[key] = (now + KEPT_SECONDS, read())
    value: T = found[1]
    return value


def forget(*keys: str) -> None:
    """Read these anew the next time; without keys everything. After a change, in the process that makes it."""
    for key in keys or tuple(_kept):
        _kept.pop(key, None)


class _QuickClient(RedisCacheClient):
    """Django's client without two costs of each request: a new client object for each call, two calls to count."""

    # Counts only what is there, as Django does, and in one step: no key can expire between the look and the counting.
    _COUNT = "if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end return false"

    def __init__(self, servers: Any, **options: Any) -> None:
        super().__init__(servers, **options)
        self._for: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._for:
            self._for[write] = super().get_client(key, write=write)
        return self._for[write]

    def incr(self, key: Any, delta: int) -> int:
        found = self.get_client(key, write=True).eval(self._COUNT, 1, key, delta)
        if found is None:
            raise ValueError(f"Key {key!r} not found")
        return int(found)


class _SteadyClient:
    """Redis's client, or this process's memory while Redis fails.

    The memory counts too: whoever takes Redis down does not switch the limits on log-ins off, each process keeps its
    own. What was deleted while Redis was away can come back with it, for as long as it would have been kept there.
    """

    _away_until = 0.0

    def __init__(self, servers: Any, **options: Any) -> None:
        self._redis = _QuickClient(servers, **options)
        self._memory = LocMemCache("while-redis-is-away", {})

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            if time.monotonic() >= _SteadyClient._away_until:
                try:
                    return getattr(self._redis, name)(*arguments)
                except RedisError as error:
                    _SteadyClient._away_until = time.monotonic() + PAUSE
                    logger.warning("the cache is away (%s); this process uses its own memory", error)
            return getattr(self._memory, name)(*arguments)

        return call


class SteadyRedisCache(RedisCache):
    """Django's Redis cache, which raises nothing when Redis is away."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _SteadyClient


class SessionCache(SteadyRedisCache):
    """What is known of sessions, for a minute: the database is the truth.

    Ending a session removes it here too. If Redis is away at that very moment, the old entry lives on for this long.
    """

    KEEP = 60  # seconds

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int | None:
        wanted = super().get_backend_timeout(timeout)
        return self.KEEP if wanted is None else min(int(wanted), self.KEEP)
