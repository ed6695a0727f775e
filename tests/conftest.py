"""Fixtures that every room's tests share: Alice and Bob (a duo), Charlie (another unit), and who else works here."""

import sys
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import teardown_databases
from django.utils import translation
from pytest_django.plugin import blocking_manager_key
from wagtail.models import Collection, Locale, Page, Site

from courses.models import CatalogueIndexPage, HomePage, PathIndexPage
from courses.models.branding import Brand
from enablement.core.cache import forget
from people.enums import Role
from people.models import User
from people.services import grant_roles
from tests import databases, factories, schedule
from tests.layers import empties_tables, layer, may_share, needs


@pytest.fixture(scope="session")
def django_db_setup(
    pytestconfig: pytest.Config,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The process's own database, from the copy that was migrated before where there is one."""
    folder = pytestconfig.rootpath / ".pytest_cache" / "databases"
    with django_db_blocker.unblock():
        made = databases.prepare(folder, reuse=django_db_keepdb and not django_db_createdb)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


def fill_shell_cache() -> None:
    """What the shell keeps in the cache, so that query counts do not depend on which test ran before."""
    forget()
    cache.set("courses.brand", Brand())
    cache.set("people.team_lead_view", value=False)
    for language in ("de", "en"):
        cache.set(f"section-urls:{language}", (f"/{language}/katalog/", f"/{language}/lernpfade/"))


@pytest.fixture(autouse=True)
def shell_cache() -> None:
    fill_shell_cache()


@pytest.fixture(autouse=True)
def default_language() -> None:
    """The language that the last request of the test before was answered in stays active in this thread: end that."""
    translation.deactivate()


@pytest.fixture
def alice(db: None) -> User:
    """A learner from marketing."""
    return factories.UserFactory(
        email="alice@example.com", first_name="Alice", last_name="Adler", function=factories.function("marketing")
    )


@pytest.fixture
def bob(db: None) -> User:
    """A learner from sales."""
    return factories.UserFactory(
        email="bob@example.com", first_name="Bob", last_name="Brandt", function=factories.function("sales")
    )


@pytest.fixture
def charlie(db: None) -> User:
    """A learner from another unit, the outsider."""
    return factories.UserFactory(email="charlie@example.com", first_name="Charlie", last_name="Clausen")


@pytest.fixture
def trainer(db: None) -> User:
    return factories.UserFactory(email="trainer@example.com", roles=[Role.TRAINER])


@pytest.fixture
def reviewer(db: None) -> User:
    return factories.UserFactory(email="reviewer@example.com", roles=[Role.REVIEWER])


@pytest.fixture
def hr(db: None) -> User:
    return factories.UserFactory(email="hr@example.com", roles=[Role.HR])


@pytest.fixture
def admin(db: None) -> User:
    return factories.UserFactory(email="admin@example.com", roles=[Role.ADMIN], is_superuser=True)


def build_home() -> HomePage:
    """Home, catalogue and paths, and nothing else in the tree."""
    german, _ = Locale.objects.get_or_create(language_code="de")
    Locale.objects.get_or_create(language_code="en")
    # A test with real transactions leaves empty tables behind, without the roots that Wagtail's migrations made.
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root = Page.objects.filter(depth=1).first() or Page.add_root(instance=Page(title="Root", slug="root"))
    for page in root.get_children():
        page.delete()
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Doppelpass", slug="home", locale=german))
    home.add_child(instance=CatalogueIndexPage(title="Katalog", slug="katalog", locale=german))
    home.add_child(instance=PathIndexPage(title="Lernpfade", slug="lernpfade", locale=german))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", port=80, root_page=home, is_default_site=True)
    return home


@pytest.fixture(scope="module", autouse=True)
def ground(request: pytest.FixtureRequest) -> str:
    """The names of the layers that this test asks for; they end when the next test asks for others."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def shared_home(
    request: pytest.FixtureRequest, ground: str, django_db_setup: None, django_db_blocker: Any
) -> Iterator[int | None]:
    """Key of the home page that all tests of a module share; None where each has to make its own."""
    if not may_share(request):
        yield None
        return
    with layer(django_db_blocker, build_home) as made:
        yield made.pk


@pytest.fixture
def home(shared_home: int | None, db: None) -> HomePage:
    """The German site: home, catalogue, paths. Returns the home page."""
    Site.clear_site_root_paths_cache()
    return HomePage.objects.get(pk=shared_home) if shared_home else build_home()


@pytest.fixture
def catalogue(home: HomePage) -> CatalogueIndexPage:
    return CatalogueIndexPage.objects.get()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """A test with real transactions leaves empty tables: the roots that Wagtail's migrations made are put back.

    The next test may be of any file, and not every one asks for `home`.
    """
    result = yield
    if nextitem is not None and empties_tables(item):  # after the last one the database is gone
        with item.config.stash[blocking_manager_key].unblock():
            Locale.objects.get_or_create(language_code="de")
            if not Collection.objects.exists():
                Collection.add_root(name="Root")
            if not Page.objects.exists():
                Page.add_root(instance=Page(title="Root", slug="root"))
            grant_roles()  # on these roots; what `flush` granted was without them
    return result


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    layers = sys.intern(needs(metafunc.fixturenames))  # pytest compares parameters by identity
    metafunc.parametrize("ground", [layers], indirect=True, scope="module", ids=[pytest.HIDDEN_PARAM])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> schedule.Dealer:
    return schedule.Dealer(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Races are shown on PostgreSQL: SQLite has one writer at a time, so there they would prove nothing."""
    schedule.longest_first(items)
    if connection.vendor == "postgresql":
        return
    skip = pytest.mark.skip(reason="a race of threads needs PostgreSQL: set TEST_DATABASE_URL")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(skip)
