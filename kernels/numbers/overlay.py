"""Weights on the quadrilaterals of one raster, distributed over the cells of another by area.

Each source pixel is a quadrilateral in the plane of the destination grid, and its amount spreads
evenly over it. The share of a cell is the exact area of the intersection. No pixel is intersected
with a cell: every edge between two pixels carries the jump of density across it, and adds to each
cell of a row the area between the edge and the right border of the cell (Green's theorem). A
running sum along the row completes the area. Outlines of letters are filled in the same way.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from kernels.arrays import Floats, Weights
from kernels.compiled import compiled_exact, compiled_exact_parallel

_ROWS_PER_BAND = 256
_ROUNDING = 1e-12


def distributed_by_area(
    amounts: Weights, lattice: Floats, step: int, shape: tuple[int, int]
) -> Weights:
    """Return the amounts of the source's pixels on a destination grid, of the same type.

    Parameters
    ----------
    amounts
        Amount of each source pixel (H, W), finite; north up.
    lattice
        float64 (2, K, L): column and row, in cells of the destination, of every ``step``-th corner
        of the source's pixels, the last ones at or beyond its edge:
        ``K = ceil(H / step) + 1``, ``L = ceil(W / step) + 1``. Corners between are interpolated
        bilinearly.
    step
        Pixels between two points of the lattice, at least 1.
    shape
        Rows and columns of the destination. What falls outside is lost.

    Raises
    ------
    ValueError
        A lattice of the wrong shape, or amounts that are not finite.
    """
    height, width = amounts.shape
    expected = (2, -(-height // step) + 1, -(-width // step) + 1)
    if lattice.shape != expected:
        raise ValueError(f"the lattice has shape {lattice.shape}, expected {expected}")
    if not np.isfinite(amounts).all() or not np.isfinite(lattice).all():
        raise ValueError("amounts and lattice must be finite")
    amounts = np.ascontiguousarray(amounts)
    cells = np.zeros(shape, amounts.dtype)
    least = _ROUNDING * float(amounts.max(initial=0.0))
    _fill_bands(cells, amounts, np.ascontiguousarray(lattice), step, least)
    return cells


@compiled_exact_parallel
def _fill_bands(cells: Weights, amounts: Weights, lattice: Floats, step: int, least: float) -> None:
    """Fill bands of rows side by side; each cell is written by one thread, in the same order.

    Less than ``least`` is what rounding leaves of a running sum, and counts as nothing.
    """
    bands = (cells.shape[0] + _ROWS_PER_BAND - 1) // _ROWS_PER_BAND
    for band in numba.prange(bands):
        first = band * _ROWS_PER_BAND
        last = min(first + _ROWS_PER_BAND, cells.shape[0])
        sums = np.zeros((last - first, cells.shape[1]))
        _fill_band(sums, first, amounts, lattice, step)
        for row in range(last - first):
            running = 0.0
            for column in range(cells.shape[1]):
                running += sums[row, column]
                cells[first + row, column] = running if running > least else 0.0


@compiled_exact
def _fill_band(sums: Floats, first: int, amounts: Weights, lattice: Floats, step: int) -> None:
    """Add the edges of all pixels that reach into the rows of ``sums``, from row ``first`` on."""
    last = first + sums.shape[0]
    height, width = amounts.shape
    upper = np.empty((2, width + 1))
    lower = np.empty((2, width + 1))
    above = np.zeros(width)
    density = np.zeros(width)
    fresh = False
    known, reaches = -1, False
    for i in range(height + 1):
        k = min(i, height - 1) // step
        if k != known:
            known, reaches = k, _reaches(lattice, k, first, last)
        if not reaches:
            fresh = False
            continue
        if not fresh:
            _corner_row(lattice, step, i, upper)
            above[:] = 0.0
            if i > 0:
                _corner_row(lattice, step, i - 1, lower)
                _densities(amounts, i - 1, lower, upper, above)
            fresh = True
        density[:] = 0.0
        if i < height:
            _corner_row(lattice, step, i + 1, lower)
            _densities(amounts, i, upper, lower, density)
        left = 0.0
        for j in range(width):
            jump = above[j] - density[j]
            if jump != 0.0:
                _add_edge(
                    sums, first, upper[0, j], upper[1, j], upper[0, j + 1], upper[1, j + 1], jump
                )
            jump = density[j] - left
            if jump != 0.0:
                _add_edge(sums, first, upper[0, j], upper[1, j], lower[0, j], lower[1, j], jump)
            left = density[j]
        if left != 0.0:
            j = width
            _add_edge(sums, first, upper[0, j], upper[1, j], lower[0, j], lower[1, j], -left)
        upper, lower = lower, upper
        above, density = density, above


@compiled_exact
def _reaches(lattice: Floats, k: int, first: int, last: int) -> bool:
    """Whether the pixels around row ``k`` of the lattice can reach rows ``first`` to ``last``."""
    least, most = math.inf, -math.inf
    for row in range(max(k - 1, 0), min(k + 3, lattice.shape[1])):
        for column in range(lattice.shape[2]):
            least = min(least, lattice[1, row, column])
            most = max(most, lattice[1, row, column])
    return most >= first and least <= last


@compiled_exact
def _corner_row(lattice: Floats, step: int, i: int, corners: Floats) -> None:
    """Set the positions (2, W + 1) of the corners of row ``i`` of the source."""
    k = min(i // step, lattice.shape[1] - 2)
    down = (i - k * step) / step
    for j in range(corners.shape[1]):
        m = min(j // step, lattice.shape[2] - 2)
        along = (j - m * step) / step
        for axis in range(2):
            top = lattice[axis, k, m] * (1.0 - along) + lattice[axis, k, m + 1] * along
            bottom = lattice[axis, k + 1, m] * (1.0 - along) + lattice[axis, k + 1, m + 1] * along
            corners[axis, j] = top * (1.0 - down) + bottom * down


@compiled_exact
def _densities(amounts: Weights, i: int, upper: Floats, lower: Floats, density: Floats) -> None:
    """Set the amount per cell of the destination of each pixel of row ``i``, 0 without area."""
    for j in range(density.size):
        amount = amounts[i, j]
        density[j] = 0.0
        if amount != 0.0:
            across_x, across_y = lower[0, j + 1] - upper[0, j], lower[1, j + 1] - upper[1, j]
            other_x, other_y = lower[0, j] - upper[0, j + 1], lower[1, j] - upper[1, j + 1]
            area = 0.5 * abs(across_x * other_y - across_y * other_x)
            if area > 0.0:
                density[j] = amount / area


@compiled_exact
def _add_edge(
    sums: Floats, first: int, x0: float, y0: float, x1: float, y1: float, jump: float
) -> None:
    """Add what an edge with ``jump`` of density to its right gives to the cells of its rows."""
    if y0 == y1:
        return
    if y0 > y1:
        x0, y0, x1, y1, jump = x1, y1, x0, y0, -jump
    last = first + sums.shape[0]
    if y1 <= first or y0 >= last:
        return
    slope = (x1 - x0) / (y1 - y0)
    top, bottom = max(y0, float(first)), min(y1, float(last))
    for row in range(math.floor(top), math.ceil(bottom)):
        begin, end = max(top, float(row)), min(bottom, row + 1.0)
        if end > begin:
            near, far = x0 + (begin - y0) * slope, x0 + (end - y0) * slope
            _add_in_row(sums[row - first], min(near, far), max(near, far), (end - begin) * jump)


@compiled_exact
def _add_in_row(sums: Floats, west: float, east: float, amount: float) -> None:
    """Add a piece of an edge from ``west`` to ``east`` within one row to its running sums."""
    width = sums.size
    if west >= width:
        return
    if east <= 0.0:
        sums[0] += amount
        return
    for column in range(math.floor(west), max(math.ceil(east), math.floor(west) + 1)):
        piece, middle = amount, west - column
        if east > west:
            begin, end = max(west, float(column)), min(east, column + 1.0)
            piece = amount * (end - begin) / (east - west)
            middle = 0.5 * (begin + end) - column
        if column < 0:
            sums[0] += piece
        elif column < width:
            sums[column] += piece * (1.0 - middle)
            if column + 1 < width:
                sums[column + 1] += piece * middle
