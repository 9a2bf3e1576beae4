"""Footprints shaped by terrain: the cells that a station serves, as spans.

A cell is served when its diffraction loss stays within what the service allows there: with the
classes of station and cell and their distance given, that is one number from a table.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np

from kernels.arrays import Classes, Counts, Floats, Ints, Numbers, Raster
from kernels.compiled import compiled, compiled_inner, compiled_parallel
from kernels.footprints.spans import Spans, lengthened
from kernels.radio.p1812.hull import push
from kernels.radio.terrain.diffraction import (
    RayState,
    add_point,
    diffraction_at_db,
    ray_state,
    start_ray,
)
from kernels.radio.terrain.fast_tier import is_inside, is_on, point_height_m
from kernels.radio.terrain.rays import NO_RECEIVER, Rays, ray_vectors
from kernels.radio.terrain.tables import TerrainMedium

NEVER = 255
"""Step of the loss beyond which there is no service."""


class ServiceTerms(NamedTuple):
    """Requirements of a service on the terrain, by area class.

    ``tx_height_m`` and ``rx_height_m`` (float64, classes): antennas over the ground of a station
    and of a terminal in a cell of each class. ``allowed_db`` (float64, situations, classes of the
    station, classes of the cell, square of the reach + 1): most diffraction loss at a distance of
    the root of i cells; below zero: out of reach. A class from here on (255) is outside.

    Where the loss beyond flat land counts with a ``weight``, or the land cover adds some:
    ``flat_db`` (float64, classes of the station, classes of the cell, squares) that of flat land,
    ``clutter_db`` (float32, shape of the grid) that of the cover; else both are empty.
    """

    tx_height_m: Floats
    rx_height_m: Floats
    allowed_db: Floats
    flat_db: Floats = np.zeros((0, 0, 0))
    clutter_db: Raster = np.zeros((0, 0), np.float32)
    weight: float = 1.0


@compiled
def terrain_footprints(
    terrain_m: Raster,
    area_class: Classes,
    stations: Ints,
    terms: ServiceTerms,
    rays: Rays,
    medium: TerrainMedium,
) -> Spans:
    """Footprints of ``stations`` (flat indices of cells of known class), on one core.

    ``terrain_m`` (float32) and ``area_class`` have the shape of the grid; spans are of a stack of
    one such raster for each situation. Cells off the grid, outside the area, in holes and behind
    them are not served.
    """
    side = 2 * rays.reach + 1
    situations = terms.allowed_db.shape[0]
    loss_db = np.zeros((side, side))
    state = ray_state(rays.reach)
    first = np.zeros(stations.size + 1, np.int64)
    start = np.empty(max(64, side * stations.size), np.int32)
    length = np.empty(start.size, np.uint16)
    count = 0
    for i in range(stations.size):
        row, column = divmod(stations[i], terrain_m.shape[1])
        loss_around(terrain_m, area_class, (row, column), terms, rays, medium, state, loss_db)
        if count + situations * side * (rays.reach + 1) > start.size:
            start = lengthened(start, 2 * start.size + situations * side * side)
            length = lengthened(length, start.size)
        for situation in range(situations):
            count = _add_spans(
                loss_db, area_class, (row, column), terms, situation, (start, length), count
            )
        first[i + 1] = count
    return Spans(first, start[:count].copy(), length[:count].copy())


@compiled_inner
def _add_spans(
    loss_db: Floats,
    area_class: Classes,
    station: tuple[int, int],
    terms: ServiceTerms,
    situation: int,
    spans: tuple[Numbers, Counts],
    count: int,
) -> int:
    """Write what a station serves by the loss around it after the first ``count``; all now."""
    (start, length), own = spans, area_class[station]
    height, width = area_class.shape
    reach = loss_db.shape[0] // 2
    for y in range(loss_db.shape[0]):
        row, cells = station[0] + y - reach, 0
        for x in range(loss_db.shape[1]):
            column, served = station[1] + x - reach, math.isfinite(loss_db[y, x])
            if served:
                square = (y - reach) ** 2 + (x - reach) ** 2
                here = area_class[row, column]
                served = loss_db[y, x] <= terms.allowed_db[situation, own, here, square]
            if not served:
                cells = 0
                continue
            if cells == 0:
                start[count] = (row + situation * height) * width + column
                count += 1
            cells += 1
            length[count - 1] = cells
    return count


@compiled_parallel
def terrain_loss_steps(
    terrain_m: Raster,
    area_class: Classes,
    stations: Ints,
    terms: ServiceTerms,
    rays: Rays,
    medium: TerrainMedium,
    step_db: float,
    side: int,
) -> Classes:
    """Return the loss around stations beyond what the first situation allows, in whole steps.

    uint8[n, side, side], the station in row and column ``side // 2`` (``side`` at most 2 reach +
    1): 0 where nothing is lost; 255 out of reach, off the grid, in holes and behind them, and from
    255 steps on. The other arguments are those of :func:`terrain_footprints`.
    """
    steps, corner = np.full((stations.size, side, side), NEVER, np.uint8), rays.reach - side // 2
    around = 2 * rays.reach + 1
    width = terrain_m.shape[1]
    for i in numba.prange(stations.size):
        row, column = stations[i] // width, stations[i] % width
        state, loss_db = ray_state(rays.reach), np.zeros((around, around))
        loss_around(terrain_m, area_class, (row, column), terms, rays, medium, state, loss_db)
        for y in range(side):
            for x in range(side):
                more_db = loss_db[corner + y, corner + x]
                if math.isfinite(more_db):
                    here = area_class[row + y - side // 2, column + x - side // 2]
                    square = (y - side // 2) ** 2 + (x - side // 2) ** 2
                    more_db -= terms.allowed_db[0, area_class[row, column], here, square]
                    more = max(0.0, math.floor(more_db / step_db + 0.5))
                    steps[i, y, x] = np.uint8(min(more, float(NEVER)))
    return steps


@compiled
def loss_around(
    terrain_m: Raster,
    area_class: Classes,
    station: tuple[int, int],
    terms: ServiceTerms,
    rays: Rays,
    medium: TerrainMedium,
    state: RayState,
    loss_db: Floats,
) -> None:
    """Write the loss by terrain and cover to the cells around a station that is in the middle.

    ``loss_db`` (float64, 2 reach + 1 squared): NaN where no situation may be served.
    """
    loss_db[:] = np.nan
    row, column = station
    own = area_class[row, column]
    if own >= terms.tx_height_m.size or not math.isfinite(terrain_m[row, column]):
        return
    if _is_allowed(terms.allowed_db, own, own, 0):
        loss_db[rays.reach, rays.reach] = _weighed(0.0, terms, (own, own, 0), (row, column))
    tx_m = terrain_m[row, column] + terms.tx_height_m[own]
    for number in range(8 * rays.rim):
        side_ray = divmod(number, 2 * rays.rim)
        land, station_m = (terrain_m, area_class), (row, column, tx_m)
        _loss_of_ray(land, station_m, terms, rays, side_ray, medium, state, loss_db)


@compiled_inner
def _weighed(
    loss_db: float, terms: ServiceTerms, link: tuple[int, int, int], cell: tuple[int, int]
) -> float:
    """Return flat land's loss, what exceeds it with its weight, and that of the land cover.

    ``link``: classes of station and cell, and the square of their distance.
    """
    if terms.flat_db.size == 0:
        return loss_db
    flat_db = terms.flat_db[link]
    return flat_db + terms.weight * max(loss_db - flat_db, 0.0) + terms.clutter_db[cell]


@compiled_inner
def _receiver(
    area_class: Classes,
    station: tuple[int, int],
    terms: ServiceTerms,
    rays: Rays,
    side_ray: tuple[int, int],
    along: int,
) -> tuple[int, int, int]:
    """Row, column and squared distance of the receiver at a point of a ray.

    -1 where there is none, or none within reach on smooth land.
    """
    side, ray = side_ray
    receiver = rays.receiver[ray, along - 1]
    if receiver != NO_RECEIVER:
        along_row, along_column, across_row, across_column = ray_vectors(side)
        row = station[0] + along * along_row + receiver * across_row
        column = station[1] + along * along_column + receiver * across_column
        if is_on(area_class.shape, row, column):
            own, here = area_class[station], area_class[row, column]
            square = along * along + receiver * receiver
            users = terms.rx_height_m.size
            if here < users and _is_allowed(terms.allowed_db, own, here, square):
                return row, column, square
    return -1, -1, -1


@compiled_inner
def _is_allowed(allowed_db: Floats, own: int, here: int, square: int) -> bool:
    """Whether any situation of the users may be served at the root of ``square`` cells."""
    for situation in range(allowed_db.shape[0]):
        if allowed_db[situation, own, here, square] >= 0.0:
            return True
    return False


@compiled
def _loss_of_ray(
    land: tuple[Raster, Classes],
    station: tuple[int, int, float],
    terms: ServiceTerms,
    rays: Rays,
    side_ray: tuple[int, int],
    medium: TerrainMedium,
    state: RayState,
    loss_db: Floats,
) -> None:
    """Write the loss to the receivers of one ray; ``land``: heights and classes of the cells."""
    terrain_m, area_class = land
    row, column, tx_m = station
    side, ray = side_ray
    own, reach = area_class[row, column], rays.reach
    along_row, along_column, across_row, across_column = ray_vectors(side)
    slope = (ray - rays.rim) / rays.rim
    wanted = rays.points[ray]
    while wanted > 0 and _receiver(area_class, (row, column), terms, rays, side_ray, wanted)[2] < 0:
        wanted -= 1
    inside = is_inside(terrain_m.shape, row, column, rays, side_ray)
    start_ray(state, terrain_m[row, column])
    for along in range(1, wanted + 1):
        base_row, base_column = row + along * along_row, column + along * along_column
        r, c, square = _receiver(area_class, (row, column), terms, rays, side_ray, along)
        if square >= 0:
            here, ground_m = area_class[r, c], terrain_m[r, c]
            rx_m = ground_m + terms.rx_height_m[here]
            here_km = rays.cell_km * math.sqrt(square)
            terrain_db = diffraction_at_db(state, along - 1, here_km, ground_m, tx_m, rx_m, medium)
            loss_db[r - row + reach, c - column + reach] = _weighed(
                terrain_db, terms, (own, here, square), (r, c)
            )
        height_m = point_height_m(
            terrain_m, base_row, base_column, (across_row, across_column), slope * along, inside
        )
        if not math.isfinite(height_m):
            return
        add_point(state, along, rays.step_km[ray], height_m, tx_m, medium.bulge)
        push(state.hull, state.distance_km, state.lowered_m, along)
