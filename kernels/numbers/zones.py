"""Sums by zone and scaling by zone over rasters of millions of cells.

``zone_index`` is an integer raster: 0..n-1 inside a zone, negative outside all of them.
"""

from __future__ import annotations

import numba
import numpy as np

from kernels.arrays import Classes, Floats, Raster, Zones
from kernels.compiled import compiled_exact, compiled_exact_parallel


@compiled_exact
def zone_sum(value: Raster, zone_index: Zones, zone_count: int) -> Floats:
    """Return the sum of ``value`` in each zone (unit of ``value``).

    ``value`` (H, W) float, ``zone_index`` (H, W) integer. Rows are summed one by one in float64
    and then added, so that the error stays near one unit in the last place of a row.
    """
    total = np.zeros(zone_count)
    row_total = np.zeros(zone_count)
    for row in range(value.shape[0]):
        row_total[:] = 0.0
        for col in range(value.shape[1]):
            zone = zone_index[row, col]
            if zone >= 0:
                row_total[zone] += value[row, col]
        total += row_total
    return total


@compiled_exact
def zone_class_sum(
    value: Raster,
    zone_index: Zones,
    area_class: Classes,
    share: Raster,
    zone_count: int,
    class_count: int,
) -> tuple[Floats, Floats]:
    """Return the sum of ``value`` and the number of cells by zone and class, divided by a share.

    Both have the shape (zone_count, class_count, 2); the last index is 1 for the ``share`` of each
    cell (0 to 1), and 0 for the rest of it. Cells of a class at or beyond ``class_count`` belong to
    no class and are left out.
    """
    total = np.zeros((zone_count, class_count, 2))
    cells = np.zeros((zone_count, class_count, 2))
    row_total = np.zeros((zone_count, class_count, 2))
    for row in range(value.shape[0]):
        row_total[:] = 0.0
        for col in range(value.shape[1]):
            zone = zone_index[row, col]
            klass = area_class[row, col]
            if zone >= 0 and klass < class_count:
                part = np.float64(share[row, col])
                row_total[zone, klass, 0] += value[row, col] * (1.0 - part)
                row_total[zone, klass, 1] += value[row, col] * part
                cells[zone, klass, 0] += 1.0 - part
                cells[zone, klass, 1] += part
        total += row_total
    return total, cells


@compiled_exact_parallel
def scale_by_zone(value: Raster, zone_index: Zones, factor: Floats, offset: Floats) -> None:
    """Replace ``value`` by ``value * factor[zone] + offset[zone]``, and by 0 outside all zones."""
    for row in numba.prange(value.shape[0]):
        for col in range(value.shape[1]):
            zone = zone_index[row, col]
            if zone >= 0:
                value[row, col] = value[row, col] * factor[zone] + offset[zone]
            else:
                value[row, col] = 0.0
