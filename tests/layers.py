"""Rows that several tests begin with, made once: a transaction around those of the tests, undone after the last one.

A fixture of a wider scope than a test's (module, package) enters a layer and builds; pytest enters it before the
transaction of the first test, which is then a savepoint in it. What a test changes is undone after it, as always; the
objects in Python are not, so tests are given fresh ones.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from wagtail.models import Site


@contextmanager
def layer(blocker: Any, build: Callable[[], Any]) -> Iterator[Any]:
    """Builds inside of a transaction, and undoes it at the end."""
    with blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # what is `durable` may stand in it, as in the transaction of a test
        around.__enter__()
    try:
        with blocker.unblock():
            made = build()
        yield made
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            Site.clear_site_root_paths_cache()


def empties_tables(item: pytest.Item) -> bool:
    """Whether this test has real transactions, after which every table is emptied."""
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names or "live_server" in names


def may_share(request: pytest.FixtureRequest) -> bool:
    """Whether no test of this module has real transactions: those cannot run inside of another one."""
    return not any(
        empties_tables(item) for item in request.session.items if getattr(item, "module", None) is request.module
    )
