"""Discs of known stations as spans, for all code that takes footprints of any shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.arrays import Classes, Ints
from kernels.compiled import compiled
from kernels.footprints.disc import half_width_table
from kernels.footprints.spans import Spans, lengthened

_MOST_CELLS = 2**31 - 1


def disc_spans(area_class: Classes, radius_cells: npt.ArrayLike, cells: npt.ArrayLike) -> Spans:
    """Return the discs of stations in ``cells`` as spans of a stack of Q rasters.

    A station in cell ``j`` serves cell ``i`` of area class ``c`` in situation ``q`` when their
    centres are at most ``radius_cells[q, c]`` apart; a class without a radius (255: outside) is
    never served.

    Parameters
    ----------
    area_class
        ``uint8[H, W]``, class of each cell.
    radius_cells
        ``float[Q, n_classes]``, or ``float[n_classes]`` of one situation, in cells.
    cells
        Flat indices of the stations' cells, ``int[n]``, any order, any class.

    Raises
    ------
    ValueError
        When ``area_class`` is no such raster, a cell is off the grid, or a radius is no length.
    """
    if area_class.ndim != 2 or area_class.dtype != np.uint8:
        raise ValueError(f"area_class must be uint8[H, W], not {area_class.dtype}")
    half_width = half_width_table(radius_cells)
    if half_width.shape[0] * area_class.size > _MOST_CELLS:
        raise ValueError(f"a raster of at most {_MOST_CELLS:,} cells is needed")
    numbers = np.asarray(cells).reshape(-1)
    if numbers.size and not np.issubdtype(numbers.dtype, np.integer):
        raise ValueError(f"cells must be whole flat indices, not {numbers.dtype}")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < area_class.size:
        raise ValueError(f"cells must be flat indices from 0 to {area_class.size - 1}")
    every_class = np.full((half_width.shape[0], half_width.shape[2], 256), -1, np.int64)
    every_class[:, :, : half_width.shape[1]] = half_width.transpose(0, 2, 1)
    return _spans(np.ascontiguousarray(area_class), every_class, numbers.astype(np.int64))


@compiled
def _spans(area_class: Classes, half_width: Ints, cells: Ints) -> Spans:
    """Compile discs; ``half_width`` (int64[Q, reach + 1, 256]) of row and class, -1 for none."""
    height, width = area_class.shape
    situations, rows = half_width.shape[:2]
    widest = np.empty((situations, rows), np.int64)
    for situation in range(situations):
        for offset in range(rows):
            widest[situation, offset] = half_width[situation, offset].max()
    most_rows = situations * min(2 * rows - 1, height)
    # At most every second cell of a row begins a span.
    across = min(2 * widest[:, 0].max() + 1, width)
    most = most_rows * (across // 2 + 1)
    edges = np.empty(across + 2, np.int64)
    first = np.zeros(cells.size + 1, np.int64)
    start = np.empty(most_rows * cells.size + most, np.int32)
    length = np.empty(start.size, np.uint16)
    count = 0
    for station in range(cells.size):
        row, column = divmod(cells[station], width)
        if count + most > start.size:
            start = lengthened(start, 2 * start.size)
            length = lengthened(length, start.size)
        for situation in range(situations):
            above = situation * height
            for y in range(max(0, row - rows + 1), min(height, row + rows)):
                half = half_width[situation, abs(y - row)]
                reach = widest[situation, abs(y - row)]
                end = min(width, column + reach + 1)
                # Without a branch for each cell: towns and water make them hard to foresee.
                before, n_edges = False, 0
                for x in range(max(0, column - reach), end):
                    served = abs(x - column) <= half[area_class[y, x]]
                    edges[n_edges] = x
                    n_edges += served != before
                    before = served
                edges[n_edges] = end
                n_edges += before
                for edge in range(0, n_edges, 2):
                    start[count] = (above + y) * width + edges[edge]
                    length[count] = edges[edge + 1] - edges[edge]
                    count += 1
        first[station + 1] = count
    return Spans(first, start[:count].copy(), length[:count].copy())
