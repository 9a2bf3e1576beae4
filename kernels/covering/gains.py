"""Gains of all candidates at once, and their loss when a station is chosen.

The *gain* of a candidate is the weight of the cells it would newly cover. Weights are fixed-point
integers, so that a gain kept up to date equals the gain summed afresh, in any order and on any
number of threads. A raster row of weights is summed once (running sums); a row of the disc is then
the difference of two running sums, for a whole row of candidates at a time.
"""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.footprints.disc_sums import add_up_discs
from kernels.footprints.spans import fixed_point, unit_of

Units = npt.NDArray[np.int32]

# A cell that is no candidate has its gain lowered by 2**31: it stays negative whatever it loses.
NO_CANDIDATE = np.int32(-(2**31))


def fixed_point_unit(weight: npt.NDArray[np.floating], reach_cells: int) -> float:
    """Choose the unit to which weights are rounded: a power of two, as fine as the sums allow.

    Parameters
    ----------
    weight
        ``float[H, W]``, each finite and not negative.
    reach_cells
        Longest service radius in whole cells.

    Returns
    -------
    float
        In the unit of ``weight``, such that the weight in any disc stays below 2**31 of them:
        1/1024 person where the heaviest square of four reaches holds a million people. A cell of
        less than half a unit counts as empty.

    Raises
    ------
    ValueError
        When a weight is negative, infinite or not a number, or their sum is beyond float64.
    """
    heaviest = heaviest_window_weight(weight, 2 * reach_cells + 1)
    if not (weight.min(initial=0.0) >= 0.0 and heaviest < math.inf):
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")
    return unit_of(heaviest)


def heaviest_window_weight(weight: npt.NDArray[np.floating], side: int) -> float:
    """Weight of the heaviest square of two by two blocks of ``side`` cells.

    No disc whose diameter is at most ``side`` holds more of ``weight`` (``float[H, W]``).
    """
    block = weight
    with np.errstate(over="ignore"):
        for axis in (0, 1):
            begins = np.arange(0, weight.shape[axis], side)
            block = np.add.reduceat(block, begins, axis=axis, dtype=np.float64)
        block = np.pad(block, ((0, 1), (0, 1)))
        pair = block[1:] + block[:-1]
        return float((pair[:, 1:] + pair[:, :-1]).max())


def uncovered_units(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    covered: npt.NDArray[np.bool_],
    half_width: npt.NDArray[np.int64],
) -> tuple[Units, float]:
    """Weights in whole numbers of their :func:`fixed_point_unit`, and that unit.

    Parameters
    ----------
    weight, area_class, covered
        As of a :class:`~kernels.footprints.field.Field`.
    half_width
        ``int64[Q, n_classes, reach + 1]``, see :func:`kernels.footprints.disc.half_width_table`.

    Returns
    -------
    remaining : int32[Q * H, W]
        0 where covered or outside.
    unit : float
    """
    situations, n_classes, rows = half_width.shape
    stack = weight.reshape(situations, *area_class.shape)
    unit = fixed_point_unit(weight if situations == 1 else stack.sum(axis=0), rows - 1)
    nothing = covered | np.tile(area_class >= n_classes, (situations, 1))
    cells = np.ascontiguousarray(weight).reshape(-1)
    return fixed_point(cells, nothing.reshape(-1), 1 / unit).reshape(weight.shape), unit


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
        ``int32[Q * H, W]``, uncovered weight of each cell; no station may serve 2**31 or more.
    area_class, candidate, half_width
        As for :func:`kernels.footprints.disc_sums.add_up_discs`.

    Returns
    -------
    int32[H, W]
        The gain; lowered by 2**31, and so negative, where the cell is no candidate.
    """
    gain = np.empty(candidate.shape, np.int32)
    add_up_discs(gain, remaining, area_class, half_width, np.ones(gain.shape, np.bool_))
    return np.add(gain, NO_CANDIDATE, out=gain, where=~candidate)


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
        ``int32[H, W]`` and ``int32[Q * H, W]``, as given by :func:`first_gain` and
        :func:`uncovered_units`; changed in place, ``gain`` within twice the longest radius of the
        station.
    area_class, half_width
        As for :func:`first_gain`.
    row, column
        The station's cell.
    """
    height, width = gain.shape
    for situation in range(half_width.shape[0]):
        above = situation * height
        for area in range(half_width.shape[1]):
            discs = half_width[situation, area]
            reach = discs[0]
            if reach < 0:
                continue
            running = np.zeros(6 * reach + 2, dtype=np.int32)
            for y in range(max(0, row - reach), min(height, row + reach + 1)):
                half = discs[abs(y - row)]
                left = max(0, column - half)
                right = min(width, column + half + 1)
                cells = remaining[above + y, left:right]
                classes = area_class[y, left:right]
                first, end = take_span(cells, classes, area, running[2 * reach :])
                if first < end:
                    running[2 * reach + end - first + 1 :] = running[2 * reach + end - first]
                    lower_gain(gain, discs, running, y, left + first, left + end)


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
