"""Bounds within limits against every choice that keeps them, on small grids."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from kernels.covering.bound_limits import (
    NO_LIMIT,
    Kind,
    Limits,
    Parts,
    gains_of,
    least_cost,
    values_within,
)
from kernels.covering.bound_raster_limited import limited_bound
from kernels.covering.check_limited import check_bound_within
from tests.kernels.naive import naive_footprint

RADII = ([0.5, 1.0], [1.0, 2.3])


def random_case(seed, shape=(3, 4)):
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, 50, shape).astype(np.float32)
    area_class = rng.choice(np.array([0, 1, 255], np.uint8), p=[0.5, 0.4, 0.1], size=shape)
    covered = rng.random(shape) < 0.1
    kinds = []
    for radii in RADII[: rng.integers(1, 3)]:
        candidate = rng.random(shape) < 0.6
        cost = rng.integers(1, 4, int(candidate.sum())) * rng.choice([1.0, 0.3])
        kinds.append(Kind(np.array(radii), candidate, cost))
    zone = (np.arange(weight.size).reshape(shape) % shape[1] * 2 // shape[1]).astype(np.int16)
    return weight, area_class, tuple(kinds), covered, zone


def random_limits(seed, zone):
    rng = np.random.default_rng(seed)
    least = rng.integers(0, 2, 2)
    most = np.where(rng.random(2) < 0.5, NO_LIMIT, least + rng.integers(0, 2, 2))
    parts = (Parts(zone, least, most),) if rng.random() < 0.7 else ()
    budget = float(rng.integers(2, 7)) * 0.9 if rng.random() < 0.6 else np.inf
    return Limits(int(rng.integers(2, 4)), budget, parts)


def options_of(kinds):
    for number, kind in enumerate(kinds):
        for place, cost in zip(np.flatnonzero(kind.candidate), kind.cost, strict=True):
            yield place, number, cost


def keeps(chosen, limits):
    places = [place for place, _, _ in chosen]
    if len(set(places)) < len(places) or len(places) > limits.most_stations:
        return False
    for parts in limits.parts:
        count = np.bincount(parts.label.ravel()[places], minlength=parts.least.size)
        if (count < parts.least).any() or (count > parts.most).any():
            return False
    return sum(cost for _, _, cost in chosen) <= limits.budget


def naive_plans(weight, area_class, kinds, covered, limits):
    """Every plan within limits: its stations, cost, and weight covered."""
    within = np.where(area_class < 2, weight, 0).astype(float)
    options = list(options_of(kinds))
    prints = {
        option: naive_footprint(area_class, kinds[option[1]].radius_cells, option[0])
        for option in options
    }
    for n in range(limits.most_stations + 1):
        for chosen in itertools.combinations(options, n):
            if keeps(chosen, limits):
                done = np.logical_or.reduce([covered, *(prints[option] for option in chosen)])
                yield n, sum(cost for _, _, cost in chosen), within[done].sum()


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_no_plan_within_limits_is_above_the_bound(seed):
    *place, zone = random_case(seed)
    limits = random_limits(seed, zone)
    found = limited_bound(
        *place, limits, n_stations=limits.most_stations, price=30.0, iterations=60
    )
    best = max((value for _, _, value in naive_plans(*place, limits)), default=0.0)
    assert found.values[-1] >= best
    assert (np.diff(found.values) >= 0).all()
    free = limits._replace(
        parts=tuple(parts._replace(least=parts.least * 0) for parts in limits.parts)
    )
    for n, _, value in naive_plans(*place, free):
        assert min(value, best) <= found.values[n]


@given(seed=st.integers(0, 2**32 - 1), worth=st.sampled_from([0.0, 0.7, 11.3, 40.0]))
@settings(max_examples=60, deadline=None)
def test_check_sums_the_same_for_any_multipliers(seed, worth):
    weight, area_class, kinds, covered, zone = random_case(seed, (6, 8))
    limits = random_limits(seed, zone)
    worth = worth if np.isfinite(limits.budget) else 0.0
    rng = np.random.default_rng(seed)
    stored = rng.integers(0, 2**16, weight.shape).astype(np.uint16)
    gains = gains_of(stored, weight, area_class, kinds, covered)
    values = values_within(gains, limits, worth, limits.most_stations)
    again = check_bound_within(stored, weight, area_class, kinds, covered, limits, worth)
    assert again == values[-1]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_no_plan_covers_what_is_asked_for_less_than_the_least_cost(seed):
    *place, zone = random_case(seed)
    limits = random_limits(seed, zone)._replace(budget=np.inf)
    plans = list(naive_plans(*place, limits))
    if not plans:
        return
    asked = 0.8 * max(value for _, _, value in plans)
    found = limited_bound(
        *place, limits, n_stations=limits.most_stations, price=30.0, iterations=60
    )
    money, _ = least_cost(found.gains, limits, asked)
    assert money <= min(cost for _, cost, value in plans if value >= asked) * (1 + 1e-9)


def towns():
    """Two towns of equal weight, one in each zone, and equal stations in and around them."""
    weight = np.zeros((12, 40), np.float32)
    weight[2:10, 2:10] = 10
    weight[2:10, 30:38] = 9
    zone = np.zeros(weight.shape, np.int16)
    zone[:, 20:] = 1
    everywhere = np.ones(weight.shape, bool)
    return weight, np.zeros(weight.shape, np.uint8), everywhere, zone


def test_limits_of_zones_make_the_bound_tighter():
    weight, area_class, everywhere, zone = towns()
    kind = Kind(np.array([2.0]), everywhere, np.ones(everywhere.sum()))
    nothing = np.zeros_like(everywhere)

    def bound(*parts):
        limits = Limits(4, np.inf, parts)
        found = limited_bound(
            weight, area_class, (kind,), nothing, limits, n_stations=4, price=100.0
        )
        return found.values[-1]

    free = bound()
    crowded = bound(Parts(zone, np.array([0, 0]), np.array([1, NO_LIMIT])))
    forced = bound(Parts(zone, np.array([0, 3]), np.array([NO_LIMIT] * 2)))
    alone = bound(Parts(zone, np.array([0, 0]), np.array([0, NO_LIMIT])))
    assert alone < crowded < free
    assert forced < free
    assert alone <= 9 * 13 * 4


def test_a_budget_chooses_between_kinds():
    weight, area_class, everywhere, _ = towns()
    nothing = np.zeros_like(everywhere)
    count = everywhere.sum()
    small = Kind(np.array([1.0]), everywhere, np.full(count, 1.0))
    large = Kind(np.array([3.0]), everywhere, np.full(count, 10.0))

    def bound(*kinds):
        limits = Limits(NO_LIMIT, 10.0, ())
        found = limited_bound(weight, area_class, kinds, nothing, limits, n_stations=10, price=40.0)
        return found.values[-1]

    # Ten small ones cover 50 cells, a large one 29.
    assert 290 <= bound(large) < bound(small, large) < 1.02 * 500


def relaxation(weight, area_class, kinds, limits):
    """Value of the linear relaxation within limits, nothing covered before, by a solver of its own.

    One station in a place at most, in which kinds may share.
    """
    options = list(options_of(kinds))
    serves = np.array(
        [naive_footprint(area_class, kinds[k].radius_cells, j).ravel() for j, k, _ in options]
    ).T
    place = np.array([j for j, _, _ in options])
    rows = [serves * -1.0, (place == np.unique(place)[:, None]) * 1.0]
    upper = [np.zeros(weight.size), np.ones(rows[1].shape[0])]
    for parts in limits.parts:
        label = parts.label.ravel()[place]
        inside = (label == np.arange(parts.least.size)[:, None]) * 1.0
        rows += [inside, -inside]
        upper += [np.minimum(parts.most, 1e6), -parts.least]
    rows.append(np.ones((1, place.size)))
    upper.append([limits.most_stations])
    if np.isfinite(limits.budget):
        rows.append(np.array([[cost for _, _, cost in options]]))
        upper.append([limits.budget])
    chosen = np.vstack(rows)
    served = np.eye(chosen.shape[0], weight.size)
    found = linprog(
        np.append(np.zeros(place.size), -weight.ravel()),
        A_ub=np.hstack([chosen, served]),
        b_ub=np.concatenate(upper),
        bounds=(0, 1),
        method="highs",
    )
    return -found.fun


def country(seed, listed):
    """A rich west that gets few stations and a poor east; every third place, or listed ones."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 20, (12, 24)).astype(np.float32)
    weight[:, :10] *= 30
    zone = np.zeros(weight.shape, np.int16)
    zone[:, 12:] = 1
    candidate = rng.random(weight.shape) < 0.1 if listed else np.arange(weight.size) % 3 == 0
    candidate = candidate.reshape(weight.shape)
    count = int(candidate.sum())
    small = Kind(np.array([2.0]), candidate, rng.uniform(1, 4, count))
    large = Kind(np.array([3.0]), candidate, rng.uniform(2, 9, count))
    return weight, np.zeros(weight.shape, np.uint8), (small, large), zone


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("most_stations", "budget", "least", "most"),
    [
        (8, np.inf, [0, 0], [1, NO_LIMIT]),
        (8, np.inf, [0, 5], [NO_LIMIT, NO_LIMIT]),
        (NO_LIMIT, 12.0, [0, 0], [2, NO_LIMIT]),
        (6, 9.0, [1, 2], [3, NO_LIMIT]),
    ],
)
def test_the_bound_comes_near_the_relaxation(listed, most_stations, budget, least, most):
    weight, area_class, kinds, zone = country(5, listed)
    limits = Limits(most_stations, budget, (Parts(zone, np.array(least), np.array(most)),))
    nothing = np.zeros(weight.shape, bool)
    found = limited_bound(
        weight, area_class, kinds, nothing, limits, n_stations=8, price=100.0, iterations=1000
    )
    relaxed = relaxation(weight, area_class, kinds, limits)
    assert (1 - 1e-6) * relaxed <= found.values[-1] <= 1.03 * relaxed


def test_money_is_worth_nothing_without_a_budget():
    gains = gains_of(None, *random_case(3)[:4])
    with pytest.raises(ValueError, match="within a budget"):
        values_within(gains, Limits(3, np.inf, ()), 1.0, 3)
