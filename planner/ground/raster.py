"""Raster files of a scenario, opened with a check and brought onto the grid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError
from rasterio.warp import Resampling, reproject

from planner.errors import InputError, Problem
from planner.ground.grid import Grid
from planner.scenario.base import Origin


@contextmanager
def opened_raster(origin: Origin, key: str, given: Path) -> Iterator[rasterio.DatasetReader]:
    """Open a raster that has a CRS.

    Raises
    ------
    InputError
        It cannot be read, now or later, or has no CRS.
    """
    try:
        with rasterio.open(origin.path(given)) as source:
            if source.crs is None:
                raise InputError(
                    Problem("has no CRS", str(given), key, expected="a raster with a CRS")
                )
            yield source
    except (RasterioError, ProjError) as error:
        raise InputError(
            Problem(f"cannot be read as a raster: {error}", str(given), key)
        ) from error


def onto_grid(
    values: npt.NDArray[Any], source: rasterio.DatasetReader, grid: Grid, resampling: Resampling
) -> npt.NDArray[Any]:
    """Return the values of a whole raster on the grid, in their type; 0 outside the raster."""
    on_grid = np.zeros(grid.shape, values.dtype)
    reproject(
        values,
        on_grid,
        src_transform=source.transform,
        src_crs=source.crs,
        dst_transform=grid.transform,
        dst_crs=grid.crs,
        resampling=resampling,
    )
    return on_grid
