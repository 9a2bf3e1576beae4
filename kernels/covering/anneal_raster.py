"""One round of simulated annealing of a set of stations, tile by tile, at a price per station.

Each station in turn is lifted out, and every place in a window round it is weighed by the weight
that the station would newly cover there; leaving it out is weighed by the price. The place is
drawn with a probability proportional to exp(weight / temperature): a heat bath (S. and D. Geman,
IEEE PAMI-6, 1984), drawn as the greatest of weight + temperature * Gumbel noise. Now and then a
window anywhere gets a new station in the same way, against the price. So the price steers how
many stations there are, and tiles need to know nothing of each other.

A tile is worked on by one thread, owns all its cells for the round, and moves only stations whose
widest disc lies within it. Weights are integers and every tile draws its own random numbers: the
result does not depend on the number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.window_gain import add_window_gain, lift_disc, put_disc
from kernels.numbers.xorshift import below, next_state

BLOCK = 16
"""Side in cells of the blocks for which :func:`widest_class` answers."""

_OUTSIDE = np.uint8(255)
_NO_CANDIDATE = np.int32(-(2**31))
_VISITS_PER_ADDITION = 8
_SEED_STEP = np.uint64(0x9E3779B97F4A7C15)


class Field(NamedTuple):
    """What a round works on: the raster, in fixed-point units.

    ``weight`` (int32[H, W]): 0 where nothing is to be covered. ``area_class`` (uint8[H, W]).
    ``candidate`` (bool[H, W]). ``half_width`` (int64[n_classes, reach + 1]). ``outer``
    (uint8[blocks]): see :func:`widest_class`. ``serving`` (uint16[H, W]): stations that serve each
    cell, and ``station`` (bool[H, W]): where they are; both changed in place.
    """

    weight: npt.NDArray[np.int32]
    area_class: npt.NDArray[np.uint8]
    candidate: npt.NDArray[np.bool_]
    half_width: npt.NDArray[np.int64]
    outer: npt.NDArray[np.uint8]
    serving: npt.NDArray[np.uint16]
    station: npt.NDArray[np.bool_]


class Chance(NamedTuple):
    """What is drawn, and against what.

    ``price``: weight that a station has to be worth, in fixed-point units. ``noise``
    (int32[k]): temperature times Gumbel noise, shifted so as not to be negative, below 2**30.
    ``window``: longest step of a station in cells, each way. ``sweeps``: how often each station
    is looked at. ``seed``: of this round.
    """

    price: np.int32
    noise: npt.NDArray[np.int32]
    window: int
    sweeps: int
    seed: int


class _Tile(NamedTuple):
    """A tile's own copy of the field in a frame of cells as if outside, a window wide.

    ``blocked``: 0 where a station may be put down, else so little that no gain makes up for it.
    """

    weight: npt.NDArray[np.int32]
    remaining: npt.NDArray[np.int32]
    blocked: npt.NDArray[np.int32]
    serving: npt.NDArray[np.uint16]
    area_class: npt.NDArray[np.uint8]
    radius_squared: npt.NDArray[np.int32]
    outer: npt.NDArray[np.uint8]
    window: npt.NDArray[np.int32]
    running: npt.NDArray[np.int32]


@compiled
def widest_class(area_class, half_width):  # type: ignore[no-untyped-def]
    """Class with the longest radius of those that a station in each block of cells can serve.

    Parameters
    ----------
    area_class
        ``uint8[H, W]``.
    half_width
        ``int64[n_classes, reach + 1]``.

    Returns
    -------
    uint8[rows of blocks, columns of blocks]
        Blocks are :data:`BLOCK` cells square.
    """
    n_classes = half_width.shape[0]
    rows = (area_class.shape[0] + BLOCK - 1) // BLOCK
    columns = (area_class.shape[1] + BLOCK - 1) // BLOCK
    present = np.zeros((n_classes, rows, columns), dtype=np.bool_)
    for y in range(area_class.shape[0]):
        for x in range(area_class.shape[1]):
            if area_class[y, x] < n_classes:
                present[area_class[y, x], y // BLOCK, x // BLOCK] = True
    shortest = 0
    for area in range(n_classes):
        if half_width[area, 0] < half_width[shortest, 0]:
            shortest = area
    widest = np.zeros((rows, columns), dtype=np.uint8)
    for row in range(rows):
        for column in range(columns):
            widest[row, column] = shortest
    for area in range(n_classes):
        around = (half_width[area, 0] + BLOCK - 1) // BLOCK
        for row in range(rows):
            for column in range(columns):
                if present[area, row, column]:
                    _widen(widest, half_width[:, 0], area, row, column, around)
    return widest


@compiled
def _widen(widest, reach, area, row, column, around):  # type: ignore[no-untyped-def]
    """Make ``area`` the widest class of the blocks around one that has it, where it is wider."""
    for y in range(max(0, row - around), min(widest.shape[0], row + around + 1)):
        for x in range(max(0, column - around), min(widest.shape[1], column + around + 1)):
            if reach[area] > reach[widest[y, x]]:
                widest[y, x] = area


@compiled
def count_stations(count, area_class, half_width, sites):  # type: ignore[no-untyped-def]
    """Count in ``count`` (``uint16[H, W]``) the stations of ``sites`` that serve each cell."""
    height, width = count.shape
    reach = half_width.shape[1] - 1
    for site in sites:
        row, column = divmod(site, width)
        for y in range(max(0, row - reach), min(height, row + reach + 1)):
            for x in range(max(0, column - reach), min(width, column + reach + 1)):
                area = area_class[y, x]
                if area < half_width.shape[0] and abs(x - column) <= half_width[area, abs(y - row)]:
                    count[y, x] += np.uint16(1)


def anneal_round(
    field: Field,
    chance: Chance,
    radius_squared: npt.NDArray[np.int32],
    side: int,
    offset: npt.NDArray[np.int64],
) -> int:
    """Look at every station of every tile ``chance.sweeps`` times.

    Parameters
    ----------
    field, chance
        A :class:`Field`, changed in place, and a :class:`Chance`.
    radius_squared
        ``int32[n_classes]``, square of each class's radius in cells, rounded down.
    side, offset
        Side of the tiles, longer than twice the widest radius, and by how many cells
        (``int64[2]``, rows and columns) they are shifted.

    Returns
    -------
    int
        How many stations there are more than before.
    """
    height, width = field.weight.shape
    corners = [
        (row - int(offset[0]), column - int(offset[1]))
        for row in range(0, height + int(offset[0]), side)
        for column in range(0, width + int(offset[1]), side)
    ]

    def anneal(corner: tuple[int, int]) -> int:
        return int(anneal_tile(field, chance, radius_squared, side, *corner))

    # Towns make some tiles far longer than others: each thread takes the next that is left.
    with ThreadPoolExecutor(numba.get_num_threads()) as threads:
        return sum(threads.map(anneal, corners))


@compiled
def anneal_tile(field, chance, radius_squared, side, top, left):  # type: ignore[no-untyped-def]
    """Look at every station of one tile, ``side`` cells square from ``top``, ``left``.

    Parameters and result as for :func:`anneal_round`.
    """
    reach = field.half_width.shape[1] - 1
    seed = np.uint64(chance.seed) * _SEED_STEP ^ np.uint64(top * 65_537 + left)
    bottom, right = top + side, left + side
    # At the raster's edge nobody else owns the cells beyond: stations may stand on the edge.
    top, left = (-reach if top <= 0 else top), (-reach if left <= 0 else left)
    bottom = field.weight.shape[0] + reach if bottom >= field.weight.shape[0] else bottom
    right = field.weight.shape[1] + reach if right >= field.weight.shape[1] else right
    if bottom - top <= 2 * reach or right - left <= 2 * reach:
        return 0
    places = _movable(field.candidate, top, left, bottom, right, reach)
    if places.shape[0] == 0:
        return 0
    frame = chance.window
    tile = _tile_of(field, frame, radius_squared, top, left, bottom, right)
    start = _movable(field.station, top, left, bottom, right, reach)
    stations = np.empty((start.shape[0] + places.shape[0], 2), dtype=np.int64)
    for j in range(start.shape[0]):
        field.station[top + start[j, 0], left + start[j, 1]] = False
        stations[j, 0], stations[j, 1] = start[j, 0] + frame, start[j, 1] + frame
    for k in range(places.shape[0]):
        places[k, 0] += frame
        places[k, 1] += frame
        tile.blocked[places[k, 0], places[k, 1]] = 0
    n_stations = _sweep(tile, field.half_width, chance, stations, start.shape[0], places, seed)
    for j in range(n_stations):
        field.station[top + stations[j, 0] - frame, left + stations[j, 1] - frame] = True
    for y in range(max(0, top), min(field.serving.shape[0], bottom)):
        for x in range(max(0, left), min(field.serving.shape[1], right)):
            field.serving[y, x] = tile.serving[y - top + frame, x - left + frame]
    return n_stations - start.shape[0]


@compiled
def _tile_of(field, frame, radius_squared, top, left, bottom, right):  # type: ignore[no-untyped-def]
    shape = (bottom - top + 2 * frame, right - left + 2 * frame)
    reach = field.half_width.shape[1] - 1
    tile = _Tile(
        np.zeros(shape, dtype=np.int32),
        np.zeros(shape, dtype=np.int32),
        np.full(shape, _NO_CANDIDATE, dtype=np.int32),
        np.zeros(shape, dtype=np.uint16),
        np.full(shape, _OUTSIDE, dtype=np.uint8),
        np.full(shape, -1, dtype=np.int32),
        np.zeros(shape, dtype=np.uint8),
        np.zeros((2 * frame + 1, 2 * frame + 1), dtype=np.int32),
        np.zeros(2 * (frame + reach) + 2, dtype=np.int32),
    )
    for y in range(max(0, top), min(field.weight.shape[0], bottom)):
        for x in range(max(0, left), min(field.weight.shape[1], right)):
            row, column = y - top + frame, x - left + frame
            area = field.area_class[y, x]
            tile.weight[row, column] = field.weight[y, x]
            tile.serving[row, column] = field.serving[y, x]
            tile.outer[row, column] = field.outer[y // BLOCK, x // BLOCK]
            if area < radius_squared.size:
                tile.area_class[row, column] = area
                tile.radius_squared[row, column] = radius_squared[area]
            if field.serving[y, x] == 0:
                tile.remaining[row, column] = field.weight[y, x]
    return tile


@compiled
def _movable(marked, top, left, bottom, right, reach):  # type: ignore[no-untyped-def]
    """Rows and columns in the tile of the marked cells that lie ``reach`` from its edges."""
    first_row, last_row = max(0, top + reach), min(marked.shape[0], bottom - reach)
    first_column, last_column = max(0, left + reach), min(marked.shape[1], right - reach)
    count = 0
    for y in range(first_row, last_row):
        for x in range(first_column, last_column):
            count += marked[y, x]
    found = np.empty((count, 2), dtype=np.int64)
    count = 0
    for y in range(first_row, last_row):
        for x in range(first_column, last_column):
            if marked[y, x]:
                found[count, 0], found[count, 1] = y - top, x - left
                count += 1
    return found


@compiled
def _sweep(tile, half_width, chance, stations, n_stations, places, seed):  # type: ignore[no-untyped-def]
    """Look at every station in turn, and add some; return how many there are then."""
    state = seed | np.uint64(1) << np.uint64(63)
    for _ in range(8):
        state = next_state(state)
    since_addition = 0
    for _ in range(chance.sweeps):
        j = 0
        while j < n_stations:
            row, column = stations[j, 0], stations[j, 1]
            state = next_state(state)
            row, column, moved = _relocate(tile, half_width, chance, row, column, state)
            if row < 0:
                n_stations -= 1
                stations[j, 0] = stations[n_stations, 0]
                stations[j, 1] = stations[n_stations, 1]
            else:
                if moved:
                    stations[j, 0], stations[j, 1] = row, column
                j += 1
            since_addition += 1
            if since_addition >= _VISITS_PER_ADDITION:
                since_addition = 0
                n_stations, state = _add_one(
                    tile, half_width, chance, stations, n_stations, places, state
                )
        n_stations, state = _add_one(tile, half_width, chance, stations, n_stations, places, state)
    return n_stations


@compiled
def _relocate(tile, half_width, chance, row, column, state):  # type: ignore[no-untyped-def]
    """Draw a place for one station; row -1 when it is left out, and whether it moved."""
    outer = tile.outer[row, column]
    lift_disc(tile, half_width[outer], row, column)
    m = min(chance.window, max(1, half_width[outer, 0]))
    to_row, to_column = _place_drawn(tile, half_width, chance, m, row, column, state)
    if to_row >= 0:
        put_disc(tile, half_width[tile.outer[to_row, to_column]], to_row, to_column)
    return to_row, to_column, to_row != row or to_column != column


@compiled
def _add_one(tile, half_width, chance, stations, n_stations, places, state):  # type: ignore[no-untyped-def]
    """Draw a window anywhere, and a place in it for a new station, or none."""
    state = next_state(state)
    place = below(state, places.shape[0])
    row, column = places[place, 0], places[place, 1]
    state = next_state(state)
    row, column = _place_drawn(tile, half_width, chance, chance.window, row, column, state)
    if row >= 0 and n_stations < stations.shape[0]:
        put_disc(tile, half_width[tile.outer[row, column]], row, column)
        stations[n_stations, 0], stations[n_stations, 1] = row, column
        n_stations += 1
    return n_stations, state


@compiled
def _place_drawn(tile, half_width, chance, m, row, column, state):  # type: ignore[no-untyped-def]
    """Draw a place within ``m`` cells by what a station there would gain, or -1, -1."""
    window = tile.window[: 2 * m + 1, : 2 * m + 1]
    for t in range(2 * m + 1):
        for s in range(2 * m + 1):
            window[t, s] = tile.blocked[row - m + t, column - m + s]
    # The window is no longer than a block: those of its corners are all that it touches.
    reach = max(
        half_width[tile.outer[row - m, column - m], 0],
        half_width[tile.outer[row - m, column + m], 0],
        half_width[tile.outer[row + m, column - m], 0],
        half_width[tile.outer[row + m, column + m], 0],
    )
    add_window_gain(window, tile, half_width, reach, row, column, tile.running)
    to_row, to_column = _drawn(window, chance, state)
    if to_row < 0:
        return -1, -1
    return row - m + to_row, column - m + to_column


@compiled
def _drawn(window, chance, state):  # type: ignore[no-untyped-def]
    """Row and column of the greatest of gain + noise, -1 when the price + noise is greater."""
    size = window.shape[0]
    first = below(state, chance.noise.size - size * size)
    best = chance.price + chance.noise[first]
    best_row, best_column = -1, -1
    for t in range(size):
        noise = chance.noise[first + 1 + t * size :]
        line = window[t]
        for s in range(size):
            value = line[s] + noise[s]
            if value > best:
                best, best_row, best_column = value, t, s
    return best_row, best_column
