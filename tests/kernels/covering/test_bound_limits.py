"""Bounds within limits against every choice that keeps them: for discs, and the same as spans."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from kernels.covering.bound_check import check_bound
from kernels.covering.bound_limits import NO_LIMIT, Limits, Parts, least_cost, values_within
from kernels.covering.bound_prices import labels_of
from kernels.covering.bound_search import Start, upper_bound
from kernels.covering.bound_value import WHOLE, Kind, ToCover, gains_of
from tests.kernels.covering.cases import checked_kind_of, kind_of
from tests.kernels.naive import naive_footprint

of_both = pytest.mark.parametrize("footprints", ["discs", "spans"])

RADII = ([0.5, 1.0], [1.0, 2.3])


class LimitsCase:
    """A raster (weight 0 outside) and stations of one or two kinds: radii, candidates, costs."""

    def __init__(self, weight, area_class, options, covered, zone):
        self.to_cover = ToCover(weight, covered)
        self.area_class, self.options, self.zone = area_class, options, zone

    def kinds(self, footprints) -> tuple[Kind, ...]:
        return tuple(kind_of(footprints, self.area_class, *option) for option in self.options)

    def checked(self, footprints, stored, limits, worth) -> float:
        kinds = [checked_kind_of(footprints, self.area_class, *option) for option in self.options]
        return check_bound(stored, *self.to_cover, kinds, limits, worth)

    def bound(self, footprints, limits, price=30.0, **more):
        return upper_bound(self.to_cover, self.kinds(footprints), limits, Start(price), **more)

    def values(self, footprints, stored, limits, worth, n_most):
        gains = gains_of(stored, self.to_cover, self.kinds(footprints))
        return values_within(gains, limits, worth, n_most)

    def choices(self):
        """Every station that might be built: its place, kind and cost."""
        for number, (_, candidate, cost) in enumerate(self.options):
            for place, each in zip(np.flatnonzero(candidate), cost, strict=True):
                yield place, number, each

    def serves(self, choice):
        return naive_footprint(self.area_class, self.options[choice[1]][0], choice[0])

    def plans(self, limits):
        """Every plan within limits: its stations, cost, and weight covered."""
        weight, covered = self.to_cover.weight.astype(float), self.to_cover.covered
        choices = list(self.choices())
        prints = {choice: self.serves(choice) for choice in choices}
        for n in range(limits.most_stations + 1):
            for chosen in itertools.combinations(choices, n):
                if keeps(chosen, limits):
                    done = np.logical_or.reduce([covered, *(prints[one] for one in chosen)])
                    yield n, sum(cost for _, _, cost in chosen), weight[done].sum()


def random_case(seed, shape=(3, 4)) -> LimitsCase:
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, 50, shape).astype(np.float32)
    area_class = rng.choice(np.array([0, 1, 255], np.uint8), p=[0.5, 0.4, 0.1], size=shape)
    weight[area_class == 255] = 0
    covered = rng.random(shape) < 0.1
    options = []
    for radii in RADII[: rng.integers(1, 3)]:
        candidate = rng.random(shape) < 0.6
        cost = rng.integers(1, 4, int(candidate.sum())) * rng.choice([1.0, 0.3])
        options.append((radii, candidate, cost))
    zone = (np.arange(weight.size).reshape(shape) % shape[1] * 2 // shape[1]).astype(np.int16)
    return LimitsCase(weight, area_class, options, covered, zone)


def random_limits(seed, zone):
    rng = np.random.default_rng(seed)
    least = rng.integers(0, 2, 2)
    most = np.where(rng.random(2) < 0.5, NO_LIMIT, least + rng.integers(0, 2, 2))
    parts = (Parts(zone, least, most),) if rng.random() < 0.7 else ()
    budget = float(rng.integers(2, 7)) * 0.9 if rng.random() < 0.6 else np.inf
    return Limits(int(rng.integers(2, 4)), budget, parts)


def keeps(chosen, limits):
    places = [place for place, _, _ in chosen]
    if len(set(places)) < len(places) or len(places) > limits.most_stations:
        return False
    for parts in limits.parts:
        count = np.bincount(parts.label.ravel()[places], minlength=parts.least.size)
        if (count < parts.least).any() or (count > parts.most).any():
            return False
    return sum(cost for _, _, cost in chosen) <= limits.budget


@of_both
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_plan_within_limits_is_above_the_bound(footprints, seed):
    case = random_case(seed)
    limits = random_limits(seed, case.zone)
    found = case.bound(footprints, limits, iterations=60)
    best = max((value for _, _, value in case.plans(limits)), default=0.0)
    assert found.values[-1] >= best
    assert (np.diff(found.values) >= 0).all()
    free = limits._replace(
        parts=tuple(parts._replace(least=parts.least * 0) for parts in limits.parts)
    )
    for n, _, value in case.plans(free):
        assert min(value, best) <= found.values[n]


@of_both
@given(seed=st.integers(0, 2**32 - 1), worth=st.sampled_from([0.0, 0.7, 11.3, 40.0]))
@settings(max_examples=40, deadline=None)
def test_check_sums_the_same_for_any_multipliers(footprints, seed, worth):
    case = random_case(seed, (6, 8))
    limits = random_limits(seed, case.zone)
    worth = worth if np.isfinite(limits.budget) else 0.0
    rng = np.random.default_rng(seed)
    stored = rng.integers(0, 2**16, case.zone.shape).astype(np.uint16)
    values = case.values(footprints, stored, limits, worth, limits.most_stations)
    assert case.checked(footprints, stored, limits, worth) == values[-1]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_gains_of_spans_are_those_of_discs(seed):
    case = random_case(seed, (6, 8))
    stored = np.random.default_rng(seed).integers(0, 2**16, case.zone.shape).astype(np.uint16)
    discs, spans = (gains_of(stored, case.to_cover, case.kinds(one)) for one in ("discs", "spans"))
    assert (spans.constant, spans.everything) == (discs.constant, discs.everything)
    for one, other in zip(spans.gain, discs.gain, strict=True):
        assert (one == other).all()


@of_both
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_no_plan_covers_what_is_asked_for_less_than_the_least_cost(footprints, seed):
    case = random_case(seed)
    limits = random_limits(seed, case.zone)._replace(budget=np.inf)
    plans = list(case.plans(limits))
    assume(plans)
    asked = 0.8 * max(value for _, _, value in plans)
    cheapest = min(cost for _, cost, value in plans if value >= asked)
    money = case.bound(footprints, limits._replace(asked=asked, budget=9.0), iterations=60).money
    assert money <= cheapest * (1 + 1e-9)
    stored = case.bound(footprints, limits, iterations=60).multipliers
    gains = gains_of(stored, case.to_cover, case.kinds(footprints))
    assert least_cost(gains, limits._replace(asked=asked))[0] <= cheapest * (1 + 1e-9)


def towns(*radii_and_cost) -> LimitsCase:
    """Two towns of equal weight, one in each zone, and equal stations in and around them."""
    weight = np.zeros((12, 40), np.float32)
    weight[2:10, 2:10] = 10
    weight[2:10, 30:38] = 9
    zone = np.zeros(weight.shape, np.int16)
    zone[:, 20:] = 1
    everywhere = np.ones(weight.shape, bool)
    options = [
        ([radius], everywhere, np.full(weight.size, cost)) for radius, cost in radii_and_cost
    ]
    area_class = np.zeros(weight.shape, np.uint8)
    return LimitsCase(weight, area_class, options, ~everywhere, zone)


@of_both
def test_limits_of_zones_make_the_bound_tighter(footprints):
    case = towns((2.0, 1.0))

    def bound(*parts):
        return case.bound(footprints, Limits(4, np.inf, parts), 100.0).values[-1]

    free = bound()
    crowded = bound(Parts(case.zone, np.array([0, 0]), np.array([1, NO_LIMIT])))
    forced = bound(Parts(case.zone, np.array([0, 3]), np.array([NO_LIMIT] * 2)))
    alone = bound(Parts(case.zone, np.array([0, 0]), np.array([0, NO_LIMIT])))
    assert alone < crowded < free
    assert forced < free
    assert alone <= 9 * 13 * 4


@of_both
def test_a_budget_chooses_between_kinds(footprints):
    small, large = (1.0, 1.0), (3.0, 10.0)

    def bound(*kinds):
        limits = Limits(NO_LIMIT, 10.0, ())
        return towns(*kinds).bound(footprints, limits, 40.0, n_stations=10).values[-1]

    # Ten small ones cover 50 cells, a large one 29.
    assert 290 <= bound(large) < bound(small, large) < 1.02 * 500


@of_both
@pytest.mark.parametrize("budget", [0.0, 5.0, np.inf])
def test_no_candidates_and_no_money_leave_what_is_covered(footprints, budget):
    case = towns((2.0, 1.0))
    weight = case.to_cover.weight
    nowhere = np.zeros(weight.shape, bool)
    none = LimitsCase(
        weight, case.area_class, [([2.0], nowhere, np.zeros(0))], weight == 10, case.zone
    )
    found = none.bound(footprints, Limits(3, budget, ()), 1.0)
    assert found.values == pytest.approx(np.full(4, 640.0))


def relaxation(case, limits):
    """Value of the linear relaxation within limits, nothing covered before, by a solver of its own.

    One station in a place at most, in which kinds may share. If a weight is asked, the least cost.
    """
    options, weight = list(case.choices()), case.to_cover.weight
    serves = np.array([case.serves(choice).ravel() for choice in options]).T
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
    sought = np.append(np.zeros(place.size), -weight.ravel())
    chosen = np.vstack(rows)
    served = np.eye(chosen.shape[0], weight.size)
    constraints = np.hstack([chosen, served])
    if limits.asked:
        constraints = np.vstack([constraints, sought])
        upper.append([-limits.asked])
        sought = np.append([-cost for _, _, cost in options], np.zeros(weight.size)) * -1
    found = linprog(
        sought,
        A_ub=constraints,
        b_ub=np.concatenate(upper),
        bounds=(0, 1),
        method="highs",
    )
    return abs(found.fun)


def country(seed, listed) -> LimitsCase:
    """A rich west that gets few stations and a poor east; every third place, or listed ones."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 20, (12, 24)).astype(np.float32)
    weight[:, :10] *= 30
    zone = np.zeros(weight.shape, np.int16)
    zone[:, 12:] = 1
    candidate = rng.random(weight.shape) < 0.1 if listed else np.arange(weight.size) % 3 == 0
    candidate = candidate.reshape(weight.shape)
    count = int(candidate.sum())
    small = ([2.0], candidate, rng.uniform(1, 4, count))
    large = ([3.0], candidate, rng.uniform(2, 9, count))
    area_class = np.zeros(weight.shape, np.uint8)
    return LimitsCase(weight, area_class, [small, large], np.zeros(weight.shape, bool), zone)


