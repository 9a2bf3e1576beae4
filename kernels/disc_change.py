"""What changes when a station is lifted out of a tile, put back elsewhere, or added.

All arrays are of one tile, whose stations lie at least the widest radius from its edges: no disc
needs clipping. ``outer`` is the number of the class with the longest radius of those that a station
there could serve: its disc holds the station's footprint, whatever classes are in it.
"""

from __future__ import annotations

import numpy as np

from kernels.compiled import compiled
from kernels.greedy_gain import lower_gain


@compiled
def add_class_gain(gain, remaining, area_class, area, half_width):  # type: ignore[no-untyped-def]
    """Add to ``gain`` the weight of one class in the disc round each cell of the tile.

    Parameters
    ----------
    gain, remaining
        ``int32[h, w]``: gain of a station in each cell, changed in place; weight not yet covered.
    area_class
        ``uint8[h, w]``.
    area
        The class.
    half_width
        ``int64[reach + 1]``, of that class, see :func:`kernels.disc.row_half_widths`.
    """
    height, width = gain.shape
    reach = half_width[0]
    running = np.zeros(width + 2 * reach + 1, dtype=np.int32)
    for y in range(height):
        total = np.int32(0)
        for x in range(width):
            total += remaining[y, x] if area_class[y, x] == area else np.int32(0)
            running[reach + x + 1] = total
        if total == 0:
            continue
        running[reach + width + 1 :] = total
        for target in range(max(0, y - reach), min(height, y + reach + 1)):
            half = half_width[abs(target - y)]
            line, upper, lower = gain[target], running[reach + half + 1 :], running[reach - half :]
            for x in range(width):
                line[x] += upper[x] - lower[x]


@compiled
def count_disc(count, area_class, half_width, outer, row, column):  # type: ignore[no-untyped-def]
    """Count one more station over all cells that a station at ``row``, ``column`` serves."""
    for dy in range(-half_width[outer, 0], half_width[outer, 0] + 1):
        half = half_width[outer, abs(dy)]
        line = count[row + dy, column - half : column + half + 1]
        classes = area_class[row + dy, column - half : column + half + 1]
        for k in range(line.size):
            area = classes[k]
            if area < half_width.shape[0] and abs(k - half) <= half_width[area, abs(dy)]:
                line[k] += np.uint16(1)


@compiled
def lone_weight(lone, weight, count, radius_squared, half_width, row, column):  # type: ignore[no-untyped-def]
    """Put into ``lone`` the weights that only the station at ``row``, ``column`` serves.

    Parameters
    ----------
    lone
        ``int32[2 * widest reach + 1, same]``; row ``dy + reach`` and column ``dx + half-width of
        that row`` receive the weight of the cell at that offset, else 0.
    weight, count
        ``int32[h, w]`` and ``uint16[h, w]``: weight of each cell, stations that serve it.
    radius_squared
        ``int32[h, w]``, square of the radius of each cell's class, -1 outside.
    half_width
        ``int64[reach + 1]``, of the disc that holds the station's footprint.
    """
    reach = half_width[0]
    for dy in range(-reach, reach + 1):
        half = half_width[abs(dy)]
        cells = weight[row + dy, column - half : column + half + 1]
        counts = count[row + dy, column - half : column + half + 1]
        limits = radius_squared[row + dy, column - half : column + half + 1]
        line = lone[dy + reach]
        for k in range(2 * half + 1):
            inside = (k - half) * (k - half) + dy * dy <= limits[k]
            line[k] = cells[k] if inside and counts[k] == 1 else np.int32(0)


