"""Rasters of a scenario: the one opener for population, weights, exclusions, terrain and clutter.

Scale, offset, unit, nodata, mask, band, CRS, longitudes from 0 to 360 and rows from south to north
are settled here. Only the part around the grid is read.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import ProjError
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window, from_bounds

from kernels.numbers.overlay import distributed_by_area
from planner.errors import InputError, Problem
from planner.openers.gdal import RASTER_FORMATS, WGS84, reading_rasters
from planner.openers.vector import Bounds, warn_of_datum
from planner.safe_inputs import check_references, check_regular, is_remote_allowed

if TYPE_CHECKING:
    from planner.ground.grid import Grid

Values = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]

SUFFIXES = (".tif", ".tiff", ".vrt", ".img", ".nc", ".hdf", ".h5", ".asc", ".bil")
MOST_PIXELS = 16_000_000
"""Pixels that are in memory at the same time."""

_FILLS = (255.0, 9_999.0, 32_767.0, 65_535.0, 99_999.0, 999_999.0)
"""Values that stand for "no data" in files that do not declare them."""

_FAR = 2.0
"""How many times the next largest value a fill value is; it stands in two pixels at least."""

_DENSITY = re.compile(
    r"densit|(/|per)\s*(sq|km|ha\b|hect|m2|mi)|(km|m|mi)-2|(km|mi)2|\bha-1|square|hectare"
)
_MULTIPLE = re.compile(r"%|percent|thousand|million|\b10{3,}|\blog")

_LARGEST_BLOCK = 16
_MARGIN_PIXELS = 2
_LATTICE_M = 2_000.0
"""Between two projected corners the map counts as linear: it bends by less than 0.1 m."""


@dataclass(frozen=True)
class RasterFile:
    """A raster that a scenario names.

    ``name`` and ``key`` are what messages call it; ``band``: number of the band, None for the only
    one.
    """

    path: Path
    name: str
    key: str
    band: int | None = None

    def problem(self, message: str, value: object = None, expected: str | None = None) -> Problem:
        """Return a problem of this file."""
        return Problem(message, self.name, self.key, value, expected)


@dataclass(frozen=True)
class RasterLayer:
    """A part of one band: values in the file's own unit, north up.

    ``values`` (float32 or float64, rows x columns) has scale and offset applied; ``valid`` is False
    where the file has no data, by its nodata value or its mask. ``fill``: a value that looks like
    an undeclared void, NaN if there is none; ``has_colours``: whether each value has its colour;
    ``largest``: value that a type of 8 bits cannot exceed, NaN for other types.
    """

    values: Values
    valid: Bools
    transform: Affine
    crs: CRS
    unit: str
    file: RasterFile
    fill: float = math.nan
    has_colours: bool = False
    largest: float = math.nan

    @property
    def is_filled(self) -> Bools:
        """Where a value stands that looks like an undeclared void (``fill``)."""
        return np.asarray(self.valid & (self.values == self.values.dtype.type(self.fill)))

    def check_amounts(self) -> None:
        """Refuse what holds no amounts per pixel: densities, shares, thousands, classes.

        Raises
        ------
        InputError
            The unit of the file is per area, a share, or a multiple; it has a table of colours.
        """
        if self.has_colours:
            raise InputError(
                self.file.problem("has a table of colours: it holds classes or a picture",
                                  expected="people or amounts per cell")
            )  # fmt: skip
        unit = self.unit.lower().replace("²", "2").replace("^", "")
        if _DENSITY.search(unit):
            raise InputError(
                self.file.problem("holds a density, not people or amounts per cell", self.unit,
                                  "people per cell (a count)")
            )  # fmt: skip
        if _MULTIPLE.search(unit):
            raise InputError(
                self.file.problem("has a unit that is not a count", self.unit,
                                  "people per cell (a count)")
            )  # fmt: skip

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in the CRS of the file."""
        height, width = self.values.shape
        left, top = self.transform.c, self.transform.f
        return left, top + height * self.transform.e, left + width * self.transform.a, top

    def at(
        self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], Bools]:
        """Return the values at places (float64, NaN without data), and which lie in the extent."""
        x, y = Transformer.from_crs(WGS84, self.crs, always_xy=True).transform(lon, lat)
        column = np.floor((np.asarray(x) - self.transform.c) / self.transform.a)
        row = np.floor((np.asarray(y) - self.transform.f) / self.transform.e)
        height, width = self.values.shape
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        found = np.full(inside.shape, np.nan)
        cell = row[inside].astype(np.int64), column[inside].astype(np.int64)
        found[inside] = np.where(self.valid[cell], self.values[cell], np.nan)
        return found, inside

    def pixel_size_m(self, grid: Grid) -> float:
        """Return the side of the middle pixel in metres on the ground."""
        return math.sqrt(self.pixel_area_m2(grid))

    def pixel_area_m2(self, grid: Grid) -> float:
        """Return the area of the middle pixel in square metres, whatever the CRS and its unit."""
        height, width = self.values.shape
        x = self.transform.c + (width / 2 + np.array([0, 1, 1, 0])) * self.transform.a
        y = self.transform.f + (height / 2 + np.array([0, 0, 1, 1])) * self.transform.e
        lon, lat = Transformer.from_crs(self.crs, WGS84, always_xy=True).transform(x, y)
        area, _ = _GEOD.polygon_area_perimeter(lon, lat)
        return abs(area) if np.isfinite(area) and area else grid.cell_size_m**2

    def counts_on_grid(self, grid: Grid) -> Values:
        """Return amounts per pixel (people, traffic) on the grid, distributed by true area.

        Nothing is lost but what lies beyond the grid. Pixels without data hold nothing.
        """
        amounts = np.where(self.valid, self.values, self.values.dtype.type(0))
        step = max(1, int(_LATTICE_M / self.pixel_size_m(grid)))
        height, width = amounts.shape
        rows = np.arange(-(-height // step) + 1) * step
        columns = np.arange(-(-width // step) + 1) * step
        j, i = np.meshgrid(columns.astype(float), rows.astype(float))
        a, _, c, _, e, f = self.transform[:6]
        x_m, y_m = Transformer.from_crs(self.crs, grid.crs, always_xy=True).transform(
            c + a * j, f + e * i
        )
        left, top = grid.transform.c, grid.transform.f
        lattice = np.array([x_m - left, top - y_m]) / grid.cell_size_m
        if not np.isfinite(lattice).all():
            raise InputError(
                self.file.problem("cannot be projected onto the grid", list(self.bounds))
            )
        return distributed_by_area(amounts, lattice, step, grid.shape)

    def heights_on_grid(self, grid: Grid) -> npt.NDArray[np.float32]:
        """Return values (heights) on the grid (float32), NaN where the file has no data.

        Averaged where a cell holds several pixels, interpolated between them otherwise.
        """
        on_grid = np.full(grid.shape, np.nan, dtype=np.float32)
        fine = self.pixel_size_m(grid) < grid.cell_size_m
        reproject(
            np.where(self.valid, self.values, np.nan).astype(np.float32),
            on_grid,
            src_transform=self.transform,
            src_crs=self.crs,
            src_nodata=math.nan,
            dst_transform=grid.transform,
            dst_crs=grid.crs,
            dst_nodata=math.nan,
            resampling=Resampling.average if fine else Resampling.bilinear,
            num_threads=2,
            tolerance=0.01,
        )
        return on_grid


_GEOD = Geod(ellps="WGS84")
_EARTH_M = 6_378_137.0
EARTH: Bounds = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class RasterSource:
    """An opened raster whose band, CRS and orientation are settled."""

    dataset: rasterio.DatasetReader
    file: RasterFile
    band: int
    crs: CRS
    shifts: tuple[float, ...]

    @property
    def extents(self) -> tuple[Bounds, ...]:
        """Bounds of the file (west, south, east, north), once for each shift of its longitudes."""
        west, south, east, north = self.dataset.bounds
        low, high = min(south, north), max(south, north)
        return tuple((west + shift, low, east + shift, high) for shift in self.shifts)

    def read(self, bounds: Bounds) -> Iterator[RasterLayer]:
        """Read the pixels that touch ``bounds`` (own CRS) and a margin."""
        for window, shift in self._windows(bounds):
            yield self._layer(window, shift)

    def whole(self) -> RasterLayer:
        """Read all pixels."""
        return self._layer(Window(0, 0, self.dataset.width, self.dataset.height), self.shifts[0])

    def strips(self, bounds: Bounds) -> Iterator[RasterLayer]:
        """Read the pixels that touch ``bounds`` and a margin, in strips that fit into memory."""
        for window, shift in self._windows(bounds):
            yield from self._strips(window, shift)

    def _strips(self, window: Window, shift: float) -> Iterator[RasterLayer]:
        block = self.dataset.block_shapes[self.band - 1][0]
        rows = max(1, MOST_PIXELS // int(window.width) // block) * block
        if block * window.width > MOST_PIXELS * _LARGEST_BLOCK:
            raise InputError(
                self.file.problem(
                    "is stored in blocks too large to be read in parts", [block, int(window.width)],
                    "a tiled raster: gdal_translate -co TILED=YES",
                )
            )  # fmt: skip
        top, end = int(window.row_off), int(window.row_off + window.height)
        while top < end:
            bottom = min(end, (top // rows + 1) * rows)
            yield self._layer(Window(window.col_off, top, window.width, bottom - top), shift)
            top = bottom

    def pixels_around(self, bounds: Bounds) -> int:
        """Return the number of pixels that :meth:`read` reads."""
        return sum(int(window.width) * int(window.height) for window, _ in self._windows(bounds))

    def _layer(self, window: Window, shift: float) -> RasterLayer:
        source, band = self.dataset, self.band
        values = source.read(band, window=window)
        valid = source.read_masks(band, window=window) > 0
        scale, offset = source.scales[band - 1], source.offsets[band - 1]
        plain = (scale, offset) == (1.0, 0.0)
        fill = _fill(values, valid)
        short = values.dtype.kind in "iu" and values.dtype.itemsize == 1
        largest = (float(np.iinfo(values.dtype).max) if short else math.nan) * scale + offset
        if values.dtype != np.float32:
            # Single precision holds every whole number of 16 bits.
            exact = plain and values.dtype.kind in "iu" and values.dtype.itemsize <= 2
            values = values.astype(np.float32 if exact else np.float64)
        if not plain:
            values = values * values.dtype.type(scale) + values.dtype.type(offset)
            fill = float(values.dtype.type(fill) * values.dtype.type(scale)) + offset
        transform = source.window_transform(window)
        across, left, down, top = transform.a, transform.c, transform.e, transform.f
        if down > 0:
            values, valid = values[::-1], valid[::-1]
            down, top = -down, top + len(values) * down
        transform = Affine(across, 0.0, left + shift, 0.0, down, top)
        unit = (source.units[band - 1] or "").strip()
        return RasterLayer(
            np.ascontiguousarray(values), np.ascontiguousarray(valid), transform, self.crs, unit,
            self.file, fill, source.colorinterp[band - 1] == ColorInterp.palette, largest,
        )  # fmt: skip

    def _windows(self, bounds: Bounds) -> list[tuple[Window, float]]:
        """Return the pixels around some bounds as windows, each with its shift of longitudes."""
        found = [(self._window(bounds, shift), shift) for shift in self.shifts]
        return [(window, shift) for window, shift in found if window is not None]

    def _window(self, bounds: Bounds, shift: float) -> Window | None:
        source = self.dataset
        across, down = abs(source.transform.a), abs(source.transform.e)
        west, south, east, north = bounds
        margin_x, margin_y = _MARGIN_PIXELS * across, _MARGIN_PIXELS * down
        low, high = south - margin_y, north + margin_y
        if source.transform.e > 0:
            low, high = high, low
        wanted = from_bounds(
            west - shift - margin_x, low, east - shift + margin_x, high, source.transform
        )
        rows, cols = wanted.toslices()
        top, left = max(0, math.floor(rows.start)), max(0, math.floor(cols.start))
        bottom = min(source.height, math.ceil(rows.stop))
        right = min(source.width, math.ceil(cols.stop))
        if bottom <= top or right <= left:
            return None
        return Window(left, top, right - left, bottom - top)


@contextmanager
def opened(file: RasterFile, around: Bounds) -> Iterator[RasterSource]:
    """Open a raster for an area; ``around``: its extent in degrees (WGS 84).

    Raises
    ------
    InputError
        A pipe or a device, a virtual raster that names files of other folders or addresses on the
        network. A file that cannot be read as a raster, has no CRS or one that cannot be placed on
        the Earth, several bands or data sets of which none is chosen, complex numbers, or is
        rotated.
    """
    check_regular(file.path, file.name, file.key)
    check_references(file.path, file.name, file.key)
    try:
        with _quiet(), reading_rasters(), rasterio.open(file.path) as dataset:
            _check_format(dataset, file)
            band = _band(dataset, file)
            crs = _crs(dataset, file)
            warn_of_datum(crs, dataset.bounds, file.name)
            yield RasterSource(dataset, file, band, crs, _shifts(dataset, crs, around))
    except RasterioError as error:
        raise InputError(file.problem(f"cannot be read as a raster: {error}")) from error
    except ProjError as error:
        raise InputError(
            file.problem(f"has a CRS that cannot be placed on the Earth: {error}")
        ) from error


def _check_format(dataset: rasterio.DatasetReader, file: RasterFile) -> None:
    if dataset.driver not in RASTER_FORMATS and not is_remote_allowed():
        raise InputError(
            file.problem(
                "is of a format that may take its pixels from elsewhere", dataset.driver,
                "GeoTIFF or another format of files; --allow-remote reads it",
            )
        )  # fmt: skip


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out rasterio's warning of a missing transform: a missing CRS is refused anyway."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def _around(grid: Grid) -> Bounds:
    """Return the extent of a grid in degrees."""
    around: Bounds = transform_bounds(grid.crs, WGS84, *grid.bounds_m, densify_pts=51)
    return around


def strips_around(file: RasterFile, grid: Grid) -> Iterator[RasterLayer]:
    """Read the part of a raster that touches the grid in strips, each pixel once."""
    with opened(file, _around(grid)) as source:
        yield from source.strips(
            transform_bounds(grid.crs, source.crs, *grid.bounds_m, densify_pts=51)
        )


def bands_around(file: RasterFile, grid: Grid) -> Iterator[tuple[slice, Grid, RasterLayer]]:
    """Read a raster for one band of rows of the grid after another.

    Yields the rows, the grid of these rows, and the pixels that touch it; bands without are left
    out.
    """
    with opened(file, _around(grid)) as source:

        def extent(part: Grid) -> Bounds:
            inside: Bounds = transform_bounds(part.crs, source.crs, *part.bounds_m, densify_pts=51)
            return inside

        count = -(-source.pixels_around(extent(grid)) // MOST_PIXELS)
        step = max(1, -(-grid.height // max(1, count)))
        for first in range(0, grid.height, step):
            rows = slice(first, min(first + step, grid.height))
            part = grid.part(rows)
            for layer in source.read(extent(part)):
                yield rows, part, layer


def _band(dataset: rasterio.DatasetReader, file: RasterFile) -> int:
    if dataset.count == 0:
        inside = [name.rpartition(":")[2] for name in dataset.subdatasets]
        raise InputError(
            file.problem(
                "holds no band, only several rasters" if inside else "holds no band",
                inside or None,
                "one raster: extract the one you need, for example with gdal_translate",
            )
        )
    problems = []
    if file.band is None and dataset.count != 1:
        key = file.key.rpartition(".")[0]
        problems.append(
            file.problem("has several bands", dataset.count, f"one band, or {key}.band = N")
        )
    if file.band is not None and file.band > dataset.count:
        problems.append(file.problem("has no such band", file.band, f"1 to {dataset.count}"))
    band = min(file.band or 1, int(dataset.count))
    if np.dtype(dataset.dtypes[band - 1]).kind == "c":
        problems.append(file.problem("holds complex numbers", dataset.dtypes[band - 1], "numbers"))
    if dataset.crs is None:
        problems.append(
            file.problem("has no CRS", expected="a raster that names its CRS (EPSG code)")
        )
    transform = dataset.transform
    usable = np.isfinite(transform[:6]).all() and transform.a > 0 and transform.a * transform.e
    if transform.b or transform.d or not usable:
        problems.append(
            file.problem(
                "is rotated, flipped or without extent", list(transform)[:6], "a north-up raster"
            )
        )
    if problems:
        raise InputError(problems)
    return band


def _crs(dataset: rasterio.DatasetReader, file: RasterFile) -> CRS:
    crs = CRS.from_wkt(dataset.crs.to_wkt())
    known = crs.is_geographic or crs.is_projected or crs.is_bound or crs.is_compound
    radius_m = crs.ellipsoid.semi_major_metre if crs.ellipsoid is not None else _EARTH_M
    if not known or abs(radius_m - _EARTH_M) > 0.01 * _EARTH_M:
        raise InputError(
            file.problem("has a CRS that is not of the Earth", crs.name, "an EPSG code")
        )
    return crs


def _shifts(dataset: rasterio.DatasetReader, crs: CRS, around: Bounds) -> tuple[float, ...]:
    """Return by how many degrees longitudes from 0 to 360 are moved to meet the area."""
    west, _, east, _ = dataset.bounds
    if not crs.is_geographic or east <= 180.0 + 1e-9:
        return (0.0,)
    meets = [
        shift for shift in (0.0, -360.0) if west + shift < around[2] and east + shift > around[0]
    ]
    return tuple(meets) or (-360.0,)


def _fill(raw: npt.NDArray[np.number], valid: Bools) -> float:
    """Return the value of pixels that looks like an undeclared void, NaN if there is none.

    That is the largest number of a type of whole numbers of 16 bits or more; or one that usually
    stands for "no data" and is far above all others.
    """
    if not valid.any():
        return math.nan
    bits, top = 8 * raw.dtype.itemsize, np.max(raw, where=valid, initial=0)
    if raw.dtype.kind in "iu" and bits > 8 and top == 2 ** (bits - (raw.dtype.kind == "i")) - 1:
        return float(top)
    if float(top) not in _FILLS:
        return math.nan
    others = valid & (raw != top)
    second = float(np.max(raw, where=others, initial=0))
    several = int(np.count_nonzero(valid)) - int(np.count_nonzero(others)) > 1
    return float(top) if several and 0.0 < second * _FAR < float(top) else math.nan
