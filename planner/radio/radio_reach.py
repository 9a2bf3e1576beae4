"""Check whether radio maps end too early: the signal left at the end of the sectors' reach."""

from __future__ import annotations

import math
import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from planner.errors import PlannerWarning
from planner.ground.grid import LONLAT, Grid

_RIM_CELLS = 1.5


def strongest_at_reach_dbm(
    rsrp_dbm: npt.NDArray[np.float32],
    server: npt.NDArray[np.int32],
    sectors: pd.DataFrame,
    grid: Grid,
    reach_m: float,
) -> float | None:
    """Return the strongest RSRP of cells whose best server is at the end of its reach.

    ``server`` holds the row of the best sector in ``sectors``, -1 for none. None if there is no
    such cell in the area, so that the maps are not cut off.
    """
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    x_m, y_m = to_grid.transform(sectors["lon"].to_numpy(), sectors["lat"].to_numpy())
    columns = (x_m - grid.transform.c) / grid.cell_size_m - 0.5
    rows = (grid.transform.f - y_m) / grid.cell_size_m - 0.5
    rim = max(reach_m / grid.cell_size_m - _RIM_CELLS, 0.0) ** 2
    strongest = -math.inf
    for row in range(grid.height):
        served = np.flatnonzero(server[row] >= 0)
        number = server[row, served]
        squared = (columns[number] - served) ** 2 + (rows[number] - row) ** 2
        strongest = max(strongest, rsrp_dbm[row, served[squared >= rim]].max(initial=-math.inf))
    return float(strongest) if math.isfinite(strongest) else None


def warn_if_cut(strongest_dbm: float | None, reach_m: float, least_dbm: float) -> None:
    """Warn if a signal that counts as a server is cut off by the reach rather than by loss."""
    if strongest_dbm is not None and strongest_dbm >= least_dbm:
        warnings.warn(
            f"radio.maps.reach_m: the maps end {reach_m:g} m from a sector, where the signal is "
            f"still up to {strongest_dbm:.0f} dBm (radio.maps.min_rsrp_dbm is {least_dbm:g}); "
            "signal and interference from farther away are missing; a longer reach includes them",
            PlannerWarning,
            stacklevel=3,
        )
