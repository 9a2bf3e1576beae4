"""The order in which to build stations that are chosen already: the greedy's, on them alone.

:func:`kernels.covering.greedy_raster.greedy_order` gives the same with these stations as its
candidates, but keeps the gains of a whole raster. Known stations have spans: the greedy of lists
orders them, on weights rounded to the unit of the raster.
"""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.gains import uncovered_weight
from kernels.covering.greedy_list import ListOptions, greedy_list_of_units
from kernels.covering.greedy_raster import fixed_point_unit
from kernels.covering.limits import NO_LIMITS, remaining_limits
from kernels.footprints.disc import half_width_table
from kernels.footprints.disc_spans import disc_spans


def construction_order(
    sites: npt.NDArray[np.int64],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    covered: npt.NDArray[np.bool_],
    n_stations: int,
) -> npt.NDArray[np.int64]:
    """Order stations so that each in turn newly covers the most weight.

    Parameters
    ----------
    sites
        Flat indices of their cells, ``int64[n]``, none twice, in any order.
    weight, area_class, radius_cells, covered
        As for :func:`kernels.covering.greedy_raster.greedy_order`.
    n_stations
        How many to keep at most; ties go to the smallest flat index.

    Returns
    -------
    int64[m]
        Those that cover anything more, ``m <= n_stations``.
    """
    half_width = half_width_table(radius_cells)
    unit = fixed_point_unit(weight, half_width.shape[1] - 1)
    area_class = np.ascontiguousarray(area_class)
    sites = np.sort(sites)
    order, _ = greedy_list_of_units(
        uncovered_weight(weight, area_class, covered, half_width.shape[0], 1 / unit),
        disc_spans(area_class, radius_cells, sites),
        np.ones(sites.size, np.bool_),
        n_stations,
        ListOptions.alike(sites.size),
        remaining_limits(NO_LIMITS, unit),
    )
    return sites[order]


@compiled
def anything_within_reach(
    remaining: npt.NDArray[np.int32],
    area_class: npt.NDArray[np.uint8],
    half_width: npt.NDArray[np.int64],
    candidate: npt.NDArray[np.bool_],
) -> bool:
    """Whether any candidate covers anything of ``remaining`` (``int32[H, W]``)."""
    height, width = remaining.shape
    for y in range(height):
        for x in range(width):
            if remaining[y, x] == 0:
                continue
            for row in range(
                max(0, y - half_width.shape[1] + 1), min(height, y + half_width.shape[1])
            ):
                half = half_width[area_class[y, x], abs(y - row)]
                if half >= 0 and candidate[row, max(0, x - half) : x + half + 1].any():
                    return True
    return False
