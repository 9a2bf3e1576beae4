"""Which cells a list of stations covers, and the weight on them, counted cell by cell.

Nothing here is shared with the greedy's own bookkeeping: these sums check it. A station in cell
``j`` covers cell ``i`` of area class ``c`` when their centres are at most ``radius_cells[c]``
apart; a class without a radius (255: outside) is never covered.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact
from kernels.footprints.disc import half_width_table


def cover(
    covered: npt.NDArray[np.bool_],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    stations: npt.ArrayLike,
) -> None:
    """Mark in ``covered``, in place, the cells that ``stations`` cover.

    Parameters
    ----------
    covered
        ``bool[H, W]``, C-contiguous; cells already marked stay marked.
    area_class
        ``uint8[H, W]``, class of each cell; a class beyond the radii (255) is outside.
    radius_cells
        ``float[n_classes]``, service radius of each class in cells.
    stations
        Flat indices of the stations' cells, ``int[n]``; any cell, covered or not, any order.

    Raises
    ------
    ValueError
        When shapes differ, ``covered`` cannot be written in place, or a station is off the grid.
    """
    _cover(covered, *_checked(covered, area_class, radius_cells, stations))


def newly_covered_weight(
    weight: npt.NDArray[np.floating],
    covered: npt.NDArray[np.bool_],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    stations: npt.ArrayLike,
) -> npt.NDArray[np.float64]:
    """Weight that each station adds to those before it; marks ``covered`` in place.

    Parameters
    ----------
    weight
        ``float[H, W]``, people (or whatever counts) in each cell.
    covered
        ``bool[H, W]``, C-contiguous: what is covered before the first station; receives the
        cells of all of them.
    area_class, radius_cells, stations
        As for :func:`cover`.

    Returns
    -------
    float64[n]
        In the order of ``stations``, in the unit of ``weight``.

    Raises
    ------
    ValueError
        As for :func:`cover`.
    """
    if weight.shape != covered.shape:
        raise ValueError(f"weight {weight.shape} and covered {covered.shape} differ in shape")
    added: npt.NDArray[np.float64] = _newly_covered_weight(
        np.ascontiguousarray(weight).reshape(-1),
        covered,
        *_checked(covered, area_class, radius_cells, stations),
    )
    return added


def covered_weight(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    stations: npt.ArrayLike,
) -> float:
    """Weight on the cells that ``stations`` cover, recounted from nothing, in float64.

    Parameters and errors as for :func:`newly_covered_weight`. The sum spans over the cells of the
    raster, not over the stations: it does not depend on their order.
    """
    if weight.shape != area_class.shape:
        raise ValueError(f"weight {weight.shape} and area_class {area_class.shape} differ in shape")
    covered = np.zeros(area_class.shape, dtype=np.bool_)
    cover(covered, area_class, radius_cells, stations)
    return float(_marked_weight(weight, covered))


def _checked(
    covered: npt.NDArray[np.bool_],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    stations: npt.ArrayLike,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return area class, half-widths and stations as the kernels want them, or refuse them."""
    if covered.ndim != 2 or covered.shape != area_class.shape:
        raise ValueError(
            f"covered {covered.shape} and area_class {area_class.shape} differ in shape"
        )
    if covered.dtype != np.bool_ or not covered.flags.c_contiguous or not covered.flags.writeable:
        raise ValueError("covered must be a writeable C-contiguous bool array")
    if area_class.dtype != np.uint8:
        raise ValueError(f"area_class must be uint8, not {area_class.dtype}")
    cells = np.asarray(stations).reshape(-1)
    if cells.size and not np.issubdtype(cells.dtype, np.integer):
        raise ValueError(f"stations must be whole flat indices, not {cells.dtype}")
    if cells.size and not 0 <= cells.min() <= cells.max() < covered.size:
        raise ValueError(
            f"stations must be flat indices from 0 to {covered.size - 1}, "
            f"not {cells.min()} to {cells.max()}"
        )
    half_width = half_width_table(radius_cells)
    return np.ascontiguousarray(area_class), half_width, cells.astype(np.int64)


@compiled_exact
def _cover(covered, area_class, half_width, stations):  # type: ignore[no-untyped-def]
    widest = _widest_rows(half_width)
    cells = np.empty((2 * widest.size - 1) ** 2, dtype=np.int64)
    for station in stations:
        _cover_disc(covered, area_class, half_width, widest, station, cells)


@compiled_exact
def _newly_covered_weight(weight, covered, area_class, half_width, stations):  # type: ignore[no-untyped-def]
    widest = _widest_rows(half_width)
    cells = np.empty((2 * widest.size - 1) ** 2, dtype=np.int64)
    added = np.zeros(stations.size, dtype=np.float64)
    for order in range(stations.size):
        count = _cover_disc(covered, area_class, half_width, widest, stations[order], cells)
        for cell in cells[:count]:
            added[order] += weight[cell]
    return added


@compiled_exact
def _widest_rows(half_width):  # type: ignore[no-untyped-def]
    """Half-widths of the union of all classes' discs."""
    widest = np.empty(half_width.shape[1], dtype=np.int64)
    for offset in range(widest.size):
        widest[offset] = half_width[:, offset].max()
    return widest


@compiled_exact
def _cover_disc(covered, area_class, half_width, widest, station, cells):  # type: ignore[no-untyped-def]
    """Mark what one station covers; put the newly covered into ``cells`` and return how many."""
    height, width = covered.shape
    reach = widest.size - 1
    row, column = divmod(station, width)
    count = 0
    for y in range(max(0, row - reach), min(height, row + reach + 1)):
        dy = abs(y - row)
        for x in range(max(0, column - widest[dy]), min(width, column + widest[dy] + 1)):
            if covered[y, x] or area_class[y, x] >= half_width.shape[0]:
                continue
            if abs(x - column) <= half_width[area_class[y, x], dy]:
                covered[y, x] = True
                cells[count] = y * width + x
                count += 1
    return count


@compiled_exact
def _marked_weight(weight, marked):  # type: ignore[no-untyped-def]
    total = 0.0
    for y in range(marked.shape[0]):
        row_total = 0.0
        for x in range(marked.shape[1]):
            if marked[y, x]:
                row_total += weight[y, x]
        total += row_total
    return total
