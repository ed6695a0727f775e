"""Makes the synthetic company, or lets it grow: in batches of learners, each in one transaction."""

import multiprocessing
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from assessments.models import ItemVersionStatistic
from certificates.models import Certificate
from certificates.production import produce
from people.models import OrgUnit
from trials.population import company, content
from trials.population.journey import Journey
from trials.population.lives import live
from trials.population.plan import Plan, read_plan
from trials.population.rows import Batch, Counts, Keys, make_tables
from trials.population.tables import Table, advance_sequences, analyze, references_checked_at_the_end

BATCH = 500  # learners; whole teams
PROCESS_FROM = 1_000  # learners: for fewer a process is not worth its start
MAX_LEARNERS = 999_990
_MARK = re.compile(r"population seed=(?P<seed>\d+) modules=(?P<modules>\d+) until=(?P<until>\S+)")

Say = Callable[[str], None]


class RefusedError(Exception):
    """Why nothing was done, in a sentence for the operator."""


@dataclass(frozen=True)
class Wish:
    """What the company shall be. `learners` is its size afterwards, not a number to add."""

    learners: int
    modules: int = 10
    seed: int = 1
    password: str | None = None
    certificate_files: int = 5  # learners whose module certificates get a file


def seed(wish: Wish, *, say: Say = print, now: datetime | None = None) -> int:
    """Bring the company to the size wished for and return how many learners were added.

    The same seed, modules and `now` give the same company, whether it was made at once or has grown. Raises
    RefusedError, and changes nothing then. Nobody else may write meanwhile; a clash rolls back one batch, and the next
    call goes on there.
    """
    began = time.monotonic()
    root, known = _admit(wish, now or timezone.now())
    content.ensure_content(wish.modules)
    with transaction.atomic():
        hr = company.ensure_staff(wish.password)
        units = company.ensure_units(root, wish.learners)
    say(f"Content, org tree and staff: {time.monotonic() - began:.0f} s")
    plan = read_plan(
        seed=wish.seed,
        modules=wish.modules,
        until=_until(root),
        hr=hr,
        password=make_password(wish.password),
        units=units,
        certificate_files=wish.certificate_files,
    )
    _write_learners(plan, known, wish.learners, say)
    _render_sample(say)
    analyze()
    say(f"{wish.learners:,} learners × {wish.modules} modules in {time.monotonic() - began:.0f} s")
    return wish.learners - len(known)


def _admit(wish: Wish, now: datetime) -> tuple[OrgUnit, dict[int, int]]:
    """The company's root, made on the first call, and the learners who are here. Raises RefusedError."""
    if wish.learners % company.TEAM or not company.TEAM <= wish.learners <= MAX_LEARNERS:
        raise RefusedError(f"Learners come in teams of {company.TEAM}: give a multiple, at most {MAX_LEARNERS:,}.")
    if not 1 <= wish.modules <= content.MAX_MODULES or wish.seed < 0:
        raise RefusedError(f"There are 1 to {content.MAX_MODULES} modules, and the seed is 0 or more.")
    if company.has_real_people():
        raise RefusedError(
            "This database has real people (anybody who is neither of the demo company nor has an address that ends "
            "in .example). A synthetic company is made in a database of its own only. Nothing was changed."
        )
    known = company.known_keys()
    mark = f"population seed={wish.seed} modules={wish.modules} until="
    root = OrgUnit.objects.filter(external_id__startswith="population ").first()
    if root is None:
        until = now.astimezone(UTC).replace(second=0, microsecond=0).isoformat()
        root = OrgUnit.add_root(name=company.COMPANY, external_id=mark + until)
    if not str(root.external_id).startswith(mark):
        raise RefusedError(
            f"Another company is here already ({root.external_id}). Give the same seed and modules to let it grow, "
            "or take an empty database. Nothing was changed."
        )
    if wish.learners < len(known):
        raise RefusedError(
            f"The company has {len(known):,} learners already; it grows and never shrinks. Take an empty database for "
            f"{wish.learners:,}. Nothing was changed."
        )
    return root, known


def _until(root: OrgUnit) -> datetime:
    """The company's present: the day on which it was made, also when it grows later."""
    found = _MARK.fullmatch(str(root.external_id))
    if found is None:
        raise RefusedError(f"The mark of the company cannot be read: {root.external_id!r}.")
    return datetime.fromisoformat(found["until"])


