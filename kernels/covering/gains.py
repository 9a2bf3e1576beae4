"""Gains of all candidates at once, and their loss when a station is chosen.

The *gain* of a candidate is the weight of the cells it would newly cover. Weights are fixed-point
integers, so that a gain kept up to date equals the gain summed afresh, in any order and on any
number of threads. A raster row of weights is summed once (running sums); a row of the disc is then
the difference of two running sums, for a whole row of candidates at a time.
"""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_exact, compiled_parallel
from kernels.footprints.class_sum import running_class_sum

Units = npt.NDArray[np.int32]

# A cell that is no candidate has its gain lowered by 2**31: it stays negative whatever it loses.
NO_CANDIDATE = np.int32(-(2**31))
_TILE_ROWS = 128
_TILE_COLUMNS = 512


@compiled_exact
def heaviest_window_weight(weight: npt.NDArray[np.floating], side: int) -> float:
    """Weight of the heaviest square of two by two blocks of ``side`` cells: no disc holds more.

    Parameters
    ----------
    weight
        ``float[H, W]``.
    side
        Side of a block in cells, at least the diameter of the disc.

    Returns
    -------
    float64
        In the unit of ``weight``; -1 when a weight is negative, infinite or not a number.
    """
    height, width = weight.shape
    n_columns = (width + side - 1) // side
    above = np.zeros(n_columns + 1)
    heaviest = 0.0
    for top in range(0, height, side):
        block = np.zeros(n_columns + 1)
        for y in range(top, min(height, top + side)):
            for column in range(n_columns):
                total = 0.0
                for cell in weight[y, column * side : (column + 1) * side]:
                    if not 0.0 <= cell < np.inf:
                        return -1.0
                    total += cell
                block[column] += total
        for column in range(n_columns):
            window = block[column] + block[column + 1] + above[column] + above[column + 1]
            heaviest = max(heaviest, window)
        above = block
    return heaviest


@compiled_parallel
def uncovered_weight(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    covered: npt.NDArray[np.bool_],
    n_classes: int,
    scale: float,
) -> Units:
    """Weights as fixed-point integers: ``round(weight * scale)``, 0 where covered or outside.

    Parameters
    ----------
    weight
        ``float[H, W]``, not negative.
    area_class, covered
        ``uint8[H, W]`` and ``bool[H, W]``.
    n_classes
        Classes from here on are outside.
    scale
        Integers per unit of weight.

    Returns
    -------
    int32[H, W]
    """
    height, width = weight.shape
    remaining = np.zeros((height, width), dtype=np.int32)
    for y in numba.prange(height):
        for x in range(width):
            if area_class[y, x] < n_classes and not covered[y, x]:
                remaining[y, x] = np.int32(np.float64(weight[y, x]) * scale + 0.5)
    return remaining


