import hashlib
import itertools
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering import greedy_raster
from kernels.covering.gains import (
    first_gain,
    fixed_point_unit,
    heaviest_window_weight,
    take_disc,
    uncovered_units,
)
from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.disc import half_width_table
from kernels.footprints.field import Field
from tests.kernels.cases import covered_weight
from tests.kernels.naive import naive_footprint, naive_gain, naive_greedy_order

RADII = [0.5, 1.0, 2.83, 5.0]


def random_case(seed, shape, heaviest=9):
    """Whole-number weights, few enough values for many ties; some cells outside, some covered."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, heaviest + 1, shape).astype(np.float32)
    weight[rng.random(shape) < 0.4] = 0
    area_class = rng.choice(np.array([0, 1, 2, 3, 255], np.uint8), size=shape)
    candidate = rng.random(shape) < 0.7
    covered = rng.random(shape) < 0.2
    return weight, area_class, candidate, covered


def assert_same_as_naive(weight, area_class, radii, candidate, covered, n_stations):
    sites, gain = greedy_order(Field(weight, area_class, radii, candidate, covered), n_stations)
    naive = naive_greedy_order(weight, area_class, radii, candidate, covered, n_stations)
    assert sites.tolist() == naive[0].tolist()
    assert gain.tolist() == naive[1].tolist()


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    heaviest=st.sampled_from([1, 9, 100_000]),
)
@settings(max_examples=60, deadline=None)
def test_order_and_gains_equal_the_naive_twin(seed, shape, heaviest):
    weight, area_class, candidate, covered = random_case(seed, shape, heaviest)
    assert_same_as_naive(weight, area_class, RADII, candidate, covered, 25)


@pytest.mark.parametrize("shape", [(140, 70), (40, 560)])
def test_order_across_the_kernels_tiles_equals_the_naive_twin(shape):
    weight, area_class, candidate, covered = random_case(11, shape)
    assert_same_as_naive(weight, area_class, [1.0, 3.0, 6.0, 9.0], candidate, covered, 40)


def test_constant_weight_gives_the_order_of_flat_indices():
    ones = np.ones((37, 70), np.float32)
    area_class = np.zeros(ones.shape, np.uint8)
    everywhere, nothing = np.ones(ones.shape, bool), np.zeros(ones.shape, bool)
    assert_same_as_naive(ones, area_class, [2.0], everywhere, nothing, 300)


def test_radius_below_one_cell_takes_the_heaviest_cells_in_order():
    weight = np.array([[3, 9, 4], [9, 0, 1]], np.float32)
    area_class = np.zeros(weight.shape, np.uint8)
    everywhere, nothing = np.ones(weight.shape, bool), np.zeros(weight.shape, bool)
    sites, gain = greedy_order(Field(weight, area_class, [0.4], everywhere, nothing), 99)
    assert sites.tolist() == [1, 3, 2, 0, 5]
    assert gain.tolist() == [9, 9, 4, 3, 1]


def test_a_row_whose_sum_wraps_round_to_zero_still_counts():
    # Alone in their discs, eight equal cells are 2**29 units each: 2**32 together.
    ones, nothing = np.ones((1, 8), np.float32), np.zeros((1, 8), bool)
    sites, _ = greedy_order(Field(ones, nothing.astype(np.uint8), [0.4], ~nothing, nothing), 8)
    assert sites.tolist() == list(range(8))


def test_radius_beyond_the_raster_needs_one_station():
    weight, area_class, candidate, covered = random_case(3, (9, 12))
    sites, gain = greedy_order(Field(weight, area_class, [90.0] * 4, candidate, covered), 5)
    assert sites.tolist() == [int(candidate.argmax())]
    assert gain[0] == weight[~covered & (area_class < 4)].sum()


@pytest.mark.parametrize("nothing_left", ["weight", "candidate", "covered", "area_class", "count"])
def test_no_station_where_nothing_is_to_be_gained(nothing_left):
    weight, area_class, candidate, covered = random_case(5, (20, 20))
    count = 10
    if nothing_left == "weight":
        weight[:] = 0
    elif nothing_left == "candidate":
        candidate[:] = False
    elif nothing_left == "covered":
        covered[:] = True
    elif nothing_left == "area_class":
        area_class[:] = 255
    else:
        count = 0
    sites, gain = greedy_order(Field(weight, area_class, RADII, candidate, covered), count)
    assert sites.size == gain.size == 0
    assert (sites.dtype, gain.dtype) == (np.int64, np.float64)


@given(seed=st.integers(0, 2**32 - 1), n_stations=st.integers(0, 60))
@settings(max_examples=30, deadline=None)
def test_gains_fall_and_add_up_to_what_is_recounted(seed, n_stations):
    rng = np.random.default_rng(seed)
    _, area_class, candidate, covered = random_case(seed, (45, 50))
    weight = rng.gamma(0.2, 300, area_class.shape).astype(np.float32)
    unit = fixed_point_unit(weight, 5)
    sites, gain = greedy_order(Field(weight, area_class, RADII, candidate, covered), n_stations)
    rounded = np.floor(weight.astype(float) / unit + 0.5) * unit
    field = Field(weight, area_class, RADII, candidate, covered)
    recounted = field._replace(weight=rounded).gains(sites)
    assert gain.tolist() == recounted.tolist()
    assert np.all(np.diff(gain) <= 0)
    assert candidate.flat[sites].all()
    assert len(set(sites.tolist())) == sites.size
    exact = field.gains(sites).sum()
    assert gain.sum() == pytest.approx(exact, abs=unit * weight.size / 2)


def test_a_shorter_plan_is_a_prefix_and_calls_in_slices_change_nothing(monkeypatch):
    weight, area_class, candidate, covered = random_case(8, (60, 60))
    whole = greedy_order(Field(weight, area_class, RADII, candidate, covered), 200)[0]
    counts = []
    monkeypatch.setattr(greedy_raster, "_STATIONS_PER_CALL", 9)
    part = greedy_order(
        Field(weight, area_class, RADII, candidate, covered),
        77,
        progress=counts.append,
    )[0]
    assert part.tolist() == whole[:77].tolist()
    assert counts == [9] * 8 + [5]


def test_a_plan_continued_from_its_own_coverage_is_the_same_plan():
    weight, area_class, candidate, covered = random_case(9, (60, 60))
    whole = greedy_order(Field(weight, area_class, RADII, candidate, covered), 60)[0]
    field = Field(weight, area_class, RADII, candidate, covered)
    rest = greedy_order(field.after(whole[:30]), 30)[0]
    assert rest.tolist() == whole[30:].tolist()


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_at_least_63_percent_of_the_optimum(seed, count):
    # Nemhauser, Wolsey and Fisher 1978: greedy reaches 1 - (1 - 1/p)**p of the best p stations.
    weight, area_class, _, covered = random_case(seed, (3, 4), heaviest=50)
    everywhere = np.ones(weight.shape, bool)
    _, gain = greedy_order(
        Field(weight, area_class, [0.0, 1.0, 1.5, 2.0], everywhere, covered), count
    )
    footprints = [
        naive_footprint(area_class, [0.0, 1.0, 1.5, 2.0], site) & ~covered
        for site in range(weight.size)
    ]
    optimum = max(
        weight[np.logical_or.reduce(chosen)].sum()
        for chosen in itertools.combinations(footprints, count)
    )
    assert optimum >= gain.sum() >= (1 - (1 - 1 / count) ** count) * optimum


def test_gain_kept_up_to_date_equals_the_gain_summed_afresh():
    weight, area_class, candidate, covered = random_case(12, (150, 60))
    half_width = half_width_table(RADII)
    remaining, unit = uncovered_units(weight, area_class, covered, half_width)
    gain = np.empty(weight.shape, np.int32)
    first_gain(gain, remaining, area_class, candidate, half_width)
    no_need = np.zeros(0, np.int16), np.zeros(0, np.int64)
    lowered = np.where(candidate, 0, 2**31)
    assert np.array_equal(gain, naive_gain(weight / unit, area_class, RADII, covered) - lowered)
    for row, column in [(0, 0), (149, 59), (70, 30), (72, 33), (127, 0)]:
        station = (0, row, column)
        take_disc(gain[None], remaining, area_class, half_width[None], station, *no_need)
        covered |= naive_footprint(area_class, RADII, row * 60 + column)
        assert np.array_equal(gain, naive_gain(weight / unit, area_class, RADII, covered) - lowered)
    assert not remaining[covered].any()


@given(seed=st.integers(0, 2**32 - 1), side=st.integers(1, 12))
@settings(max_examples=30, deadline=None)
def test_no_window_is_heavier_than_the_heaviest(seed, side):
    weight = random_case(seed, (25, 31))[0].astype(float)
    padded = np.pad(weight, ((0, side), (0, side)))
    squares = np.lib.stride_tricks.sliding_window_view(padded, (side, side)).sum(axis=(2, 3))
    assert squares.max() <= heaviest_window_weight(weight, side) <= weight.sum()


@pytest.mark.parametrize("scale", [2.0**-100, 2.0**-20, 1.0, 2.0**25, 2.0**100])
def test_unit_suits_weights_of_any_size(scale):
    weight, area_class, candidate, covered = random_case(13, (30, 30))
    scaled = weight * np.float32(scale)
    assert scaled.max() / fixed_point_unit(scaled, 5) > 2**20
    expected = greedy_order(Field(weight, area_class, RADII, candidate, covered), 20)[1]
    gain = greedy_order(Field(scaled, area_class, RADII, candidate, covered), 20)[1]
    assert gain.tolist() == (expected * scale).tolist()


def test_unit_keeps_whole_people_whole_in_a_dense_province():
    weight = np.full((50, 50), 1500.0, np.float32)
    assert fixed_point_unit(weight, 20) == 2.0**-8


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_weights_that_are_no_weights_are_refused(bad):
    weight, area_class, candidate, covered = random_case(2, (10, 10))
    weight[9, 9] = bad
    with pytest.raises(ValueError, match="finite and at least 0"):
        greedy_order(Field(weight, area_class, RADII, candidate, covered), 3)


def test_weights_whose_sum_is_beyond_float64_are_refused():
    with pytest.raises(ValueError, match="finite and at least 0"):
        fixed_point_unit(np.full((3, 3), 1e308), 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": np.zeros((3, 4), np.float32)}, "differ in shape"),
        ({"weight": np.zeros(20, np.float32)}, "differ in shape"),
        ({"area_class": np.zeros((4, 5), np.int64)}, "uint8"),
        ({"candidate": np.zeros((4, 5), np.uint8)}, "bool"),
        ({"covered": np.zeros((4, 5), np.uint8)}, "bool"),
        ({"radius_cells": [-2.0]}, "radius"),
        ({"radius_cells": [np.nan]}, "radius"),
        ({"radius_cells": []}, "area classes"),
        ({"n_stations": -1}, "at least 0"),
    ],
)
def test_arguments_out_of_range_are_refused(change, message):
    arguments = {
        "n_stations": 3,
        "weight": np.ones((4, 5), np.float32),
        "area_class": np.zeros((4, 5), np.uint8),
        "radius_cells": [1.0],
        "candidate": np.ones((4, 5), bool),
        "covered": np.zeros((4, 5), bool),
    } | change
    field = Field(**{name: arguments.pop(name) for name in Field._fields})
    with pytest.raises(ValueError, match=message):
        greedy_order(field, **arguments)


def test_an_empty_raster_is_refused():
    empty = np.zeros((0, 5))
    with pytest.raises(ValueError, match="1 to"):
        greedy_order(Field(empty, empty.astype(np.uint8), [1.0], empty > 0, empty > 0), 1)


def plan_digest(threads):
    """Digest of one plan made on so many threads; called in another process too."""
    import numba

    numba.set_num_threads(threads)
    weight, area_class, candidate, covered = random_case(21, (300, 1100), heaviest=5000)
    plan = greedy_order(Field(weight, area_class, RADII, candidate, covered), 500)
    return hashlib.sha256(plan[0].tobytes() + plan[1].tobytes()).hexdigest()


def test_one_plan_for_any_number_of_threads():
    code = f"from {__name__} import plan_digest; print(*[plan_digest(n) for n in (1, 2, 4)])"
    digests = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"NUMBA_NUM_THREADS": "4", "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert digests == [plan_digest(1)] * 3


def test_reference_rasters(reference_dir):
    folder = reference_dir / "siting" / "raster"
    for line in (folder / "index.jsonl").read_text().splitlines():
        case = json.loads(line)
        with np.load(folder / f"{case['name']}.npz") as data:
            weight, radii = data["pop"].astype(np.float32), [float(data["radius_cells"])]
        area_class = np.zeros(weight.shape, np.uint8)
        everywhere, nothing = np.ones(weight.shape, bool), np.zeros(weight.shape, bool)
        sites, gain = greedy_order(Field(weight, area_class, radii, everywhere, nothing), case["p"])
        assert sites.size == case["p"]
        assert gain.sum() == covered_weight(weight, area_class, radii, sites)
        assert gain.sum() == case.get("greedy", gain.sum())
        assert 0.965 * case["lower"] <= gain.sum() <= case["upper"]
