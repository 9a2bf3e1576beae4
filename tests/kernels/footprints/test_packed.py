"""Packed rasters: every station serves the same cells there, plans and bounds hold on the whole."""

import numpy as np
import pytest

from kernels.covering.bound_check import CheckedKind, check_bound, price_in_discs
from kernels.covering.bound_limits import Limits
from kernels.covering.bound_search import Start, upper_bound
from kernels.covering.bound_value import Kind, ToCover
from kernels.covering.cooling import Cooling
from kernels.covering.greedy_raster import greedy_order
from kernels.covering.improve_raster import improve
from kernels.footprints.disc import NO_DISC
from kernels.footprints.disc_sums import DiscSums
from kernels.footprints.field import Field
from kernels.footprints.packed import packed_field, with_held_radii
from tests.kernels.naive import naive_footprint

RADII = np.array([[2.5, 9.0, 11.3], [1.0, NO_DISC, 6.2]])


def towns(seed, shape=(230, 310), n_towns=9):
    """Towns in empty land, some at the edge: people and covered cells differ by situation."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(0, shape, (n_towns, 2)).T
    y, x = np.mgrid[: shape[0], : shape[1]]
    near = (np.hypot(y[None] - rows[:, None, None], x[None] - columns[:, None, None]) < 9).any(0)
    stack = (2 * shape[0], shape[1])
    people = np.where(np.tile(near, (2, 1)), rng.integers(0, 50, stack), 0).astype(np.float32)
    people[rng.random(stack) < 0.2] = 0
    classes = rng.choice(np.array([0, 1, 1, 255], np.uint8), size=shape)
    # The widest class holds nobody: no station has to reach it.
    classes[~near & (classes != 255)] = 2
    places = near & (rng.random(shape) < 0.8)
    return with_held_radii(Field(people, classes, RADII, places, rng.random(stack) < 0.1))


@pytest.mark.parametrize("seed", range(4))
def test_stations_serve_the_same_cells_on_the_packed_raster(seed):
    field = towns(seed)
    packing, small = packed_field(field)
    height, wide = field.area_class.shape
    assert small.area_class.size < 0.7 * height * wide
    left = np.where(field.covered, np.float32(0), field.weight)
    here = np.where(small.covered, np.float32(0), small.weight)
    again = np.zeros_like(left)
    packing.unpack(here, again)
    assert np.array_equal(again, left)
    source = packing.source.ravel()
    assert len(set(source[source >= 0].tolist())) == (source >= 0).sum()
    rng = np.random.default_rng(seed)
    for place in rng.choice(np.flatnonzero(small.candidate), 60):
        for situation in range(2):
            own = slice(situation * height, (situation + 1) * height)
            there = naive_footprint(field.area_class, RADII[situation], source[place])
            served = set(np.flatnonzero(there & (left[own] > 0)).tolist())
            rows = small.area_class.shape[0]
            part = slice(situation * rows, (situation + 1) * rows)
            found = naive_footprint(small.area_class, small.radius_cells[situation], place)
            assert set(source[(found & (here[part] > 0)).ravel()].tolist()) == served


def test_every_candidate_is_packed():
    field = towns(5)
    packing, small = packed_field(field)
    places = np.flatnonzero(field.candidate)
    assert np.array_equal(packing.source.ravel()[packing.places(places)], places)
    assert small.candidate.sum() == places.size


def test_a_full_raster_is_left_as_it_is():
    field = towns(7)
    assert packed_field(field._replace(candidate=field.area_class < 255)) is None


def test_plan_and_bound_by_way_of_a_packed_raster_hold_on_the_whole():
    field = towns(8)
    first, gain = greedy_order(field, 40)
    better, more = improve(first, field, Cooling(8, 10))
    assert more.sum() > gain.sum()
    assert field.gains(better).tolist() == more.tolist()
    assert field.candidate.flat[better].all()
    sums = DiscSums(field.area_class, RADII, field.candidate)
    assert sums.packed(field.weight) is not None
    bound = upper_bound(
        ToCover(field.weight, field.covered),
        (Kind(field.candidate, sums),),
        Limits.none(40),
        Start.of_order(better, more, 40),
        iterations=150,
    )
    before = float(field.weight[field.covered].sum(dtype=np.float64))
    assert before + more.sum() <= bound.value <= 1.03 * (before + more.sum())
    kind = CheckedKind(
        field.candidate,
        lambda price: price_in_discs(price, field.area_class, RADII, field.candidate),
    )
    again = check_bound(bound.multipliers, field.weight, field.covered, [kind], Limits.none(40))
    assert again == pytest.approx(bound.value, rel=1e-9)
