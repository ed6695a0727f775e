"""The whole lesson page, as it is served: the same few queries with no links and with 200."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courses.models import CatalogueIndexPage
from people.models import User
from tests.courses import cms_factories as make

QUERIES = 12


@pytest.mark.parametrize("links", [0, 200])
def test_a_lesson_costs_twelve_queries_at_most(
    catalogue: CatalogueIndexPage,
    alice: User,
    client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    links: int,
) -> None:
    module = make.module(catalogue)
    targets = [make.lesson(module, title=f"Ziel {number}") for number in range(5)]
    body = [make.block("text", "<p>Text</p>") for _ in range(40)]
    for number in range(links):
        link = f'<a linktype="page" id="{targets[number % 5].pk}">Verweis</a>'
        body[number % 40]["value"] += f"<p>{link}</p>"
    page = make.lesson(module, title="Viele Links", body=body)
    client.force_login(alice)
    client.get(page.get_url())  # opens the lesson once: the events of the first visit are written
    with django_assert_max_num_queries(QUERIES):
        response = client.get(page.get_url())
    assert response.content.decode().count("Verweis</a>") == links
