"""Bounds where only the number of stations is limited: for discs, and for the same as spans."""

import hashlib
import itertools
import json

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity, vstack

from kernels.covering.bound_check import CheckedKind, check_bound, check_curve
from kernels.covering.bound_curve import tightest
from kernels.covering.bound_limits import Limits, values_within
from kernels.covering.bound_search import Bound, Start, upper_bound, upper_bounds
from kernels.covering.bound_value import (
    WHOLE,
    Kind,
    ToCover,
    bound_unit,
    gains_of,
    stored_multipliers,
)
from kernels.footprints.span_sums import SpanSums
from kernels.footprints.spans import selected, span_cells
from planner.covering import CoveringProblem, MaxCovered, solve_covering
from tests.kernels.cases import covered_weight
from tests.kernels.covering.cases import (
    RADII,
    BoundCase,
    SpanCase,
    price_in,
    random_spans,
)
from tests.kernels.naive import naive_footprint, naive_greedy_order

FOOTPRINTS = ["discs", "spans"]
of_both = pytest.mark.parametrize("footprints", FOOTPRINTS)


def bound_of(case, n_stations, **effort):
    """Bound of a case from the plan of the greedy."""
    start = Start.of_order(*case.plan(n_stations), n_stations)
    return upper_bound(case.to_cover, (case.kind,), Limits.none(n_stations), start, **effort)


def bounds_of(case, numbers, **effort):
    return upper_bounds(case.to_cover, case.kind, numbers, case.plan(numbers[-1]), **effort)


def value_of(case, stored, n_stations):
    gains = gains_of(stored, case.to_cover, (case.kind,))
    return values_within(gains, Limits.none(n_stations), 0.0, n_stations)


def best_checked(case, stored, n_stations):
    """The least of what multipliers prove and of what the best single stations do."""
    whole = np.full_like(stored, WHOLE)
    return min(case.check(shares, n_stations) for shares in (stored, whole))


def footprints_of(case):
    _, area_class, _, candidate, _ = case.place
    return [naive_footprint(area_class, RADII, site) for site in np.flatnonzero(candidate)]


def naive_optimum(case, n_stations):
    """Best weight of all sets of one size, by trying every one."""
    weight, _, _, _, covered = case.place
    weight = weight.astype(float)
    found = weight[covered].sum()
    prints = footprints_of(case)
    for chosen in itertools.combinations(prints, min(n_stations, len(prints))):
        found = max(found, weight[covered | np.logical_or.reduce([covered, *chosen])].sum())
    return found


def naive_bound(case, stored, n_stations):
    """The bound in Python's own integers, candidate by candidate."""
    weight, _, _, _, covered = case.place
    unit = bound_unit(weight)
    price = np.zeros(weight.shape, dtype=object)
    constant = everything = 0
    for cell in np.ndindex(weight.shape):
        units = float(weight[cell]) / unit
        if not covered[cell]:
            price[cell] = int(units) * int(stored[cell]) // WHOLE
        constant += int(np.ceil(units)) - price[cell]
        everything += int(np.ceil(units))
    gains = sorted((sum(price[p]) for p in footprints_of(case)), reverse=True)
    return min(everything, constant + sum(gains[:n_stations])) * unit


@of_both
@given(seed=st.integers(0, 2**32 - 1), shape=st.sampled_from([(3, 4), (1, 9), (4, 4)]))
@settings(max_examples=20, deadline=None)
def test_bound_is_never_below_the_optimum_for_any_number(footprints, seed, shape):
    case = BoundCase.drawn(footprints, seed, shape)
    bounds = bounds_of(case, [1, 2, 4], iterations=40)
    for n in range(5):
        optimum = naive_optimum(case, n)
        for bound in bounds:
            assert bound.values[n] >= optimum
            assert (np.diff(bound.values) >= 0).all()


