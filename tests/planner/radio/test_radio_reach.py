"""What is left at the end of a sector's reach: counted by hand on a small raster."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from affine import Affine

from planner.errors import PlannerWarning
from planner.ground.grid import Grid, fitted_albers
from planner.radio.radio_reach import strongest_at_reach_dbm, warn_if_cut

GRID = Grid(fitted_albers(113.0, 23.0, 113.2, 23.1), Affine(100, 0, 0, 0, -100, 0), 21, 21)


def mast_in_the_middle() -> tuple[pd.DataFrame, np.ndarray]:
    """One mast in the middle cell, and the distance of each cell from it in cells."""
    x_m, y_m = GRID.xy_m(np.array([10 * 21 + 10]))
    lon, lat = GRID.lonlat(x_m, y_m)
    rows, columns = np.mgrid[:21, :21]
    return pd.DataFrame({"lon": lon, "lat": lat}), np.hypot(rows - 10, columns - 10)


def test_the_strongest_cell_of_the_rim_is_found() -> None:
    sectors, away = mast_in_the_middle()
    server = np.where(away <= 8.0, 0, -1).astype(np.int32)
    rsrp_dbm = np.where(server >= 0, -60.0 - 5.0 * away, np.nan).astype(np.float32)
    rim = away[(away >= 6.5) & (away <= 8.0)]
    found = strongest_at_reach_dbm(rsrp_dbm, server, sectors, GRID, 800.0)
    assert found == pytest.approx(-60.0 - 5.0 * rim.min(), abs=1e-3)


def test_maps_that_end_before_the_reach_have_no_rim() -> None:
    sectors, away = mast_in_the_middle()
    server = np.where(away <= 4.0, 0, -1).astype(np.int32)
    assert strongest_at_reach_dbm(np.zeros((21, 21), np.float32), server, sectors, GRID, 800.0) is (
        None
    )


def test_only_a_signal_that_counts_is_worth_a_warning() -> None:
    with pytest.warns(PlannerWarning, match=r"radio\.maps\.reach_m: the maps end 800 m .* -80 dBm"):
        warn_if_cut(-80.2, 800.0, -105.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_cut(-105.1, 800.0, -105.0)
        warn_if_cut(None, 800.0, -105.0)
