"""Discs of known stations as spans: whatever asks for footprints of any shape takes discs too."""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.footprints.disc import half_width_table
from kernels.footprints.spans import Ints, Spans

_MOST_CELLS = 2**31 - 1


def disc_spans(
    area_class: npt.NDArray[np.uint8], radius_cells: npt.ArrayLike, cells: npt.ArrayLike
) -> Spans:
    """Return the discs of stations in ``cells`` as spans.

    A station in cell ``j`` serves cell ``i`` of area class ``c`` when their centres are at most
    ``radius_cells[c]`` apart; a class without a radius (255: outside) is never served.

    Parameters
    ----------
    area_class
        ``uint8[H, W]``, class of each cell.
    radius_cells
        ``float[n_classes]``, radius of each class in cells.
    cells
        Flat indices of the stations' cells, ``int[n]``, any order, any class.

    Raises
    ------
    ValueError
        When ``area_class`` is no such raster, a cell is off the grid, or a radius is no length.
    """
    if area_class.ndim != 2 or area_class.dtype != np.uint8:
        raise ValueError(f"area_class must be uint8[H, W], not {area_class.dtype}")
    if area_class.size > _MOST_CELLS:
        raise ValueError(f"a raster of at most {_MOST_CELLS:,} cells is needed")
    numbers = np.asarray(cells).reshape(-1)
    if numbers.size and not np.issubdtype(numbers.dtype, np.integer):
        raise ValueError(f"cells must be whole flat indices, not {numbers.dtype}")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < area_class.size:
        raise ValueError(f"cells must be flat indices from 0 to {area_class.size - 1}")
    table = half_width_table(radius_cells)
    spans: Spans = _spans(np.ascontiguousarray(area_class), table, numbers.astype(np.int64))
    return spans


@compiled
def _spans(area_class: npt.NDArray[np.uint8], half_width: Ints, cells: Ints) -> Spans:
    height, width = area_class.shape
    n_classes, rows = half_width.shape
    widest = np.empty(rows, np.int64)
    for offset in range(rows):
        widest[offset] = half_width[:, offset].max()
    most_rows = min(2 * rows - 1, height)
    # At most every second cell of a row begins a span.
    most = most_rows * (min(2 * widest[0] + 1, width) // 2 + 1)
    first = np.zeros(cells.size + 1, np.int64)
    start = np.empty(most_rows * cells.size + most, np.int32)
    length = np.empty(start.size, np.uint16)
    count = 0
    for station in range(cells.size):
        row, column = divmod(cells[station], width)
        if count + most > start.size:
            start = _twice_as_long(start)
            length = _twice_as_long(length)
        for y in range(max(0, row - rows + 1), min(height, row + rows)):
            offset = abs(y - row)
            begin = -1
            end = min(width, column + widest[offset] + 1)
            for x in range(max(0, column - widest[offset]), end):
                area = area_class[y, x]
                served = area < n_classes and abs(x - column) <= half_width[area, offset]
                if served and begin < 0:
                    begin = x
                elif begin >= 0 and not served:
                    start[count], length[count] = y * width + begin, x - begin
                    count += 1
                    begin = -1
            if begin >= 0:
                start[count], length[count] = y * width + begin, end - begin
                count += 1
        first[station + 1] = count
    return Spans(first, start[:count].copy(), length[:count].copy())


@compiled
def _twice_as_long(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    grown = np.empty(2 * values.size, values.dtype)
    grown[: values.size] = values
    return grown
