"""One small company with something to steal in every room, built once for all tests here.

Nothing needs a broker or Redis.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings

from assessments.enums import ReviewPolicy
from enablement.core.cache import forget
from tests.access.world import World, build_world, read_again
from tests.conftest import build_home
from tests.layers import layer, may_share


def _memory(name: object) -> dict[str, dict[str, str]]:
    return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(name)}}


@pytest.fixture(scope="package")
def company(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, Path]]:
    """The company and the folder with its files. A test that needs another review policy names it as the parameter."""
    assert may_share(request)
    policy, folder = getattr(request, "param", ReviewPolicy.FULL), tmp_path_factory.mktemp("company")

    def build() -> World:
        with override_settings(MEDIA_ROOT=folder, CACHES=_memory(folder)):
            return build_world(build_home(), policy=policy)

    with layer(django_db_blocker, build) as made:
        yield made, folder


@pytest.fixture
def world(company: tuple[World, Path], db: None, settings: Any, tmp_path: Path) -> World:
    """The company, with records, files and a cache of this test's own."""
    made, folder = company
    settings.MEDIA_ROOT = shutil.copytree(folder, tmp_path / "media")
    settings.CACHES = _memory(tmp_path)
    cache.clear()
    forget()
    return read_again(made)
