"""The automatic cell size: how coarse a grid may be for given service radii."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kernels.footprints.disc import disc_cell_count

LARGEST_DISC_ERROR = 0.05
CELLS_PER_RADIUS = 2.0
CELLS_PER_HARDEST_RADIUS = 0.5
_STEP_M = 1.0
_FINEST_M, _COARSEST_M = 20.0, 1000.0


def disc_area_error(radius_m: float, cell_size_m: float) -> float:
    """Return the relative error of a disc's area when counted in cells (positive: too large)."""
    radius_cells = radius_m / cell_size_m
    return disc_cell_count(radius_cells) / (np.pi * radius_cells**2) - 1.0


def auto_cell_size_m(radius_m: Sequence[float]) -> float:
    """Return the largest cell, in whole metres, that is fine enough for every service radius.

    Fine enough: at least two cells in each radius, and each disc, counted in cells, within 5 %
    of its true area. The first condition rejects coarse cells that meet the second by chance (a
    single cell has the area of a disc of radius 0.56 cells). If no size from 20 m to 1 km is fine
    enough, the finest is returned.
    """
    start = min(_COARSEST_M, np.floor(min(radius_m) / CELLS_PER_RADIUS / _STEP_M) * _STEP_M)
    for cell_size_m in np.arange(start, _FINEST_M, -_STEP_M):
        if all(abs(disc_area_error(r, cell_size_m)) <= LARGEST_DISC_ERROR for r in radius_m):
            return float(cell_size_m)
    return _FINEST_M


def graded_cell_size_m(hardest_m: Sequence[float]) -> float:
    """Return the cell, in whole metres, for the radii of the users who are hardest to serve.

    The share served falls smoothly with distance and is averaged over each cell, so that cells may
    be twice the shortest of these radii: the number expected to be served is then within 0.3
    percentage points of that of single users.
    """
    size_m = np.floor(min(hardest_m) / CELLS_PER_HARDEST_RADIUS / _STEP_M) * _STEP_M
    return float(np.clip(size_m, _FINEST_M, _COARSEST_M))


def coarse_warnings(radius_m: Sequence[float], cell_size_m: float) -> list[str]:
    """Return one warning for each radius whose disc is drawn too coarsely, with its error.

    Too coarse: fewer than two cells in the radius, or a disc of cells more than 5 % off.
    """
    return [
        f"a service radius of {radius:,.0f} m is {radius / cell_size_m:.1f} cells of "
        f"{cell_size_m:g} m, which makes the area of its disc wrong by "
        f"{disc_area_error(radius, cell_size_m):+.1%} in siting, which counts whole cells"
        for radius in sorted(set(radius_m))
        if radius < CELLS_PER_RADIUS * cell_size_m
        or abs(disc_area_error(radius, cell_size_m)) > LARGEST_DISC_ERROR
    ]
