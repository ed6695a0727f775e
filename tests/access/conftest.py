"""One small company with something to steal in every room, built once per test. Nothing needs a broker or Redis."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from courses.models import HomePage
from enablement.core.cache import forget
from tests.access.world import World, build_world


@pytest.fixture
def world(home: HomePage, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    cache.clear()
    forget()
    return build_world(home)
