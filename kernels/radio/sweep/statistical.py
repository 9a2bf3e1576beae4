"""Sweep of many sectors over a raster: strongest server, second, interference, number of servers.

The raster is processed in square tiles, each by one thread and with its sectors in their given
order, so the result does not depend on the number of threads. Powers are linear, in mW, and only
added: the interference at a cell is the sum over the other sectors, updated when the strongest one
changes, and never a total minus the strongest one.

Units: metres from the raster's upper left corner, x to the east, y to the south; mW.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_parallel
from kernels.radio.sweep.solid import times_solid_gain
from kernels.radio.sweep.table import ANGLE_SEGMENTS, MANTISSA_SHIFT, SINE_SEGMENTS

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Classes = npt.NDArray[np.uint8]

OMNI, SECTOR, TILTED, SOLID = 0, 1, 2, 3
"""Kinds of antenna: the same in every direction; by its cuts; by its cuts, and tilted; by a table
over all directions."""

TILE = 256
"""Side of a tile in cells."""

NOBODY = -1
"""Server of a cell that no sector reaches."""


class Emitters(NamedTuple):
    """Sectors, one row each (N).

    ``place_m`` (float64, (N, 2)) x and y; ``reach_m`` (float64) their reach; ``power_mw``
    (float32) received at no path loss in the antenna's own direction; ``load`` (float32) share of
    time in which they interfere; ``facing`` (float32, (N, 2)) east and north of their direction;
    ``kind`` (int32) OMNI, SECTOR or TILTED; ``range_table`` (int32) the row of :class:`Tables`
    for users of the first class, those of other classes follow; ``pattern`` (int32) a row;
    ``tilt`` (float64, (N, 2)) mechanical tilt in radians and height over the terminal in metres,
    used by TILTED and SOLID ones only.
    """

    place_m: Floats
    reach_m: Floats
    power_mw: Singles
    load: Singles
    facing: Singles
    kind: Ints
    range_table: Ints
    pattern: Ints
    tilt: Floats


class Tables(NamedTuple):
    """Lookup tables of the sectors, made with :mod:`kernels.radio.sweep.table`.

    ``path`` (float32, (R, 2, K)) gain of the path over squared distance, one row for each class of
    users; ``lobe`` (float32, (R, 2, K)) the same times the vertical pattern; ``first_segment`` and
    ``least_m2`` where both begin: nearer cells are treated as at that distance. ``around``
    (float32, (P, 2, A)) gain of the horizontal pattern over direction, ``upright`` (float32,
    (P, 2, B)) of the vertical one, with its electrical tilt, over 1 + sine of the depression;
    ``floor`` (float32, P) least gain; ``solid`` (float32, (P, TURNS, SINES)) gain over all
    directions, used by SOLID ones only: (1, 1, 1) where there are none.
    """

    path: Singles
    lobe: Singles
    first_segment: int
    least_m2: float
    around: Singles
    upright: Singles
    floor: Singles
    solid: Singles


class Served(NamedTuple):
    """Results of a sweep for each cell (H, W).

    ``best_mw`` (float32) of the strongest sector, 0 where there is none; ``server`` (int32) its
    row, :data:`NOBODY` where there is none; ``user_class`` (uint8) class of the users, which
    selects the row of the path. The others only of a full sweep, else of shape
    (1, 1): ``loaded_mw`` (float32) ``best_mw`` times its load; ``second_mw`` (float32) of the
    second strongest; ``others_mw`` (float32) sum over all sectors but the strongest, each times
    its load; ``servers`` (int32) sectors of at least ``least_mw`` (float32), which may differ
    from cell to cell.
    """

    best_mw: Singles
    server: Ints
    user_class: Classes
    loaded_mw: Singles
    second_mw: Singles
    others_mw: Singles
    servers: Ints
    least_mw: Singles


def nothing_served(
    height: int, width: int, least_mw: Singles | None = None, user_class: Classes | None = None
) -> Served:
    """Return empty rasters for a sweep, a full one if ``least_mw`` is given.

    Without ``user_class`` all users are of the first class.
    """
    more = (1, 1) if least_mw is None else (height, width)
    classes = np.zeros((height, width), np.uint8) if user_class is None else user_class
    return Served(
        best_mw=np.zeros((height, width), np.float32),
        server=np.full((height, width), NOBODY, np.int32),
        user_class=classes,
        loaded_mw=np.zeros(more, np.float32),
        second_mw=np.zeros(more, np.float32),
        others_mw=np.zeros(more, np.float32),
        servers=np.zeros(more, np.int32),
        least_mw=np.zeros(more, np.float32) if least_mw is None else least_mw,
    )


@compiled
def _tile_window(
    place_m: Floats, reach_m: float, cell_m: float, rows: int, columns: int
) -> tuple[int, int, int, int]:
    """First and last row and column of the tiles within reach; none if last is before first."""
    side_m = cell_m * TILE
    return (
        max(0, math.floor((place_m[1] - reach_m) / side_m)),
        min(rows - 1, math.floor((place_m[1] + reach_m) / side_m)),
        max(0, math.floor((place_m[0] - reach_m) / side_m)),
        min(columns - 1, math.floor((place_m[0] + reach_m) / side_m)),
    )


@compiled
def sectors_by_tile(
    place_m: Floats, reach_m: Floats, cell_m: float, rows: int, columns: int
) -> tuple[Longs, Ints]:
    """Return the sectors that may reach each tile, in their order.

    Tiles are numbered row by row; ``start`` (int64, tiles + 1) is the position in ``sector``
    (int32) at which the list of each begins.
    """
    start = np.zeros(rows * columns + 1, np.int64)
    for i in range(reach_m.size):
        top, bottom, left, right = _tile_window(place_m[i], reach_m[i], cell_m, rows, columns)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                start[row * columns + column + 1] += 1
    for tile in range(rows * columns):
        start[tile + 1] += start[tile]
    sector = np.empty(start[-1], np.int32)
    filled = start[:-1].copy()
    for i in range(reach_m.size):
        top, bottom, left, right = _tile_window(place_m[i], reach_m[i], cell_m, rows, columns)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                tile = row * columns + column
                sector[filled[tile]] = i
                filled[tile] += 1
    return start, sector


@compiled
def _omni_row_mw(
    power: Singles, classes: Classes, east_m: float, north_m: float, cell_m: float, i: int,
    emitters: Emitters, tables: Tables,
) -> None:  # fmt: skip
    """Power at the cells of a row, whose first lies ``east_m`` and ``north_m`` of the antenna.

    ``classes`` (uint8): of the users of the cells.
    """
    east, step, full = np.float32(east_m), np.float32(cell_m), emitters.power_mw[i]
    north2, least = np.float32(north_m * north_m), np.float32(tables.least_m2)
    first, own = np.int32(tables.first_segment), np.uint32(emitters.range_table[i])
    path = tables.path
    for j in range(power.size):
        dx = east + step * np.float32(j)
        squared = np.float32(max(dx * dx + north2, least))
        k = np.uint32((squared.view(np.int32) >> np.int32(MANTISSA_SHIFT)) - first)
        c = own + np.uint32(classes[j])
        power[j] = full * (path[c, 0, k] + path[c, 1, k] * squared)


@compiled
def _sector_row_mw(
    power: Singles, classes: Classes, east_m: float, north_m: float, cell_m: float, i: int,
    emitters: Emitters, tables: Tables,
) -> None:  # fmt: skip
    """The same for an antenna with a direction, by its tables."""
    east, north, step = np.float32(east_m), np.float32(north_m), np.float32(cell_m)
    north2, least = np.float32(north_m * north_m), np.float32(tables.least_m2)
    first, own = np.int32(tables.first_segment), np.uint32(emitters.range_table[i])
    face_east, face_north = emitters.facing[i, 0], emitters.facing[i, 1]
    full, floor = emitters.power_mw[i], tables.floor[emitters.pattern[i]]
    path, lobe = tables.path, tables.lobe
    around = tables.around[emitters.pattern[i]]
    around_zero, around_slope = around[0], around[1]
    zero, one, three = np.float32(0.0), np.float32(1.0), np.float32(3.0)
    segments = np.float32(ANGLE_SEGMENTS / 4)
    for j in range(power.size):
        dx = east + step * np.float32(j)
        ground = dx * dx + north2
        squared = np.float32(max(ground, least))
        k = np.uint32((squared.view(np.int32) >> np.int32(MANTISSA_SHIFT)) - first)
        forwards = dx * face_east + north * face_north
        sideways = dx * face_north - north * face_east
        # The tiny number prevents a division by zero at the position of the antenna itself.
        share = forwards / (abs(forwards) + abs(sideways) + np.float32(1e-20))
        turn = one - share if sideways >= zero else three + share
        # The position of the antenna itself has no direction and counts as in front.
        turn = zero if ground < one else turn
        a = np.uint32(turn * segments)
        gain = around_zero[a] + around_slope[a] * turn
        c = own + np.uint32(classes[j])
        front = (lobe[c, 0, k] + lobe[c, 1, k] * squared) * gain
        power[j] = full * max(front, (path[c, 0, k] + path[c, 1, k] * squared) * floor)


@compiled
def _tilted_row_mw(
    power: Singles, classes: Classes, east_m: float, north_m: float, cell_m: float, i: int,
    emitters: Emitters, tables: Tables,
) -> None:  # fmt: skip
    """The same for an antenna that is tilted as a whole: equations (7.1-7) and (7.1-8)."""
    _omni_row_mw(power, classes, east_m, north_m, cell_m, i, emitters, tables)
    east, north, step = np.float32(east_m), np.float32(north_m), np.float32(cell_m)
    face_east, face_north = emitters.facing[i, 0], emitters.facing[i, 1]
    floor = tables.floor[emitters.pattern[i]]
    around, upright = tables.around[emitters.pattern[i]], tables.upright[emitters.pattern[i]]
    around_zero, around_slope = around[0], around[1]
    upright_zero, upright_slope = upright[0], upright[1]
    tilt_rad, over_m = emitters.tilt[i, 0], emitters.tilt[i, 1]
    cos_tilt, sin_tilt = np.float32(math.cos(tilt_rad)), np.float32(math.sin(tilt_rad))
    over_cos, over_sin = np.float32(over_m) * cos_tilt, np.float32(over_m) * sin_tilt
    zero, one, three = np.float32(0.0), np.float32(1.0), np.float32(3.0)
    segments, rises = np.float32(ANGLE_SEGMENTS / 4), np.float32(SINE_SEGMENTS / 2)
    over2, least = np.float32(over_m * over_m), np.float32(tables.least_m2)
    for j in range(power.size):
        dx = east + step * np.float32(j)
        away = dx * dx + north * north
        here = away < one
        along = one if here else dx * face_east + north * face_north
        sideways = zero if here else dx * face_north - north * face_east
        ground = max(away, least)
        # Below the least distance the direction is kept, but the distance is not.
        outwards = math.sqrt(ground / max(away, one))
        forwards = (along * cos_tilt) * outwards + over_sin
        share = forwards / (abs(forwards) + abs(sideways) * outwards + np.float32(1e-20))
        turn = one - share if sideways >= zero else three + share
        a = np.uint32(turn * segments)
        sine = one + (over_cos - along * outwards * sin_tilt) / math.sqrt(ground + over2)
        b = np.uint32(min(max(sine, np.float32(0.0)), np.float32(2.0)) * rises)
        front = (around_zero[a] + around_slope[a] * turn) * (
            upright_zero[b] + upright_slope[b] * sine
        )
        power[j] *= max(front, floor)


@compiled
def _solid_row_mw(
    power: Singles, classes: Classes, east_m: float, north_m: float, cell_m: float, i: int,
    emitters: Emitters, tables: Tables,
) -> None:  # fmt: skip
    """The same for an antenna whose pattern is a table over all directions."""
    _omni_row_mw(power, classes, east_m, north_m, cell_m, i, emitters, tables)
    over_m = np.full(power.size, np.float32(emitters.tilt[i, 1]))
    times_solid_gain(
        power, over_m, (east_m, north_m, cell_m), emitters.facing[i], emitters.tilt[i, 0],
        tables.least_m2, tables.solid[emitters.pattern[i]],
    )  # fmt: skip


@compiled
def keep_best(power: Singles, best: Singles, server: Ints, sector: int) -> None:
    """Running maximum and its sector; of equals the earlier one is kept."""
    mine = np.int32(sector)
    for j in range(power.size):
        better = power[j] > best[j]
        best[j] = power[j] if better else best[j]
        server[j] = mine if better else server[j]


@compiled
def keep_all(power: Singles, served: Served, row: int, left: int, right: int, load: float) -> None:
    """Second, interference and number of servers; before :func:`keep_best` of the same row."""
    best, loaded = served.best_mw[row, left:right], served.loaded_mw[row, left:right]
    second, others = served.second_mw[row, left:right], served.others_mw[row, left:right]
    servers, least = served.servers[row, left:right], served.least_mw[row, left:right]
    share = np.float32(load)
    # One loop for each: with more arrays in one loop the compiler does not vectorise it.
    for j in range(power.size):
        mine = power[j] * share
        better = power[j] > best[j]
        others[j] += loaded[j] if better else mine
        loaded[j] = mine if better else loaded[j]
    for j in range(power.size):
        second[j] = max(second[j], min(power[j], best[j]))
    for j in range(power.size):
        servers[j] += np.int32(power[j] >= least[j])


@compiled
def _sweep_tile(
    top: int, left: int, cell_m: float, sectors: Ints, emitters: Emitters, tables: Tables,
    served: Served,
) -> int:  # fmt: skip
    """Sweep the sectors over one tile; return the number of cells evaluated."""
    bottom = min(top + TILE, served.best_mw.shape[0])
    right = min(left + TILE, served.best_mw.shape[1])
    full = served.second_mw.shape == served.best_mw.shape
    scratch = np.empty(TILE, np.float32)
    evaluated = 0
    for i in sectors:
        x_m, y_m, reach_m = emitters.place_m[i, 0], emitters.place_m[i, 1], emitters.reach_m[i]
        first_row = max(top, math.ceil((y_m - reach_m) / cell_m - 0.5))
        last_row = min(bottom - 1, math.floor((y_m + reach_m) / cell_m - 0.5))
        for row in range(first_row, last_row + 1):
            north_m = y_m - (row + 0.5) * cell_m
            half_m = math.sqrt(max(reach_m * reach_m - north_m * north_m, 0.0))
            begin = max(left, math.ceil((x_m - half_m) / cell_m - 0.5))
            end = min(right, math.floor((x_m + half_m) / cell_m - 0.5) + 1)
            if begin >= end:
                continue
            power = scratch[: end - begin]
            east_m = (begin + 0.5) * cell_m - x_m
            classes = served.user_class[row, begin:end]
            if emitters.kind[i] == OMNI:
                _omni_row_mw(power, classes, east_m, north_m, cell_m, i, emitters, tables)
            elif emitters.kind[i] == SECTOR:
                _sector_row_mw(power, classes, east_m, north_m, cell_m, i, emitters, tables)
            elif emitters.kind[i] == SOLID:
                _solid_row_mw(power, classes, east_m, north_m, cell_m, i, emitters, tables)
            else:
                _tilted_row_mw(power, classes, east_m, north_m, cell_m, i, emitters, tables)
            if full:
                keep_all(power, served, row, begin, end, emitters.load[i])
            keep_best(power, served.best_mw[row, begin:end], served.server[row, begin:end], i)
            evaluated += end - begin
    return evaluated


@compiled_parallel
def sweep(
    cell_m: float,
    emitters: Emitters,
    tables: Tables,
    tile_start: Longs,
    tile_sector: Ints,
    wanted: npt.NDArray[np.bool_],
    served: Served,
) -> Longs:
    """Sweep all sectors over a raster, tile by tile, into ``served``.

    ``tile_start`` and ``tile_sector`` come from :func:`sectors_by_tile`; tiles that are not
    ``wanted`` (bool, one for each tile) are skipped. Return the number of cells evaluated for
    each tile (int64).
    """
    columns = (served.best_mw.shape[1] + TILE - 1) // TILE
    evaluated = np.zeros(wanted.size, np.int64)
    for tile in numba.prange(wanted.size):
        if wanted[tile]:
            evaluated[tile] = _sweep_tile(
                (tile // columns) * TILE,
                (tile % columns) * TILE,
                cell_m,
                tile_sector[tile_start[tile] : tile_start[tile + 1]],
                emitters,
                tables,
                served,
            )
    return evaluated