@compiled
def add_lone_gain(window, lone, classes, half_width, outer, running):  # type: ignore[no-untyped-def]
    """Add to each place of a window what it would serve of the lone weights.

    Parameters
    ----------
    window
        ``int32[2 * m + 1, 2 * m + 1]``, gains of the places round the station; changed in place.
    lone
        As :func:`lone_weight` left it.
    classes
        ``uint8[2 * reach + 1, same]``, classes of the square round the station, ``reach`` that of
        class ``outer``.
    half_width
        ``int64[n_classes, reach + 1]``.
    running
        ``int32``, room for ``2 * (m + widest reach) + 2`` running sums.
    """
    reach, m = half_width[outer, 0], window.shape[0] // 2
    for dy in range(-reach, reach + 1):
        half = half_width[outer, abs(dy)]
        line = lone[dy + reach, : 2 * half + 1]
        line_classes = classes[dy + reach, reach - half : reach + half + 1]
        lowest, highest = _class_range(line, line_classes)
        for area in range(lowest, highest + 1):
            own = half_width[area, 0]
            if not _class_sums(running, line, line_classes, area, m + own - half, 2 * (m + own)):
                continue
            for t in range(max(-m, dy - own), min(m, dy + own) + 1):
                width = half_width[area, abs(dy - t)]
                places = window[t + m]
                upper, lower = running[own + width + 1 :], running[own - width :]
                for s in range(places.size):
                    places[s] += upper[s] - lower[s]


@compiled
def _class_range(line, classes):  # type: ignore[no-untyped-def]
    """Lowest and highest class of the cells that hold anything; nothing gives 0 and -1."""
    lowest, highest = 255, -1
    for k in range(line.size):
        if line[k] != 0:
            lowest, highest = min(lowest, classes[k]), max(highest, classes[k])
    return (lowest, highest) if highest >= 0 else (0, -1)


@compiled
def _class_sums(running, line, classes, area, shift, last):  # type: ignore[no-untyped-def]
    """Sum one class of ``line``, put down at ``shift``; return whether there is anything."""
    for i in range(min(last + 1, max(0, shift)) + 1):
        running[i] = 0
    total, any_of_class = np.int32(0), False
    for k in range(line.size):
        if classes[k] == area:
            total += line[k]
            any_of_class = True
        i = shift + k + 1
        if 0 <= i <= last + 1:
            running[i] = total
    for i in range(max(0, shift + line.size + 1), last + 2):
        running[i] = total
    return any_of_class and total != 0


@compiled
def return_disc(tile, lone, half_width, outer, row, column):  # type: ignore[no-untyped-def]
    """Take a station out: its lone weights are to be covered again, and raise the gains.

    ``tile`` has ``serving``, ``remaining``, ``gain`` and ``area_class`` of the tile, the first
    three changed in place; ``lone`` as :func:`lone_weight` left it.
    """
    reach = half_width[outer, 0]
    for dy in range(-reach, reach + 1):
        half = half_width[outer, abs(dy)]
        y, left = row + dy, column - half
        classes = tile.area_class[y, left : left + 2 * half + 1]
        counts = tile.serving[y, left : left + 2 * half + 1]
        for k in range(classes.size):
            area = classes[k]
            if area < half_width.shape[0] and abs(k - half) <= half_width[area, abs(dy)]:
                counts[k] -= np.uint16(1)
        line = lone[dy + reach, : 2 * half + 1]
        lowest, highest = _class_range(line, classes)
        for area in range(lowest, highest + 1):
            _return_row(tile, line, classes, half_width, area, y, left)


@compiled
def _return_row(tile, line, classes, half_width, area, y, left):  # type: ignore[no-untyped-def]
    """Uncover the lone weights of one class in a row, and raise the gains they count for."""
    first, end = line.size, 0
    for k in range(line.size):
        if line[k] != 0 and classes[k] == area:
            first, end = min(first, k), k + 1
    if first >= end:
        return
    reach = half_width[area, 0]
    running = np.zeros(4 * reach + 2 + end - first, dtype=np.int32)
    total = np.int32(0)
    for k in range(first, end):
        if line[k] != 0 and classes[k] == area:
            total -= line[k]
            tile.remaining[y, left + k] = line[k]
        running[2 * reach + k - first + 1] = total
    running[2 * reach + end - first + 1 :] = total
    lower_gain(tile.gain, half_width[area], running, y, left + first, left + end)
