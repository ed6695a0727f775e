"""Rows that several tests begin with, made once: a transaction around those of the tests, undone after the last one.

A fixture of a wider scope than a test's (module, package) enters a layer and builds; pytest enters it before the
transaction of the first test, which is then a savepoint in it. What a test changes is undone after it, as always; the
objects in Python are not, so tests are given fresh ones.

Layers of a module stand on one another (`shared_home`, `shared_tree`, `shared_page`). A test sees those that it asks
for and no other, whatever ran before it: the names of all of them are the parameter of what they stand on (`ground`),
so they are taken away where the names change. Tests of the same layers are sorted together, so that this is seldom.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from wagtail.models import Site


@contextmanager
def layer(blocker: Any, build: Callable[[], Any]) -> Iterator[Any]:
    """Builds inside of a transaction, and undoes it at the end."""
    with blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # what is `durable` may stand in it, as in the transaction of a test
        around.__enter__()
    try:
        translation.deactivate()  # the language of the last request
        with blocker.unblock():
            made = build()
        yield made
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            Site.clear_site_root_paths_cache()


def needs(names: Sequence[str]) -> str:
    """The layers of a test that asks for these fixtures, in words: fixtures with `shared_` in front."""
    return "+".join(sorted(name for name in names if name.startswith("shared_")))


def empties_tables(item: pytest.Item) -> bool:
    """Whether this test has real transactions, after which every table is emptied."""
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names or "live_server" in names


def may_share(request: pytest.FixtureRequest) -> bool:
    """Whether no test of this module or package has real transactions: those cannot run inside of another one."""
    return not any(empties_tables(item) for item in request.session.items if request.node in item.listchain())
