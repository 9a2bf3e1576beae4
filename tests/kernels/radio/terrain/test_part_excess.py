"""Mean loss over parts of cells: a naive twin, flat land, and one part a cell."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.radio.terrain.fast_tier import terrain_diffraction_db
from kernels.radio.terrain.part_excess import mean_excess_db, mean_of_parts_db
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from tests.kernels.fractal_terrain import fractal_terrain_m

GHZ, RADIUS_KM, CELL_KM, MAST_M, RX_M = 2.6, 8500.0, 0.1, 25.0, 1.5
CELLS, FINER = 4, 2


def around(terrain_m, finer, mast, cells=CELLS):
    cell_km = CELL_KM / finer
    rays = rays_of(float(cells * finer + 8), cell_km)
    medium = terrain_medium(GHZ, 1, RADIUS_KM, rays.reach * cell_km, cell_km)
    km = np.sqrt(np.arange(rays.reach**2 + 1)) * cell_km
    flat_db = flat_losses_db(km, MAST_M, RX_M, RADIUS_KM, cell_km, GHZ, 1)
    masts, antenna_m = np.array([mast]), np.array([terrain_m[mast] + MAST_M], float)
    flat, shape = (flat_db[None], np.zeros(1, np.int64)), (finer, 2 * cells + 1)
    means = mean_excess_db(terrain_m, masts, antenna_m, RX_M, flat, shape, rays, medium)[0]
    diffraction_db = terrain_diffraction_db(terrain_m, (*mast, antenna_m[0]), RX_M, rays, medium)
    return means, diffraction_db, flat_db


@pytest.mark.parametrize("place", [(20, 20), (21, 20), (20, 21), (21, 21)])
def test_as_a_loop_over_the_parts_of_each_cell(place):
    terrain_m = fractal_terrain_m(44, relief_m=400.0)
    means, diffraction_db, flat_db = around(terrain_m, FINER, place)
    assert np.nanmax(means) > 5.0
    middle = diffraction_db.shape[0] // 2
    for (y, x), mean in np.ndenumerate(means):
        found = []
        for row in range(2 * (10 + y - CELLS), 2 * (10 + y - CELLS) + 2):
            for column in range(2 * (10 + x - CELLS), 2 * (10 + x - CELLS) + 2):
                down, right = row - place[0], column - place[1]
                loss_db = diffraction_db[middle + down, middle + right]
                if (down, right) == (0, 0):
                    found.append(0.0)
                elif np.isfinite(loss_db):
                    found.append(max(loss_db - flat_db[down**2 + right**2], 0.0))
        assert mean == pytest.approx(np.mean(found), abs=1e-4)


def test_flat_land_loses_nothing_more():
    means, _, _ = around(np.full((44, 44), 70.0, np.float32), FINER, (20, 21))
    np.testing.assert_allclose(means, 0.0, atol=0.2)


def test_with_one_part_a_cell_it_is_the_excess_itself():
    terrain_m = fractal_terrain_m(30, relief_m=400.0)
    means, diffraction_db, flat_db = around(terrain_m, 1, (15, 15))
    middle = diffraction_db.shape[0] // 2
    y, x = np.mgrid[-CELLS : CELLS + 1, -CELLS : CELLS + 1]
    loss_db = diffraction_db[middle + y, middle + x]
    expected = np.maximum(loss_db - flat_db[y**2 + x**2], 0.0)
    expected[CELLS, CELLS] = 0.0
    np.testing.assert_allclose(means, expected, atol=1e-4)


def test_a_cell_without_any_loss_known_is_not_a_number():
    diffraction_db = np.full((9, 9), np.nan, np.float32)
    means = mean_of_parts_db(diffraction_db, np.zeros(100), (0, 0), 1, 3)
    assert means[1, 1] == 0.0
    assert np.isnan(means).sum() == 8
