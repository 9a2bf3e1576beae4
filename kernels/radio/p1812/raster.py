"""P.1812 on every cell around a station: a sweep of rays over a raster of terrain.

Rays run from the station's cell to the rim of a square of ``reach`` cells, ``rays_per_cell`` to
each cell of the rim. A ray has a point in every column it crosses (in every row, where it is the
steeper): its terrain is interpolated linearly between the two nearest cells of that column, its
clutter and its zone are those of the nearest. Every cell within the radius belongs to the one
ray that passes nearest to its centre, and is a receiver with its own ground, clutter, zone and
distance; the points between it and the station are those of the ray. No cell is left out and
none is computed twice. The result is that of :func:`kernels.radio.p1812.path.path_loss_db` on these
points.

The ray passes at most 0.5 / ``rays_per_cell`` cells off the receiver, and less in proportion
before it. A cell next to the station has no column between: it gets one point half-way, of mean
height.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_inner, compiled_parallel
from kernels.radio.p1812.climate import is_zone
from kernels.radio.p1812.losses import path_losses
from kernels.radio.p1812.outlook import Outlook, grow, outlook_of
from kernels.radio.p1812.path import analysed_path, in_domain
from kernels.radio.p1812.radial import geometry_at, sweep_terms
from kernels.radio.p1812.shore import Shore, climate_at, shore_of
from kernels.radio.p1812.terms import INLAND, Conditions, FixedTerms, Floats, Zones
from kernels.radio.p1812.variability import location_shift_db

Raster = npt.NDArray[np.floating]
ZoneRaster = npt.NDArray[np.int8]

# Cells whose centres lie on the circle itself, but for rounding, belong to it.
RIM = 1.0 + 1e-12
# Pieces of a parallel sweep: enough for any number of cores to be busy to the end.
N_BLOCKS = 64


class Station(NamedTuple):
    """A station on its rasters (each rows x columns; clutter and zones may be empty: none)."""

    terrain_m: Raster
    clutter_m: Raster
    zones: ZoneRaster
    row: int
    column: int
    cell_km: float
    reach: int
    rim: int


@compiled
def ray_cell(side: int, along: int, across: int) -> tuple[int, int]:
    """Row and column offset of a cell, from its offsets along and across a ray of one side."""
    if side == 0:
        return across, along
    if side == 1:
        return along, -across
    if side == 2:
        return -across, -along
    return -along, across


@compiled
def receiver_offset(along: int, ray: int, rim: int) -> int:
    """Offset across the ray to the receiver it has in this column; ``2 * along`` for none.

    The receiver is the cell whose own direction is nearest to that of the ray, which crosses
    the rim at ``ray`` of -``rim`` to ``rim`` - 1.
    """
    across = -((-(2 * ray - 1) * along) // (2 * rim))
    return across if 2 * across * rim < (2 * ray + 1) * along else 2 * along


@compiled_inner
def is_on_raster(station: Station, row: int, column: int) -> bool:
    """Whether the cell lies on the rasters."""
    rows, columns = station.terrain_m.shape
    return 0 <= row < rows and 0 <= column < columns


@compiled_inner
def is_usable(station: Station, row: int, column: int) -> bool:
    """Whether the cell lies on the rasters and holds numbers that can be computed."""
    if not is_on_raster(station, row, column):
        return False
    if not math.isfinite(float(station.terrain_m[row, column])):
        return False
    if station.zones.size and not is_zone(station.zones[row, column]):
        return False
    clutter_m = clutter_at(station, row, column)
    return math.isfinite(clutter_m) and clutter_m >= 0.0


@compiled_inner
def clutter_at(station: Station, row: int, column: int) -> float:
    """Clutter height of a cell in m."""
    return float(station.clutter_m[row, column]) if station.clutter_m.size else 0.0


@compiled_inner
def zone_at(station: Station, row: int, column: int) -> int:
    """Radio-climatic zone of a cell."""
    return station.zones[row, column] if station.zones.size else INLAND


@compiled_inner
def last_receiver(station: Station, ray: int, radius_km: float) -> int:
    """Column of the farthest receiver of a ray within the radius, 0 for none."""
    along = min(
        station.reach,
        1 + int(radius_km / station.cell_km / math.sqrt(1.0 + (ray / station.rim) ** 2)),
    )
    while along > 0:
        across = receiver_offset(along, ray, station.rim)
        distance_km = station.cell_km * math.sqrt(along * along + across * across)
        if across < 2 * along and distance_km <= radius_km:
            return along
        along -= 1
    return 0


@compiled
def ray_points(station: Station, side: int, ray: int, count: int) -> tuple[Floats, Floats, Zones]:
    """Terrain, clutter and zone of the first points of one ray, fewer if it meets a gap."""
    terrain_m = np.empty(count)
    clutter_m = np.zeros(count)
    zones = np.full(count, INLAND, np.int8)
    row_along, column_along = ray_cell(side, 1, 0)
    row_across, column_across = ray_cell(side, 0, 1)
    for along in range(count):
        exact = ray * along / station.rim
        across = math.floor(exact)
        beyond = exact - across
        row = station.row + along * row_along + int(across) * row_across
        column = station.column + along * column_along + int(across) * column_across
        next_row = row + row_across if beyond > 0.0 else row
        next_column = column + column_across if beyond > 0.0 else column
        near_row, near_column = (next_row, next_column) if beyond >= 0.5 else (row, column)
        if not (
            is_on_raster(station, row, column)
            and is_on_raster(station, next_row, next_column)
            and is_usable(station, near_row, near_column)
        ):
            return terrain_m[:along], clutter_m[:along], zones[:along]
        here_m = float(station.terrain_m[row, column])
        here_m += beyond * (station.terrain_m[next_row, next_column] - here_m)
        if not math.isfinite(here_m):
            return terrain_m[:along], clutter_m[:along], zones[:along]
        terrain_m[along] = here_m
        clutter_m[along] = clutter_at(station, near_row, near_column)
        zones[along] = zone_at(station, near_row, near_column)
    return terrain_m, clutter_m, zones


@compiled
def adjacent_loss_db(
    station: Station, row: int, column: int, distance_km: float, conditions: Conditions
) -> float:
    """Loss to a cell next to the station, over one point half-way of mean height."""
    tx_m, rx_m = station.terrain_m[station.row, station.column], station.terrain_m[row, column]
    tx_clutter_m = clutter_at(station, station.row, station.column)
    rx_clutter_m = clutter_at(station, row, column)
    tx_zone, rx_zone = zone_at(station, station.row, station.column), zone_at(station, row, column)
    _, _, losses = analysed_path(
        np.array([0.0, 0.5 * distance_km, distance_km]),
        np.array([tx_m, 0.5 * (tx_m + rx_m), rx_m]),
        np.array([tx_clutter_m, 0.5 * (tx_clutter_m + rx_clutter_m), rx_clutter_m]),
        np.array([tx_zone, rx_zone, rx_zone], np.int8),
        conditions,
    )
    return losses.lb


@compiled_inner
def sweep_receivers(
    station: Station,
    ray: tuple[int, int],
    radius_km: float,
    conditions: Conditions,
    fixed: FixedTerms,
    outlook: Outlook,
    shore: Shore,
    losses_db: npt.NDArray[np.float64],
) -> None:
    """Fill in ``losses_db`` the receivers of a ray, given by its side and where on it it ends."""
    side, across_rim = ray
    reach, rim = station.reach, station.rim
    for along in range(1, outlook.points.shape[1] + 1):
        if along >= 2:
            grow(outlook, along - 1, fixed.with_beta)
        across = receiver_offset(along, across_rim, rim)
        distance_km = station.cell_km * math.sqrt(along * along + across * across)
        if across == 2 * along or distance_km > radius_km:
            continue
        d_row, d_column = ray_cell(side, along, across)
        row, column = station.row + d_row, station.column + d_column
        if not is_usable(station, row, column):
            continue
        if along == 1:
            loss_db = adjacent_loss_db(station, row, column, distance_km, conditions)
        else:
            ground_m = station.terrain_m[row, column]
            geometry = geometry_at(outlook, along - 1, distance_km, ground_m, fixed)
            zone = zone_at(station, row, column)
            climate = climate_at(shore, along - 1, distance_km, zone, conditions)
            clutter_here_m = clutter_at(station, row, column)
            shift_db = location_shift_db(fixed.spread, clutter_here_m, climate.rx_at_sea)
            loss_db = path_losses(geometry, climate, fixed, shift_db).lb
        losses_db[d_row + reach, d_column + reach] = loss_db


@compiled
def sweep_ray(
    station: Station,
    ray: int,
    radius_km: float,
    conditions: Conditions,
    fixed: FixedTerms,
    losses_db: npt.NDArray[np.float64],
) -> None:
    """Fill in ``losses_db`` the cells that belong to one ray (0 to 8 x rim - 1)."""
    rim = station.rim
    side, ray = ray // (2 * rim), ray % (2 * rim) - rim
    farthest = last_receiver(station, ray, radius_km)
    terrain_m, clutter_m, zones = ray_points(station, side, ray, farthest)
    if terrain_m.size == 0:
        return
    step_km = station.cell_km * math.sqrt(1.0 + (ray / rim) ** 2)
    outlook = outlook_of(step_km, terrain_m, clutter_m, conditions.tx_height_m, fixed)
    shore = shore_of(step_km, zones)
    sweep_receivers(station, (side, ray), radius_km, conditions, fixed, outlook, shore, losses_db)


@compiled
def reach_cells(cell_m: float, radius_m: float) -> int:
    """Cells from the station to the rim: the radius in whole cells, 0 where it makes no sense."""
    if not (cell_m > 0.0 and math.isfinite(radius_m) and radius_m >= cell_m):
        return 0
    return int(radius_m / cell_m * RIM)


@compiled
def packed(conditions: Conditions) -> Floats:
    """Return the conditions as numbers in a row: a parallel loop takes no named tuples."""
    return np.array(
        [
            conditions.frequency_ghz,
            conditions.polarisation,
            conditions.tx_height_m,
            conditions.rx_height_m,
            conditions.time_percent,
            conditions.location_percent,
            conditions.latitude_deg,
            conditions.lapse_rate,
            conditions.refractivity,
            conditions.tx_coast_km,
            conditions.rx_coast_km,
            conditions.location_sigma_db,
            conditions.area_width_m,
            conditions.entry_loss_db,
            conditions.entry_sigma_db,
            conditions.smooth_method,
        ]
    )


@compiled
def unpacked(x: Floats) -> Conditions:
    """Return the conditions that :func:`packed` put in a row."""
    return Conditions(
        x[0], int(x[1]), x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11], x[12],
        x[13], x[14], int(x[15]),
    )  # fmt: skip


@compiled
def sweep_rays(
    terrain_m: Raster,
    clutter_m: Raster,
    zones: ZoneRaster,
    cell: tuple[int, int, int],
    lengths_km: tuple[float, float],
    rays: tuple[int, int],
    conditions_row: Floats,
    losses_db: npt.NDArray[np.float64],
) -> None:
    """Fill in ``losses_db`` the cells of every ``rays[1]``-th ray from ``rays[0]`` on.

    ``cell`` is row and column of the station and half the number of rays of one side;
    ``lengths_km`` are the cell's width and the radius.
    """
    row, column, rim = cell
    cell_km, radius_km = lengths_km
    reach = (losses_db.shape[0] - 1) // 2
    station = Station(terrain_m, clutter_m, zones, row, column, cell_km, reach, rim)
    conditions = unpacked(conditions_row)
    fixed = sweep_terms(conditions)
    for ray in range(rays[0], 8 * rim, rays[1]):
        sweep_ray(station, ray, radius_km, conditions, fixed, losses_db)


@compiled
def raster_losses_db(
    terrain_m: Raster,
    clutter_m: Raster,
    zones: ZoneRaster,
    cell: tuple[int, int],
    cell_m: float,
    radius_m: float,
    conditions: Conditions,
    rays_per_cell: int = 2,
) -> npt.NDArray[np.float64]:
    """Loss from a station to every cell within the radius, Eq. (69), on one core.

    ``cell``: row and column of the station.
    The rasters have the same shape; ``clutter_m`` and ``zones`` may be empty (0 x 0), for no
    clutter and for inland everywhere. Returns float64 (2 reach + 1 squared), the station's cell
    in the middle, with ``reach`` the radius in whole cells. NaN at the station, beyond the
    radius and the rasters, behind the first gap of a ray, and everywhere outside the domain.
    """
    reach = reach_cells(cell_m, radius_m)
    losses_db = np.full((2 * reach + 1, 2 * reach + 1), np.nan)
    if reach > 0 and rays_per_cell > 0 and in_domain(conditions):
        sweep_rays(
            terrain_m,
            clutter_m,
            zones,
            (cell[0], cell[1], rays_per_cell * reach),
            (1e-3 * cell_m, 1e-3 * radius_m * RIM),
            (0, 1),
            packed(conditions),
            losses_db,
        )
    return losses_db


@compiled_parallel
def raster_losses_parallel_db(
    terrain_m: Raster,
    clutter_m: Raster,
    zones: ZoneRaster,
    cell: tuple[int, int],
    cell_m: float,
    radius_m: float,
    conditions: Conditions,
    rays_per_cell: int = 2,
) -> npt.NDArray[np.float64]:
    """:func:`raster_losses_db` on all cores; the same result, as every cell has its one ray."""
    reach = reach_cells(cell_m, radius_m)
    losses_db = np.full((2 * reach + 1, 2 * reach + 1), np.nan)
    if reach > 0 and rays_per_cell > 0 and in_domain(conditions):
        conditions_row = packed(conditions)
        for block in numba.prange(N_BLOCKS):
            sweep_rays(
                terrain_m,
                clutter_m,
                zones,
                (cell[0], cell[1], rays_per_cell * reach),
                (1e-3 * cell_m, 1e-3 * radius_m * RIM),
                (block, N_BLOCKS),
                conditions_row,
                losses_db,
            )
    return losses_db
