"""Every address of the product × everybody who may come to it. An address without a row fails here."""

from importlib import import_module

import pytest

from enablement import views
from enablement.core.models import Heartbeat
from tests.access import (
    rows_assessments,
    rows_certificates,
    rows_cms,
    rows_courses,
    rows_people,
    rows_reports,
    rows_top,
)
from tests.access.engine import Row, addresses, faults_of, is_ours
from tests.access.world import World

ROOMS: dict[str, list[Row]] = {
    "people": rows_people.ROWS,
    "courses": rows_courses.ROWS,
    "assessments": rows_assessments.ROWS,
    "certificates": rows_certificates.ROWS,
    "reports": rows_reports.ROWS,
    "top": rows_top.ROWS,
    "cms": rows_cms.ROWS,
}


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """A product whose sweeps have just run. Whether a broker answers is not what the matrix asks."""
    monkeypatch.setitem(views.PROBES, "broker", lambda: None)


@pytest.mark.parametrize("room", ROOMS)
def test_who_may_what(room: str, world: World, ready: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for sweep in views.SWEEPS:
        Heartbeat.beat(sweep)
    # By its full name: the package has a view of the same name.
    monkeypatch.setattr(import_module("certificates.views.manage"), "render_pdf", lambda *args, **kwargs: b"%PDF-1.7")
    faults = [fault for row in ROOMS[room] for fault in faults_of(row, world)]
    assert not faults, "\n".join(faults)


def test_every_address_of_ours_has_a_row() -> None:
    known = {row.name for rows in ROOMS.values() for row in rows}
    unknown = sorted({found.name for found in addresses() if is_ours(found)} - known - UNNAMED)
    assert not unknown, f"no row in the matrix: {unknown}"


# Covers of a library's addresses (`enablement.urls`); the walks below meet them.
UNNAMED = {""}
