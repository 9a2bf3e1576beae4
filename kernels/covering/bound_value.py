"""Exact value of the upper bound that a raster of multipliers gives.

For multipliers ``0 <= lambda_i <= w_i`` no plan with N stations covers more than

    sum_i (w_i - lambda_i) + sum of the N greatest c_j,   c_j = sum of lambda_i that j serves,

over the candidates j (weak duality of the covering relaxation, see
:mod:`kernels.covering.disc_steps`), nor more than the sum of all w_i. Cells covered before have
``lambda_i = 0``. Everything is summed in whole numbers of a unit, the constant rounded up and the
multipliers down, so that the value is a bound for the weights as they are, and the same in any
order and on any number of threads.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_exact, compiled_parallel
from kernels.footprints.disc import half_width_table

WHOLE = 65535
"""Multiplier of a cell that equals its weight; 0 is none."""

_STRIP_ROWS = 64


def bound_unit(weight: npt.NDArray[np.floating]) -> float:
    """Return the unit of the sums: a power of two, so fine that no sum passes 2**62.

    Raises
    ------
    ValueError
        When a weight is negative, infinite or not a number.
    """
    lowest, highest = float(weight.min(initial=0.0)), float(weight.max(initial=0.0))
    if not (lowest >= 0 and math.isfinite(highest)):
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")
    cell_bits = math.frexp(highest)[1]
    total_bits = math.frexp(highest * weight.size)[1]
    return 2.0 ** -min(46 - cell_bits, 61 - total_bits)


def stored_multipliers(
    multiplier: npt.NDArray[np.float32], weight: npt.NDArray[np.floating]
) -> npt.NDArray[np.uint16]:
    """Return multipliers as shares of the weight, :data:`WHOLE` for all of it; 0 where it is 0."""
    stored = np.zeros(weight.shape, dtype=np.uint16)
    for y in range(weight.shape[0]):
        held = weight[y] > 0
        share = multiplier[y, held] / weight[y, held]
        stored[y, held] = np.rint(np.clip(share, 0.0, 1.0) * WHOLE).astype(np.uint16)
    return stored


def bound_values(
    stored: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_most: int,
) -> npt.NDArray[np.float64]:
    """Upper bound on the weight that N stations can cover, for every N up to ``n_most``.

    Parameters
    ----------
    stored
        ``uint16[H, W]``, multipliers as :func:`stored_multipliers` gives them; any values give
        a valid bound.
    weight, area_class, radius_cells, candidate, covered
        As for :func:`kernels.covering.greedy_raster.greedy_order`.
    n_most
        Most stations.

    Returns
    -------
    float64[n_most + 1]
        Weight covered with N stations at most, ``covered`` included, in the unit of ``weight``;
        never falls with N.
    """
    unit = bound_unit(weight)
    constant, everything = constant_units(
        stored, weight, area_class, covered, len(np.atleast_1d(radius_cells)), unit
    )
    gains = station_units(stored, weight, area_class, radius_cells, candidate, covered, unit)
    values = np.full(n_most + 1, constant, dtype=np.int64)
    used = min(n_most, gains.size)
    if used:
        gains.partition(gains.size - used)
        values[1 : used + 1] += np.cumsum(np.sort(gains[gains.size - used :])[::-1])
        values[used + 1 :] = values[used]
    return rounded_up(np.minimum(values, everything), unit)


def constant_units(
    stored: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    covered: npt.NDArray[np.bool_],
    n_classes: int,
    unit: float,
) -> tuple[int, int]:
    """Return the sum of weight less multiplier, and of all weight, in whole units."""
    area_class = np.ascontiguousarray(area_class)
    constant, everything = _constant(stored, weight, area_class, covered, n_classes, 1 / unit)
    return int(constant.sum()), int(everything.sum())


def station_units(
    stored: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    unit: float,
) -> npt.NDArray[np.int64]:
    """Return c of every candidate, row by row, in whole units."""
    half_width = half_width_table(radius_cells)
    area_class = np.ascontiguousarray(area_class)
    first = np.zeros(weight.shape[0] + 1, dtype=np.int64)
    np.cumsum(np.count_nonzero(candidate, axis=1), out=first[1:])
    gains = np.empty(int(first[-1]), dtype=np.int64)
    _candidate_gains(
        gains, first, stored, weight, area_class, candidate, covered, half_width, 1 / unit
    )
    return gains


def rounded_up(values: npt.NDArray[np.int64], unit: float) -> npt.NDArray[np.float64]:
    """Return whole numbers of a unit as float64, never less than they are."""
    rounded = values.astype(np.float64)
    # Of 2**62 and more than 2**53 a float64 holds multiples of 2**9 only.
    below = rounded.astype(np.int64) < values
    rounded[below] = np.nextafter(rounded[below], np.inf)
    return rounded * unit


@compiled_parallel
def _constant(stored, weight, area_class, covered, n_classes, scale):  # type: ignore[no-untyped-def]
    """Sum of weight, rounded up, less multiplier for each row, and of weight, in units."""
    total = np.zeros(weight.shape[0], dtype=np.int64)
    everything = np.zeros(weight.shape[0], dtype=np.int64)
    for y in numba.prange(weight.shape[0]):
        row_weight, row_multiplier = np.int64(0), np.int64(0)
        for x in range(weight.shape[1]):
            if area_class[y, x] < n_classes:
                row_weight += np.int64(np.ceil(np.float64(weight[y, x]) * scale))
                if not covered[y, x]:
                    row_multiplier += _multiplier(stored[y, x], weight[y, x], scale)
        total[y] = row_weight - row_multiplier
        everything[y] = row_weight
    return total, everything


@compiled_exact
def _multiplier(stored, weight, scale):  # type: ignore[no-untyped-def]
    if stored == 0:
        return np.int64(0)
    return np.int64(np.float64(weight) * scale) * np.int64(stored) // np.int64(WHOLE)


@compiled_parallel
def _candidate_gains(  # type: ignore[no-untyped-def]
    gains, first, stored, weight, area_class, candidate, covered, half_width, scale
):
    """Put c of every candidate, row by row, into ``gains``."""
    height, width = weight.shape
    reach = half_width.shape[1] - 1
    for strip in numba.prange((height + _STRIP_ROWS - 1) // _STRIP_ROWS):
        top = strip * _STRIP_ROWS
        bottom = min(height, top + _STRIP_ROWS)
        if first[top] == first[bottom]:
            continue
        total = np.zeros((bottom - top, width), dtype=np.int64)
        running = np.zeros(width + 2 * reach + 1, dtype=np.int64)
        for y in range(max(0, top - reach), min(height, bottom + reach)):
            multiplier = np.zeros(width, dtype=np.int64)
            for x in range(width):
                if not covered[y, x]:
                    multiplier[x] = _multiplier(stored[y, x], weight[y, x], scale)
            for area in range(half_width.shape[0]):
                _add_row(total, multiplier, area_class[y], area, half_width[area], y - top, running)
        for y in range(top, bottom):
            k = first[y]
            for x in range(width):
                if candidate[y, x]:
                    gains[k] = total[y - top, x]
                    k += 1


@compiled
def _add_row(total, multiplier, classes, area, half_width, row, running):  # type: ignore[no-untyped-def]
    """Add one class of a row of multipliers to all sums of the strip that it belongs to."""
    reach = (running.size - 1 - multiplier.size) // 2
    begin, end = multiplier.size, 0
    for x in range(multiplier.size):
        if multiplier[x] != 0 and classes[x] == area:
            begin, end = min(begin, x), x + 1
    if begin >= end:
        return
    running[: reach + begin + 1] = 0
    sum_so_far = np.int64(0)
    for x in range(begin, end):
        sum_so_far += multiplier[x] if classes[x] == area else np.int64(0)
        running[reach + x + 1] = sum_so_far
    running[reach + end + 1 :] = sum_so_far
    own = half_width[0]
    for target in range(max(0, row - own), min(total.shape[0], row + own + 1)):
        half = half_width[abs(target - row)]
        line = total[target, max(0, begin - half) : end + half]
        upper = running[reach + half + 1 + max(0, begin - half) :]
        lower = running[reach - half + max(0, begin - half) :]
        for x in range(line.size):
            line[x] += upper[x] - lower[x]