@of_both
@given(seed=st.integers(0, 2**32 - 1), n_stations=st.integers(0, 12))
@settings(max_examples=30, deadline=None)
def test_value_and_check_equal_the_naive_twin_for_any_multipliers(footprints, seed, n_stations):
    case = BoundCase.drawn(footprints, seed, (7, 9))
    rng = np.random.default_rng(seed)
    stored = rng.integers(0, WHOLE + 1, (7, 9)).astype(np.uint16)
    expected = naive_bound(case, stored, n_stations)
    assert case.check(stored, n_stations) == expected
    assert value_of(case, stored, n_stations)[-1] == expected


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_ragged_footprints_are_bounded_and_summed_the_same(seed):
    case = SpanCase(seed)
    own = selected(case.spans, np.flatnonzero(case.allowed))
    places = np.zeros(case.weight.shape, bool)
    places.ravel()[: own.first.size - 1] = True
    kind = Kind(places, SpanSums(own, case.weight.shape))
    to_cover = ToCover(case.weight, case.covered)
    shares = np.random.default_rng(seed).integers(0, 65536, places.shape).astype(np.uint16)
    values = values_within(gains_of(shares, to_cover, (kind,)), Limits.none(4), 0.0, 4)
    again = CheckedKind(places, lambda price: price_in(own, price))
    found = upper_bound(to_cover, (kind,), Limits.none(4), Start(30.0), iterations=20)
    open_to_choice = np.flatnonzero(case.allowed)
    for n in range(5):
        best = max(map(case.covered_weight, itertools.combinations(open_to_choice, n)), default=0.0)
        assert best <= values[n] * (1 + 1e-12)
        assert best <= found.values[n] * (1 + 1e-12)
        assert check_bound(shares, *to_cover, (again,), Limits.none(n)) == values[n]


@of_both
@pytest.mark.parametrize("shape", [(150, 70), (40, 1100)])
def test_check_equals_the_bound_found_across_tiles(footprints, shape):
    drawn = BoundCase.drawn("discs", 5, shape)
    _, area_class, _, candidate, covered = drawn.place
    weight = np.random.default_rng(5).gamma(0.3, 40, shape).astype(np.float32)
    weight[area_class == 255] = 0
    case = BoundCase(footprints, weight, area_class, [1.0, 3.0, 7.0, 15.2], candidate, covered)
    bound = bound_of(case, 60, iterations=30)
    for n in (0, 1, 30, 60):
        assert best_checked(case, bound.multipliers, n) == bound.values[n]
    sites, gain = case.plan(60)
    already = weight[covered].sum(dtype=float)
    assert already + gain.sum() <= bound.value < weight.sum(dtype=float)
    assert sites.size == 60


def relaxation_optimum(case, n_stations):
    """Value of the linear relaxation, by HiGHS."""
    weight, area_class, _, _, covered = case.place
    counts = ~covered & (area_class < len(RADII))
    serves = csr_array(np.array(footprints_of(case))[:, counts].T.astype(float))
    n_cells, n_sites = serves.shape
    limits = vstack(
        [
            hstack([-serves, identity(n_cells)]),
            csr_array(np.r_[np.ones(n_sites), np.zeros(n_cells)].reshape(1, -1)),
        ]
    )
    found = linprog(
        -np.r_[np.zeros(n_sites), weight[counts]],
        A_ub=limits,
        b_ub=np.r_[np.zeros(n_cells), n_stations],
        bounds=(0, 1),
    )
    return -found.fun + weight[covered].sum(dtype=float)


@of_both
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_stations", [3, 12])
def test_bound_comes_close_to_the_relaxation(footprints, seed, n_stations):
    case = BoundCase.drawn(footprints, seed, (16, 18))
    optimum = relaxation_optimum(case, n_stations)
    bound = bound_of(case, n_stations, iterations=3000)
    assert optimum * (1 - 1e-6) <= bound.value <= optimum * 1.003


@pytest.mark.parametrize("seed", [1, 2])
def test_it_comes_close_to_the_dual_of_the_sparse_library(seed):
    weight = SpanCase(seed, shape=(40, 50)).weight
    spans = random_spans(np.random.default_rng(seed), weight.shape, 300, 8)
    places = np.zeros(weight.shape, bool)
    places.ravel()[:300] = True
    to_cover = ToCover(weight, np.zeros(weight.shape, bool))
    kind = Kind(places, SpanSums(spans, weight.shape))
    bound = upper_bound(to_cover, (kind,), Limits.none(20), Start(200.0), iterations=500)
    problem = CoveringProblem(weight.ravel().astype(float), *span_cells(spans))
    plan = solve_covering(problem, MaxCovered(20), exact="never", effort=0.1)
    assert plan.covered_weight <= bound.value
    assert bound.value == pytest.approx(plan.dual_bound, rel=0.006)


@of_both
def test_bound_of_stations_that_do_not_overlap_is_their_weight(footprints):
    # Radius below one cell: the relaxation is the choice of the heaviest cells.
    weight = np.array([[3, 9, 4], [9, 0, 1]], np.float32)
    everywhere = np.ones(weight.shape, bool)
    area_class = np.zeros(weight.shape, np.uint8)
    case = BoundCase(footprints, weight, area_class, [0.4], everywhere, ~everywhere)
    values = [bound_of(case, n).value for n in range(6)]
    assert values == pytest.approx([0, 9, 18, 22, 25, 26], rel=1e-3)