@of_both
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
def test_the_bound_comes_near_the_relaxation(
    footprints, listed, most_stations, budget, least, most
):
    case = country(5, listed)
    limits = Limits(most_stations, budget, (Parts(case.zone, np.array(least), np.array(most)),))
    found = case.bound(footprints, limits, 100.0, n_stations=8, iterations=1000)
    relaxed = relaxation(case, limits)
    assert (1 - 1e-6) * relaxed <= found.values[-1] <= 1.03 * relaxed


@of_both
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(("share", "scattered"), [(0.5, 0.0), (0.8, 0.0), (0.6, 0.8)])
def test_the_least_cost_comes_near_the_relaxation(footprints, listed, share, scattered):
    case = country(5, listed)
    weight = case.to_cover.weight
    weight[np.random.default_rng(8).random(weight.shape) < scattered] = 0
    everywhere = relaxation(case, Limits(weight.size, np.inf, ()))
    asked = Limits(NO_LIMIT, np.inf, (), share * everywhere)
    within = asked._replace(budget=60.0)
    found = case.bound(footprints, within, 100.0, n_stations=8, iterations=1000)
    relaxed = relaxation(case, asked)
    assert 0.97 * relaxed <= found.money <= (1 + 1e-6) * relaxed
    kinds = case.checked(footprints, found.multipliers, asked._replace(budget=0.0), found.worth)
    assert found.money == pytest.approx((asked.asked - kinds) / found.worth, rel=1e-9)


def test_money_is_worth_nothing_without_a_budget():
    case = random_case(3)
    whole = np.full(case.zone.shape, WHOLE, np.uint16)
    with pytest.raises(ValueError, match="within a budget"):
        case.values("discs", whole, Limits.none(3), 1.0, 3)


def test_labels_of_many_parts_keep_apart():
    side = 260
    row, column = np.indices((side, side))
    least, most = np.zeros(side, np.int64), np.ones(side, np.int64)
    parts = [Parts(one.astype(np.int16), least, most) for one in (row, column)]
    label, divisions = labels_of((side, side), Limits(5, math.inf, tuple(parts)))
    assert np.unique(label).size == side**2
    assert (divisions[0].part[label] == row).all()
    assert (divisions[1].part[label] == column).all()
