"""The register of checks that `manage.py verify_records` runs. Each room registers its own in `verification.py`."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

logger = logging.getLogger(__name__)
Check = Callable[[], Iterator[str]]
_checks: dict[str, Check] = {}


@dataclass(frozen=True)
class Finding:
    """One violated promise: the name of the check and a sentence that names the row."""

    check: str
    detail: str


def record_check(name: str) -> Callable[[Check], Check]:
    """Register a generator that yields one sentence for each row that breaks a promise.

    Raises ValueError when the name is taken.
    """

    def register(check: Check) -> Check:
        if name in _checks:
            raise ValueError(f"record check {name!r} is registered twice")
        _checks[name] = check
        return check

    return register


def run_record_checks(only: str | None = None) -> Iterator[Finding]:
    """Run all checks (or the one named) in the order of registration and yield what they find.

    A record that a check cannot even read is a finding too, and the other checks still run.
    """
    for name, check in _checks.items():
        if only in (None, name):
            try:
                for detail in check():
                    yield Finding(name, detail)
            except Exception as error:
                logger.exception("the check %s did not come to its end", name)
                yield Finding(name, f"did not come to its end: {type(error).__name__}: {error}")


def record_check_names() -> list[str]:
    return list(_checks)