@of_both
@pytest.mark.parametrize("n_stations", [30, 90])
def test_stations_that_cover_all_there_is_to_cover_are_proven_the_best(footprints, n_stations):
    case = BoundCase.drawn(footprints, 4, (8, 8))
    weight, area_class, _, _, covered = case.place
    sites, gain = case.plan(90)
    assert sites.size < 90
    told = []
    start = Start.of_order(sites, gain, n_stations)
    limits = Limits.none(n_stations)
    bound = upper_bound(
        case.to_cover, (case.kind,), limits, start, iterations=70, progress=told.append
    )
    assert sum(told) == 70
    already = weight[covered].sum(dtype=float)
    if n_stations > sites.size:
        assert bound.value == pytest.approx(already + gain.sum(), rel=1e-6)
    recount = covered_weight(np.where(covered, 0, weight), area_class, RADII, sites[:n_stations])
    assert bound.value >= already + recount


@of_both
def test_nothing_to_build_or_to_cover_gives_the_weight_covered_before(footprints):
    case = BoundCase.drawn(footprints, 6, (9, 9))
    weight, area_class, _, candidate, covered = case.place
    already = weight[covered].sum(dtype=float)
    nowhere = BoundCase(footprints, weight, area_class, RADII, candidate & False, covered)
    for one, n_stations in ((case, 0), (nowhere, 5)):
        bound = bound_of(one, n_stations)
        assert bound.value == pytest.approx(already, rel=1e-6)
        assert bound.value >= already
    nobody = BoundCase(footprints, weight * 0, area_class, RADII, candidate, covered)
    assert bound_of(nobody, 5).value == 0


@of_both
def test_values_rise_and_level_off(footprints):
    bound = bound_of(BoundCase.drawn(footprints, 7, (30, 30)), 80, iterations=100)
    steps = np.diff(bound.values)
    assert bound.values.size == 81
    assert np.all(steps >= 0)
    # Two concave curves: their least is concave.
    assert np.all(np.diff(steps) <= bound.values[-1] * 1e-12)


def test_tightest_takes_the_least_for_each_number():
    none = np.zeros((0, 0), np.uint16)
    bounds = [Bound(none, np.array([1.0, 5, 6]), 1), Bound(none, np.array([2.0, 4, 7]), 2)]
    assert tightest(bounds).tolist() == [1, 4, 6]


@of_both
def test_progress_counts_all_iterations(footprints):
    case = BoundCase.drawn(footprints, 9, (20, 20))
    counts = []
    bounds_of(case, [0, 4, 8], iterations=13, progress=counts.append)
    assert sum(counts) == 3 * 13


@of_both
def test_bound_for_a_number_is_the_same_among_others_and_alone(footprints):
    case = BoundCase.drawn(footprints, 11, (40, 30))
    plan = case.plan(60)
    bounds = upper_bounds(case.to_cover, case.kind, [20, 60], plan, iterations=30)
    start = Start.of_order(*plan, 60)
    alone = upper_bound(case.to_cover, (case.kind,), Limits.none(60), start, iterations=30)
    assert np.array_equal(bounds[1].multipliers, alone.multipliers)
    assert bounds[1].value == alone.value
    assert bounds[0].n_stations == 20
    assert bounds[0].values.size == bounds[1].values.size == 61


@of_both
def test_half_of_the_steps_from_the_next_number_prove_as_much(footprints):
    case = BoundCase.drawn(footprints, 8, (60, 60), 900)
    bounds = bounds_of(case, [40, 60], iterations=120)
    start = Start.of_order(*case.plan(60), 40)
    alone = upper_bound(case.to_cover, (case.kind,), Limits.none(40), start, iterations=120)
    assert bounds[0].value == pytest.approx(alone.value, rel=3e-3)
    assert not np.array_equal(bounds[0].multipliers, alone.multipliers)
    assert bounds[0].value == value_of(case, bounds[0].multipliers, 40)[-1]


def bound_digest(threads, footprints):
    numba.set_num_threads(threads)
    shape = (200, 1100) if footprints == "discs" else (60, 60)
    bound = bound_of(BoundCase.drawn(footprints, 21, shape, 5000), 300, iterations=40)
    return hashlib.sha256(bound.multipliers.tobytes() + bound.values.tobytes()).hexdigest()


