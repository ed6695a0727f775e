"""Exits 0 once PostgreSQL and Redis answer, 1 after 20 seconds. Usage: wait_for_services.py DATABASE_URL REDIS_URL"""

import sys
import time

import dj_database_url
import psycopg
import redis


def _answers(database_url: str, redis_url: str) -> bool:
    parts = dj_database_url.parse(database_url)
    try:
        # The test database is made by the test run; `postgres` exists on every server.
        with psycopg.connect(
            host=parts["HOST"],
            port=parts["PORT"] or 5432,
            user=parts["USER"],
            password=parts["PASSWORD"] or None,
            dbname="postgres",
            connect_timeout=3,
        ):
            pass
        redis.Redis.from_url(redis_url, socket_connect_timeout=3).ping()
    except (psycopg.OperationalError, redis.ConnectionError) as error:
        print(f"waiting: {error}", file=sys.stderr)
        return False
    return True


deadline = time.monotonic() + 20
while not _answers(sys.argv[1], sys.argv[2]):
    if time.monotonic() > deadline:
        sys.exit(1)
    time.sleep(1)
