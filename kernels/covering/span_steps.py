"""Steps of a primal-dual method on the relaxation of maximal covering, for footprints as spans.

The relaxation, its saddle point and the two steps are those of :mod:`kernels.covering.disc_steps`.
Here neither product needs a cell of a footprint: what a candidate gains is the sum over its spans
of the difference of two running sums, and who serves a cell is a running sum of differences put
down at both ends of every span. So a step costs as much as there are spans and cells of the raster,
not as there are cells in footprints. Each row and each candidate is computed by one thread from
values of the step before: the result does not depend on the number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_exact_parallel
from kernels.footprints.spans import Spans


class SpanTable(NamedTuple):
    """Spans by candidate and by row, for a raster of ``width`` columns.

    ``first`` (int64[n + 1]): number of the first span of each candidate; ``begin`` (int32): where
    each span begins in a raster of one column more, in which a row's running sum starts at 0, and
    ``length`` (uint16). ``row_first`` (int64[H + 1]): number of the first span of each row;
    ``row_begin`` (int32, column), ``row_length`` (uint16) and ``row_owner`` (int32, candidate).
    """

    first: npt.NDArray[np.int64]
    begin: npt.NDArray[np.int32]
    length: npt.NDArray[np.uint16]
    row_first: npt.NDArray[np.int64]
    row_begin: npt.NDArray[np.int32]
    row_length: npt.NDArray[np.uint16]
    row_owner: npt.NDArray[np.int32]


def span_table(spans: Spans, shape: tuple[int, int]) -> SpanTable:
    """Return the spans of candidates on a raster of a shape, sorted by row as well."""
    height, width = shape
    return SpanTable(*_table(spans.first, spans.start, spans.length, height, width))


@compiled
def _table(first, start, length, height, width):  # type: ignore[no-untyped-def]
    begin = np.empty(start.size, np.int32)
    row_first = np.zeros(height + 1, np.int64)
    for span in range(start.size):
        row = start[span] // width
        begin[span] = start[span] + row
        row_first[row + 1] += 1
    row_first = np.cumsum(row_first)
    free = row_first[:-1].copy()
    row_begin = np.empty(start.size, np.int32)
    row_length = np.empty(start.size, np.uint16)
    row_owner = np.empty(start.size, np.int32)
    for candidate in range(first.size - 1):
        for span in range(first[candidate], first[candidate + 1]):
            row = start[span] // width
            row_begin[free[row]] = start[span] - row * width
            row_length[free[row]] = length[span]
            row_owner[free[row]] = candidate
            free[row] += 1
    return first, begin, length, row_first, row_begin, row_length, row_owner


@compiled_exact_parallel
def running_sums(values):  # type: ignore[no-untyped-def]
    """Running sum along each row, 0 first.

    Parameters
    ----------
    values
        ``float32[H, W]``.

    Returns
    -------
    float64[H, W + 1]
    """
    running = np.zeros((values.shape[0], values.shape[1] + 1))
    for row in numba.prange(values.shape[0]):
        total = 0.0
        for column in range(values.shape[1]):
            total += values[row, column]
            running[row, column + 1] = total
    return running


@compiled_exact_parallel
def span_sums(running, table):  # type: ignore[no-untyped-def]
    """Sum over the footprint of each candidate.

    Parameters
    ----------
    running
        ``[H, W + 1]``, running sums along rows, as of :func:`running_sums`.
    table
        A :class:`SpanTable`.

    Returns
    -------
    array of the type of ``running``, [n]
    """
    flat = running.reshape(-1)
    total = np.zeros(table.first.size - 1, dtype=running.dtype)
    for candidate in numba.prange(total.size):
        own = total[candidate]
        for span in range(table.first[candidate], table.first[candidate + 1]):
            begin = table.begin[span]
            own += flat[begin + table.length[span]] - flat[begin]
        total[candidate] = own
    return total


@compiled_exact_parallel
def times_served(share, table, width):  # type: ignore[no-untyped-def]
    """How often each cell is served when each candidate is built to a share.

    Parameters
    ----------
    share
        ``float64[n]``.
    table
        A :class:`SpanTable`.
    width
        Columns of the raster.

    Returns
    -------
    float32[H, W]
    """
    served = np.empty((table.row_first.size - 1, width), np.float32)
    for row in numba.prange(served.shape[0]):
        change = _changes(share, table, row, width)
        total = 0.0
        for column in range(width):
            total += change[column]
            served[row, column] = total
    return served


@compiled_exact_parallel
def step_candidates(share, leap, gain, step, slope, price):  # type: ignore[no-untyped-def]
    """Move the candidates along the reduced gain, and look ahead as far again.

    Parameters
    ----------
    share
        ``float64[n]``, how much of each candidate is built, 0 to 1; changed in place.
    leap
        ``float64[n]``; receives twice the new ``share`` less the old.
    gain
        ``float64[n]``, sum of the multipliers that each candidate serves.
    step
        ``float64[n]``, step length of each.
    slope
        By which all steps are multiplied, one over a weight.
    price
        ``float64[n]``, what a station on each has to gain.
    """
    for candidate in numba.prange(share.size):
        old = share[candidate]
        far = old + slope * step[candidate] * (gain[candidate] - price[candidate])
        new = min(1.0, max(0.0, far))
        share[candidate] = new
        leap[candidate] = new + new - old


@compiled_exact_parallel
def step_span_multipliers(multiplier, running, leap, weight, step, slope, table):  # type: ignore[no-untyped-def]
    """Raise the multiplier of each cell that is served too little, lower it where too much.

    Parameters
    ----------
    multiplier
        ``float32[H, W]``; changed in place, kept within 0 and ``weight``.
    running
        ``float64[H, W + 1]``; receives its running sums along rows.
    leap
        ``float64[n]``, the candidates as :func:`step_candidates` left them.
    weight
        ``float32[H, W]``, 0 where nothing is to be covered.
    step
        ``float32[H, W]``, step length of each cell.
    slope
        By which all steps are multiplied, a weight.
    table
        A :class:`SpanTable`.
    """
    width = weight.shape[1]
    for row in numba.prange(weight.shape[0]):
        change = _changes(leap, table, row, width)
        served, total = 0.0, 0.0
        for column in range(width):
            served += change[column]
            highest = weight[row, column]
            if highest > 0.0:
                far = multiplier[row, column] + slope * step[row, column] * (1.0 - served)
                multiplier[row, column] = min(np.float64(highest), max(0.0, far))
                total += multiplier[row, column]
            running[row, column + 1] = total


@compiled
def _changes(share, table, row, width):  # type: ignore[no-untyped-def]
    """By how much more each cell of a row is served than the one before it."""
    change = np.zeros(width + 1)
    for span in range(table.row_first[row], table.row_first[row + 1]):
        built = share[table.row_owner[span]]
        if built != 0.0:
            begin = table.row_begin[span]
            change[begin] += built
            change[begin + table.row_length[span]] -= built
    return change
