"""Cells across the edge of a study area, and which part of each lies inside.

A cell belongs to the area if its centre does. The people of such a cell live in its part inside,
and in the parts inside of the cells beside it whose centres lie outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize

from kernels.footprints.disc_links import PLACES
from planner.ground.grid import Grid

Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Raster = npt.NDArray[np.float32]


_BESIDE = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True)
class EdgeCells:
    """Cells that lie partly inside the area.

    ``cell`` (int64[n], ascending); ``inside`` (bool[n, 64]): which of 8 x 8 places of each lie in
    the area, row by row; ``home`` (int64[n]): the cell whose people live there, itself or a cell
    beside it; ``share`` (float32[n]): of the people of its home.
    """

    cell: Cells
    inside: Bools
    home: Cells
    share: Raster

    @property
    def weight(self) -> Raster:
        """People of each place over those of a mean place of the home (float32[n, 64])."""
        places = np.maximum(self.inside.sum(axis=1), 1)
        return np.asarray(self.inside * (PLACES**2 * self.share / places)[:, None], np.float32)

    @property
    def inside_of_homes(self) -> tuple[Cells, Raster]:
        """Return the cells of the area across its edge, and the area inside that goes with each.

        In cells: its own part inside, and those of the cells beside it.
        """
        home, group = np.unique(self.home, return_inverse=True)
        places = np.bincount(group, self.inside.sum(axis=1), minlength=home.size)
        return home, np.asarray(places / PLACES**2, np.float32)

    def taken_home(self, raster: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return a raster with the value of its home in each cell."""
        taken = raster.copy()
        taken.ravel()[self.cell] = raster.ravel()[self.home]
        return taken

    def folded(self, served: Raster) -> Raster:
        """Return the share served of the people of each home, from that of all cells."""
        home, group = np.unique(self.home, return_inverse=True)
        folded = served.copy()
        folded.ravel()[self.cell] = 0.0
        folded.ravel()[home] = np.bincount(group, self.share * served.ravel()[self.cell])
        return folded


def edge_cells(zones_m: gpd.GeoSeries, grid: Grid, in_area: Bools) -> EdgeCells:
    """Return the cells across the outer edge of zones that do not overlap, in the CRS of the grid.

    ``in_area`` (grid shape): cells whose centre lies in a zone. A part inside that no such cell
    touches is left out.
    """
    rings = shapely.get_rings(shapely.get_parts(zones_m.to_numpy()))
    touched = rasterize(
        rings, out_shape=grid.shape, transform=grid.transform, all_touched=True, dtype="uint8"
    )
    cell = np.flatnonzero(touched)
    inside = _places_inside(rings, cell, grid)
    home = _homes(cell, in_area)
    partly = inside.any(axis=1) & ((home != cell) | ~inside.all(axis=1)) & (home >= 0)
    # Where all of a home's people live in the cell itself, nothing is known of its edge.
    cell, inside, home = cell[partly], inside[partly], home[partly]
    alone = np.setdiff1d(home, cell)
    whole = np.ones((alone.size, PLACES**2), np.bool_)
    cell, home = np.concatenate([cell, alone]), np.concatenate([home, alone])
    inside, order = np.concatenate([inside, whole]), np.argsort(cell)
    cell, inside, home = cell[order], inside[order], home[order]
    places = inside.sum(axis=1)
    _, group = np.unique(home, return_inverse=True)
    share = places / np.bincount(group, places)[group] if cell.size else np.zeros(0)
    return EdgeCells(cell, inside, home, share.astype(np.float32))


def _places_inside(rings: npt.NDArray[Any], cell: Cells, grid: Grid) -> Bools:
    """Return which of the places of cells lie inside rings (bool[n, 64]).

    A place is inside if a line to the west crosses the rings an odd number of times; a border that
    two zones share is crossed twice.
    """
    row, x = _crossings(rings, grid)
    beyond = 2.0 * PLACES * grid.width
    crossing = np.sort(row * beyond + x)
    within = np.arange(PLACES)
    top, left = (PLACES * place for place in np.divmod(cell, grid.width))
    rows = (top[:, None] + within)[:, :, None]
    columns = (left[:, None] + within)[:, None, :] + 0.5
    place = (rows * beyond + columns).reshape(cell.size, -1)
    return np.asarray(np.searchsorted(crossing, place) % 2 == 1)


def _crossings(rings: npt.NDArray[Any], grid: Grid) -> tuple[Cells, Floats]:
    """Return where rings cross the lines through rows of places: number of the row, and x."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    step_m = grid.cell_size_m / PLACES
    x = (points[:, 0] - grid.transform.c) / step_m
    y = (grid.transform.f - points[:, 1]) / step_m - 0.5
    one = np.flatnonzero(ring[1:] == ring[:-1])
    first = np.ceil(np.minimum(y[one], y[one + 1])).astype(np.int64)
    count = np.ceil(np.maximum(y[one], y[one + 1])).astype(np.int64) - first
    line = np.repeat(one, count)
    row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    row += np.repeat(first, count)
    slope = (x[line + 1] - x[line]) / (y[line + 1] - y[line])
    return row, x[line] + slope * (row - y[line])


def _homes(cell: Cells, in_area: Bools) -> Cells:
    """Return the cell of the area that each cell goes with: itself, one beside it, -1 for none."""
    row, column = np.divmod(cell, in_area.shape[1])
    home = np.where(in_area.ravel()[cell], cell, -1)
    padded = np.pad(in_area, 1)
    for down, right in _BESIDE:
        free = (home < 0) & padded[row + 1 + down, column + 1 + right]
        home[free] = cell[free] + down * in_area.shape[1] + right
    return home
