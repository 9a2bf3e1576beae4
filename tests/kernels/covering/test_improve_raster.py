import hashlib
import itertools
import json
from dataclasses import replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering.anneal_raster import BLOCK, anneal_raster, raster_state, widest_class
from kernels.covering.cooling import Chance, Cooling
from kernels.covering.greedy_raster import greedy_order
from kernels.covering.improve_raster import improve
from kernels.footprints.disc import half_width_table
from kernels.footprints.field import Field
from tests.kernels.naive import naive_footprint

RADII = [0.5, 1.0, 2.83, 5.0]
QUICK = Cooling(rounds=6, sweeps=4)


def random_field(seed, shape, heaviest=9, radii=RADII):
    """Patches of area classes, some cells outside, some covered before."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, heaviest + 1, shape).astype(np.float32)
    weight[rng.random(shape) < 0.4] = 0
    patches = rng.choice(np.array([0, 1, 2, 3, 255], np.uint8), size=(9, 9))
    area_class = np.kron(patches, np.ones((9, 9), np.uint8))[: shape[0], : shape[1]]
    area_class = np.pad(
        area_class,
        ((0, shape[0] - area_class.shape[0]), (0, shape[1] - area_class.shape[1])),
        mode="wrap",
    )
    candidate = rng.random(shape) < 0.7
    covered = rng.random(shape) < 0.2
    return Field(weight, area_class, radii, candidate, covered)


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    n_stations=st.integers(0, 40),
)
@settings(max_examples=30, deadline=None)
def test_never_worse_and_no_constraint_is_broken(seed, shape, n_stations):
    field = random_field(seed, shape)
    candidate, covered = field.candidate, field.covered
    start, start_gain = greedy_order(field, n_stations)
    before = covered.copy()
    sites, gain = improve(start, field, replace(QUICK, seed=seed))
    assert np.array_equal(covered, before)
    assert sites.size <= start.size
    assert gain.sum() >= start_gain.sum()
    assert len(set(sites.tolist())) == sites.size
    assert candidate.flat[sites].all()
    assert gain.tolist() == field.gains(sites).tolist()
    assert np.all(np.diff(gain) <= 0)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_never_better_than_the_optimum(seed):
    field = random_field(seed, (4, 4), radii=[0.0, 1.0, 1.5, 2.0])
    weight, area_class, radii, candidate, covered = field
    prints = [
        naive_footprint(area_class, radii, site) & ~covered for site in np.flatnonzero(candidate)
    ]
    start, _ = greedy_order(field, 3)
    _, gain = improve(start, field, QUICK)
    chosen = itertools.combinations(prints, min(3, len(prints)))
    optimum = max(weight[np.logical_or.reduce([covered & False, *c])].sum() for c in chosen)
    assert gain.sum() <= optimum


def test_a_trap_of_the_greedy_is_left():
    # The middle is worth most, but two stations beside it cover everything.
    weight = np.array([[4, 0, 5, 0, 0, 0, 5, 0, 4]], np.float32)
    everywhere = np.ones(weight.shape, bool)
    field = Field(weight, np.zeros(weight.shape, np.uint8), [2.0], everywhere, ~everywhere)
    start, start_gain = greedy_order(field, 2)
    assert start_gain.tolist() == [10, 4]
    sites, gain = improve(start, field, Cooling(rounds=30, temperature=(0.5, 0.01)))
    assert gain.sum() == 18
    left, right = sorted(sites.tolist())
    assert left <= 2
    assert right >= 6


def test_a_plan_that_leaves_nothing_to_gain_keeps_only_what_it_needs():
    weight = np.zeros((9, 9), np.float32)
    weight[4, 3:6] = 1
    everywhere = np.ones(weight.shape, bool)
    field = Field(weight, np.zeros(weight.shape, np.uint8), [1.0], everywhere, ~everywhere)
    sites, gain = improve([39, 40, 41], field, QUICK)
    assert sites.tolist() == [40]
    assert gain.tolist() == [3]


def state_of(seed, shape, n_stations):
    field = random_field(seed, shape)
    sites, _ = greedy_order(field, n_stations)
    state, _ = raster_state(field, sites)
    return state


@pytest.mark.parametrize("shape", [(150, 90), (64, 64), (11, 170)])
def test_stations_that_serve_each_cell_are_counted_right_whatever_moves(shape):
    state = state_of(3, shape, 150)
    unit = state.weight.max() // 9
    rng = np.random.default_rng(1)
    count = int(state.station.sum())
    for seed in range(6):
        sites = np.flatnonzero(state.station)
        assert sites.size == count
        expected = np.zeros(shape, np.uint16)
        for site in sites:
            expected += naive_footprint(state.area_class, RADII, site)
        assert np.array_equal(state.serving[0], expected)
        assert state.candidate.flat[sites].all()
        noise = rng.integers(0, 20 * unit, 4096).astype(np.int32)
        chance = Chance(np.array([20 * unit], np.int32), noise, 3, seed)
        count += anneal_raster(state, chance, 50, rng.integers(0, 50, 2))


def test_cold_rounds_at_a_fixed_price_never_lower_the_value():
    state = state_of(4, (120, 120), 80)
    price = int(15 * (state.weight.max() // 9))
    rng = np.random.default_rng(2)

    def value():
        served = state.weight[state.serving > 0].sum(dtype=np.int64)
        return int(served) - price * int(state.station.sum())

    values = [value()]
    for seed in range(6):
        chance = Chance(np.array([price], np.int32), np.zeros(4096, np.int32), 3, seed)
        anneal_raster(state, chance, 60, rng.integers(0, 60, 2))
        values.append(value())
    assert values == sorted(values)
    assert values[-1] > values[0]


def test_widest_class_holds_every_class_within_reach():
    area_class = random_field(5, (70, 90)).area_class
    widest = widest_class(area_class, half_width_table(RADII)[0])
    for site in range(0, area_class.size, 7):
        row, column = divmod(site, 90)
        served = area_class[naive_footprint(area_class, RADII, site)]
        assert (served <= widest[row // BLOCK, column // BLOCK]).all()


def improvement_digest(threads):
    numba.set_num_threads(threads)
    field = random_field(21, (300, 400), heaviest=5000)
    start, _ = greedy_order(field, 500)
    plan = improve(start, field, Cooling(rounds=5, sweeps=3))
    return hashlib.sha256(plan[0].tobytes() + plan[1].tobytes()).hexdigest()


def test_plan_does_not_depend_on_the_number_of_threads():
    before = numba.get_num_threads()
    try:
        digests = {improvement_digest(threads) for threads in range(1, before + 1)}
    finally:
        numba.set_num_threads(before)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("sites", "message"),
    [
        ([0.5], "whole flat indices"),
        ([20], "0 to 19"),
        ([3, 3], "twice"),
        ([0], "candidate"),
    ],
)
def test_arguments_out_of_range_are_refused(sites, message):
    candidate = np.ones((4, 5), bool)
    candidate[0, 0] = False
    zeros = np.zeros((4, 5), np.uint8)
    field = Field(np.ones((4, 5), np.float32), zeros, [1.0], candidate, zeros.astype(bool))
    with pytest.raises(ValueError, match=message):
        improve(sites, field, QUICK)


@pytest.mark.parametrize(
    ("name", "cooling"),
    [
        ("raster01_30x30_R3", Cooling(100, 100)),
        ("raster03_30x30_R2", Cooling(100, 100)),
        ("raster05_500x500_p2000", Cooling(30, 10)),
    ],
)
def test_reference_rasters_within_three_thousandths_of_the_best_known(reference_dir, name, cooling):
    folder = reference_dir / "siting" / "raster"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    row = next(row for row in rows if row["name"] == name)
    with np.load(folder / f"{name}.npz") as data:
        weight = data["pop"].astype(np.float32)
        radius = [float(data["radius_cells"])]
    everywhere = np.ones(weight.shape, bool)
    field = Field(weight, np.zeros(weight.shape, np.uint8), radius, everywhere, ~everywhere)
    start, _ = greedy_order(field, row["p"])
    _, gain = improve(start, field, cooling)
    assert row["lower"] * 0.997 <= gain.sum() <= row["upper"]
