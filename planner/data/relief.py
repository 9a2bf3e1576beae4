"""Elevation at two arc-minutes: cropped once from Marble's tiles, read by the build.

Marble (Debian package ``marble-qt-data``) draws its "Atlas" on grey tiles of elevation, made with
Natural Earth, public domain. Level 3 is 16 x 8 tiles of 675 pixels: two arc-minutes a pixel, the
brighter the higher. The grey is not metres: it grows with the logarithm of the elevation, roughly.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from scipy.ndimage import map_coordinates

RELIEF = "ingredients/relief_2arcmin.tif"
_TILE_PIXELS = 675
_PIXELS_PER_DEGREE = 30
_CROP_DEGREE = (97, 20, 121, 43)


def crop_relief(tiles: Path, path: Path) -> None:
    """Crop the tiles ``share/marble/data/maps/earth/srtm/3`` to the five provinces.

    West, south, east, north of the crop are 97, 20, 121 and 43 degrees.
    """
    west, south, east, north = _CROP_DEGREE
    top, left = (90 - north) * _PIXELS_PER_DEGREE, (west + 180) * _PIXELS_PER_DEGREE
    height, width = (north - south) * _PIXELS_PER_DEGREE, (east - west) * _PIXELS_PER_DEGREE
    grey = np.zeros((height, width), dtype=np.uint8)
    for row in range(top // _TILE_PIXELS, (top + height - 1) // _TILE_PIXELS + 1):
        for column in range(left // _TILE_PIXELS, (left + width - 1) // _TILE_PIXELS + 1):
            with rasterio.open(tiles / f"{row:06d}" / f"{row:06d}_{column:06d}.jpg") as tile:
                pixels = tile.read(1)
            y, x = row * _TILE_PIXELS - top, column * _TILE_PIXELS - left
            into = grey[max(y, 0) : y + _TILE_PIXELS, max(x, 0) : x + _TILE_PIXELS]
            into[:] = pixels[max(-y, 0) :, max(-x, 0) :][: into.shape[0], : into.shape[1]]
    size = 1.0 / _PIXELS_PER_DEGREE
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=width,
        height=height,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(size, 0, west, 0, -size, north),
        compress="deflate",
        predictor=2,
        zlevel=9,
        tiled=True,
    ) as target:
        target.write(grey, 1)
        target.update_tags(
            TITLE="Grey of elevation (not metres), two arc-minutes",
            SOURCE="Made with Natural Earth, from the tiles of Marble; public domain",
        )


def read_relief(
    path: Path, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the grey of elevation (0 to 255) at some places, between pixels bilinear."""
    with rasterio.open(path) as source:
        grey = source.read(1).astype(np.float64)
        column, row = ~source.transform * (lon, lat)
    values: npt.NDArray[np.float64] = map_coordinates(
        grey, [row - 0.5, column - 0.5], order=1, mode="nearest"
    )
    return values
