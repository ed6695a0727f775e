"""The benchmark's arithmetic: what a row says, when it fails, and that slow machines hit both sides alike."""

import random
import time
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from trials.bench import answers
from trials.bench.load import arrivals, closed_loop
from trials.bench.rows import Ratios, Row, alternate, percentile, table
from trials.population.rows import make_tables


def test_a_row_is_written_with_exactly_the_promised_keys() -> None:
    row = Row("lesson", 0.71234, 0.7, (0.6, 0.81239), queries=11, peak_mb=80.04, detail="12 pages/s")
    assert row.as_json() == {
        "name": "lesson",
        "ratio": 0.712,
        "spread": [0.6, 0.812],
        "target": 0.7,
        "reached": True,
        "queries": 11,
        "peak_mb": 80.0,
    }
    bare = Row("x", 1.0, 1.0).as_json()
    assert (bare["spread"], bare["queries"], bare["peak_mb"]) == (None, None, None)


@pytest.mark.parametrize(
    ("ratio", "reached", "failed"),
    [(0.8, True, False), (0.79, False, False), (0.4, False, False), (0.39, False, True), (0.0, False, True)],
)
def test_a_missed_target_is_told_and_half_of_it_fails(ratio: float, reached: bool, failed: bool) -> None:
    row = Row("x", ratio, 0.8)
    assert (row.reached, row.failed) == (reached, failed)
    assert ("missed" in table([row])) == (not reached and not failed)
    assert ("FAILED" in table([row])) == failed


def test_a_number_from_another_machine_fails_nothing_and_is_told() -> None:
    # The gate would otherwise pass or fail by the machine that it happens to run on.
    row = Row("x", 0.1, 6.0, documented=True)
    assert (row.reached, row.failed) == (False, False)
    assert "missed" in table([row])


def test_rounds_alternate_and_neither_side_always_comes_second() -> None:
    order: list[str] = []
    speeds = {"subject": iter([1.0, 30, 10, 20]), "reference": iter([1.0, 10, 10, 10])}

    def measure(name: str) -> float:
        order.append(name[0])
        return next(speeds[name])

    ratios = alternate(lambda: measure("subject"), lambda: measure("reference"), rounds=3)
    assert "".join(order) == "sr" + "sr" + "rs" + "sr"
    assert ratios.rounds == [3, 1, 2]  # the round that warmed up is not among them
    assert (ratios.middle, ratios.spread) == (2, (1, 3))
    row = ratios.row("x", 1.0, detail="{:.0f} beside {:.0f}")
    assert (row.ratio, row.spread, row.detail) == (2, (1, 3), "20 beside 10")


def test_a_reference_that_does_nothing_counts_as_a_failure_not_as_infinite_speed() -> None:
    assert Ratios(((5.0, 0.0),)).rounds == [0.0]


def test_percentiles_are_measured_values() -> None:
    values = [float(each) for each in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 95), percentile([7.0], 95)) == (50, 95, 7)
    with pytest.raises(ValueError, match="no values"):
        percentile([], 95)


def test_load_counts_what_succeeded_and_tells_what_did_not() -> None:
    def works() -> None:
        time.sleep(0.005)

    def breaks() -> None:
        time.sleep(0.005)
        raise RuntimeError("500")

    load = closed_loop([works, breaks], seconds=0.05)
    assert load.latencies
    assert set(load.errors) == {"RuntimeError: 500"}
    assert load.rate == pytest.approx(len(load.latencies) / load.elapsed)


def test_an_arrival_that_had_to_wait_counts_from_when_it_was_due() -> None:
    begun: list[float] = []

    def slow() -> None:
        begun.append(time.perf_counter())
        time.sleep(0.05)

    load = arrivals([slow] * 4, within=0.1)
    assert len(load.latencies) == 4
    assert begun[-1] - begun[0] >= 0.07  # spread over the time, not all at once
    assert min(load.latencies) >= 0.05


def test_answers_in_bulk_have_a_value_for_each_column_of_their_tables() -> None:
    """The benchmark of the analysis writes rows past the models: a column that came later must be in them."""
    tables = {
        name: table for name, table in make_tables().items() if name in {"attempts", "attempt_items", "responses"}
    }
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in tables}
    question = answers._Question(1, 0.0, '"o-1"', [('"o-2"', "0")])
    keys = {name: count(1) for name in tables}
    answers._attempt(rows, keys, 1, 1, datetime(2026, 1, 5, tzinfo=UTC), [question] * 20, random.Random(1))  # noqa: S311 - repeatable
    assert {name: {len(row) for row in found} for name, found in rows.items()} == {
        name: {table.width} for name, table in tables.items()
    }
