"""People that each station adds, by the zone they live in: a border town may be served from abroad.

Counted cell by cell in the order given, as in :mod:`kernels.footprints.cover` and
:mod:`kernels.footprints.spans`, with the sum split by the zone of the cell. Cells outside all zones
(negative) count nowhere. Each station leaves its mark on the cells that it is the first to cover.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact
from kernels.footprints.disc import half_width_table
from kernels.footprints.spans import Spans

Gains = npt.NDArray[np.float64]


def disc_gain_by_zone(
    people: npt.NDArray[np.float32],
    zone_index: npt.NDArray[np.int16],
    marked: npt.NDArray[np.uint8],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    stations: npt.NDArray[np.int64],
    mark: npt.NDArray[np.uint8],
    zone_count: int,
) -> Gains:
    """Return the people that each station adds in each zone (float64[n, zones]), discs.

    Rasters (H, W), C-contiguous. ``marked``: 0 where nobody covers a cell yet; a station that is
    the first to cover it leaves its ``mark`` (uint8[n], above 0). A cell is served within the
    radius of its own class.
    """
    gain = np.zeros((stations.size, zone_count))
    table = half_width_table(radius_cells)
    widest = table.max(axis=0)
    _disc_gain(people, zone_index, marked, area_class, table, widest, stations, mark, gain)
    return gain


def span_gain_by_zone(
    people: npt.NDArray[np.float32],
    zone_index: npt.NDArray[np.int16],
    marked: npt.NDArray[np.uint8],
    spans: Spans,
    candidates: npt.NDArray[np.int64],
    mark: npt.NDArray[np.uint8],
    zone_count: int,
) -> Gains:
    """Return the same for footprints of any shape; ``candidates``: rows of their table."""
    gain = np.zeros((candidates.size, zone_count))
    flat = (np.ascontiguousarray(raster).reshape(-1) for raster in (people, zone_index))
    _span_gain(*flat, marked.reshape(-1), *spans, candidates, mark, gain)
    return gain


@compiled_exact
def _disc_gain(people, zone_index, marked, area_class, half_width, widest, stations, mark, gain):  # type: ignore[no-untyped-def]
    height, width = marked.shape
    reach = widest.size - 1
    for order in range(stations.size):
        row, column = divmod(stations[order], width)
        for y in range(max(0, row - reach), min(height, row + reach + 1)):
            dy = abs(y - row)
            for x in range(max(0, column - widest[dy]), min(width, column + widest[dy] + 1)):
                if marked[y, x] or area_class[y, x] >= half_width.shape[0]:
                    continue
                if abs(x - column) <= half_width[area_class[y, x], dy]:
                    marked[y, x] = mark[order]
                    if zone_index[y, x] >= 0:
                        gain[order, zone_index[y, x]] += people[y, x]


@compiled_exact
def _span_gain(people, zone_index, marked, first, start, length, candidates, mark, gain):  # type: ignore[no-untyped-def]
    for order in range(candidates.size):
        candidate = candidates[order]
        for span in range(first[candidate], first[candidate + 1]):
            for cell in range(start[span], start[span] + length[span]):
                if marked[cell] == 0:
                    marked[cell] = mark[order]
                    if zone_index[cell] >= 0:
                        gain[order, zone_index[cell]] += people[cell]
