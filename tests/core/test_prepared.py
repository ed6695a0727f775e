"""Prepared queries: the same rows as the queryset, for other values each time, in every thread."""

from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, models
from django.db.models.functions import Upper
from django.db.transaction import TransactionManagementError
from pytest_django import DjangoAssertNumQueries

from courses.models import Activity
from enablement.core.prepared import Prepared, Several
from people.models import User
from tests import factories


@pytest.fixture
def by_email() -> Prepared[User]:
    return Prepared(
        lambda email: User.objects.select_related("function").filter(email=email).order_by(), email=models.EmailField()
    )


def test_each_call_reads_its_own_values(
    alice: User, bob: User, by_email: Prepared[User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # counted like any other, the function read along
        found = [by_email.first(email=email) for email in ("alice@example.com", "bob@example.com")]
        assert [person and person.function and person.function.slug for person in found] == ["marketing", "sales"]
    assert found == [alice, bob]
    assert by_email.rows(email="nobody@example.com") == []


def test_what_changed_is_read(alice: User, by_email: Prepared[User]) -> None:
    by_email.first(email=alice.email)
    User.objects.filter(pk=alice.pk).update(first_name="Alba")
    person = by_email.first(email=alice.email)
    assert person is not None
    assert person.first_name == "Alba"


def test_values_are_stored_as_their_field_stores_them(db: None) -> None:
    # SQLite keeps a UUID as 32 digits: with the value as it is, nothing would be found there.
    activity = Activity.objects.create(key=uuid4(), kind="module", title_de="Silos")
    by_key = Prepared(lambda key: Activity.objects.filter(key=key), key=models.UUIDField())
    assert by_key.first(key=activity.key) == by_key.first(key=str(activity.key)) == activity


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "%s", "%(email)s", ""])
def test_a_value_is_never_read_as_sql(alice: User, by_email: Prepared[User], hostile: str) -> None:
    assert by_email.rows(email=hostile) == []


@pytest.mark.django_db(transaction=True)
def test_a_row_is_locked_inside_of_a_transaction_only() -> None:
    person = factories.UserFactory()
    locked = Prepared(lambda pk: User.objects.select_for_update().filter(pk=pk), pk=models.BigIntegerField())
    if not connection.features.has_select_for_update:
        pytest.skip("this database locks no rows")
    for _again in range(2):  # Django says so when it compiles; the second call compiles nothing
        with pytest.raises(TransactionManagementError):
            locked.first(pk=person.pk)


@pytest.mark.django_db(transaction=True)
def test_threads_use_their_own_connections() -> None:
    person = factories.UserFactory()
    by_key = Prepared(lambda pk: User.objects.filter(pk=pk), pk=models.BigIntegerField())
    by_key.first(pk=person.pk)
    found: list[Any] = []

    def ask() -> None:
        found.append((by_key.first(pk=person.pk), connection.connection))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert found[0][0] == person
    assert found[0][1] is not connection.connection


def test_lists_of_each_length_find_what_they_name(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    people = [factories.UserFactory() for _number in range(6)]
    built: list[int] = []

    def those(keys: Any) -> models.QuerySet[User]:
        built.append(len(keys.get_source_expressions()))
        return User.objects.filter(pk__in=keys).order_by("pk")

    prepared = Prepared(those, keys=Several(models.BigIntegerField()))
    for length in (1, 2, 3, 4, 5, 6, 5):
        with django_assert_num_queries(1):
            assert prepared.rows(keys=[person.pk for person in people[:length]]) == people[:length]
    assert built == [1, 2, 4, 8], "a list is filled up, so that few statements serve all lengths"
    with django_assert_num_queries(0):
        assert prepared.rows(keys=iter([])) == []
    assert prepared.first(keys=(person.pk for person in people[3:4])) == people[3]


def test_a_list_may_name_related_rows_and_tuples_come_back(alice: User, bob: User) -> None:
    names = Prepared(
        lambda functions, active: (
            User.objects.filter(function__in=functions, is_active=active)
            .order_by("first_name")
            .values_list("first_name", "function__slug")
        ),
        functions=Several(models.BigIntegerField()),
        active=models.BooleanField(),
    )
    both = [alice.function_id, bob.function_id]
    assert names.tuples(functions=both, active=True) == [("Alice", "marketing"), ("Bob", "sales")]
    assert names.tuples(functions=both[:1], active=True) == [("Alice", "marketing")]
    assert names.tuples(functions=both, active=False) == []
    assert names.tuples(functions=[], active=True) == []


def test_what_was_annotated_is_there(alice: User) -> None:
    named = Prepared[Any](
        lambda pk: User.objects.filter(pk=pk).annotate(loud=Upper("first_name")), pk=models.BigIntegerField()
    )
    assert named.rows(pk=alice.pk)[0].loud == "ALICE"
