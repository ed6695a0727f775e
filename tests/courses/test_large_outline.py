"""A module with 300 activities: its outline stays small, and the work grows with the entries, not with their square."""

import sys
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string

from courses.models import Activity
from courses.selectors import pages
from courses.selectors.outlines import Outline, OutlineEntry


@pytest.fixture
def large() -> Outline:
    entries = [
        OutlineEntry(
            Activity(key=uuid4(), kind="lesson", title_de=f"Lektion {number} mit einem Titel", minutes=6, is_live=True),
            "completed" if number < 200 else "not_started",
            {"de": f"/de/katalog/gross/lektion-{number}-mit-einem-titel/"},
        )
        for number in range(300)
    ]
    return Outline(Activity(key=uuid4(), kind="module"), entries, None, None, None, "not_started")


def test_its_html_fits_into_what_a_page_may_weigh(large: Outline) -> None:
    html = render_to_string("courses/components/outline.html", {"outline": large})
    assert html.count("<li") == 300
    assert html.count("<svg") == 300
    assert len(html.encode()) < 135_000  # of 150 kB for the page


def test_the_address_of_each_entry_is_worked_out_once(large: Outline, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    best_link = pages.best_link

    def counting(links: Any, language: str) -> Any:
        asked.append(links)
        return best_link(links, language)

    # By its name in full the module cannot be reached: a function of that name stands before it.
    monkeypatch.setattr(sys.modules["courses.selectors.outlines"], "best_link", counting)
    render_to_string("courses/components/outline.html", {"outline": large})
    assert len(asked) == 300


def test_what_is_missing_is_told_in_part_when_it_is_much() -> None:
    missing = [{"message": f"Lektion {number} fehlt"} for number in range(300)]
    html = render_to_string("courses/components/missing.html", {"missing": missing})
    assert html.count("<li") == 21
    assert "280" in html
    html = render_to_string("courses/components/missing.html", {"missing": missing[:20]})
    assert html.count("<li") == 20
