"""Who may open which page of this room: URL × role. Whoever may not gets 404, the same for existing and missing."""

import pytest
from django.test import Client
from django.urls import reverse

from people.enums import Role
from people.models import AccessLogEntry, User
from tests import factories

ANONYMOUS, LEARNER = "anonymous", "learner"
CMS_ROLES = (Role.TRAINER, Role.REVIEWER, Role.HR, Role.DATA_PROTECTION, Role.ADMIN)
WHO = (ANONYMOUS, LEARNER, *Role)


def _client(who: str, client: Client) -> Client:
    if who != ANONYMOUS:
        given = [] if who == LEARNER else [Role(who)]
        client.force_login(factories.UserFactory(email=f"{who}@company.example", roles=given))
    return client


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["people:profile", "people:my_data", "account_change_password", "usersessions_list"])
def test_own_pages_are_for_everybody_who_is_logged_in(db: None, client: Client, who: str, name: str) -> None:
    response = _client(who, client).get(reverse(name))
    if who == ANONYMOUS:
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))
    else:
        assert response.status_code == 200


PEOPLE_PAGES = [
    "wagtailusers_users:index",
    "wagtailusers_users:add",
    "org_units:index",
    "org_units:add",
    "people_import",
]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", PEOPLE_PAGES)
def test_people_administration_is_for_hr_and_administrators(db: None, client: Client, who: str, name: str) -> None:
    status = _client(who, client).get(reverse(name)).status_code
    if who in (Role.HR, Role.ADMIN):
        assert status == 200
    elif who in CMS_ROLES:
        assert status == 404
    else:
        assert status == 302  # Wagtail sends whoever may not enter the CMS to the log-in


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["access_log:index", "deletion_log:index"])
def test_logs_are_for_the_data_protection_officer_alone(db: None, client: Client, who: str, name: str) -> None:
    status = _client(who, client).get(reverse(name)).status_code
    assert status == (200 if who == Role.DATA_PROTECTION else 404 if who in CMS_ROLES else 302)


@pytest.mark.parametrize("who", WHO)
def test_cms_is_for_those_whom_the_predicate_names(db: None, client: Client, who: str) -> None:
    assert _client(who, client).get(reverse("wagtailadmin_home")).status_code == (200 if who in CMS_ROLES else 302)


def test_even_a_superuser_has_no_way_past_the_roles(client: Client, admin: User, alice: User) -> None:
    client.force_login(admin)
    group = alice.groups.model.objects.get(name=Role.ADMIN.value)
    for path in (
        reverse("wagtailusers_groups:index"),
        reverse("wagtailusers_groups:edit", args=[group.pk]),
        reverse("wagtailusers_users:delete", args=[alice.pk]),
        "/admin/bulk/people/user/assign_role/?id=1",
        "/admin/bulk/people/user/delete/?id=1",
        "/admin/bulk/people/user/set_active_state/?id=1",
        "/de/accounts/email/",
    ):
        assert client.get(path).status_code == 404, path


def test_looking_at_an_account_is_noted(client: Client, hr: User, alice: User) -> None:
    client.force_login(hr)
    assert client.get(reverse("wagtailusers_users:edit", args=[alice.pk])).status_code == 200
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.subject, entry.action) == (hr, alice, "account")


def test_hr_of_a_unit_sees_and_edits_its_unit_only(client: Client, hr: User, alice: User, charlie: User) -> None:
    company = factories.org_unit("Company")
    market, sales = factories.org_unit("Market", company), factories.org_unit("Factory", company)
    User.objects.filter(pk=alice.pk).update(org_unit=factories.org_unit("Berlin", market))
    User.objects.filter(pk=charlie.pk).update(org_unit=sales)
    User.objects.filter(pk=hr.pk).update(hr_scope=market)
    client.force_login(hr)
    page = client.get(reverse("wagtailusers_users:index")).content.decode()
    assert alice.email in page
    assert charlie.email not in page
    assert client.get(reverse("wagtailusers_users:edit", args=[alice.pk])).status_code == 200
    assert client.get(reverse("wagtailusers_users:edit", args=[charlie.pk])).status_code == 404
    assert client.get(reverse("wagtailusers_users:edit", args=[10**6])).status_code == 404


@pytest.mark.parametrize("protected", [Role.ADMIN, Role.HR, Role.DATA_PROTECTION, Role.WORKS_COUNCIL])
def test_hr_cannot_change_who_is_beyond_hr(client: Client, hr: User, alice: User, protected: Role) -> None:
    """Changing an administrator's e-mail address and then "forgotten password" would make HR administrator."""
    target = factories.UserFactory(email="target@example.com", roles=[protected])
    client.force_login(hr)
    assert client.get(reverse("wagtailusers_users:edit", args=[alice.pk])).status_code == 200
    assert client.get(reverse("wagtailusers_users:edit", args=[target.pk])).status_code == 404
    answer = client.post(reverse("wagtailusers_users:edit", args=[target.pk]), _form(target, email="mine@example.com"))
    assert answer.status_code == 404
    target.refresh_from_db()
    assert target.email == "target@example.com"


