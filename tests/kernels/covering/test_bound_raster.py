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

from kernels.covering.bound_raster import (
    Bound,
    fewest_stations,
    tightest,
    upper_bound,
    upper_bounds,
)
from kernels.covering.bound_value import WHOLE, bound_unit, bound_values, stored_multipliers
from kernels.covering.check_raster import check_bound
from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.cover import covered_weight
from tests.kernels.naive import naive_footprint, naive_greedy_order

RADII = [0.5, 1.0, 2.0, 2.83]


def random_case(seed, shape, heaviest=50):
    rng = np.random.default_rng(seed)
    weight = (rng.integers(0, heaviest + 1, shape) * rng.choice([1.0, 0.37])).astype(np.float32)
    weight[rng.random(shape) < 0.3] = 0
    area_class = rng.choice(np.array([0, 1, 2, 3, 255], np.uint8), size=shape)
    candidate = rng.random(shape) < 0.7
    covered = rng.random(shape) < 0.2
    return weight, area_class, candidate, covered


def footprints(area_class, candidate):
    return [naive_footprint(area_class, RADII, site) for site in np.flatnonzero(candidate)]


def naive_optimum(weight, area_class, candidate, covered, n_stations):
    """Best weight of all sets of so many candidates, by trying every one."""
    within = np.where(area_class < len(RADII), weight, 0).astype(float)
    found = within[covered].sum()
    prints = footprints(area_class, candidate)
    for chosen in itertools.combinations(prints, min(n_stations, len(prints))):
        found = max(found, within[covered | np.logical_or.reduce([covered, *chosen])].sum())
    return found


def naive_bound(stored, weight, area_class, candidate, covered, n_stations):
    """The bound in Python's own integers, candidate by candidate."""
    unit = bound_unit(weight)
    price = np.zeros(weight.shape, dtype=object)
    constant = everything = 0
    for cell in np.ndindex(weight.shape):
        if area_class[cell] < len(RADII):
            units = float(weight[cell]) / unit
            if not covered[cell]:
                price[cell] = int(units) * int(stored[cell]) // WHOLE
            constant += int(np.ceil(units)) - price[cell]
            everything += int(np.ceil(units))
    gains = sorted((sum(price[p]) for p in footprints(area_class, candidate)), reverse=True)
    return min(everything, constant + sum(gains[:n_stations])) * unit


@given(seed=st.integers(0, 2**32 - 1), shape=st.sampled_from([(3, 4), (1, 9), (4, 4)]))
@settings(max_examples=40, deadline=None)
def test_bound_is_never_below_the_optimum_for_any_number(seed, shape):
    weight, area_class, candidate, covered = random_case(seed, shape)
    bounds = upper_bounds(weight, area_class, RADII, candidate, covered, [1, 2, 4], iterations=40)
    for n in range(5):
        optimum = naive_optimum(weight, area_class, candidate, covered, n)
        for bound in bounds:
            assert bound.values[n] >= optimum


