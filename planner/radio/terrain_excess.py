"""Loss by terrain beyond flat land on single links: what the fast tier adds to the models."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from kernels.radio.terrain.fast_tier import terrain_diffraction_parallel_db
from kernels.radio.terrain.rays import Rays, rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from planner.ground.terrain import Terrain

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FARTHEST_M = 35_000.0
"""Links beyond are left without a loss by terrain."""


@lru_cache(maxsize=64)
def _rays(reach: int, cell_km: float) -> Rays:
    return rays_of(float(reach), cell_km)


def terrain_excess_db(
    terrain: Terrain,
    mast_cell: Integers,
    mast_m: Floats,
    frequency_ghz: Floats,
    links: tuple[Integers, Integers],
    ue_height_m: float,
) -> Floats:
    """Return the loss by terrain beyond that of flat land for each link, float64.

    Parameters
    ----------
    terrain
        Heights on the grid.
    mast_cell, mast_m, frequency_ghz
        Of each mast: its cell of the grid, below 0 off it; height above ground; carrier.
    links
        Of each link: row of its mast, and cell of the grid of its other end, below 0 off it.
    ue_height_m
        Height of the other ends above ground.

    Links that leave the grid or have no heights on the way get 0.
    """
    mast, cell = links
    grid, found = terrain.grid, np.zeros(len(mast))
    cell_m = grid.cell_size_m
    order = np.argsort(mast, kind="stable")
    names, starts = np.unique(mast[order], return_index=True)
    for name, rows in zip(names, np.split(order, starts[1:]), strict=True):
        if mast_cell[name] < 0:
            continue
        row, column = divmod(int(mast_cell[name]), grid.width)
        down, right = cell[rows] // grid.width - row, cell[rows] % grid.width - column
        square = down**2 + right**2
        near = (cell[rows] >= 0) & (square > 0) & (square <= (FARTHEST_M / cell_m) ** 2)
        if not near.any():
            continue
        reach = int(np.ceil(np.sqrt(square[near].max())))
        ghz, height_m = float(frequency_ghz[name]), float(mast_m[name])
        waves, radius_km = terrain.waves, terrain.effective_radius_km
        medium = terrain_medium(
            ghz, waves.polarisation, radius_km, reach * cell_m / 1000.0, cell_m / 1000.0
        )
        station = (row, column, float(terrain.height_m[row, column]) + height_m)
        rays = _rays(reach, cell_m / 1000.0)
        over_db = terrain_diffraction_parallel_db(
            terrain.height_m, station, ue_height_m, rays, medium
        )
        distances_km = np.sqrt(np.arange(reach**2 + 1)) * cell_m / 1000.0
        flat_db = flat_losses_db(
            distances_km, height_m, ue_height_m, radius_km, cell_m / 1000.0, ghz, waves.polarisation
        )
        some = rows[near]
        middle = over_db.shape[0] // 2
        excess_db = over_db[middle + down[near], middle + right[near]] - flat_db[square[near]]
        found[some] = np.maximum(np.nan_to_num(excess_db), 0.0)
    return found
