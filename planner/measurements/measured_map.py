"""A map that knows measurements: received power, its spread, and where it was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS

from planner.ground.grid import Grid
from planner.measurements.calibration import Calibration
from planner.measurements.groups import rows_of_each
from planner.measurements.height_map import HeightMap
from planner.measurements.samples import MeasuredCells, Samples

Singles = npt.NDArray[np.float32]

REACH_M = 1000.0
PIXEL_M = 50.0


@dataclass(frozen=True)
class MeasuredMap:
    """Power of the best cell by pixel of the grid; NaN where no cell reaches.

    ``spread_db``: how far a sample
    may be off. ``samples``: how many were measured in the pixel: 0 where the power is modelled
    only.
    """

    grid: Grid
    rsrp_dbm: Singles
    spread_db: Singles
    samples: npt.NDArray[np.int32]


def measured_map(
    fitted: Calibration, samples: Samples, cells: MeasuredCells, land: HeightMap, crs: CRS
) -> MeasuredMap:
    """Return the map of the cells that have samples, to 1 km around each, in pixels of 50 m.

    ``crs``: that of the samples' metres.
    """
    near = np.unique(samples.cell)
    west, north = cells.x_m[near].min() - REACH_M, cells.y_m[near].max() + REACH_M
    columns = int(np.ceil((cells.x_m[near].max() + REACH_M - west) / PIXEL_M))
    rows = int(np.ceil((north - cells.y_m[near].min() + REACH_M) / PIXEL_M))
    best = np.full((rows, columns), np.nan, np.float32)
    spread = np.full((rows, columns), np.nan, np.float32)
    for cell, own in rows_of_each(samples.cell).items():
        asked, at = _pixels_around(cell, cells, land, (float(west), float(north)), best.shape)
        said = fitted.predict(asked, cells, land, samples.take(own))
        stronger = ~(said.mean_dbm <= best[at])
        some = (at[0][stronger], at[1][stronger])
        best[some], spread[some] = said.mean_dbm[stronger], said.spread_db[stronger]
    row = ((north - samples.y_m) // PIXEL_M).astype(int)
    column = ((samples.x_m - west) // PIXEL_M).astype(int)
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    count = np.zeros((rows, columns), np.int32)
    np.add.at(count, (row[inside], column[inside]), 1)
    frame = Affine(PIXEL_M, 0.0, float(west), 0.0, -PIXEL_M, float(north))
    return MeasuredMap(Grid(crs, frame, rows, columns), best, spread, count)


def _pixels_around(
    cell: int,
    cells: MeasuredCells,
    land: HeightMap,
    corner: tuple[float, float],
    shape: tuple[int, ...],
) -> tuple[Samples, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Return the middles of the pixels that a cell reaches, as samples without a power."""
    reach = int(REACH_M / PIXEL_M)
    own = (
        int((corner[1] - cells.y_m[cell]) / PIXEL_M),
        int((cells.x_m[cell] - corner[0]) / PIXEL_M),
    )
    row, column = np.mgrid[own[0] - reach : own[0] + reach + 1, own[1] - reach : own[1] + reach + 1]
    x = corner[0] + (column + 0.5) * PIXEL_M
    y = corner[1] - (row + 0.5) * PIXEL_M
    rows, columns = land.ground_m.shape
    at = land.pixel(x, y)
    kept = np.hypot(x - cells.x_m[cell], y - cells.y_m[cell]) <= REACH_M
    kept &= (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    kept &= (at[0] >= 0) & (at[0] < rows) & (at[1] >= 0) & (at[1] < columns)
    x, y, row, column = x[kept], y[kept], row[kept], column[kept]
    place = (at[0][kept], at[1][kept])
    none = np.zeros(len(x), bool)
    building = np.nan_to_num(land.building_m[place].astype(float))
    asked = Samples(
        np.full(len(x), cell), x, y, np.zeros(len(x)), land.ground_m[place].astype(float), building,
        land.clutter[place].astype(np.int64), none, building > 0.0,
    )  # fmt: skip
    return asked, (row, column)
