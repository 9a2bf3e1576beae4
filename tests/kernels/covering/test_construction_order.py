import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering.greedy_raster import construction_order, greedy_order
from kernels.footprints.field import Field

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
    field = Field(weight, area_class, RADII, candidate, covered)
    order = construction_order(sites, field, n_stations)
    expected, _ = greedy_order(field, n_stations)
    assert order.tolist() == expected.tolist()
