"""What HR picks a unit from: written quickly, and still a select like Django's own."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from django import forms
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import OrgUnit
from people.unit_choice import UnitChoice


@pytest.fixture
def tree(db: None) -> OrgUnit:
    """A company with a hostile name, one unit below it."""
    company = OrgUnit.add_root(name='"><script>alert(1)</script>')
    OrgUnit.objects.get(pk=company.pk).add_child(name="Sales & Co")
    return OrgUnit.objects.get(name="Sales & Co")


def form(data: Any) -> forms.Form:
    class Form(forms.Form):
        unit = UnitChoice(OrgUnit.objects.order_by("path"), required=False, empty_label="All", help_text="Below it too")

    return Form(data, auto_id="filter-%s")


def select_of(page: forms.Form) -> Tag:
    return BeautifulSoup(str(page["unit"]), "html.parser").select_one("select")


def test_the_tree_can_be_seen_and_names_stay_text(tree: OrgUnit) -> None:
    select = select_of(form({"unit": tree.pk}))
    options = select.find_all("option")
    assert [option.text for option in options] == ["All", '"><script>alert(1)</script>', "\u2003Sales & Co"]
    assert [option.get("value") for option in options] == ["", str(tree.get_parent().pk), str(tree.pk)]
    assert [option.get("selected") is not None for option in options] == [False, False, True]


def test_it_says_the_same_as_the_select_of_django(tree: OrgUnit) -> None:
    """A reader of the screen hears help and error, as with every other field."""

    class Plain(forms.Form):
        unit = forms.ModelChoiceField(OrgUnit.objects.order_by("path"), required=False, help_text="Below it too")

    for data in ({}, {"unit": tree.pk}, {"unit": "nonsense"}):
        ours, plain = form(data), Plain(data, auto_id="filter-%s")
        assert ours.is_valid() == plain.is_valid()
        assert select_of(ours).attrs == select_of(plain).attrs
        assert "aria-describedby" in select_of(ours).attrs


def test_a_thousand_units_cost_one_query_and_no_template_each(tree: OrgUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        OrgUnit.objects.get(pk=tree.pk).add_child(name=f"Team {number}")
    monkeypatch.setattr(UnitChoice.widget, "_render", lambda *_args: pytest.fail("renders a template"))
    with CaptureQueriesContext(connection) as queries:
        assert str(form({})["unit"]).count("<option") == 8
    assert len(queries) == 1
