"""PostgreSQL's COPY writes the same CSV as Python does, byte for byte, also where people have written something odd."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from people.models import User
from reports.exports import CsvWriter, blocks, row_values
from reports.filters import FilterForm
from tests.factories import UserFactory, function, org_unit
from tests.reports import factories

ODD = ("=1+1", "+49", "-5", "@x", "\tTab", "\rReturn", "\nLine", "＝wide", "", 'a "quoted" one', "semi;colon", "com,ma",
       "Müller-Lüdenscheidt", "back\\slash", "\\.", "'apostrophe", "two\nlines")  # fmt: skip


def written(hr: User, *, by_copy: bool) -> bytes:
    form = FilterForm(hr, {})
    filters = form.filters()
    writer = CsvWriter(hr, form, filters)
    with writer.file as file:
        for block in blocks(hr, filters):
            count = writer.write(block) if by_copy else writer.write_cells(row_values(block))
            assert count == len(ODD) + 2
        writer._notes = []  # they name the moment of the report
        writer.close()
        data: bytes = file.read()
    return data


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
@pytest.mark.parametrize("language", ["de", "en"])
def test_copy_writes_what_python_writes(hr: User, language: str) -> None:
    activity = factories.module("M01", title_de="=Formel", title_en="")
    unit, marketing = org_unit("@Einheit"), function("marketing")
    for number, odd in enumerate(ODD):
        person = UserFactory(last_name=odd, first_name="Z", org_unit=unit, function=marketing if number % 2 else None)
        # Shortly before midnight in Berlin: another day than in UTC.
        factories.enrolled(person, activity, due=timedelta(days=number - 8))
    factories.enrolled(UserFactory(last_name="", first_name=""), activity)
    factories.enrolled(UserFactory(last_name="Vorbei", first_name=""), activity, satisfied=timedelta(days=-1))
    with translation.override(language):
        copied, python = written(hr, by_copy=True), written(hr, by_copy=False)
    assert _unlined(copied) == _unlined(python)
    assert copied.count(b"\r\n") >= len(ODD) + 2
    assert timezone.now()


def _unlined(data: bytes) -> list[Any]:
    """Lines with a line break inside a cell written one way."""
    return data.replace(b"\r\n", b"\n").split(b"\n")
