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

from kernels.compiled import compiled, compiled_disjoint, compiled_inner, compiled_parallel
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


@compiled_disjoint
def _omni_row_mw(
    power: Singles, row_of: Ints, offset_m: tuple[float, float], cell_m: float, i: int,
    emitters: Emitters, tables: Tables, flat: tuple[Singles, Singles],
) -> None:  # fmt: skip
    """Power at the cells of a row, whose first lies ``offset_m`` east and north of the antenna.

    ``row_of`` (int32): where the class of the users of each cell begins in ``flat``, the tables
    path and lobe in one dimension.
    """
    east, step, full = np.float32(offset_m[0]), np.float32(cell_m), emitters.power_mw[i]
    north2, least = np.float32(offset_m[1] * offset_m[1]), np.float32(tables.least_m2)
    size, path = tables.path.shape[2], flat[0]
    own = np.int32(2 * size * emitters.range_table[i] - tables.first_segment)
    for j in range(power.size):
        dx = east + step * np.float32(j)
        squared = np.float32(max(dx * dx + north2, least))
        k = np.uint32((squared.view(np.int32) >> np.int32(MANTISSA_SHIFT)) + (own + row_of[j]))
        power[j] = full * (path[k] + path[np.uint32(k + size)] * squared)


@compiled_disjoint
def _sector_row_mw(
    power: Singles, row_of: Ints, offset_m: tuple[float, float], cell_m: float, i: int,
    emitters: Emitters, tables: Tables, flat: tuple[Singles, Singles],
) -> None:  # fmt: skip
    """The same for an antenna with a direction, by its tables."""
    east, north, step = np.float32(offset_m[0]), np.float32(offset_m[1]), np.float32(cell_m)
    north2, least = np.float32(north * north), np.float32(tables.least_m2)
    size, (path, lobe) = tables.path.shape[2], flat
    own = np.int32(2 * size * emitters.range_table[i] - tables.first_segment)
    face_east, face_north = emitters.facing[i, 0], emitters.facing[i, 1]
    pattern, around = emitters.pattern[i], tables.around
    full, floor = emitters.power_mw[i], tables.floor[pattern]
    zero, one, three = np.float32(0.0), np.float32(1.0), np.float32(3.0)
    segments = np.float32(ANGLE_SEGMENTS / 4)
    for j in range(power.size):
        dx = east + step * np.float32(j)
        ground = dx * dx + north2
        squared = np.float32(max(ground, least))
        k = np.uint32((squared.view(np.int32) >> np.int32(MANTISSA_SHIFT)) + (own + row_of[j]))
        forwards = dx * face_east + north * face_north
        sideways = dx * face_north - north * face_east
        # The tiny number prevents a division by zero at the position of the antenna itself.
        share = forwards / (abs(forwards) + abs(sideways) + np.float32(1e-20))
        turn = one - share if sideways >= zero else three + share
        # The position of the antenna itself has no direction and counts as in front.
        turn = zero if ground < one else turn
        a = np.uint32(turn * segments)
        gain = around[pattern, 0, a] + around[pattern, 1, a] * turn
        front = (lobe[k] + lobe[np.uint32(k + size)] * squared) * gain
        power[j] = full * max(front, (path[k] + path[np.uint32(k + size)] * squared) * floor)


@compiled_disjoint
def _tilted_row_mw(
    power: Singles, offset_m: tuple[float, float], cell_m: float, i: int, emitters: Emitters,
    tables: Tables,
) -> None:  # fmt: skip
    """Gain, upon the power of an omni, of one tilted as a whole: equations (7.1-7), (7.1-8)."""
    east, north, step = np.float32(offset_m[0]), np.float32(offset_m[1]), np.float32(cell_m)
    face_east, face_north = emitters.facing[i, 0], emitters.facing[i, 1]
    pattern, around, upright = emitters.pattern[i], tables.around, tables.upright
    floor = tables.floor[pattern]
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
        front = (around[pattern, 0, a] + around[pattern, 1, a] * turn) * (
            upright[pattern, 0, b] + upright[pattern, 1, b] * sine
        )
        power[j] *= max(front, floor)