def _form(person: User, **changes: object) -> dict[str, object]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "language": person.language,
        "extra_time_percent": 0,
        "active": "on",
        **changes,
    }


def test_hr_cannot_grant_what_is_beyond_hr(client: Client, hr: User, alice: User) -> None:
    client.force_login(hr)
    edit = reverse("wagtailusers_users:edit", args=[alice.pk])
    for role in (Role.ADMIN, Role.HR, Role.DATA_PROTECTION):
        client.post(edit, _form(alice, roles=[role.value], is_superuser="on", hr_scope=""))
        alice = User.objects.get(pk=alice.pk)
        assert not alice.role_names
        assert not alice.is_superuser
    client.post(edit, _form(alice, roles=[Role.TRAINER.value]))
    assert User.objects.get(pk=alice.pk).role_names == {"trainer"}


def test_admin_grants_pairs_and_deactivates(client: Client, admin: User, alice: User, bob: User) -> None:
    client.force_login(admin)
    edit = reverse("wagtailusers_users:edit", args=[alice.pk])
    answer = client.post(edit, _form(alice, roles=[Role.HR.value], duo=bob.email, manager=admin.email))
    assert answer.status_code == 302
    alice, bob = User.objects.get(pk=alice.pk), User.objects.get(pk=bob.pk)
    assert alice.role_names == {"hr"}
    assert (alice.duo, bob.duo, alice.manager) == (bob, alice, admin)
    form = _form(alice)
    del form["active"]
    client.post(edit, form)
    alice = User.objects.get(pk=alice.pk)
    assert not alice.is_active
    assert alice.left_at is not None
    assert alice.duo is None
    assert not alice.role_names


def test_a_circle_of_managers_is_a_form_error(client: Client, admin: User, alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(manager=alice)
    client.force_login(admin)
    answer = client.post(reverse("wagtailusers_users:edit", args=[alice.pk]), _form(alice, manager=bob.email))
    assert answer.status_code == 200
    assert "manager" in answer.context["form"].errors


def test_the_last_administrator_stays(client: Client, admin: User) -> None:
    client.force_login(admin)
    edit = reverse("wagtailusers_users:edit", args=[admin.pk])
    answer = client.post(edit, _form(admin), headers={"referer": f"http://testserver{edit}"})
    assert answer.status_code == 302
    assert User.objects.get(pk=admin.pk).role_names == {"admin"}


def test_adding_a_person_and_an_org_unit(client: Client, hr: User) -> None:
    client.force_login(hr)
    client.post(reverse("org_units:add"), {"name": "Market", "external_id": "", "parent": ""})
    unit = factories.OrgUnit.objects.get()
    client.post(reverse("org_units:add"), {"name": "Sales", "external_id": "", "parent": str(unit.pk)})
    sales = factories.OrgUnit.objects.get(name="Sales")
    assert sales.get_parent() == unit
    new = _form(User(email="New@Example.com", first_name="Nora", last_name="Neu"), org_unit=str(sales.pk))
    answer = client.post(reverse("wagtailusers_users:add"), new)
    assert answer.status_code == 302
    nora = User.objects.get(email="new@example.com")
    assert nora.org_unit == sales
    assert not nora.has_usable_password()


@pytest.mark.parametrize("count", [1, 30])
def test_people_list_costs_the_same_for_many(
    client: Client, hr: User, count: int, django_assert_num_queries: object
) -> None:
    unit = factories.org_unit("Market")
    for _ in range(count):
        factories.UserFactory(org_unit=unit, function=factories.function("sales"), roles=[Role.TRAINER])
    client.force_login(hr)
    client.get(reverse("wagtailusers_users:index"))  # caches of content types and sites
    with django_assert_num_queries(15):  # type: ignore[operator]
        client.get(reverse("wagtailusers_users:index"))


@pytest.mark.parametrize("count", [1, 30])
def test_access_log_costs_the_same_for_many(
    client: Client, alice: User, count: int, django_assert_num_queries: object
) -> None:
    officer = factories.UserFactory(roles=[Role.DATA_PROTECTION])
    for _ in range(count):
        AccessLogEntry.objects.create(actor=factories.UserFactory(), subject=alice, action="timeline")
    client.force_login(officer)
    client.get(reverse("access_log:index"))
    with django_assert_num_queries(11):  # type: ignore[operator]
        page = client.get(reverse("access_log:index"))
    assert "Adler, Alice" in page.content.decode()


def test_profile_costs_a_fixed_number_of_queries(
    client: Client, alice: User, bob: User, django_assert_num_queries: object
) -> None:
    from people.services import pair_duo

    pair_duo(alice, bob)
    client.force_login(alice)
    with django_assert_num_queries(4):  # type: ignore[operator]
        page = client.get(reverse("people:profile")).content.decode()
    assert "Bob Brandt" in page
    assert "person__face--disc" in page
    assert "person__face--square" in page