def _write_learners(plan: Plan, known: dict[int, int], learners: int, say: Say) -> None:
    """Invent the next batch beside the database that takes the last one."""
    tables = make_tables()
    free = {name: table.free_keys() for name, table in tables.items() if name != "events"}
    batches = _batches(plan, known, learners, free, tables)
    began, done, wanted = time.monotonic(), 0, learners - len(known)
    with _beside(batches, wanted) as coming, references_checked_at_the_end(tables.values()):
        while (batch := coming()) is not None:
            _write(batch, tables)
            done += batch.learners
            seconds = time.monotonic() - began
            say(f"{done:,} of {wanted:,} learners, {done / seconds:,.0f}/s, {seconds:.0f} s")


@contextmanager
def _beside(batches: "Iterator[Packed]", wanted: int) -> "Iterator[Callable[[], Packed | None]]":
    """Gives the next batch while the one after it is being made: in a process, or for a few learners in a thread."""
    pool: Executor
    if wanted >= PROCESS_FROM and "fork" in multiprocessing.get_all_start_methods():
        # Forked, the process has the plan. It ends without ever touching the connection that it inherits.
        context = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(1, mp_context=context, initializer=_make.start, initargs=(batches,))
    else:
        _make.start(batches)
        pool = ThreadPoolExecutor(1)
    with pool:
        waiting = [pool.submit(_make)]

        def coming() -> "Packed | None":
            waiting.append(pool.submit(_make))
            return waiting.pop(0).result()

        yield coming


class _Maker:
    """Makes batches where it is called."""

    def start(self, batches: "Iterator[Packed]") -> None:
        self.batches = batches

    def __call__(self) -> "Packed | None":
        return next(self.batches, None)

    def __reduce__(self) -> str:
        return "_make"


_make = _Maker()


def _batches(
    plan: Plan, known: dict[int, int], learners: int, free: dict[str, "count[int]"], tables: dict[str, Table]
) -> "Iterator[Packed]":
    """The learners who are missing, in batches. Asks no database."""
    keys = Keys(**{name: free[name] for name in Keys.__dataclass_fields__})
    people = dict(known)
    for first in range(len(known), learners, BATCH):
        numbers = range(first, min(first + BATCH, learners))
        people |= zip(numbers, free["people"], strict=False)
        batch = _invent(numbers, people, plan, keys)
        packed = {name: table.pack(batch.rows[name]) for name, table in tables.items()}
        yield Packed(batch.learners, packed, batch.statistics)


@dataclass(frozen=True)
class Packed:
    """A batch as the tables take it."""

    learners: int
    rows: dict[str, Any]
    statistics: dict[int, Counts]


def _invent(numbers: range, people: dict[int, int], plan: Plan, keys: Keys) -> Batch:
    batch = Batch(learners=len(numbers))
    for number in numbers:
        # Chance of each learner's own: the company is the same however it is cut into batches.
        rng = random.Random(f"{plan.seed} {number}")  # noqa: S311 - repeatable chance, not a secret
        person = company.invent(number, people[number], plan, rng)
        batch.rows["people"].append(company.row_of(person, plan, people, rng))
        live(Journey(person, plan, batch, keys, rng), person, plan, rng)
    return batch


@transaction.atomic
def _write(batch: Packed, tables: dict[str, Table]) -> None:
    for name, table in tables.items():
        table.write(batch.rows[name])
    _add_statistics(batch.statistics)
    advance_sequences(tables.values())


def _add_statistics(counts: dict[int, Counts]) -> None:
    """What `assessments.services.retention` keeps of deleted answers."""
    rows = ItemVersionStatistic.objects.in_bulk(counts, field_name="item_version_id")
    fresh = [ItemVersionStatistic(item_version_id=version) for version in counts if version not in rows]
    for row in [*rows.values(), *fresh]:
        added = counts[row.item_version_id]
        row.responses += added.responses
        row.score_sum += Decimal(added.score) / 10_000
        row.option_counts = dict(added.options + Counter(row.option_counts))
    ItemVersionStatistic.objects.bulk_create(fresh)
    ItemVersionStatistic.objects.bulk_update(rows.values(), ["responses", "score_sum", "option_counts"])


def _render_sample(say: Say) -> None:
    """Make the files that the sample waits for; a worker may help."""
    waiting = Certificate.work.claimable().filter(user__email__endswith=company.DOMAIN).order_by("pk")
    done = sum(produce(pk) for pk in list(waiting.values_list("pk", flat=True)))
    say(f"{done} certificates rendered")
