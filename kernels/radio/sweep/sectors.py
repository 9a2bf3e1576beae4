"""Sectors and tables of a sweep, and which cells and tiles of a raster they reach.

Units: metres from the raster's upper left corner, x to the east, y to the south; mW.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_inlined

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

    ``path`` (float32, (R, K, 2)) gain of the path over squared distance, one row for each class of
    users; ``lobe`` (float32, (R, K, 2)) the same times the vertical pattern; ``first_segment`` and
    ``least_m2`` where both begin: nearer cells are treated as at that distance. ``around``
    (float32, (P, A, 2)) gain of the horizontal pattern over direction, ``upright`` (float32,
    (P, B, 2)) of the vertical one, with its electrical tilt, over 1 + sine of the depression;
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
def dealt_tiles(tile_start: Longs, wanted: npt.NDArray[np.bool_]) -> Longs:
    """Return the wanted tiles (int64) in an order that gives each thread as much to do.

    Threads take equal parts of a loop, one after the other, and do not help each other. So tiles
    are ordered by their number of sectors, and dealt in steps of the golden section: then any part
    has some of the most and of the least work. ``tile_start`` as of :func:`sectors_by_tile`.
    """
    tiles = np.flatnonzero(wanted)
    sectors = tile_start[tiles + 1] - tile_start[tiles]
    place = np.arange(tiles.size) * (0.5 * math.sqrt(5.0) - 0.5) % 1.0
    return tiles[np.argsort(sectors, kind="mergesort")][np.argsort(place)]


@compiled_inlined
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
