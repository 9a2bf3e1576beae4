"""Gains of all candidates at once, and their loss when a station is chosen.

The *gain* of a candidate is the weight of the cells it would newly cover. Weights are fixed-point
integers, so that a gain kept up to date equals the gain summed afresh, in any order and on any
number of threads.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from kernels.arrays import Bools, Classes, Floats, Ints, Numbers, Weights, Zones
from kernels.compiled import compiled, compiled_parallel
from kernels.covering.limits import count_need
from kernels.footprints.disc_sums import add_up_discs
from kernels.footprints.spans import LARGEST_WEIGHT, unit_of

# A cell that is no candidate has its gain lowered by 2**31: it stays negative whatever it loses.
NO_CANDIDATE = np.int32(-(2**31))


def fixed_point_unit(weight: Weights, reach_cells: int, situations: int = 1) -> float:
    """Choose the unit to which weights are rounded: a power of two, as fine as the sums allow.

    ``weight`` (float[Q * H, W], finite and not negative) in any disc of ``reach_cells`` stays below
    2**31 units: 1/1024 person where the heaviest square of four reaches holds a million people. A
    cell of less than half a unit counts as empty. ``situations``: Q, rasters of the stack.

    Raises
    ------
    ValueError
        When a weight is negative, infinite or not a number, or their sum is beyond float64.
    """
    heaviest = heaviest_window_weight(weight, 2 * reach_cells + 1, situations)
    if not heaviest < math.inf:
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")
    return unit_of(heaviest)


def heaviest_window_weight(weight: Weights, side: int, situations: int = 1) -> float:
    """Weight of the heaviest square of two by two blocks of ``side`` cells.

    No disc whose diameter is at most ``side`` holds more of ``weight`` (``float[Q * H, W]``, of all
    ``situations``). Infinite where a weight is negative or not a number.
    """
    block = np.pad(_block_weight(np.ascontiguousarray(weight), side, situations), ((0, 1), (0, 1)))
    pair = block[1:] + block[:-1]
    return float((pair[:, 1:] + pair[:, :-1]).max())


@compiled_parallel
def _block_weight(weight: Weights, side: int, situations: int) -> Floats:
    """Weight of each block of ``side`` cells; infinite with one that is negative or no number."""
    height, width = weight.shape[0] // situations, weight.shape[1]
    block = np.zeros(((height + side - 1) // side, (width + side - 1) // side))
    for row in numba.prange(block.shape[0]):
        for y in range(row * side, min(height, (row + 1) * side)):
            for column in range(block.shape[1]):
                total, right = 0.0, True
                for situation in range(situations):
                    line = weight[situation * height + y]
                    for x in range(column * side, min(width, (column + 1) * side)):
                        right &= line[x] >= 0.0
                        total += line[x]
                block[row, column] += total if right else np.inf
    return block


def uncovered_units(
    weight: Weights, area_class: Classes, covered: Bools, half_width: Ints
) -> tuple[Numbers, float]:
    """Weights in whole numbers of their :func:`fixed_point_unit` (int32[Q * H, W]), and that unit.

    0 where covered or outside. The rasters are those of a :class:`~kernels.footprints.field.Field`,
    ``half_width`` that of :func:`kernels.footprints.disc.half_width_table`.
    """
    situations, n_classes, rows = half_width.shape
    weight, covered = np.ascontiguousarray(weight), np.ascontiguousarray(covered)
    unit = fixed_point_unit(weight, rows - 1, situations)
    return _units(weight, np.ascontiguousarray(area_class), covered, n_classes, 1 / unit), unit


@compiled_parallel
def _units(
    weight: Weights, area_class: Classes, covered: Bools, n_classes: int, scale: float
) -> Numbers:
    units = np.empty(weight.shape, np.int32)
    for row in numba.prange(weight.shape[0]):
        own, line = units[row], weight[row]
        done, classes = covered[row], area_class[row % area_class.shape[0]]
        for x in range(own.size):
            value = np.int32(min(line[x] * scale + 0.5, LARGEST_WEIGHT))
            own[x] = np.int32(0) if done[x] or classes[x] >= n_classes else value
    return units


def first_gain(
    gain: Numbers, remaining: Numbers, area_class: Classes, candidate: Bools, half_width: Ints
) -> None:
    """Put the gain of every cell as a candidate, before the first is chosen, into ``gain``.

    int32[H, W]; lowered by 2**31, and so negative, where the cell is no candidate. No station may
    serve 2**31 or more of ``remaining``. The others are those of
    :func:`kernels.footprints.disc_sums.add_up_discs`.
    """
    add_up_discs(gain, remaining, area_class, half_width, np.ones(gain.shape, np.bool_))
    np.add(gain, NO_CANDIDATE, out=gain, where=~candidate)


@compiled
def take_disc(
    gain: Numbers,
    remaining: Numbers,
    area_class: Classes,
    half_width: Ints,
    station: tuple[int, int, int],
    need_zone: Zones,
    need: Ints,
) -> bool:
    """Cover the cells round a chosen station, and lower the gain of all that would cover them.

    ``gain`` (int32[K, H, W], of K kinds of stations) and ``remaining`` (int32[Q * H, W]) are
    changed in place. ``half_width`` (int64[K, Q, n_classes, reach + 1]): of the discs of each kind;
    ``station``: kind, row and column; ``need_zone``, ``need``: as of the remaining limits. Returns
    whether a need is met.
    """
    height, width = area_class.shape
    kind, row, column = station
    met = False
    for situation in range(half_width.shape[1]):
        above = situation * height
        for area in range(half_width.shape[2]):
            reach = half_width[kind, situation, area, 0]
            if reach < 0:
                continue
            longest = reach
            for other in range(half_width.shape[0]):
                longest = max(longest, half_width[other, situation, area, 0])
            running = np.zeros(6 * longest + 2, np.int32)
            for y in range(max(0, row - reach), min(height, row + reach + 1)):
                half = half_width[kind, situation, area, abs(y - row)]
                begin, end = max(0, column - half), min(width, column + half + 1)
                cells, classes = remaining[above + y, begin:end], area_class[y, begin:end]
                cell = (above + y) * width + begin
                for k in range(cells.size if need.size > 0 else 0):
                    if classes[k] == area and cells[k] > 0:
                        met |= count_need(need_zone, need, cell + k, cells[k])
                first, stop = take_span(cells, classes, area, running[2 * longest :])
                if first < stop:
                    running[2 * longest + stop - first + 1 :] = running[2 * longest + stop - first]
                    for other in range(half_width.shape[0]):
                        own = half_width[other, situation, area]
                        sums = running[2 * (longest - own[0]) :]
                        lower_gain(gain[other], own, sums, y, begin + first, begin + stop)
    return met


@compiled
def take_span(cells: Numbers, classes: Classes, area: int, running: Numbers) -> tuple[int, int]:
    """Empty a span of cells of one class; return the extent of what they held.

    ``cells`` (int32[n], uncovered weights) are emptied where ``classes`` (uint8[n]) are ``area``;
    ``running`` (int32[n + 1]) receives the running sums from the first cell that held anything
    on. Returns first and end of the cells that held anything; twice 0 where none did.
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
    gain: Numbers, half_width: Ints, running: Numbers, y: int, first: int, end: int
) -> None:
    """Lower the gains of all candidates that reach the cells ``first`` to ``end`` of row ``y``.

    ``gain`` (int32[H, W]): of one kind; ``half_width`` (int64[reach + 1]): of the class of the
    cells that were emptied; ``running`` (int32): twice the reach of zeros, the sums that
    :func:`take_span` gives, and the last of them on for twice the reach and more.
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
