"""Stations by month: against arithmetic by hand, a naive twin, and what must always hold."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.rollout.months import (
    NOTHING_BINDS,
    Disruptions,
    Resources,
    built_within,
    capacities,
    stations_built,
)

KEY = np.array([20, 20], dtype=np.uint64)
DAYS = 10


def resources(
    per_month: list[list[float]],
    *,
    keeps: list[bool] | None = None,
    stock: list[float] | None = None,
    lead: list[int] | None = None,
    sigma: float = 0.0,
) -> Resources:
    """Months of ten days, all worked; ``per_month`` months x resources."""
    given_units = np.array(per_month, dtype=float)
    months, count = given_units.shape
    return Resources(
        per_day=given_units / DAYS,
        works=np.ones((months * DAYS, count), dtype=bool),
        lead_months=np.array(lead or [0] * count, dtype=np.int64),
        stock=np.array(stock or [0.0] * count),
        keeps=np.array(keeps or [False] * count),
        sigma_month=np.full(count, sigma),
        address=2**31 + np.arange(count),
    )


def events(
    *rows: tuple[int, int, float], count: int = 1, sigma: float = 0.0, days: float = 0.0
) -> Disruptions:
    """Events (first, last, factor) that hit all resources."""
    return Disruptions(
        hits=np.ones((len(rows), count), dtype=bool),
        first=np.array([row[0] for row in rows], dtype=np.int64),
        last=np.array([row[1] for row in rows], dtype=np.int64),
        factor=np.array([row[2] for row in rows], dtype=float),
        factor_sigma=np.full(len(rows), sigma),
        end_sigma_days=np.full(len(rows), days),
        probability=np.ones(len(rows)),
        address=np.arange(len(rows)),
    )


def months_of(given: Resources) -> np.ndarray:
    return np.arange(given.per_day.shape[0] + 1, dtype=np.int64) * DAYS


def need_of(*each: float, stations: int = 100) -> np.ndarray:
    return np.outer(np.array(each), np.arange(stations + 1, dtype=float))


def run(
    given: Resources,
    need: np.ndarray,
    happens: Disruptions | None = None,
    *,
    runs: int = 1,
    common: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    hits = events(count=need.shape[0]) if happens is None else happens
    return stations_built(given, hits, months_of(given), need, common, KEY, runs)


def test_by_hand_one_resource_whose_days_pass() -> None:
    # 7 crew-days a month, 2 for a station: 3 stations and a day of work on the next, so 7 in two
    # months (14 / 2), 10 in three (21 / 2 = 10.5), 14 in four.
    built, binding = run(resources([[7.0]] * 4), need_of(2.0))
    assert built.tolist() == [[3, 7, 10, 14]]
    assert binding.tolist() == [[0, 0, 0, 0]]


def test_by_hand_material_stays_and_crews_pass() -> None:
    # Units 10, 0, 10; crews 4 a month, 1 each: 4, then 4 of the 6 left, then the crews' 4 again.
    given = resources([[10.0, 4.0], [0.0, 4.0], [10.0, 4.0]], keeps=[True, False])
    assert run(given, need_of(1.0, 1.0))[0].tolist() == [[4, 8, 12]]
    # Units that pass: of the 6 left one stays, for the next station; in the second month that one
    # is built and a day of the 3 left is work begun, so the third has 5 crew-days.
    given = resources([[10.0, 4.0], [0.0, 4.0], [10.0, 4.0]], keeps=[False, False])
    built, binding = run(given, need_of(1.0, 1.0))
    assert built.tolist() == [[4, 5, 10]]
    assert binding.tolist() == [[1, 0, 1]]


def test_by_hand_stock_and_lead_time() -> None:
    given = resources([[5.0]] * 4, keeps=[True], stock=[3.0], lead=[2])
    assert run(given, need_of(1.0))[0].tolist() == [[3, 3, 8, 13]]


def test_by_hand_disruptions_multiply_where_they_overlap() -> None:
    # Ten days of one unit: five at 0.5, the last two of them at 0.5 x 0.5: 5 + 1.5 + 0.5 = 7.
    built, _ = run(resources([[100.0]]), need_of(10.0), events((0, 4, 0.5), (3, 4, 0.5)))
    assert built.tolist() == [[7]]


def test_it_ends_with_the_last_station_and_nothing_binds_then() -> None:
    built, binding = run(resources([[6.0]] * 3), need_of(1.0, stations=10))
    assert built.tolist() == [[6, 10, 10]]
    assert binding.tolist() == [[0, NOTHING_BINDS, NOTHING_BINDS]]


def test_a_resource_that_nobody_needs_never_binds() -> None:
    built, binding = run(resources([[0.0, 5.0]] * 2), need_of(0.0, 1.0))
    assert built.tolist() == [[5, 10]]
    assert binding.tolist() == [[1, 1]]


def naive(capacity: np.ndarray, need: np.ndarray, keeps: np.ndarray, stock: np.ndarray) -> list:
    """Station by station, month by month."""
    left, done, built = stock.copy(), 0, []
    each = np.diff(need, axis=1)
    for month in capacity:
        left = left + month
        while done < each.shape[1] and (left + 1e-7 >= each[:, done]).all():
            left = left - each[:, done]
            done += 1
        following = each[:, done] if done < each.shape[1] else np.zeros(len(left))
        left = np.where(keeps, left, np.minimum(left, following))
        built.append(done)
    return built


units = st.floats(0.0, 30.0).map(lambda value: round(value, 1))
cases = st.integers(1, 3).flatmap(
    lambda count: st.tuples(
        st.lists(st.lists(units, min_size=count, max_size=count), min_size=1, max_size=8),
        st.lists(st.booleans(), min_size=count, max_size=count),
        st.lists(units, min_size=count, max_size=count),
        st.lists(
            st.floats(0.5, 4.0).map(lambda value: round(value, 1)), min_size=count, max_size=count
        ),
    )
)


@given(cases)
@settings(max_examples=200)
def test_the_naive_twin_agrees(case: tuple) -> None:
    per_month, keeps, stock, each = case
    given_resources = resources(per_month, keeps=keeps, stock=stock)
    built, _ = run(given_resources, need_of(*each))
    assert built[0].tolist() == naive(
        np.array(per_month), need_of(*each), np.array(keeps), np.array(stock)
    )


@given(cases, st.integers(0, 7), st.integers(0, 2), st.floats(0.0, 20.0))
@settings(max_examples=150)
def test_more_capacity_never_delays(case: tuple, month: int, which: int, more: float) -> None:
    per_month, keeps, stock, each = case
    richer = [row.copy() for row in per_month]
    richer[month % len(richer)][which % len(each)] += more
    poor = resources(per_month, keeps=keeps, stock=stock, sigma=0.3)
    rich = resources(richer, keeps=keeps, stock=stock, sigma=0.3)
    before, _ = run(poor, need_of(*each), runs=5, common=0.2)
    after, _ = run(rich, need_of(*each), runs=5, common=0.2)
    assert (after >= before).all()


@given(cases, st.integers(0, 79), st.integers(0, 40), st.floats(0.0, 1.0))
@settings(max_examples=150)
def test_a_disruption_never_helps(case: tuple, first: int, length: int, factor: float) -> None:
    per_month, keeps, stock, each = case
    given_resources = resources(per_month, keeps=keeps, stock=stock, sigma=0.3)
    happens = events((first, first + length, factor), count=len(each), sigma=0.2, days=5.0)
    calm, _ = run(given_resources, need_of(*each), runs=5, common=0.2)
    hit, _ = run(given_resources, need_of(*each), happens, runs=5, common=0.2)
    assert (hit <= calm).all()


@given(cases)
@settings(max_examples=100)
def test_stations_never_exceed_capacity_and_never_fall(case: tuple) -> None:
    per_month, keeps, stock, each = case
    built, _ = run(resources(per_month, keeps=keeps, stock=stock), need_of(*each))
    given_so_far = np.array(stock) + np.cumsum(np.array(per_month), axis=0)
    assert (built[0][:, None] * np.array(each) <= given_so_far * (1 + 1e-6) + 1e-6).all()
    assert (np.diff(built[0]) >= 0).all()


def test_the_same_numbers_on_one_and_two_threads() -> None:
    given_resources = resources([[20.0, 25.0]] * 12, sigma=0.3)
    happens = events((10, 30, 0.3), count=2, sigma=0.2, days=6.0)._replace(
        probability=np.array([0.7])
    )
    known = numba.get_num_threads()
    found = []
    try:
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            found.append(run(given_resources, need_of(1.0, 1.1, stations=300), happens, runs=500))
    finally:
        numba.set_num_threads(known)
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)


def test_chance_keeps_the_mean_of_the_capacity() -> None:
    given_resources = resources([[100.0]], sigma=0.3)
    built, _ = run(given_resources, need_of(0.1, stations=100_000), runs=4000, common=0.2)
    assert built.mean() == pytest.approx(1000.0, rel=0.02)
    assert np.log(built).std() == pytest.approx(np.hypot(0.3, 0.2), rel=0.05)


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.7])
def test_tries_that_differ_in_a_factor_are_as_runs_with_boosted_resources(factor: float) -> None:
    given = resources([[9.0, 4.0]] * 8, keeps=[False, True], lead=[0, 2], sigma=0.3)
    hit = events((12, 25, 0.4), (40, 44, 0.0), count=2, sigma=0.2, days=3.0)
    need, first_day = need_of(1.0, 0.7, stations=60), months_of(given)
    drawn = capacities(given, hit, first_day, 0.1, KEY, 50)
    boost = np.ones(8)
    boost[3:] = factor
    more = given._replace(per_day=given.per_day * boost[:, None])
    asked, _ = stations_built(more, hit, first_day, need, 0.1, KEY, 50)
    assert built_within(drawn, boost, need, given).tolist() == asked.tolist()
