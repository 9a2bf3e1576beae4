"""Discs by area class as spans, for explicit candidates among footprints of any shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact
from kernels.footprints.disc import half_width_table
from kernels.footprints.spans import Spans


def disc_spans(
    area_class: npt.NDArray[np.uint8], radius_cells: npt.ArrayLike, cells: npt.ArrayLike
) -> Spans:
    """Return the discs of stations in ``cells`` as spans.

    Parameters
    ----------
    area_class
        ``uint8[H, W]``; a class beyond the radii (255) is outside and never served.
    radius_cells
        ``float[n_classes]``: a cell is served within the radius of its own class, in cells.
    cells
        Flat indices of the stations' cells.

    Raises
    ------
    ValueError
        When a cell is off the grid, or a radius is no length.
    """
    numbers = np.asarray(cells, dtype=np.int64).reshape(-1)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < area_class.size:
        raise ValueError(f"cells must be flat indices from 0 to {area_class.size - 1}")
    grid = np.ascontiguousarray(area_class)
    table = half_width_table(radius_cells)
    counts = _spans(grid, table, numbers, np.zeros(0, np.int32), np.zeros(0, np.uint16))
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    start = np.empty(first[-1], np.int32)
    length = np.empty(first[-1], np.uint16)
    _spans(grid, table, numbers, start, length)
    return Spans(first, start, length)


@compiled_exact
def _spans(area_class, half_width, cells, start, length):  # type: ignore[no-untyped-def]
    """Count the spans of each disc, and write them where there is room for them."""
    height, width = area_class.shape
    counts = np.zeros(cells.size, np.int64)
    reach = half_width.shape[1] - 1
    written = 0
    for station in range(cells.size):
        row, column = divmod(cells[station], width)
        for y in range(max(0, row - reach), min(height, row + reach + 1)):
            widest = half_width[:, abs(y - row)].max()
            begin = -1
            end = min(width - 1, column + widest)
            for x in range(max(0, column - widest), end + 1):
                kind = area_class[y, x]
                served = (
                    kind < half_width.shape[0] and abs(x - column) <= half_width[kind, abs(y - row)]
                )
                if served and begin < 0:
                    begin = x
                if begin >= 0 and (not served or x == end):
                    if start.size:
                        start[written] = y * width + begin
                        length[written] = (x + 1 if served else x) - begin
                        written += 1
                    counts[station] += 1
                    begin = -1
    return counts
