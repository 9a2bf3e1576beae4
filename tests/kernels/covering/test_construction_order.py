import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering.construction_order import anything_within_reach, construction_order
from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.disc import half_width_table

RADII = [0.5, 1.0, 2.0, 3.7]


def random_case(seed, shape):
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, 20, shape).astype(np.float32)
    area_class = rng.choice(np.array([0, 1, 2, 3, 255], np.uint8), size=shape)
    return weight, area_class, rng.random(shape) < 0.3, rng.random(shape) < 0.2


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.sampled_from([(1, 1), (3, 17), (14, 9), (20, 20)]),
    n_stations=st.integers(0, 60),
)
@settings(max_examples=60, deadline=None)
def test_order_is_that_of_the_greedy_with_these_candidates(seed, shape, n_stations):
    weight, area_class, candidate, covered = random_case(seed, shape)
    sites = np.random.default_rng(seed).permutation(np.flatnonzero(candidate))
    order = construction_order(sites, weight, area_class, RADII, covered, n_stations)
    expected, _ = greedy_order(weight, area_class, RADII, candidate, covered, n_stations)
    assert order.tolist() == expected.tolist()


@pytest.mark.parametrize(("column", "within"), [(4, True), (5, False)])
def test_a_candidate_reaches_as_far_as_the_radius_of_the_cell(column, within):
    remaining = np.zeros((5, 9), np.int32)
    remaining[2, 1] = 7
    candidate = np.zeros(remaining.shape, bool)
    candidate[2, column] = True
    place = (np.zeros(remaining.shape, np.uint8), half_width_table([3.0]), candidate)
    assert anything_within_reach(remaining, *place) == within
    assert not anything_within_reach(remaining * 0, *place)
