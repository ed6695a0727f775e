"""Nothing here needs a broker, a worker, Redis, or a folder that another test uses."""

from pathlib import Path
from typing import Any

import pytest

from enablement.core import wake
from tests.conftest import fill_shell_cache


@pytest.fixture(autouse=True)
def private_storage_and_cache(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    fill_shell_cache()


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    """What would have been sent to the broker: task names with their arguments."""
    sent: list[tuple[str, tuple[object, ...]]] = []

    def send(task: Any, args: tuple[object, ...]) -> None:
        sent.append((task.name, args))

    monkeypatch.setattr(wake, "_send", send)
    return sent