@compiled_disjoint
def keep_best(power: Singles, served: Served, row: int, left: int, sector: int) -> None:
    """Running maximum and its sector at the cells of a row from ``left`` on.

    Of equals the earlier one is kept.
    """
    mine = np.int32(sector)
    for j in range(power.size):
        at = np.uint64(left + j)
        best_mw, server = served.best_mw[row, at], served.server[row, at]
        better = power[j] > best_mw
        served.best_mw[row, at] = power[j] if better else best_mw
        served.server[row, at] = mine if better else server


@compiled_disjoint
def keep_all(power: Singles, served: Served, row: int, left: int, load: float, sector: int) -> None:
    """The same, and second, interference and number of servers."""
    share, mine = np.float32(load), np.int32(sector)
    for j in range(power.size):
        at, power_mw = np.uint64(left + j), power[j]
        # All is read before anything is chosen: else the compiler does not vectorise the loop.
        best_mw, server = served.best_mw[row, at], served.server[row, at]
        loaded_mw, second_mw = served.loaded_mw[row, at], served.second_mw[row, at]
        better, mine_mw = power_mw > best_mw, power_mw * share
        served.others_mw[row, at] += loaded_mw if better else mine_mw
        served.loaded_mw[row, at] = mine_mw if better else loaded_mw
        served.second_mw[row, at] = max(second_mw, min(power_mw, best_mw))
        served.servers[row, at] += np.int32(power_mw >= served.least_mw[row, at])
        served.best_mw[row, at] = power_mw if better else best_mw
        served.server[row, at] = mine if better else server


@compiled_inner
def row_span(
    emitters: Emitters, i: int, cell_m: float, row: int, left: int, right: int
) -> tuple[int, int, float]:
    """First cell of a row within reach, the one after the last, and the sector to the north of it.

    Between ``left`` and ``right``; none if the last is not after the first.
    """
    x_m, reach_m = emitters.place_m[i, 0], emitters.reach_m[i]
    north_m = emitters.place_m[i, 1] - (row + 0.5) * cell_m
    if abs(north_m) > reach_m:
        return left, left, north_m
    half_m = math.sqrt(reach_m * reach_m - north_m * north_m)
    begin = max(left, math.ceil((x_m - half_m) / cell_m - 0.5))
    end = min(right, math.floor((x_m + half_m) / cell_m - 0.5) + 1)
    return begin, end, north_m


@compiled
def _sweep_tile(
    top: int, left: int, cell_m: float, sectors: Ints, emitters: Emitters, tables: Tables,
    served: Served,
) -> int:  # fmt: skip
    """Sweep the sectors over one tile, row by row; return the number of cells evaluated."""
    bottom = min(top + TILE, served.best_mw.shape[0])
    right = min(left + TILE, served.best_mw.shape[1])
    full = served.second_mw.shape == served.best_mw.shape
    flat = (tables.path.ravel(), tables.lobe.ravel())
    scratch, row_of = np.empty(TILE, np.float32), np.empty(TILE, np.int32)
    evaluated = 0
    # All sectors of a row, one after the other: what is kept of its cells stays in the cache.
    for row in range(top, bottom):
        for column in range(left, right):
            row_of[column - left] = 2 * tables.path.shape[2] * served.user_class[row, column]
        for i in sectors:
            begin, end, north_m = row_span(emitters, i, cell_m, row, left, right)
            if begin >= end:
                continue
            power, rows = scratch[: end - begin], row_of[begin - left : end - left]
            offset_m = ((begin + 0.5) * cell_m - emitters.place_m[i, 0], north_m)
            if emitters.kind[i] == SECTOR:
                _sector_row_mw(power, rows, offset_m, cell_m, i, emitters, tables, flat)
            else:
                _omni_row_mw(power, rows, offset_m, cell_m, i, emitters, tables, flat)
            if emitters.kind[i] == TILTED:
                _tilted_row_mw(power, offset_m, cell_m, i, emitters, tables)
            elif emitters.kind[i] == SOLID:
                over_m = np.full(power.size, np.float32(emitters.tilt[i, 1]))
                times_solid_gain(
                    power, over_m, (*offset_m, cell_m), emitters.facing[i], emitters.tilt[i, 0],
                    tables.least_m2, tables.solid[emitters.pattern[i]],
                )  # fmt: skip
            if full:
                keep_all(power, served, row, begin, emitters.load[i], i)
            else:
                keep_best(power, served, row, begin, i)
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
