"""Changes in cover when a station is removed from a tile or added to it, and gains of places.

All arrays are of one tile, whose stations lie at least the widest radius and the widest window from
its edges: no disc needs clipping. The gains of a window of places are summed when they are asked
for, from running sums of the rows that the places share: far less work than to keep the gains of
all places within two radii of every change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Classes, Counts, Ints, Numbers
from kernels.compiled import compiled_disjoint, compiled_inner

LANES = 8
"""Places of a row that are added up together: rooms for rows of places are multiples of it wide."""


class Tile(NamedTuple):
    """A tile's own copy of the raster in a frame of cells as if outside, a window wide.

    ``weight``, ``remaining`` (int32[Q, h, w]): weight of each cell in each situation in whole
    units, and that which no station serves. ``blocked`` (int32[h, w]): 0 where a station may be put
    down, else so little that no gain makes up for it. ``serving`` (uint16[Q, h, w]): stations that
    serve each cell in each situation. ``area_class`` (uint8[h, w]): class of each cell;
    ``radius_squared`` (int32[Q, h, w]): of it, in cells, -1 outside. ``outer`` (uint8[Q, h, w]):
    widest class that a station in each cell can serve. ``half_width`` (int64[Q, n_classes, reach +
    1]): of the disc of each class. ``window``, ``running``: room for the gains of a window of
    places, and the running sums of a row.
    """

    weight: Numbers
    remaining: Numbers
    blocked: Numbers
    serving: Counts
    area_class: Classes
    radius_squared: Numbers
    outer: Classes
    half_width: Ints
    window: Numbers
    running: Numbers


@compiled_inner
def change_disc(tile: Tile, row: int, column: int, change: int) -> None:
    """Put a station down in a cell (1), or take it out (-1): what none serves remains."""
    for q in range(tile.half_width.shape[0]):
        half_width = tile.half_width[q, tile.outer[q, row, column]]
        reach = half_width[0]
        serving, radius_squared = tile.serving[q], tile.radius_squared[q]
        weight, remaining = tile.weight[q], tile.remaining[q]
        for dy in range(-reach, reach + 1):
            half = half_width[abs(dy)]
            left, end = column - half, column + half + 1
            counts, limits = serving[row + dy, left:end], radius_squared[row + dy, left:end]
            cells, rest = weight[row + dy, left:end], remaining[row + dy, left:end]
            for k in range(counts.size):
                inside = (k - half) * (k - half) + dy * dy <= limits[k]
                counts[k] += np.uint16(change) if inside else np.uint16(0)
                rest[k] = cells[k] if counts[k] == 0 else np.int32(0)


@compiled_disjoint
def add_window_gain(
    window: Numbers, tile: Tile, situation: int, reach: int, row: int, column: int
) -> None:
    """Add to each place of a window what a station there would cover of the remaining weight.

    ``window`` (int32[2 * m + 1, w]): the places round ``row``, ``column``, and columns without
    meaning that make ``w`` a multiple of :data:`LANES`; changed in place. ``reach``: longest radius
    in whole cells, in this situation, of the classes that a station in the window can serve;
    ``tile.running`` has room for ``2 * reach + 2 + w`` numbers, and for ``2 * (m + reach) + 2``.
    """
    half_width, running = tile.half_width[situation], tile.running
    remaining = tile.remaining[situation]
    m = window.shape[0] // 2
    around = reach + m
    for dy in range(-around, around + 1):
        line = remaining[row + dy, column - around : column + around + 1]
        held = np.int32(0)
        for k in range(line.size):
            held |= line[k]
        if held == 0:
            continue
        classes = tile.area_class[row + dy, column - around : column + around + 1]
        lowest, highest = _class_range(line, classes)
        for area in range(lowest, highest + 1):
            rows = half_width[area, 0]
            if rows > reach or abs(dy) > rows + m:
                continue
            # Once for each row of each window: without the clipping of other running sums.
            if lowest == highest:
                _sums(running, line)
            else:
                _class_sums(running, line, classes, area)
            for t in range(max(-m, dy - rows), min(m, dy + rows) + 1):
                half = half_width[area, abs(dy - t)]
                places = window[t + m]
                upper, lower = running[reach + half + 1 :], running[reach - half :]
                for begin in range(0, places.size, LANES):
                    own, high, low = places[begin:], upper[begin:], lower[begin:]
                    for s in range(LANES):
                        own[s] += high[s] - low[s]


@compiled_inner
def _class_range(line: Numbers, classes: Classes) -> tuple[int, int]:
    """Lowest and highest class of the cells that hold anything."""
    lowest, highest = np.int32(255), np.int32(0)
    for k in range(line.size):
        area = np.int32(classes[k])
        lowest = min(lowest, area if line[k] != 0 else np.int32(255))
        highest = max(highest, area if line[k] != 0 else np.int32(0))
    return int(lowest), int(highest)


@compiled_inner
def _sums(running: Numbers, line: Numbers) -> None:
    total = np.int32(0)
    running[0] = total
    for k in range(line.size):
        total += line[k]
        running[k + 1] = total


@compiled_inner
def _class_sums(running: Numbers, line: Numbers, classes: Classes, area: int) -> None:
    total = np.int32(0)
    running[0] = total
    for k in range(line.size):
        total += line[k] if classes[k] == area else np.int32(0)
        running[k + 1] = total
