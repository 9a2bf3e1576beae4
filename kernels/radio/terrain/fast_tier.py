"""The fast terrain tier on every cell around a station: diffraction beyond that of flat land.

A statistical model such as 3GPP TR 38.901 includes the loss by flat land, buildings and trees. The
*diffraction excess* is what the terrain adds: the delta-Bullington loss of the path's own
profile (P.526 §4.5.2) minus that of flat land over the same distance, not below zero. On flat
land it is zero, and the fast tier equals the statistical model.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_parallel
from kernels.radio.models.p526 import Floats
from kernels.radio.p1812.hull import push
from kernels.radio.terrain.diffraction import (
    RayState,
    add_point,
    diffraction_at_db,
    ray_state,
    start_ray,
)
from kernels.radio.terrain.rays import NO_RECEIVER, RIM, Rays, ray_vectors
from kernels.radio.terrain.tables import TerrainMedium

Raster = npt.NDArray[np.float32]

# Pieces of a parallel sweep: enough for any number of cores to be busy to the end.
_BLOCKS = 64


@compiled
def is_on(shape: tuple[int, int], row: int, column: int) -> bool:
    """Whether a cell lies on a raster."""
    return 0 <= row < shape[0] and 0 <= column < shape[1]


@compiled
def is_inside(
    shape: tuple[int, int], row: int, column: int, rays: Rays, side_ray: tuple[int, int]
) -> bool:
    """Whether all points of a ray lie between two cells of a raster."""
    side, ray = side_ray
    along_row, along_column, across_row, across_column = ray_vectors(side)
    last = rays.points[ray]
    across = math.floor((ray - rays.rim) / rays.rim * last)
    r = row + last * along_row + across * across_row
    c = column + last * along_column + across * across_column
    return is_on(shape, r, c) and is_on(shape, r + across_row, c + across_column)


@compiled
def point_height_m(
    terrain_m: Raster,
    row: int,
    column: int,
    across_vector: tuple[int, int],
    across: float,
    inside: bool,
) -> float:
    """Height of the terrain ``across`` cells from a cell of a ray's column.

    If one of the two cells next to the point is off the raster, the other's height is used; NaN if
    both are. ``inside`` (:func:`is_inside`) skips the check.
    """
    whole = math.floor(across)
    row += whole * across_vector[0]
    column += whole * across_vector[1]
    next_row, next_column = row + across_vector[0], column + across_vector[1]
    if not (inside or is_on(terrain_m.shape, next_row, next_column)):
        if not is_on(terrain_m.shape, row, column):
            return np.nan
        return terrain_m[row, column]
    next_m = float(terrain_m[next_row, next_column])
    if not (inside or is_on(terrain_m.shape, row, column)):
        return next_m
    height_m = float(terrain_m[row, column])
    if across == whole:
        return height_m
    return height_m + (across - whole) * (next_m - height_m)


@compiled
def sweep_ray_db(
    terrain_m: Raster,
    station: tuple[int, int, float],
    rx_height_m: float,
    rays: Rays,
    side_ray: tuple[int, int],
    medium: TerrainMedium,
    state: RayState,
    losses_db: Raster,
) -> None:
    """Fill in ``losses_db`` the receivers of one ray: their delta-Bullington loss.

    ``station`` is row, column, and the antenna's height above sea level. Cells next to the
    station have no point between, and no loss.
    """
    row, column, tx_m = station
    side, ray = side_ray
    along_row, along_column, across_row, across_column = ray_vectors(side)
    reach = rays.reach
    slope = (ray - rays.rim) / rays.rim
    step_km = rays.step_km[ray]
    inside = is_inside(terrain_m.shape, row, column, rays, side_ray)
    start_ray(state, terrain_m[row, column])
    for along in range(1, rays.points[ray] + 1):
        base_row, base_column = row + along * along_row, column + along * along_column
        receiver = rays.receiver[ray, along - 1]
        if receiver != NO_RECEIVER:
            r, c = base_row + receiver * across_row, base_column + receiver * across_column
            if is_on(terrain_m.shape, r, c):
                ground_m = terrain_m[r, c]
                here_km = rays.cell_km * math.sqrt(along * along + receiver * receiver)
                rx_m = ground_m + rx_height_m
                losses_db[r - row + reach, c - column + reach] = diffraction_at_db(
                    state, along - 1, here_km, ground_m, tx_m, rx_m, medium
                )
        height_m = point_height_m(
            terrain_m, base_row, base_column, (across_row, across_column), slope * along, inside
        )
        if not math.isfinite(height_m):
            return
        add_point(state, along, step_km, height_m, tx_m, medium.bulge)
        push(state.hull, state.distance_km, state.lowered_m, along)


@compiled
def terrain_diffraction_db(
    terrain_m: Raster,
    station: tuple[int, int, float],
    rx_height_m: float,
    rays: Rays,
    medium: TerrainMedium,
) -> Raster:
    """Delta-Bullington loss from a station to every cell within the radius, on one core.

    ``terrain_m`` is float32 (rows x columns), NaN in holes; ``station`` is row, column and the
    antenna's height above sea level. Returns float32 (2 reach + 1 squared), the station in the
    middle; NaN at the station, beyond the radius, off the raster, in holes, and behind the first
    hole of a ray.
    """
    side = 2 * rays.reach + 1
    losses_db = np.full((side, side), np.nan, np.float32)
    sweep_rays_db(terrain_m, station, rx_height_m, rays, (0, 8 * rays.rim), medium, losses_db)
    return losses_db


@compiled
def sweep_rays_db(
    terrain_m: Raster,
    station: tuple[int, int, float],
    rx_height_m: float,
    rays: Rays,
    numbers: tuple[int, int],
    medium: TerrainMedium,
    losses_db: Raster,
) -> None:
    """Sweep the rays from the first number up to before the second (0 to 8 rim)."""
    state = ray_state(rays.reach)
    for number in range(numbers[0], numbers[1]):
        side_ray = divmod(number, 2 * rays.rim)
        sweep_ray_db(terrain_m, station, rx_height_m, rays, side_ray, medium, state, losses_db)


@compiled_parallel
def terrain_diffraction_parallel_db(
    terrain_m: Raster,
    station: tuple[int, int, float],
    rx_height_m: float,
    rays: Rays,
    medium: TerrainMedium,
) -> Raster:
    """:func:`terrain_diffraction_db` on all cores, with equal results: each cell has one ray."""
    side = 2 * rays.reach + 1
    count = 8 * rays.rim
    losses_db = np.full((side, side), np.nan, np.float32)
    for block in numba.prange(_BLOCKS):
        numbers = (count * block // _BLOCKS, count * (block + 1) // _BLOCKS)
        sweep_rays_db(terrain_m, station, rx_height_m, rays, numbers, medium, losses_db)
    return losses_db


@compiled
def fast_losses_db(
    diffraction_db: Raster,
    flat_db: Floats,
    median_db: Floats,
    radius_cells: float,
    weight: float = 1.0,
) -> Raster:
    """Median loss of the fast tier: the statistical model's, plus the diffraction excess.

    ``diffraction_db`` is :func:`terrain_diffraction_db`; ``flat_db`` and ``median_db`` (float64,
    N) give the loss of flat land and the median of the statistical model at a distance of the
    root of i cells; ``weight`` is a factor of the excess. NaN beyond the radius, and where the
    diffraction is.
    """
    side = diffraction_db.shape[0]
    reach = side // 2
    furthest = int(radius_cells * radius_cells * RIM)
    losses_db = np.full((side, side), np.nan, np.float32)
    for y in range(side):
        for x in range(side):
            square = (y - reach) ** 2 + (x - reach) ** 2
            if square <= furthest and not math.isnan(diffraction_db[y, x]):
                excess_db = max(diffraction_db[y, x] - flat_db[square], 0.0)
                losses_db[y, x] = median_db[square] + weight * excess_db
    return losses_db
