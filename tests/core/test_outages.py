"""Redis or the database is away: what people still get, and what a script is told."""

import errno
import os
import time
from typing import Any

import psycopg
import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from enablement import views
from enablement.core.cache import PAUSE, SessionCache, _SteadyClient
from enablement.core.errors import is_outage
from people.models import User

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def without_redis(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The production cache, configured for a Redis that does not answer."""
    monkeypatch.setattr(_SteadyClient, "_away_until", 0.0)
    settings.CACHES = {
        "default": {"BACKEND": "enablement.core.cache.SteadyRedisCache", "LOCATION": NOBODY_LISTENS, "OPTIONS": {}}
    }


def test_without_redis_the_cache_is_this_processs_memory(without_redis: None) -> None:
    cache = caches["default"]
    cache.clear()
    cache.set("a", 1, 60)
    assert cache.get("a") == 1
    assert not cache.add("a", 2, 60), "rate limits count on: whoever takes Redis down does not switch them off"
    assert cache.incr("a") == 2
    assert cache.get_many(["a", "b"]) == {"a": 2}
    cache.delete("a")
    assert cache.get("a", "gone") == "gone"


@pytest.mark.skipif(not os.environ.get("TEST_REDIS_URL"), reason="counts in Redis")
def test_redis_counts_in_one_step_what_is_there(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is limited asks once, and a count that has expired begins anew, with an end."""
    monkeypatch.setattr(_SteadyClient, "_away_until", 0.0)
    settings.CACHES = {
        "default": {"BACKEND": "enablement.core.cache.SteadyRedisCache", "LOCATION": os.environ["CACHE_URL"]}
    }
    cache = caches["default"]
    cache.delete("visits")
    with pytest.raises(ValueError, match="visits"):
        cache.incr("visits")
    assert cache.get("visits") is None, "no count without an end is left behind"
    assert cache.add("visits", 1, 60)
    redis = cache._cache._redis.get_client(None, write=True)  # type: ignore[attr-defined]
    asked: list[str] = []
    execute = redis.execute_command
    monkeypatch.setattr(redis, "execute_command", lambda *a, **o: (asked.append(a[0]), execute(*a, **o))[1])
    assert (cache.incr("visits"), cache.incr("visits", 5)) == (2, 7)
    assert len(asked) == 2
    assert 0 < redis.ttl(cache.make_key("visits")) <= 60


def test_redis_is_asked_again_after_a_pause(without_redis: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = caches["default"]
    cache.get("a")
    assert 0 < _SteadyClient._away_until - time.monotonic() <= PAUSE
    asked: list[str] = []
    monkeypatch.setattr(cache._cache._redis, "get", lambda key, default: asked.append(key))  # type: ignore[attr-defined]
    cache.get("b")
    assert asked == []
    monkeypatch.setattr(_SteadyClient, "_away_until", 0.0)
    cache.get("b")
    assert asked == [":1:b"]


@pytest.mark.django_db
def test_people_log_in_and_see_pages_without_redis(without_redis: None, client: Client, alice: User) -> None:
    caches["default"].clear()
    assert client.get(reverse("account_login")).status_code == 200
    client.force_login(alice)
    assert client.get(reverse("courses:my_learning")).status_code == 200


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OperationalError("the database system is shutting down"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.ENOENT, "No such file"), False),
        (ValueError("a mistake of ours"), False),
        (None, False),
    ],
)
def test_what_counts_as_an_outage(error: Exception | None, outage: bool) -> None:
    assert is_outage(error) is outage


@pytest.mark.django_db
def test_an_outage_is_503_and_a_mistake_is_500(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox, proxies and monitors must be able to tell "ask again" from "we are broken"."""
    client.force_login(alice)
    client.raise_request_exception = False
    broken: Exception = OperationalError("server closed the connection unexpectedly")
    broken.__cause__ = psycopg.OperationalError()

    def fail(request: object, template: str) -> None:
        raise broken

    monkeypatch.setattr(views, "render", fail)
    page = client.get(reverse("help"), headers={"Accept": "text/html"})
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Was du schon gespeichert hast" in page.content.decode()
    script = client.get(reverse("help"), headers={"Accept": "application/json"})
    assert (script.status_code, script.json()) == (503, {"code": "outage"})
    broken = ValueError("a mistake of ours")
    page = client.get(reverse("help"), headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert "Retry-After" not in page.headers


def test_a_session_that_was_ended_while_redis_was_away_lives_a_minute_at_most() -> None:
    """Redis forgets to delete what it could not be told about, so it must not keep a session for two weeks."""
    cache = SessionCache(NOBODY_LISTENS, {})
    assert cache.get_backend_timeout(14 * 86_400) == cache.get_backend_timeout(None) == SessionCache.KEEP == 60
    assert cache.get_backend_timeout(5) == 5
    assert cache.get_backend_timeout(0) == 0
