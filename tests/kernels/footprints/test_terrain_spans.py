"""Footprints: discs on flat land, shadows behind a wall, nothing outside."""

from __future__ import annotations

import numpy as np

from kernels.footprints.spans import cover_spans
from kernels.footprints.terrain_spans import ServiceTerms, terrain_footprints
from kernels.radio.models.p526 import VERTICAL
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from tests.kernels.fractal_terrain import fractal_terrain_m
from tests.kernels.naive import naive_footprint

RADII = np.array([4.3, 9.0])
HEIGHTS_M = (25.0, 35.0)
CELL_KM, RADIUS_KM, GHZ = 0.1, 8500.0, 2.6
RAYS = rays_of(float(RADII.max()), CELL_KM)
MEDIUM = terrain_medium(GHZ, VERTICAL, RADIUS_KM, RADII.max() * CELL_KM, CELL_KM)


def terms():
    """Spare loss of 40 dB a decade before the end of each class's radius."""
    square = np.arange(RAYS.reach**2 + 1)
    distances = np.sqrt(square)
    allowed = np.empty((2, 2, square.size))
    for own in range(2):
        flat = flat_losses_db(
            distances * CELL_KM, HEIGHTS_M[own], 1.5, RADIUS_KM, CELL_KM, GHZ, VERTICAL
        )
        for here in range(2):
            spare = 40.0 * np.log10(RADII[here] / np.maximum(distances, 1e-3))
            allowed[own, here] = np.where(spare >= -1e-9, spare + flat + 0.01, -1.0)
    return ServiceTerms(np.array(HEIGHTS_M), np.array([1.5, 1.5]), allowed[None])


def mask(terrain_m, area_class, cell):
    spans = terrain_footprints(terrain_m, area_class, np.array([cell]), terms(), RAYS, MEDIUM)
    served = np.zeros(area_class.shape, bool)
    cover_spans(served, spans, [0])
    assert served.sum() == spans.length.sum()
    return served


def classes(seed=0, shape=(31, 40)):
    area_class = np.random.default_rng(seed).integers(0, 2, shape).astype(np.uint8)
    area_class[:, -3:] = 255
    return area_class


def test_on_flat_land_footprints_are_discs() -> None:
    area_class = classes()
    flat = np.full(area_class.shape, 120.0, np.float32)
    for cell in (0, 15 * 40 + 20, 30 * 40 + 36, 7 * 40 + 1):
        assert (mask(flat, area_class, cell) == naive_footprint(area_class, RADII, cell)).all()


def test_a_wall_cuts_off_what_lies_behind_it() -> None:
    area_class = np.ones((31, 40), np.uint8)
    terrain_m = np.zeros(area_class.shape, np.float32)
    terrain_m[:, 24] = 400.0
    served = mask(terrain_m, area_class, 15 * 40 + 20)
    disc = naive_footprint(area_class, RADII, 15 * 40 + 20)
    assert (served <= disc).all()
    assert (served[:, :21] == disc[:, :21]).all()
    assert not served[15, 26:].any()


def test_holes_and_land_outside_are_not_served() -> None:
    area_class = classes(1)
    terrain_m = np.zeros(area_class.shape, np.float32)
    terrain_m[15, 22] = np.nan
    served = mask(terrain_m, area_class, 15 * 40 + 20)
    assert not served[15, 22:].any()
    assert not served[area_class == 255].any()
    assert not mask(terrain_m, area_class, 15 * 40 + 22).any()


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    area_class = classes(2)
    rng = np.random.default_rng(0)
    terrain_m = rng.uniform(0.0, 120.0, area_class.shape).astype(np.float32)
    cells = np.flatnonzero(area_class.ravel() < 2)[::7]
    spans = terrain_footprints(terrain_m, area_class, cells, terms(), RAYS, MEDIUM)
    assert spans.first.size == cells.size + 1
    for number, cell in enumerate(cells):
        together = np.zeros(area_class.shape, bool)
        cover_spans(together, spans, [number])
        assert (together == mask(terrain_m, area_class, cell)).all()


def test_situations_are_footprints_of_their_own_one_raster_after_the_other():
    heights = fractal_terrain_m(50, relief_m=200.0)[:40]
    area_class = np.random.default_rng(1).integers(0, 2, heights.shape).astype(np.uint8)
    cells = np.array([3 * 50 + 4, 20 * 50 + 25])
    one = terms()
    shorter = np.where(one.allowed_db >= 2.0, one.allowed_db - 2.0, -1.0)
    both = one._replace(allowed_db=np.concatenate([one.allowed_db, shorter]))
    stacked = terrain_footprints(heights, area_class, cells, both, RAYS, MEDIUM)
    for number in range(cells.size):
        found = np.zeros((2 * 40, 50), np.bool_)
        cover_spans(found, stacked, [number])
        for situation, allowed in enumerate((one.allowed_db, shorter)):
            alone = np.zeros(heights.shape, np.bool_)
            own = one._replace(allowed_db=allowed)
            spans = terrain_footprints(heights, area_class, cells, own, RAYS, MEDIUM)
            cover_spans(alone, spans, [number])
            assert np.array_equal(found[40 * situation : 40 * (situation + 1)], alone)
        assert found[40:].sum() < found[:40].sum()
