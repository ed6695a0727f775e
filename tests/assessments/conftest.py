"""A test in a module, and a learner who may take it. Module and test are made once for the tests of a file."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assessments.models import QuizPage
from courses.models import Activity, HomePage, LessonPage, ModulePage
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree, enrolled, module_tree
from tests.layers import layer


def _tree(home: HomePage) -> ModuleTree:
    return module_tree(home, lessons=1)


@pytest.fixture(scope="module")
def shared_tree(shared_home: int | None, django_db_blocker: Any) -> Iterator[ModuleTree | None]:
    if shared_home is None:
        yield None
        return
    with layer(django_db_blocker, lambda: _tree(HomePage.objects.get(pk=shared_home))) as made:
        yield made


@pytest.fixture
def tree(home: HomePage, shared_tree: ModuleTree | None) -> ModuleTree:
    """A module with one lesson."""
    if shared_tree is None:
        return _tree(home)
    return ModuleTree(
        ModulePage.objects.get(pk=shared_tree.page.pk),
        [LessonPage.objects.get(pk=lesson.pk) for lesson in shared_tree.lesson_pages],
    )


@pytest.fixture(scope="module")
def build_page() -> Callable[[ModuleTree], QuizPage]:
    """Makes the test of this file. One with an item of each basic kind, in a fixed order of questions."""

    def build(tree: ModuleTree) -> QuizPage:
        items = [factories.item(kind, topic=kind.split("_")[0]) for kind in factories.BASIC]
        return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)

    return build


@pytest.fixture(scope="module")
def shared_page(
    shared_tree: ModuleTree | None, build_page: Callable[[ModuleTree], QuizPage], django_db_blocker: Any
) -> Iterator[int | None]:
    if shared_tree is None:
        yield None
        return
    with layer(django_db_blocker, lambda: build_page(shared_tree)) as made:
        yield made.pk


@pytest.fixture
def page(tree: ModuleTree, shared_page: int | None, build_page: Callable[[ModuleTree], QuizPage]) -> QuizPage:
    """The test of this file, see `build_page`."""
    return QuizPage.objects.get(pk=shared_page) if shared_page else build_page(tree)


@pytest.fixture
def quiz(page: QuizPage) -> Activity:
    return factories.quiz_of(page)


@pytest.fixture
def learner(alice: User, tree: ModuleTree) -> User:
    """Alice, enrolled in the module."""
    enrolled(alice, tree.module)
    return alice
