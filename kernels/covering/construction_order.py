"""The order in which to build stations that are chosen already: the greedy's, on them alone.

:func:`kernels.covering.greedy_raster.greedy_order` gives the same with these stations as its
candidates, but keeps the gains of a whole raster. Here the gain of a station is summed when it may
be the next: gains only fall, so that an outdated one is an upper bound (lazy greedy: Minoux 1978).
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.gains import uncovered_weight
from kernels.covering.greedy_raster import fixed_point_unit
from kernels.footprints.disc import half_width_table

_INDEX_LIMIT = 2**32 - 1


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
    remaining = uncovered_weight(weight, area_class, covered, half_width.shape[0], 1 / unit)
    order = np.empty(min(n_stations, sites.size), dtype=np.int64)
    return order[: _in_order(order, sites, remaining, area_class, half_width)]


@compiled
def _in_order(order, sites, remaining, area_class, half_width):  # type: ignore[no-untyped-def]
    """Fill ``order``, empty ``remaining`` where it is covered; return how many there are."""
    waiting = [np.int64(0)]
    waiting.clear()
    for site in sites:
        gain = _gain(remaining, area_class, half_width, site, False)
        if gain > 0:
            waiting.append(-((gain << 32) | (_INDEX_LIMIT - site)))
    heapq.heapify(waiting)
    count = 0
    while count < order.size and len(waiting) > 0:
        key = -heapq.heappop(waiting)
        site = _INDEX_LIMIT - (key & _INDEX_LIMIT)
        gain = _gain(remaining, area_class, half_width, site, False)
        if gain == key >> 32:
            order[count] = site
            count += 1
            _gain(remaining, area_class, half_width, site, True)
        elif gain > 0:
            heapq.heappush(waiting, -((gain << 32) | (_INDEX_LIMIT - site)))
    return count


@compiled
def _gain(remaining, area_class, half_width, site, take):  # type: ignore[no-untyped-def]
    """Weight that a station would cover, and with ``take`` does."""
    height, width = remaining.shape
    reach = half_width.shape[1] - 1
    row, column = divmod(site, width)
    total = np.int64(0)
    for y in range(max(0, row - reach), min(height, row + reach + 1)):
        for x in range(max(0, column - reach), min(width, column + reach + 1)):
            if remaining[y, x] == 0:
                continue
            if abs(x - column) <= half_width[area_class[y, x], abs(y - row)]:
                total += remaining[y, x]
                if take:
                    remaining[y, x] = 0
    return total


@compiled
def anything_within_reach(remaining, area_class, half_width, candidate):  # type: ignore[no-untyped-def]
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