@given(seed=st.integers(0, 2**32 - 1), n_stations=st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_value_and_check_equal_the_naive_twin_for_any_multipliers(seed, n_stations):
    weight, area_class, candidate, covered = random_case(seed, (7, 9))
    rng = np.random.default_rng(seed)
    stored = rng.integers(0, WHOLE + 1, weight.shape).astype(np.uint16)
    expected = naive_bound(stored, weight, area_class, candidate, covered, n_stations)
    place = (weight, area_class, RADII, candidate, covered)
    assert check_bound(stored, *place, n_stations) == expected
    assert bound_values(stored, *place, n_stations)[-1] == expected


@pytest.mark.parametrize("shape", [(150, 70), (40, 1100)])
def test_check_equals_the_bound_found_across_tiles(shape):
    weight, area_class, candidate, covered = random_case(5, shape)
    weight = np.random.default_rng(5).gamma(0.3, 40, shape).astype(np.float32)
    place = (weight, area_class, [1.0, 3.0, 7.0, 15.2], candidate, covered)
    bound = upper_bound(*place, 60, iterations=30)
    for n in (0, 1, 30, 60):
        assert check_bound(bound.multipliers, *place, n) == bound.values[n]
    sites, _ = greedy_order(*place, 60)
    already = np.where(covered & (area_class < 4), weight, 0).sum(dtype=float)
    _, gain = greedy_order(*place, 60)
    assert already + gain.sum() <= bound.value < weight.sum(dtype=float)
    assert sites.size == 60


def relaxation_optimum(weight, area_class, candidate, covered, n_stations):
    """Value of the linear relaxation, by HiGHS."""
    counts = ~covered & (area_class < len(RADII))
    serves = csr_array(np.array(footprints(area_class, candidate))[:, counts].T.astype(float))
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
    return -found.fun + weight[covered & (area_class < len(RADII))].sum(dtype=float)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_stations", [3, 12])
def test_bound_comes_close_to_the_relaxation(seed, n_stations):
    weight, area_class, candidate, covered = random_case(seed, (16, 18))
    optimum = relaxation_optimum(weight, area_class, candidate, covered, n_stations)
    bound = upper_bound(weight, area_class, RADII, candidate, covered, n_stations, iterations=3000)
    assert optimum * (1 - 1e-6) <= bound.value <= optimum * 1.003


def test_bound_of_stations_that_do_not_overlap_is_their_weight():
    # Radius below one cell: the relaxation is the choice of the heaviest cells.
    weight = np.array([[3, 9, 4], [9, 0, 1]], np.float32)
    everywhere = np.ones(weight.shape, bool)
    place = (weight, np.zeros(weight.shape, np.uint8), [0.4], everywhere, ~everywhere)
    values = [upper_bound(*place, n).value for n in range(6)]
    assert values == pytest.approx([0, 9, 18, 22, 25, 26], rel=1e-3)


@pytest.mark.parametrize("n_stations", [30, 90])
def test_stations_that_cover_all_there_is_to_cover_are_proven_the_best(n_stations):
    weight, area_class, candidate, covered = random_case(4, (8, 8))
    place = (weight, area_class, RADII, candidate, covered)
    sites, gain = greedy_order(*place, 90)
    assert sites.size < 90
    bound = upper_bound(*place, n_stations, start=sites)
    already = np.where(covered & (area_class < 4), weight, 0).sum(dtype=float)
    if n_stations > sites.size:
        assert bound.value == pytest.approx(already + gain.sum(), rel=1e-6)
    recount = covered_weight(np.where(covered, 0, weight), area_class, RADII, sites[:n_stations])
    assert bound.value >= already + recount


def test_nothing_to_build_or_to_cover_gives_the_weight_covered_before():
    weight, area_class, candidate, covered = random_case(6, (9, 9))
    already = np.where(covered & (area_class < 4), weight, 0).sum(dtype=float)
    for allowed, n_stations in ((candidate, 0), (candidate & False, 5)):
        bound = upper_bound(weight, area_class, RADII, allowed, covered, n_stations)
        assert bound.value == pytest.approx(already, rel=1e-6)
        assert bound.value >= already
    nothing = upper_bound(weight * 0, area_class, RADII, candidate, covered, 5)
    assert nothing.value == 0


def test_values_rise_and_level_off():
    weight, area_class, candidate, covered = random_case(7, (30, 30))
    bound = upper_bound(weight, area_class, RADII, candidate, covered, 80, iterations=100)
    steps = np.diff(bound.values)
    assert bound.values.size == 81
    assert np.all(steps >= 0)
    assert np.all(np.diff(steps) <= bound.values[-1] * 1e-12)


def test_a_share_needs_at_least_the_fewest_stations():
    weight, area_class, candidate, covered = random_case(8, (3, 4))
    bounds = upper_bounds(
        weight, area_class, RADII, candidate, covered, [1, 2, 3, 6], iterations=300
    )
    for n in range(1, 4):
        optimum = naive_optimum(weight, area_class, candidate, covered, n)
        assert fewest_stations(bounds, optimum) <= n
    assert fewest_stations(bounds, 0.0) == 0
    with pytest.raises(ValueError, match="bounds for more are needed"):
        fewest_stations(bounds, float(weight.sum()) * 2)


def test_tightest_takes_the_least_for_each_number():
    none = np.zeros((0, 0), np.uint16)
    bounds = [Bound(none, np.array([1.0, 5, 6]), 1), Bound(none, np.array([2.0, 4, 7]), 2)]
    assert tightest(bounds).tolist() == [1, 4, 6]


def test_progress_counts_all_iterations():
    weight, area_class, candidate, covered = random_case(9, (20, 20))
    counts = []
    upper_bounds(
        weight,
        area_class,
        RADII,
        candidate,
        covered,
        [0, 4, 8],
        iterations=13,
        progress=counts.append,
    )
    assert sum(counts) == 3 * 13


def test_bound_for_a_number_is_the_same_beside_others_and_alone():
    weight, area_class, candidate, covered = random_case(11, (40, 30))
    place = (weight, area_class, RADII, candidate, covered)
    start, _ = greedy_order(*place, 60)
    bounds = upper_bounds(*place, [20, 60], start=start, iterations=30)
    alone = upper_bound(*place, 60, start=start, iterations=30)
    assert np.array_equal(bounds[1].multipliers, alone.multipliers)
    assert bounds[1].value == alone.value
    assert bounds[0].n_stations == 20
    assert bounds[0].values.size == bounds[1].values.size == 61


def bound_digest(threads):
    numba.set_num_threads(threads)
    weight, area_class, candidate, covered = random_case(21, (200, 1100), heaviest=5000)
    bound = upper_bound(weight, area_class, RADII, candidate, covered, 300, iterations=40)
    return hashlib.sha256(bound.multipliers.tobytes() + bound.values.tobytes()).hexdigest()


def test_bound_does_not_depend_on_the_number_of_threads():
    before = numba.get_num_threads()
    try:
        digests = {bound_digest(threads) for threads in range(1, before + 1)}
    finally:
        numba.set_num_threads(before)
    assert len(digests) == 1


@pytest.mark.parametrize("scale", [2.0**-60, 1.0, 2.0**60])
def test_unit_suits_weights_of_any_size(scale):
    weight, area_class, candidate, covered = random_case(10, (12, 12))
    place = (area_class, RADII, candidate, covered)
    stored = stored_multipliers(weight / 3, weight)
    expected = bound_values(stored, weight, *place, 9)
    scaled = bound_values(stored, weight * np.float32(scale), *place, 9)
    assert scaled.tolist() == (expected * scale).tolist()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_weights_that_are_no_weights_are_refused(bad):
    weight, area_class, candidate, covered = random_case(2, (10, 10))
    stored = np.zeros(weight.shape, np.uint16)
    weight[9, 9] = bad
    place = (weight, area_class, RADII, candidate, covered)
    with pytest.raises(ValueError, match="finite and at least 0"):
        upper_bound(*place, 3)
    with pytest.raises(ValueError, match="finite and at least 0"):
        bound_values(stored, *place, 3)
    with pytest.raises(ValueError, match="finite and at least 0"):
        check_bound(stored, *place, 3)


def test_numbers_out_of_range_are_refused():
    weight, area_class, candidate, covered = random_case(2, (10, 10))
    place = (weight, area_class, RADII, candidate, covered)
    for numbers in ([], [-1], [3, 3], [4, 2]):
        with pytest.raises(ValueError, match="at least 0 and rise"):
            upper_bounds(*place, numbers)
    with pytest.raises(ValueError, match="iterations"):
        upper_bound(*place, 3, iterations=0)
    stored = np.zeros((10, 10), np.uint16)
    with pytest.raises(ValueError, match="at least 0"):
        check_bound(stored, *place, -1)
    with pytest.raises(ValueError, match="differ in shape"):
        check_bound(stored[1:], *place, 3)


def reference_case(reference_dir, name):
    folder = reference_dir / "siting" / "raster"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    row = next(row for row in rows if row["name"] == name)
    with np.load(folder / f"{name}.npz") as data:
        weight = data["pop"].astype(np.float32)
        radius = [float(data["radius_cells"])]
    everywhere = np.ones(weight.shape, bool)
    area_class = np.zeros(weight.shape, np.uint8)
    return row, (weight, area_class, radius, everywhere, ~everywhere)


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
    row, place = reference_case(reference_dir, name)
    bound = upper_bound(*place, row["p"], iterations=iterations)
    assert row["lower"] <= bound.value <= row["upper"] * above_upper
    assert check_bound(bound.multipliers, *place, row["p"]) == bound.value


def test_naive_greedy_is_below_the_bound():
    weight, area_class, candidate, covered = random_case(30, (12, 14))
    place = (weight, area_class, RADII, candidate, covered)
    sites, _ = naive_greedy_order(*place, 10)
    both = covered_weight(weight, area_class, RADII, sites)
    assert both <= upper_bound(*place, 10).value
