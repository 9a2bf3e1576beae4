"""Diffraction beyond that of flat land, in the mean over the parts of cells around masts."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from kernels.arrays import Floats, Ints, Raster
from kernels.compiled import compiled, compiled_parallel
from kernels.radio.terrain.fast_tier import terrain_diffraction_db
from kernels.radio.terrain.rays import Rays
from kernels.radio.terrain.tables import TerrainMedium


@compiled
def mean_of_parts_db(
    diffraction_db: Raster, flat_db: Floats, place: tuple[int, int], finer: int, side: int
) -> npt.NDArray[np.float32]:
    """Return the mean excess of the parts of each cell, float32 (side x side); NaN for none.

    ``diffraction_db`` around a part, as of
    :func:`kernels.radio.terrain.fast_tier.terrain_diffraction_db`; ``flat_db`` that of flat land at
    the root of i parts; ``place``: row and column of the part within its cell, which is in the
    middle. No part loses less than nothing, and that of the mast itself loses nothing.
    """
    middle, reach = diffraction_db.shape[0] // 2, side // 2
    top, left = middle - place[0] - reach * finer, middle - place[1] - reach * finer
    means = np.full((side, side), np.nan, np.float32)
    for y in range(side):
        for x in range(side):
            total, count = 0.0, 0
            for row in range(top + y * finer, top + (y + 1) * finer):
                for column in range(left + x * finer, left + (x + 1) * finer):
                    square = (row - middle) ** 2 + (column - middle) ** 2
                    if square == 0:
                        count += 1
                    elif not math.isnan(diffraction_db[row, column]):
                        total += max(diffraction_db[row, column] - flat_db[square], 0.0)
                        count += 1
            if count:
                means[y, x] = total / count
    return means


@compiled_parallel
def mean_excess_db(
    terrain_m: Raster, masts: Ints, antenna_m: Floats, rx_height_m: float,
    flat: tuple[Floats, Ints], shape: tuple[int, int], rays: Rays, medium: TerrainMedium,
) -> npt.NDArray[np.float32]:  # fmt: skip
    """Return :func:`mean_of_parts_db` around each mast, float32 (M, side, side).

    ``terrain_m`` (float32): heights of the parts; ``masts`` (int64, (M, 2)): row and column of the
    part that each stands in, with its antenna ``antenna_m`` above sea level; ``flat``: loss of flat
    land by height of mast (float64), and the row of each mast; ``shape``: parts of a cell along
    each side, and cells of the square. ``rays`` reach over a cell more than that around.
    """
    finer, side = shape
    means = np.empty((masts.shape[0], side, side), np.float32)
    for i in numba.prange(masts.shape[0]):
        row, column = masts[i, 0], masts[i, 1]
        diffraction_db = terrain_diffraction_db(
            terrain_m, (row, column, antenna_m[i]), rx_height_m, rays, medium
        )
        means[i] = mean_of_parts_db(
            diffraction_db, flat[0][flat[1][i]], (row % finer, column % finer), finer, side
        )
    return means