@compiled_parallel
def first_gain(
    remaining: Units,
    area_class: npt.NDArray[np.uint8],
    candidate: npt.NDArray[np.bool_],
    half_width: npt.NDArray[np.int64],
) -> Units:
    """Gain of every cell as a candidate, before the first station is chosen.

    Parameters
    ----------
    remaining
        ``int32[H, W]``, uncovered weight of each cell; no disc may hold 2**31 or more.
    area_class, candidate
        ``uint8[H, W]`` and ``bool[H, W]``.
    half_width
        ``int64[n_classes, reach + 1]``, see :func:`kernels.footprints.disc.half_width_table`.

    Returns
    -------
    int32[H, W]
        The gain; lowered by 2**31, and so negative, where the cell is no candidate.
    """
    height, width = remaining.shape
    gain = np.empty((height, width), dtype=np.int32)
    tiles_down = (height + _TILE_ROWS - 1) // _TILE_ROWS
    tiles_across = (width + _TILE_COLUMNS - 1) // _TILE_COLUMNS
    for tile in numba.prange(tiles_down * tiles_across):
        top = (tile // tiles_across) * _TILE_ROWS
        left = (tile % tiles_across) * _TILE_COLUMNS
        bottom = min(height, top + _TILE_ROWS)
        right = min(width, left + _TILE_COLUMNS)
        gain[top:bottom, left:right] = 0
        for area in range(half_width.shape[0]):
            _add_class_gain(gain, remaining, area_class, area, half_width[area], top, left)
        for y in range(top, bottom):
            for x in range(left, right):
                if not candidate[y, x]:
                    gain[y, x] += NO_CANDIDATE
    return gain


@compiled
def _add_class_gain(
    gain: Units,
    remaining: Units,
    area_class: npt.NDArray[np.uint8],
    area: int,
    half_width: npt.NDArray[np.int64],
    top: int,
    left: int,
) -> None:
    """Add to one tile of ``gain`` the weight of one class in the disc round each cell."""
    height, width = gain.shape
    reach = half_width[0]
    bottom = min(height, top + _TILE_ROWS)
    right = min(width, left + _TILE_COLUMNS)
    source_top = max(0, top - reach)
    source_rows = min(height, bottom + reach) - source_top
    running = np.zeros((source_rows, right - left + 2 * reach + 1), dtype=np.int32)
    for y in range(running.shape[0]):
        cells, classes = remaining[source_top + y], area_class[source_top + y]
        if not running_class_sum(running[y], cells, classes, area, left - reach):
            continue
        for offset in range(-reach, reach + 1):
            target = source_top + y + offset
            if top <= target < bottom:
                half = half_width[abs(offset)]
                upper = running[y, reach + half + 1 :]
                lower = running[y, reach - half :]
                line = gain[target, left:right]
                for x in range(line.size):
                    line[x] += upper[x] - lower[x]


@compiled
def take_disc(
    gain: Units,
    remaining: Units,
    area_class: npt.NDArray[np.uint8],
    half_width: npt.NDArray[np.int64],
    row: int,
    column: int,
) -> None:
    """Cover the cells round a chosen station, and lower the gain of all that would cover them.

    Parameters
    ----------
    gain, remaining
        ``int32[H, W]``, as given by :func:`first_gain` and :func:`uncovered_weight`; changed in
        place, ``gain`` within twice the longest radius of the station.
    area_class, half_width
        As for :func:`first_gain`.
    row, column
        The station's cell.
    """
    height, width = gain.shape
    for area in range(half_width.shape[0]):
        reach = half_width[area, 0]
        running = np.zeros(6 * reach + 2, dtype=np.int32)
        for y in range(max(0, row - reach), min(height, row + reach + 1)):
            half = half_width[area, abs(y - row)]
            left = max(0, column - half)
            right = min(width, column + half + 1)
            cells = remaining[y, left:right]
            classes = area_class[y, left:right]
            first, end = take_span(cells, classes, area, running[2 * reach :])
            if first < end:
                running[2 * reach + end - first + 1 :] = running[2 * reach + end - first]
                lower_gain(gain, half_width[area], running, y, left + first, left + end)


@compiled
def take_span(
    cells: Units, classes: npt.NDArray[np.uint8], area: int, running: Units
) -> tuple[int, int]:
    """Empty a span of cells of one class; return the extent of what they held.

    Parameters
    ----------
    cells, classes
        ``int32[n]`` uncovered weights, emptied where the class is ``area``, and ``uint8[n]``.
    running
        ``int32[n + 1]``, receives the running sums from the first cell that held anything on.

    Returns
    -------
    first, end
        Of the cells that held anything; twice 0 where none did.
    """
    present = np.int32(0)
    for k in range(cells.size):
        present |= cells[k] if classes[k] == area else np.int32(0)
    if present == 0:
        return 0, 0
    first = 0
    while cells[first] == 0 or classes[first] != area:
        first += 1
    total = np.int32(0)
    end = first
    for k in range(first, cells.size):
        if classes[k] == area and cells[k] != 0:
            total += cells[k]
            cells[k] = 0
            end = k + 1
        running[k - first + 1] = total
    return first, end


@compiled
def lower_gain(
    gain: Units, half_width: npt.NDArray[np.int64], running: Units, y: int, first: int, end: int
) -> None:
    """Lower the gains of all candidates that reach the cells ``first`` to ``end`` of row ``y``.

    Parameters
    ----------
    gain
        ``int32[H, W]``, as given by :func:`first_gain`.
    half_width
        ``int64[reach + 1]``, of the class of the cells that were emptied.
    running
        ``int32``: twice the reach of zeros, the sums that :func:`take_span` gives, and the last of
        them on for twice the reach and more.
    y, first, end
        Row, and columns from ``first`` to before ``end``.
    """
    height, width = gain.shape
    reach = half_width[0]
    for offset in range(-reach, reach + 1):
        target = y + offset
        if 0 <= target < height:
            half = half_width[abs(offset)]
            left = max(0, first - half)
            line = gain[target, left : min(width, end + half)]
            lower = running[2 * reach + left - half - first :]
            upper = running[2 * reach + left + half + 1 - first :]
            for x in range(line.size):
                line[x] -= upper[x] - lower[x]
