"""One product for all system tests of a process: starting it takes the longest."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.product import Product, system_database


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, started from nothing by its own script; stopped with Ctrl-C at the end."""
    data_dir: Path = tmp_path_factory.mktemp("product")
    with system_database() as database_url:
        running = Product(data_dir, database_url=database_url, redis_url=os.environ.get("TEST_REDIS_URL", ""))
        try:
            running.start()
            yield running
        finally:
            running.stop()
