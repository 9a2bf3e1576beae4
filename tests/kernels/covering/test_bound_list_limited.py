"""Bounds within limits over spans: the same as over the discs that the spans are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering.bound_limits import NO_LIMIT, Kind, Limits, gains_of, values_within
from kernels.covering.bound_list_limited import limited_list_bound, span_gains_of
from kernels.covering.check_limited import check_list_bound_within
from kernels.footprints.disc_spans import disc_spans
from tests.kernels.covering.test_bound_raster_limited import (
    naive_plans,
    random_case,
    random_limits,
    towns,
)


def spans_of(area_class, kinds):
    return [
        disc_spans(area_class, kind.radius_cells, np.flatnonzero(kind.candidate)) for kind in kinds
    ]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_no_plan_within_limits_is_above_the_bound(seed):
    weight, area_class, kinds, covered, zone = random_case(seed)
    limits = random_limits(seed, zone)
    inside = np.where(area_class < 2, weight, 0).astype(np.float32)
    found = limited_list_bound(
        inside,
        spans_of(area_class, kinds),
        kinds,
        covered,
        limits,
        n_stations=limits.most_stations,
        start=np.zeros(0, np.int64),
        price=30.0,
        iterations=40,
    )
    plans = naive_plans(weight, area_class, kinds, covered, limits)
    assert found.values[-1] >= max((value for _, _, value in plans), default=0.0)
    assert (np.diff(found.values) >= 0).all()


@given(seed=st.integers(0, 2**32 - 1), worth=st.sampled_from([0.0, 0.7, 11.3, 40.0]))
@settings(max_examples=60, deadline=None)
def test_gains_are_those_of_discs_and_the_check_sums_the_same(seed, worth):
    weight, area_class, kinds, covered, zone = random_case(seed, (6, 8))
    limits = random_limits(seed, zone)
    worth = worth if np.isfinite(limits.budget) else 0.0
    inside = np.where(area_class < 2, weight, 0).astype(np.float32)
    stored = np.random.default_rng(seed).integers(0, 2**16, weight.shape).astype(np.uint16)
    spans = spans_of(area_class, kinds)
    gains = span_gains_of(stored, inside, spans, kinds, covered)
    discs = gains_of(stored, inside, area_class, kinds, covered)
    assert (gains.constant, gains.everything) == (discs.constant, discs.everything)
    assert (gains.gain == discs.gain).all()
    assert (gains.cost == discs.cost).all()
    value = values_within(gains, limits, worth, limits.most_stations)[-1]
    assert check_list_bound_within(stored, inside, spans, kinds, covered, limits, worth) == value


def test_a_budget_chooses_between_kinds():
    weight, area_class, everywhere, _ = towns()
    nothing, count = np.zeros_like(everywhere), everywhere.sum()
    small = Kind(np.array([1.0]), everywhere, np.full(count, 1.0))
    large = Kind(np.array([3.0]), everywhere, np.full(count, 10.0))

    def bound(*kinds):
        found = limited_list_bound(
            weight,
            spans_of(area_class, kinds),
            kinds,
            nothing,
            Limits(NO_LIMIT, 10.0, ()),
            n_stations=10,
            start=np.zeros(0, np.int64),
            price=40.0,
        )
        return found.values[-1]

    # Ten small ones cover 50 cells, a large one 29.
    assert 290 <= bound(large) < bound(small, large) < 1.02 * 500


@pytest.mark.parametrize("budget", [0.0, 5.0, np.inf])
def test_no_candidates_and_no_money_leave_what_is_covered(budget):
    weight, area_class, everywhere, _ = towns()
    covered = weight == 10
    none = Kind(np.array([2.0]), np.zeros_like(everywhere), np.zeros(0))
    found = limited_list_bound(
        weight,
        spans_of(area_class, (none,)),
        (none,),
        covered,
        Limits(3, budget, ()),
        n_stations=3,
        start=np.zeros(0, np.int64),
        price=1.0,
    )
    assert found.values == pytest.approx(np.full(4, 640.0))
