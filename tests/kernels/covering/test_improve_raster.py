import hashlib
import itertools
import json

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering.anneal_raster import (
    BLOCK,
    Chance,
    Field,
    anneal_round,
    count_stations,
    widest_class,
)
from kernels.covering.greedy_raster import greedy_order
from kernels.covering.improve_raster import improve
from kernels.footprints.cover import newly_covered_weight
from kernels.footprints.disc import half_width_table
from tests.kernels.naive import naive_footprint

RADII = [0.5, 1.0, 2.83, 5.0]
QUICK = {"rounds": 6, "sweeps": 4}


def random_case(seed, shape, heaviest=9):
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
    return weight, area_class, candidate, covered


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    n_stations=st.integers(0, 40),
)
@settings(max_examples=30, deadline=None)
def test_never_worse_and_no_constraint_is_broken(seed, shape, n_stations):
    weight, area_class, candidate, covered = random_case(seed, shape)
    place = (weight, area_class, RADII, candidate, covered)
    start, start_gain = greedy_order(*place, n_stations)
    before = covered.copy()
    sites, gain = improve(start, *place, seed=seed, **QUICK)
    assert np.array_equal(covered, before)
    assert sites.size <= start.size
    assert gain.sum() >= start_gain.sum()
    assert len(set(sites.tolist())) == sites.size
    assert candidate.flat[sites].all()
    recount = newly_covered_weight(weight, covered.copy(), area_class, RADII, sites)
    assert gain.tolist() == recount.tolist()
    assert np.all(np.diff(gain) <= 0)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_never_better_than_the_optimum(seed):
    weight, area_class, candidate, covered = random_case(seed, (4, 4))
    radii = [0.0, 1.0, 1.5, 2.0]
    place = (weight, area_class, radii, candidate, covered)
    prints = [
        naive_footprint(area_class, radii, site) & ~covered for site in np.flatnonzero(candidate)
    ]
    start, _ = greedy_order(*place, 3)
    _, gain = improve(start, *place, **QUICK)
    chosen = itertools.combinations(prints, min(3, len(prints)))
    optimum = max(weight[np.logical_or.reduce([covered & False, *c])].sum() for c in chosen)
    assert gain.sum() <= optimum


def test_a_trap_of_the_greedy_is_left():
    # The middle is worth most, but two stations beside it cover everything.
    weight = np.array([[4, 0, 5, 0, 0, 0, 5, 0, 4]], np.float32)
    everywhere = np.ones(weight.shape, bool)
    place = (weight, np.zeros(weight.shape, np.uint8), [2.0], everywhere, ~everywhere)
    start, start_gain = greedy_order(*place, 2)
    assert start_gain.tolist() == [10, 4]
    sites, gain = improve(start, *place, temperature=(0.5, 0.01), rounds=30)
    assert gain.sum() == 18
    left, right = sorted(sites.tolist())
    assert left <= 2
    assert right >= 6


def test_a_plan_that_leaves_nothing_to_gain_keeps_only_what_it_needs():
    weight = np.zeros((9, 9), np.float32)
    weight[4, 3:6] = 1
    everywhere = np.ones(weight.shape, bool)
    place = (weight, np.zeros(weight.shape, np.uint8), [1.0], everywhere, ~everywhere)
    sites, gain = improve([39, 40, 41], *place, **QUICK)
    assert sites.tolist() == [40]
    assert gain.tolist() == [3]


def field_of(seed, shape, n_stations):
    weight, area_class, candidate, covered = random_case(seed, shape)
    half_width = half_width_table(RADII)
    sites, _ = greedy_order(weight, area_class, RADII, candidate, covered, n_stations)
    serving = np.zeros(shape, np.uint16)
    count_stations(serving, area_class, half_width, sites)
    station = np.zeros(shape, bool)
    station.flat[sites] = True
    return Field(
        weight=np.where((area_class < 4) & ~covered, weight * 1000, 0).astype(np.int32),
        area_class=area_class,
        candidate=candidate,
        half_width=half_width,
        outer=widest_class(area_class, half_width),
        serving=serving,
        station=station,
    )


