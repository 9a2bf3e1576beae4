"""Which cells a list of stations with discs covers, and the weight on them, cell by cell.

A station in cell ``j`` covers cell ``i`` of area class ``c`` when their centres are at most
``radius_cells[c]`` apart; a class without a radius (255: outside) is never covered.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import cover_spans, newly_covered_span_weight


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
    area_class, radius_cells, stations
        As for :func:`kernels.footprints.disc_spans.disc_spans`.

    Raises
    ------
    ValueError
        When shapes differ, ``covered`` cannot be written in place, or a station is off the grid.
    """
    _check_shape(covered, area_class, "covered")
    cover_spans(covered, disc_spans(area_class, radius_cells, stations))


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
    _check_shape(covered, area_class, "covered")
    return newly_covered_span_weight(
        weight, covered, disc_spans(area_class, radius_cells, stations)
    )


def covered_weight(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    stations: npt.ArrayLike,
) -> float:
    """Weight on the cells that ``stations`` cover, recounted from nothing, in float64.

    Parameters and errors as for :func:`newly_covered_weight`. The sum goes over the cells of the
    raster, not over the stations: it does not depend on their order.
    """
    _check_shape(weight, area_class, "weight")
    covered = np.zeros(area_class.shape, dtype=np.bool_)
    cover(covered, area_class, radius_cells, stations)
    return float(_marked_weight(weight, covered))


def _check_shape(
    raster: npt.NDArray[np.generic], area_class: npt.NDArray[np.uint8], name: str
) -> None:
    if raster.shape != area_class.shape:
        raise ValueError(f"{name} {raster.shape} and area_class {area_class.shape} differ in shape")


@compiled_exact
def _marked_weight(weight: npt.NDArray[np.floating], marked: npt.NDArray[np.bool_]) -> float:
    total = 0.0
    for y in range(marked.shape[0]):
        row_total = 0.0
        for x in range(marked.shape[1]):
            if marked[y, x]:
                row_total += weight[y, x]
        total += row_total
    return total
