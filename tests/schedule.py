"""Which process runs which tests, and in what order, when there are several (`pytest -n 2`).

A file stays in one process, so that whatever it prepares is prepared once. The system tests are one story over one
running product and stay together for that reason; the longest files are dealt out test by test. Whatever takes longest
starts first, so that no process is left alone with it at the end. (xdist's own `loadgroup` marks `_nodeid`, which
pytest 9.2 no longer reads: it splits every group.)
"""

from itertools import chain, groupby

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.layers import needs

# By the start of their names, longest first. What is not named follows in the order of collection.
FIRST = (
    "tests/system/",
    "tests/reports/test_exports.py",
    "tests/access/test_matrix.py",
    "tests/access/",
    "tests/browser/test_accessibility.py",
    "tests/browser/",
)
TEST_BY_TEST = ("tests/access/", "tests/browser/")


class Dealer(LoadScopeScheduling):  # type: ignore[misc]
    """Deals out files, and tests one by one where a file alone would take a process's whole time."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(TEST_BY_TEST) else nodeid.partition("::")[0]


def longest_first(items: list[pytest.Item]) -> None:
    """Sorts the collected tests in place; those of one file and the same layers keep their order."""

    def rank(run: list[pytest.Item]) -> int:
        return next((place for place, start in enumerate(FIRST) if run[0].nodeid.startswith(start)), len(FIRST))

    def layers(item: pytest.Item) -> str:
        return needs(getattr(item, "fixturenames", ()))

    files = groupby(items, key=lambda item: item.nodeid.partition("::")[0])
    runs = [sorted(run, key=layers) for _file, run in files]
    items[:] = chain.from_iterable(sorted(runs, key=rank))
