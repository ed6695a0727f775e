"""What every page shows is read once in two seconds by each process."""

import pytest

from enablement.core import cache
from enablement.core.templatetags.ui import icon


def test_it_is_read_again_after_two_seconds_and_after_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(cache.time, "monotonic", lambda: now[0])
    values = iter("abcd")
    cache.forget()
    assert [cache.kept("x", lambda: next(values)) for _ in range(3)] == ["a", "a", "a"]
    now[0] += cache.KEPT_SECONDS + 0.1
    assert cache.kept("x", lambda: next(values)) == "b"
    cache.forget("x")
    assert cache.kept("x", lambda: next(values)) == "c"
    assert cache.kept("y", lambda: "other") == "other"
    cache.forget()


def test_an_icon_carries_only_its_own_lines() -> None:
    drawn = icon("clipboard-check")
    assert drawn.startswith('<svg viewBox="0 0 24 24" class="icon" aria-hidden="true"><rect ')
    assert "\n" not in drawn
    assert "stroke" not in drawn
    assert 'role="img" aria-label="Ja &amp; nein"' in icon("circle", "Ja & nein")