@of_both
def test_bound_does_not_depend_on_the_number_of_threads(footprints):
    before = numba.get_num_threads()
    try:
        digests = {bound_digest(threads, footprints) for threads in range(1, before + 1)}
    finally:
        numba.set_num_threads(before)
    assert len(digests) == 1


@of_both
@pytest.mark.parametrize("scale", [2.0**-60, 1.0, 2.0**60])
def test_unit_suits_weights_of_any_size(footprints, scale):
    case = BoundCase.drawn(footprints, 10, (12, 12))
    weight, *place = case.place
    stored = stored_multipliers(weight / 3, weight)
    expected = value_of(case, stored, 9)
    scaled = BoundCase(footprints, weight * np.float32(scale), *place)
    assert value_of(scaled, stored, 9).tolist() == (expected * scale).tolist()


@of_both
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_weights_that_are_no_weights_are_refused(footprints, bad):
    case = BoundCase.drawn(footprints, 2, (10, 10))
    weight, *place = case.place
    stored = np.zeros(weight.shape, np.uint16)
    weight = weight.copy()
    weight[9, 9] = bad
    case = BoundCase(footprints, weight, *place)
    with pytest.raises(ValueError, match="finite and at least 0"):
        upper_bound(case.to_cover, (case.kind,), Limits.none(3), Start(10.0))
    with pytest.raises(ValueError, match="finite and at least 0"):
        value_of(case, stored, 3)
    with pytest.raises(ValueError, match="finite and at least 0"):
        case.check(stored, 3)


@of_both
def test_numbers_out_of_range_are_refused(footprints):
    case = BoundCase.drawn(footprints, 2, (10, 10))
    for numbers in ([], [-1], [3, 3], [4, 2]):
        with pytest.raises(ValueError, match="at least 0 and rise"):
            upper_bounds(case.to_cover, case.kind, numbers, case.plan(3))
    with pytest.raises(ValueError, match="iterations"):
        bound_of(case, 3, iterations=0)
    with pytest.raises(ValueError, match="price"):
        upper_bound(case.to_cover, (case.kind,), Limits.none(3), Start(0.0))
    stored = np.zeros((10, 10), np.uint16)
    with pytest.raises(ValueError, match="at least 0"):
        case.check(stored, -1)
    with pytest.raises(ValueError, match="differ in shape"):
        case.check(stored[1:], 3)


def reference_case(reference_dir, name):
    folder = reference_dir / "siting" / "raster"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    row = next(row for row in rows if row["name"] == name)
    with np.load(folder / f"{name}.npz") as data:
        weight = data["pop"].astype(np.float32)
        radius = [float(data["radius_cells"])]
    everywhere = np.ones(weight.shape, bool)
    area_class = np.zeros(weight.shape, np.uint8)
    return row, BoundCase("discs", weight, area_class, radius, everywhere, ~everywhere)


@pytest.mark.parametrize(
    ("name", "iterations", "above_upper"),
    [
        ("raster01_30x30_R3", 3000, 1.0005),
        ("raster03_30x30_R2", 3000, 1.0005),
        ("raster05_500x500_p2000", 500, 1.001),
        ("raster06_2000x2000_p20000", 40, 1.003),
    ],
)
def test_reference_rasters_are_bounded_as_well_as_known(
    reference_dir, name, iterations, above_upper
):
    row, case = reference_case(reference_dir, name)
    bound = bound_of(case, row["p"], iterations=iterations)
    assert row["lower"] <= bound.value <= row["upper"] * above_upper
    assert best_checked(case, bound.multipliers, row["p"]) == bound.value


@of_both
def test_naive_greedy_is_below_the_bound(footprints):
    case = BoundCase.drawn(footprints, 30, (12, 14))
    weight, area_class, _, _, _ = case.place
    sites, _ = naive_greedy_order(*case.place, 10)
    both = covered_weight(weight, area_class, RADII, sites)
    assert both <= bound_of(case, 10).value


@of_both
def test_every_number_is_checked_as_each_alone(footprints):
    case = BoundCase.drawn(footprints, 8, (20, 24))
    found = bound_of(case, 25, iterations=40)
    curve = check_curve(found.multipliers, *case.to_cover, case.checked, 25)
    assert curve.tolist() == [case.check(found.multipliers, n) for n in range(26)]
    assert curve.size == 26
    assert np.all(np.diff(curve) >= 0)
