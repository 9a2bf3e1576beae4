"""What changes when a station is lifted out of a tile or put down, and what a place would gain.

All arrays are of one tile, whose stations lie at least the widest radius and the widest window from
its edges: no disc needs clipping. No map of gains is kept: the gains of a window of places are
summed when they are asked for, from running sums of the rows that the places share, which is far
less work than to keep the gains of all places within two radii of every change.
"""

from __future__ import annotations

import numpy as np

from kernels.compiled import compiled


@compiled
def lift_disc(tile, half_width, row, column):  # type: ignore[no-untyped-def]
    """Take a station out: what it alone served remains to be covered.

    Parameters
    ----------
    tile
        ``weight`` and ``radius_squared`` (``int32[h, w]``, square of the radius of each cell's
        class, -1 outside), ``serving`` (``uint16[h, w]``, stations that serve each cell) and
        ``remaining`` (``int32[h, w]``, weight that none serves); the last two change in place.
    half_width
        ``int64[reach + 1]``, of a disc that holds the station's footprint.
    row, column
        The station's cell.
    """
    reach = half_width[0]
    for dy in range(-reach, reach + 1):
        half = half_width[abs(dy)]
        left, end = column - half, column + half + 1
        counts, limits = tile.serving[row + dy, left:end], tile.radius_squared[row + dy, left:end]
        cells, rest = tile.weight[row + dy, left:end], tile.remaining[row + dy, left:end]
        for k in range(counts.size):
            inside = (k - half) * (k - half) + dy * dy <= limits[k]
            counts[k] -= np.uint16(inside)
            rest[k] = cells[k] if counts[k] == 0 else np.int32(0)


@compiled
def put_disc(tile, half_width, row, column):  # type: ignore[no-untyped-def]
    """Put a station down: what it serves no longer remains. Parameters as for lift_disc."""
    reach = half_width[0]
    for dy in range(-reach, reach + 1):
        half = half_width[abs(dy)]
        left, end = column - half, column + half + 1
        counts, limits = tile.serving[row + dy, left:end], tile.radius_squared[row + dy, left:end]
        rest = tile.remaining[row + dy, left:end]
        for k in range(counts.size):
            inside = (k - half) * (k - half) + dy * dy <= limits[k]
            counts[k] += np.uint16(inside)
            rest[k] = np.int32(0) if inside else rest[k]


@compiled
def add_window_gain(window, tile, half_width, reach, row, column, running):  # type: ignore[no-untyped-def]
    """Add to each place of a window what a station there would cover of the remaining weight.

    Parameters
    ----------
    window
        ``int32[2 * m + 1, 2 * m + 1]``, the places round ``row``, ``column``; changed in place.
    tile
        ``remaining`` (``int32[h, w]``) and ``area_class`` (``uint8[h, w]``) of the tile.
    half_width
        ``int64[n_classes, reach + 1]``.
    reach
        Longest radius in whole cells of the classes that a station in the window can serve.
    running
        ``int32``, room for ``2 * (m + reach) + 2`` running sums.
    """
    m = window.shape[0] // 2
    around = reach + m
    for dy in range(-around, around + 1):
        line = tile.remaining[row + dy, column - around : column + around + 1]
        held = np.int32(0)
        for k in range(line.size):
            held |= line[k]
        if held == 0:
            continue
        classes = tile.area_class[row + dy, column - around : column + around + 1]
        lowest, highest = _class_range(line, classes)
        for area in range(lowest, highest + 1):
            own = half_width[area, 0]
            if own > reach or abs(dy) > own + m:
                continue
            if lowest == highest:
                _sums(running, line)
            else:
                _class_sums(running, line, classes, area)
            for t in range(max(-m, dy - own), min(m, dy + own) + 1):
                half = half_width[area, abs(dy - t)]
                places = window[t + m]
                upper, lower = running[reach + half + 1 :], running[reach - half :]
                for s in range(places.size):
                    places[s] += upper[s] - lower[s]


@compiled
def _class_range(line, classes):  # type: ignore[no-untyped-def]
    """Lowest and highest class of the cells that hold anything."""
    lowest, highest = np.int32(255), np.int32(0)
    for k in range(line.size):
        area = np.int32(classes[k])
        lowest = min(lowest, area if line[k] != 0 else np.int32(255))
        highest = max(highest, area if line[k] != 0 else np.int32(0))
    return lowest, highest


@compiled
def _sums(running, line):  # type: ignore[no-untyped-def]
    total = np.int32(0)
    running[0] = total
    for k in range(line.size):
        total += line[k]
        running[k + 1] = total


@compiled
def _class_sums(running, line, classes, area):  # type: ignore[no-untyped-def]
    total = np.int32(0)
    running[0] = total
    for k in range(line.size):
        total += line[k] if classes[k] == area else np.int32(0)
        running[k + 1] = total
