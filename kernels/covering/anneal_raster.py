"""One round of simulated annealing of stations on a raster, tile by tile, at a price per station.

Each station in turn is lifted out, and every place in a window round it is weighed by the weight
that the station would newly cover there; leaving it out is weighed by the price. The place is drawn
by the heat bath of :mod:`kernels.covering.cooling`. Now and then a window anywhere gets a new
station in the same way. The price steers how many stations there are, so that tiles need to know
nothing of each other.

A thread works on a tile, which owns all its cells for the round and moves only stations whose
widest disc lies within it. Numbers are integers and every tile draws its own random numbers: the
result does not depend on the number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np

from kernels.arrays import Bools, Classes, Counts, Ints, Numbers
from kernels.compiled import compiled, compiled_inner
from kernels.covering.cooling import VISITS_PER_ADDITION, Chance
from kernels.covering.gains import NO_CANDIDATE, uncovered_units
from kernels.covering.window_gain import LANES, Tile, add_window_gain, change_disc
from kernels.footprints.disc import RIM_TOLERANCE, half_width_table
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.field import Field
from kernels.footprints.spans import Spans
from kernels.numbers.xorshift import below, next_state, seeded

BLOCK = 16
"""Side in cells of the blocks for which :func:`widest_class` answers."""

WINDOW_CELLS = 6
"""Longest step of a station in cells, each way; no longer than the longest radius."""

_OUTSIDE = np.uint8(255)


class RasterState(NamedTuple):
    """Stations on a raster, and what a round needs to know to move them.

    ``weight`` (int32[Q, H, W]): in whole fixed-point units, 0 where nothing is to be covered;
    ``area_class``, ``candidate``: as of a :class:`~kernels.footprints.field.Field`; ``half_width``
    (int64[Q, n_classes, reach + 1]): of the disc of each class; ``radius_squared`` (int32[Q,
    n_classes]): in cells, rounded down; ``outer`` (uint8[Q, blocks]): as :func:`widest_class`
    returns it; ``serving`` (uint16[Q, H, W]): stations that serve each cell, and ``station``
    (bool[H, W]): where they stand, both changed in place; ``window``: longest step of a station in
    cells, each way.
    """

    weight: Numbers
    area_class: Classes
    candidate: Bools
    half_width: Ints
    radius_squared: Numbers
    outer: Classes
    serving: Counts
    station: Bools
    window: int


def raster_state(field: Field, sites: Ints) -> tuple[RasterState, float]:
    """Return the state of a field with stations in ``sites``, and its fixed-point unit.

    ``sites`` (int64[n]): flat indices of the stations' cells, none twice.
    """
    half_width = half_width_table(field.radius_cells)
    area_class = np.ascontiguousarray(field.area_class)
    weight, unit = uncovered_units(field.weight, area_class, field.covered, half_width)
    radius = np.atleast_2d(np.asarray(field.radius_cells, dtype=np.float64))
    station = np.zeros(area_class.shape, dtype=np.bool_)
    station.reshape(-1)[sites] = True
    serving = np.zeros((len(radius), *area_class.shape), dtype=np.uint16)
    _count(serving.reshape(-1), disc_spans(area_class, radius, sites))
    state = RasterState(
        weight=weight.reshape(serving.shape),
        area_class=area_class,
        candidate=field.candidate,
        half_width=half_width,
        radius_squared=np.where(radius < 0, -1, radius**2 * (1 + RIM_TOLERANCE)).astype(np.int32),
        outer=np.stack([widest_class(area_class, discs) for discs in half_width]),
        serving=serving,
        station=station,
        window=min(half_width.shape[2] - 1, WINDOW_CELLS) or 1,
    )
    return state, unit


@compiled
def _count(serving: Counts, spans: Spans) -> None:
    """Count in ``serving`` (flat) the stations whose spans hold each cell."""
    for k in range(spans.start.size):
        serving[spans.start[k] : spans.start[k] + spans.length[k]] += np.uint16(1)


def widest_class(area_class: Classes, half_width: Ints) -> Classes:
    """Class with the longest radius of those that a station in each block of cells can serve.

    Of ``area_class`` (uint8[H, W]) and ``half_width`` (int64[n_classes, reach + 1]), as uint8[rows
    of blocks, columns of blocks].
    """
    # Radii of one whole number of cells still differ in the rows beside the middle.
    reach, size = half_width[:, 0], half_width.sum(axis=1)
    rows, columns = (np.arange(0, cells, BLOCK) for cells in area_class.shape)
    widest = np.full((rows.size, columns.size), np.argmin(size), dtype=np.uint8)
    # The widest comes last; of several that are alike, the first.
    for area in np.lexsort((-np.arange(size.size), size)):
        present = np.logical_or.reduceat(area_class == area, rows, axis=0)
        present = np.logical_or.reduceat(present, columns, axis=1)
        for _ in range(-(-reach[area] // BLOCK)):
            wider = np.pad(present, 1)
            present = wider[:-2] | wider[1:-1] | wider[2:]
            present = present[:, :-2] | present[:, 1:-1] | present[:, 2:]
        widest[present] = area
    return widest


def anneal_raster(state: RasterState, chance: Chance, side: int, offset: Ints) -> int:
    """Look at every station of every tile ``chance.sweeps`` times.

    ``state`` is changed in place. ``chance``: ``price`` (int32[1]) and ``noise`` (int32[k]) not
    negative and below 2**30. ``side``: of the tiles, longer than twice the widest radius;
    ``offset`` (int64[2], rows and columns): by how many cells they are shifted. Returns how many
    stations there are more than before.
    """
    height, width = state.area_class.shape
    corners = [
        (row - int(offset[0]), column - int(offset[1]))
        for row in range(0, height + int(offset[0]), side)
        for column in range(0, width + int(offset[1]), side)
    ]

    def anneal(corner: tuple[int, int]) -> int:
        return int(_anneal_tile(state, chance, side, *corner))

    # Towns make some tiles far longer than others: each thread takes the next that is left.
    with ThreadPoolExecutor(numba.get_num_threads()) as threads:
        return sum(threads.map(anneal, corners))


@compiled
def _anneal_tile(state: RasterState, chance: Chance, side: int, top: int, left: int) -> int:
    """Look at every station of one tile, ``side`` cells square from ``top``, ``left``."""
    reach, frame = state.half_width.shape[2] - 1, state.window
    height, width = state.area_class.shape
    random = seeded(chance.seed, top * 65_537 + left)
    bottom, right = top + side, left + side
    # At the raster's edge nobody else owns the cells beyond: stations may stand on the edge.
    top, left = (-reach if top <= 0 else top), (-reach if left <= 0 else left)
    bottom = height + reach if bottom >= height else bottom
    right = width + reach if right >= width else right
    if bottom - top <= 2 * reach or right - left <= 2 * reach:
        return 0
    places = frame + _movable(state.candidate, top, left, bottom, right, reach)
    if places.shape[0] == 0:
        return 0
    tile = _tile_of(state, top, left, bottom, right)
    start = frame + _movable(state.station, top, left, bottom, right, reach)
    stations = np.empty((start.shape[0] + places.shape[0], 2), dtype=np.int64)
    for j in range(start.shape[0]):
        state.station[top + start[j, 0] - frame, left + start[j, 1] - frame] = False
    stations[: start.shape[0]] = start
    for k in range(places.shape[0]):
        tile.blocked[places[k, 0], places[k, 1]] = 0
    n_stations = _sweep(tile, chance, stations, start.shape[0], places, random)
    for j in range(n_stations):
        state.station[top + stations[j, 0] - frame, left + stations[j, 1] - frame] = True
    for q in range(state.serving.shape[0]):
        for y in range(max(0, top), min(height, bottom)):
            for x in range(max(0, left), min(width, right)):
                state.serving[q, y, x] = tile.serving[q, y - top + frame, x - left + frame]
    return n_stations - start.shape[0]


@compiled
def _tile_of(state: RasterState, top: int, left: int, bottom: int, right: int) -> Tile:
    frame, reach = state.window, state.half_width.shape[2] - 1
    shape = (bottom - top + 2 * frame, right - left + 2 * frame)
    stack = (state.weight.shape[0], shape[0], shape[1])
    tile = Tile(
        np.zeros(stack, dtype=np.int32),
        np.zeros(stack, dtype=np.int32),
        np.full(shape, NO_CANDIDATE, dtype=np.int32),
        np.zeros(stack, dtype=np.uint16),
        np.full(shape, _OUTSIDE, dtype=np.uint8),
        np.full(stack, -1, dtype=np.int32),
        np.zeros(stack, dtype=np.uint8),
        state.half_width,
        np.zeros((2 * frame + 1, _in_lanes(2 * frame + 1)), dtype=np.int32),
        np.zeros(2 * reach + 2 + _in_lanes(2 * frame + 1), dtype=np.int32),
    )
    for y in range(max(0, top), min(state.area_class.shape[0], bottom)):
        for x in range(max(0, left), min(state.area_class.shape[1], right)):
            row, column = y - top + frame, x - left + frame
            area = state.area_class[y, x]
            inside = area < state.radius_squared.shape[1]
            if inside:
                tile.area_class[row, column] = area
            for q in range(stack[0]):
                tile.weight[q, row, column] = state.weight[q, y, x]
                tile.serving[q, row, column] = state.serving[q, y, x]
                tile.outer[q, row, column] = state.outer[q, y // BLOCK, x // BLOCK]
                if inside:
                    tile.radius_squared[q, row, column] = state.radius_squared[q, area]
                if state.serving[q, y, x] == 0:
                    tile.remaining[q, row, column] = state.weight[q, y, x]
    return tile


@compiled_inner
def _in_lanes(cells: int) -> int:
    """Round a number of cells up to whole lanes."""
    return (cells + LANES - 1) // LANES * LANES


@compiled
def _movable(marked: Bools, top: int, left: int, bottom: int, right: int, reach: int) -> Ints:
    """Rows and columns in the tile of the marked cells that lie ``reach`` from its edges."""
    first_row, last_row = max(0, top + reach), min(marked.shape[0], bottom - reach)
    first_column, last_column = max(0, left + reach), min(marked.shape[1], right - reach)
    inside = marked[first_row : max(0, last_row), first_column : max(0, last_column)]
    found = np.argwhere(inside)
    found[:, 0] += first_row - top
    found[:, 1] += first_column - left
    return found


@compiled_inner
def _sweep(
    tile: Tile, chance: Chance, stations: Ints, n_stations: int, places: Ints, random: np.uint64
) -> int:
    """Look at every station in turn, and add some; return how many there are then."""
    visits = 0
    for _ in range(chance.sweeps):
        j = 0
        while j < n_stations:
            random = next_state(random)
            row, column = _relocate(tile, chance, stations[j, 0], stations[j, 1], random)
            if row < 0:
                n_stations -= 1
                stations[j, 0] = stations[n_stations, 0]
                stations[j, 1] = stations[n_stations, 1]
            else:
                stations[j, 0], stations[j, 1] = row, column
                j += 1
            visits += 1
            if visits % VISITS_PER_ADDITION == 0:
                n_stations, random = _add_one(tile, chance, stations, n_stations, places, random)
        n_stations, random = _add_one(tile, chance, stations, n_stations, places, random)
    return n_stations


@compiled_inner
def _relocate(
    tile: Tile, chance: Chance, row: int, column: int, random: np.uint64
) -> tuple[int, int]:
    """Draw a place for one station; -1, -1 when it is left out."""
    change_disc(tile, row, column, -1)
    reach = 1
    for q in range(tile.half_width.shape[0]):
        reach = max(reach, tile.half_width[q, tile.outer[q, row, column], 0])
    m = min(tile.window.shape[0] // 2, reach)
    to_row, to_column = _place_drawn(tile, chance, m, row, column, random)
    if to_row >= 0:
        change_disc(tile, to_row, to_column, 1)
    return to_row, to_column


@compiled_inner
def _add_one(
    tile: Tile, chance: Chance, stations: Ints, n_stations: int, places: Ints, random: np.uint64
) -> tuple[int, np.uint64]:
    """Draw a window anywhere, and a place in it for a new station, or none."""
    random = next_state(random)
    place = below(random, places.shape[0])
    row, column = places[place, 0], places[place, 1]
    random = next_state(random)
    m = tile.window.shape[0] // 2
    row, column = _place_drawn(tile, chance, m, row, column, random)
    if row >= 0 and n_stations < stations.shape[0]:
        change_disc(tile, row, column, 1)
        stations[n_stations, 0], stations[n_stations, 1] = row, column
        n_stations += 1
    return n_stations, random


@compiled_inner
def _place_drawn(
    tile: Tile, chance: Chance, m: int, row: int, column: int, random: np.uint64
) -> tuple[int, int]:
    """Draw a place within ``m`` cells by what a station there would gain, or -1, -1."""
    window = tile.window[: 2 * m + 1, : _in_lanes(2 * m + 1)]
    for t in range(2 * m + 1):
        for s in range(2 * m + 1):
            window[t, s] = tile.blocked[row - m + t, column - m + s]
    for q in range(tile.half_width.shape[0]):
        # The window is no longer than a block: those of its corners are all that it touches.
        half_width, outer = tile.half_width[q], tile.outer[q]
        reach = max(
            half_width[outer[row - m, column - m], 0],
            half_width[outer[row - m, column + m], 0],
            half_width[outer[row + m, column - m], 0],
            half_width[outer[row + m, column + m], 0],
        )
        add_window_gain(window, tile, q, reach, row, column)
    to_row, to_column = _drawn(window, chance, random)
    if to_row < 0:
        return -1, -1
    return row - m + to_row, column - m + to_column


@compiled_inner
def _drawn(window: Numbers, chance: Chance, random: np.uint64) -> tuple[int, int]:
    """Row and column of the greatest of gain + noise, -1 when the price + noise is greater."""
    size = window.shape[0]
    first = below(random, chance.noise.size - size * size)
    best = chance.price[0] + chance.noise[first]
    best_row, best_column = -1, -1
    for t in range(size):
        noise = chance.noise[first + 1 + t * size :]
        line = window[t]
        for s in range(size):
            value = line[s] + noise[s]
            if value > best:
                best, best_row, best_column = value, t, s
    return best_row, best_column
