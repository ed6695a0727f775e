import pytest

from assessments.models import QuizPage
from courses.models import Activity, HomePage
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree, enrolled, module_tree


@pytest.fixture
def tree(home: HomePage) -> ModuleTree:
    """A module with one lesson."""
    return module_tree(home, lessons=1)


@pytest.fixture
def page(tree: ModuleTree) -> QuizPage:
    """A test with one item of each basic kind, in a fixed order of questions."""
    items = [factories.item(kind, topic=kind.split("_")[0]) for kind in factories.BASIC]
    return factories.quiz_page(tree.page, factories.fixed(*items), shuffle_questions=False)


@pytest.fixture
def quiz(page: QuizPage) -> Activity:
    return factories.quiz_of(page)


@pytest.fixture
def learner(alice: User, tree: ModuleTree) -> User:
    """Alice, enrolled in the module."""
    enrolled(alice, tree.module)
    return alice
