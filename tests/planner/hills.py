"""Terrain for the small study: a ridge from north to south between its two towns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from tests.planner.study import EAST, NORTH, SCENARIO, SOUTH, WEST, write_study

STEP = 0.002
MARGIN = 0.02
RIDGE_LON = 113.10

TERRAIN = """
[terrain]
tiles = [{ file = "hills.tif" }]
"""


def hills_m(relief_m=500.0):
    """Heights on the pixels of the tile: plain at 50 m, and the ridge."""
    columns = round((EAST - WEST + 2 * MARGIN) / STEP)
    rows = round((NORTH - SOUTH + 2 * MARGIN) / STEP)
    lon = WEST - MARGIN + (np.arange(columns) + 0.5) * STEP
    ridge = relief_m * np.exp(-(((lon - RIDGE_LON) / 0.004) ** 2))
    return np.tile(50.0 + ridge, (rows, 1)).astype(np.float32)


def write_tile(path: Path, heights_m=None, west=WEST - MARGIN, north=NORTH + MARGIN, **profile):
    """Write a terrain GeoTIFF in EPSG:4326 unless told otherwise."""
    heights_m = hills_m() if heights_m is None else heights_m
    settings = {
        "driver": "GTiff",
        "height": heights_m.shape[-2],
        "width": heights_m.shape[-1],
        "count": 1 if heights_m.ndim == 2 else heights_m.shape[0],
        "dtype": heights_m.dtype.name,
        "crs": "EPSG:4326",
        "transform": Affine(STEP, 0, west, 0, -STEP, north),
    }
    with rasterio.open(path, "w", **(settings | profile)) as target:
        target.write(heights_m if heights_m.ndim == 3 else heights_m[None])
    return path


def write_hilly_study(folder: Path, heights_m=None, text: str = SCENARIO + TERRAIN) -> Path:
    """Write the small study with its tile; return the path of its scenario."""
    path = write_study(folder, text)
    write_tile(folder / "hills.tif", heights_m)
    return path
