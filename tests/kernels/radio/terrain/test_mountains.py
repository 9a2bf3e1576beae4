"""The fast tier on real mountains: beside P.1812 on every pixel, and symmetric under a turn."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from matplotlib import cbook

from kernels.radio.models.p526 import VERTICAL
from kernels.radio.p1812.raster import raster_losses_db
from kernels.radio.p1812.terms import Conditions
from kernels.radio.terrain.fast_tier import fast_losses_db, terrain_diffraction_db
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium

EARTH_KM, GHZ, MAST_M, RX_M = 8495.0, 2.6, 30.0, 1.5


def fault_m():
    """Tile of the Jacksboro fault that matplotlib ships, cells of about 83 m."""
    heights = cbook.get_sample_data("jacksboro_fault_dem.npz")["elevation"]
    return heights.astype(np.float32), 0.083


def fast_db(terrain_m, row, column, cell_km, reach):
    """Fast tier over free space in the place of a statistical model: P.1812's own baseline."""
    rays = rays_of(float(reach), cell_km)
    medium = terrain_medium(GHZ, VERTICAL, EARTH_KM, reach * cell_km, cell_km)
    station = (row, column, float(terrain_m[row, column]) + MAST_M)
    distances_km = np.sqrt(np.arange(reach * reach + 1)) * cell_km
    flat = flat_losses_db(distances_km, MAST_M, RX_M, EARTH_KM, cell_km, GHZ, VERTICAL)
    free_space = 92.45 + 20.0 * np.log10(np.maximum(distances_km, 1e-3) * GHZ)
    diffraction = terrain_diffraction_db(terrain_m, station, RX_M, rays, medium)
    return fast_losses_db(diffraction, flat, free_space + flat, float(reach))


def compared(terrain_m, row, column, cell_km, reach):
    fast = fast_db(terrain_m, row, column, cell_km, reach)
    reference = raster_losses_db(
        terrain_m, np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int8), (row, column),
        1000.0 * cell_km, 1000.0 * cell_km * reach, Conditions(GHZ, VERTICAL, MAST_M, RX_M),
    )  # fmt: skip
    both = np.isfinite(fast) & np.isfinite(reference)
    assert both.sum() > 3.0 * reach**2
    return (fast - reference)[both]


@pytest.mark.parametrize(("row", "column"), [(172, 200), (120, 140)])
def test_the_fault_of_jacksboro(row, column) -> None:
    terrain_m, cell_km = fault_m()
    errors = compared(terrain_m, row, column, cell_km, 110)
    assert abs(errors.mean()) < 0.7
    assert errors.std() < 2.0


def test_the_mountains_of_the_reference_folder(reference_dir) -> None:
    with rasterio.open(reference_dir / "terrain" / "srtm_30m.tif") as source:
        terrain_m = source.read(1).astype(np.float32)
    errors = compared(terrain_m, 330, 600, 0.03, 200)
    assert abs(errors.mean()) < 0.5
    assert errors.std() < 1.5


def test_a_quarter_turn_of_the_land_turns_the_shadows_with_it() -> None:
    terrain_m, cell_km = fault_m()
    square = np.ascontiguousarray(terrain_m[50:251, 100:301])
    losses = fast_db(square, 100, 100, cell_km, 90)
    turned = fast_db(np.ascontiguousarray(np.rot90(square)), 100, 100, cell_km, 90)
    difference = np.abs(np.rot90(losses) - turned)
    # Cells as near to one ray as to its neighbour may change over: few, and by little.
    assert np.nanmean(difference > 0.1) < 0.02
