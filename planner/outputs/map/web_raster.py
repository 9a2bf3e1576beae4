"""A raster of classes as a picture for a web map.

The classes are warped as class numbers, by majority, and coloured afterwards: colours of two
classes are never mixed into a third that means nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.io import MemoryFile
from rasterio.warp import Resampling, reproject, transform_bounds

from planner.ground.area_class import OUTSIDE
from planner.ground.grid import LONLAT, Grid

WEB_MERCATOR = CRS.from_epsg(3857)

MOST_PIXELS = 2000
"""Of a side of a picture: the pictures of a province then take a few megabytes together."""


@dataclass(frozen=True)
class WebRaster:
    """A palette PNG in Web Mercator and the corners it fits.

    ``bounds`` is ((south, west), (north, east)) in degrees, as Leaflet wants it.
    """

    png: bytes
    bounds: tuple[tuple[float, float], tuple[float, float]]
    width: int
    height: int

    @property
    def url(self) -> str:
        """The picture as a data URL."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


def web_raster(
    classes: npt.NDArray[np.uint8],
    grid: Grid,
    colours: Mapping[int, str],
    *,
    max_side_px: int = MOST_PIXELS,
) -> WebRaster:
    """Return the classes of ``colours`` ("#rrggbb" by class) as a PNG, all else transparent.

    ``classes`` (uint8, grid shape) has 255 outside the area. The picture has at most
    ``max_side_px`` pixels a side, and no more than two for each cell.
    """
    transform, height, width = _mercator_frame(grid, max_side_px)
    warped = _warped(classes, grid, transform, (height, width), Resampling.mode)
    png = _palette_png(warped, transform, colours)
    return WebRaster(png, _lonlat_corners(transform, height, width), width, height)


def marks_raster(marks: npt.NDArray[np.uint8], grid: Grid) -> WebRaster:
    """Return numbers (uint8, [3, H, W]) as red, green and blue of a PNG; 255 is outside the area.

    One pixel takes the numbers of one cell, in all three alike: nothing is mixed, and on average
    no class gains. Three equal rasters make a grey picture, a third as large.
    """
    transform, height, width = _mercator_frame(grid, MOST_PIXELS)
    same = bool((marks[0] == marks[1]).all() and (marks[0] == marks[2]).all())
    shape = (height, width)
    bands = [
        _warped(one, grid, transform, shape, Resampling.nearest)
        for one in marks[: 1 if same else 3]
    ]
    profile = {
        "driver": "PNG", "dtype": "uint8", "count": len(bands), "height": height, "width": width,
        "transform": transform, "zlevel": 7,
    }  # fmt: skip
    png = _png(profile, np.stack(bands), None)
    return WebRaster(png, _lonlat_corners(transform, height, width), width, height)


def _warped(
    classes: npt.NDArray[np.uint8],
    grid: Grid,
    transform: Affine,
    shape: tuple[int, int],
    resampling: Resampling,
) -> npt.NDArray[np.uint8]:
    warped = np.full(shape, OUTSIDE, dtype=np.uint8)
    reproject(
        classes,
        warped,
        src_transform=grid.transform,
        src_crs=grid.crs.to_wkt(),
        src_nodata=OUTSIDE,
        dst_transform=transform,
        dst_crs=WEB_MERCATOR.to_wkt(),
        dst_nodata=OUTSIDE,
        resampling=resampling,
        num_threads=2,
    )
    return warped


def _mercator_frame(grid: Grid, max_side_px: int) -> tuple[Affine, int, int]:
    """Transform, rows and columns of square Web Mercator pixels over the whole grid."""
    west, south, east, north = transform_bounds(
        grid.crs.to_wkt(), WEB_MERCATOR.to_wkt(), *grid.bounds_m, densify_pts=41
    )
    side_cells = max(grid.height, grid.width)
    longest_m = max(east - west, north - south)
    pixel_m = longest_m / min(max_side_px, 2 * side_cells)
    width = max(1, int(np.ceil((east - west) / pixel_m)))
    height = max(1, int(np.ceil((north - south) / pixel_m)))
    return Affine(pixel_m, 0.0, west, 0.0, -pixel_m, north), height, width


def _lonlat_corners(
    transform: Affine, height: int, width: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    to_lonlat = Transformer.from_crs(WEB_MERCATOR, LONLAT, always_xy=True)
    left, top, pixel_m = transform.c, transform.f, transform.a
    west, north = to_lonlat.transform(left, top)
    east, south = to_lonlat.transform(left + width * pixel_m, top - height * pixel_m)
    return (float(south), float(west)), (float(north), float(east))


def _palette_png(
    classes: npt.NDArray[np.uint8], transform: Affine, colours: Mapping[int, str]
) -> bytes:
    """Palette index 0 is transparent, the classes of ``colours`` follow in their order."""
    lookup = np.zeros(256, dtype=np.uint8)
    palette: dict[int, tuple[int, int, int, int]] = {0: (255, 255, 255, 0)}
    for index, (code, colour) in enumerate(colours.items(), start=1):
        lookup[code] = index
        red, green, blue = bytes.fromhex(colour.removeprefix("#"))
        palette[index] = (red, green, blue, 255)
    bits = next(n for n in (1, 2, 4, 8) if len(palette) <= 2**n)
    profile = {
        "driver": "PNG",
        "dtype": "uint8",
        "count": 1,
        "height": classes.shape[0],
        "width": classes.shape[1],
        "transform": transform,
        "zlevel": 7,
        "nbits": bits,
    }
    return _png(profile, lookup[classes][None], palette)


def _png(
    profile: Mapping[str, Any],
    bands: npt.NDArray[np.uint8],
    palette: dict[int, tuple[int, int, int, int]] | None,
) -> bytes:
    with MemoryFile() as memory:
        with rasterio.Env(GDAL_PAM_ENABLED="NO"), memory.open(**profile) as picture:
            picture.write(bands)
            if palette:
                picture.write_colormap(1, palette)
        return bytes(memory.read())