@pytest.mark.parametrize("shape", [(150, 90), (64, 64), (11, 170)])
def test_stations_that_serve_each_cell_are_counted_right_whatever_moves(shape):
    field = field_of(3, shape, 150)
    squares = np.floor(np.square(RADII)).astype(np.int32)
    rng = np.random.default_rng(1)
    count = int(field.station.sum())
    for seed in range(5):
        noise = rng.integers(0, 20_000, 4096).astype(np.int32)
        chance = Chance(np.int32(20_000), noise, 5, 3, seed)
        count += anneal_round(field, chance, squares, 50, rng.integers(0, 50, 2))
        sites = np.flatnonzero(field.station)
        assert sites.size == count
        expected = np.zeros(shape, np.uint16)
        for site in sites:
            expected += naive_footprint(field.area_class, RADII, site)
        assert np.array_equal(field.serving, expected)
        assert field.candidate.flat[sites].all()


def test_cold_rounds_at_a_fixed_price_never_lower_the_value():
    field = field_of(4, (120, 120), 80)
    squares = np.floor(np.square(RADII)).astype(np.int32)
    price = 15_000
    rng = np.random.default_rng(2)

    def value():
        return int(field.weight[field.serving > 0].sum()) - price * int(field.station.sum())

    values = [value()]
    for seed in range(6):
        chance = Chance(np.int32(price), np.zeros(4096, np.int32), 5, 3, seed)
        anneal_round(field, chance, squares, 60, rng.integers(0, 60, 2))
        values.append(value())
    assert values == sorted(values)
    assert values[-1] > values[0]


def test_widest_class_holds_every_class_within_reach():
    area_class = random_case(5, (70, 90))[1]
    widest = widest_class(area_class, half_width_table(RADII))
    for site in range(0, area_class.size, 7):
        row, column = divmod(site, 90)
        served = area_class[naive_footprint(area_class, RADII, site)]
        assert (served <= widest[row // BLOCK, column // BLOCK]).all()


def improvement_digest(threads):
    numba.set_num_threads(threads)
    weight, area_class, candidate, covered = random_case(21, (300, 400), heaviest=5000)
    place = (weight, area_class, RADII, candidate, covered)
    start, _ = greedy_order(*place, 500)
    plan = improve(start, *place, rounds=5, sweeps=3)
    return hashlib.sha256(plan[0].tobytes() + plan[1].tobytes()).hexdigest()


def test_plan_does_not_depend_on_the_number_of_threads():
    before = numba.get_num_threads()
    try:
        digests = {improvement_digest(threads) for threads in range(1, before + 1)}
    finally:
        numba.set_num_threads(before)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sites": [0.5]}, "whole flat indices"),
        ({"sites": [20]}, "0 to 19"),
        ({"sites": [3, 3]}, "twice"),
        ({"sites": [0]}, "candidate"),
        ({"rounds": 0}, "at least 1"),
        ({"sweeps": 0}, "at least 1"),
        ({"temperature": (0.1, 0.2)}, "temperature"),
        ({"temperature": (0.1, 0.0)}, "temperature"),
    ],
)
def test_arguments_out_of_range_are_refused(change, message):
    candidate = np.ones((4, 5), bool)
    candidate[0, 0] = False
    arguments = {
        "sites": [7],
        "weight": np.ones((4, 5), np.float32),
        "area_class": np.zeros((4, 5), np.uint8),
        "radius_cells": [1.0],
        "candidate": candidate,
        "covered": np.zeros((4, 5), bool),
    }
    with pytest.raises(ValueError, match=message):
        improve(**(arguments | change))


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("raster01_30x30_R3", {"rounds": 100, "sweeps": 100}),
        ("raster03_30x30_R2", {"rounds": 100, "sweeps": 100}),
        ("raster05_500x500_p2000", {"rounds": 30, "sweeps": 10}),
    ],
)
def test_reference_rasters_within_three_thousandths_of_the_best_known(
    reference_dir, name, schedule
):
    folder = reference_dir / "siting" / "raster"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    row = next(row for row in rows if row["name"] == name)
    with np.load(folder / f"{name}.npz") as data:
        weight = data["pop"].astype(np.float32)
        radius = [float(data["radius_cells"])]
    everywhere = np.ones(weight.shape, bool)
    place = (weight, np.zeros(weight.shape, np.uint8), radius, everywhere, ~everywhere)
    start, _ = greedy_order(*place, row["p"])
    _, gain = improve(start, *place, **schedule)
    assert row["lower"] * 0.997 <= gain.sum() <= row["upper"]
