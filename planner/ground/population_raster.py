"""A raster of people per cell: read, checked, and summed exactly by zone."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import CRS
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.windows import Window, from_bounds
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from planner.errors import InputError, PlannerWarning, Problem

_KEY = "population.file"
_UNCOVERED_SHARE = 1e-3
"""Share of the area that may lie beyond the edge of the raster, for example at a shoreline."""


@dataclass(frozen=True)
class PopulationRaster:
    """People per cell around a study area, in the CRS of the source.

    ``people`` (float32 or float64, rows x columns) holds 0 where the source has no data;
    ``name`` is the file as the planner named it.
    """

    people: npt.NDArray[np.floating]
    transform: Affine
    crs: CRS
    name: str

    @property
    def cell_size(self) -> float:
        """Smaller side of a cell in units of the CRS."""
        return float(min(abs(self.transform.a), abs(self.transform.e)))

    def zone_people(self, zones: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
        """Return the exact sum for each zone: each cell weighs by its share inside the polygon."""
        in_crs = zones[["geometry"]].to_crs(self.crs)
        height, width = self.people.shape
        left, top = self.transform.c, self.transform.f
        source = NumPyRasterSource(
            self.people,
            xmin=left,
            xmax=left + width * self.transform.a,
            ymin=top + height * self.transform.e,
            ymax=top,
            srs_wkt=self.crs.to_wkt(),
        )
        sums = exact_extract(source, in_crs, ["sum"], output="pandas", strategy="raster-sequential")
        total: npt.NDArray[np.float64] = np.nan_to_num(sums["sum"].to_numpy(dtype=np.float64))
        return total

    def density(self) -> npt.NDArray[np.float32]:
        """Return people per unit of true area, up to a constant.

        In a geographic CRS cells narrow with the cosine of the latitude; in a projected one they
        are taken as equal. Zones are rescaled to their own totals afterwards.
        """
        if not self.crs.is_geographic:
            return self.people.astype(np.float32)
        rows = np.arange(self.people.shape[0])
        latitude = np.radians(self.transform.f + (rows + 0.5) * self.transform.e)
        density: npt.NDArray[np.float32] = self.people / np.cos(latitude)[:, None]
        return density.astype(np.float32)


def read_population(
    path: Path, zones: gpd.GeoDataFrame, *, name: str, nodata: Literal["nobody", "refuse"]
) -> PopulationRaster:
    """Read the part of a population raster around the zones, and refuse impossible values.

    Raises
    ------
    InputError
        Unreadable file, no CRS, several bands, a rotated raster, a raster that does not touch
        the area or covers only part of it, no data at all, negative or NaN people, and nodata
        inside the area where ``nodata`` is "refuse".
    """
    try:
        with rasterio.open(path) as source:
            crs = _crs(source, name)
            area = zones.to_crs(crs).geometry.union_all()
            _check_extent(source, crs, area, name)
            window = _window(source, area)
            people = source.read(1, window=window)
            if people.dtype != np.float32:
                people = people.astype(np.float64)
            valid = source.read_masks(1, window=window) > 0
            transform = source.window_transform(window)
    except RasterioError as error:
        raise InputError(Problem(f"cannot be read as a raster: {error}", name, _KEY)) from error
    except ProjError as error:
        raise InputError(
            Problem(f"has a CRS that cannot be placed on the Earth: {error}", name, _KEY)
        ) from error
    inside = rasterize(
        [area], out_shape=people.shape, transform=transform, all_touched=True, dtype="uint8"
    ).astype(bool)
    _check_values(people, valid, inside, name)
    _check_nodata(valid, inside, transform, crs, name, refuse=nodata)
    usable = valid & np.isfinite(people) & (people >= 0)
    beyond = int(np.count_nonzero(valid & ~usable))
    if beyond:
        warnings.warn(
            f"{name}: {beyond:,} cells outside the area hold negative or non-numeric values; "
            "treated as zero population",
            PlannerWarning,
            stacklevel=2,
        )
    return PopulationRaster(np.where(usable, people, people.dtype.type(0)), transform, crs, name)


def _crs(source: rasterio.DatasetReader, name: str) -> CRS:
    problems = []
    if source.crs is None:
        problems.append(
            Problem("has no CRS", name, _KEY, expected="a raster that names its CRS (EPSG code)")
        )
    if source.count != 1:
        problems.append(
            Problem("has several bands", name, _KEY, source.count, "one band of people")
        )
    transform = source.transform
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        problems.append(
            Problem("is rotated or flipped", name, _KEY, list(transform)[:6], "a north-up raster")
        )
    if np.dtype(source.dtypes[0]).kind == "c":
        problems.append(Problem("holds complex numbers", name, _KEY, source.dtypes[0], "people"))
    if problems:
        raise InputError(problems)
    return CRS.from_wkt(source.crs.to_wkt())


def _check_extent(source: rasterio.DatasetReader, crs: CRS, area: BaseGeometry, name: str) -> None:
    extent = box(*source.bounds)
    bounds = [round(float(value), 4) for value in source.bounds]
    if not extent.intersects(area):
        west, south, east, north = source.bounds
        swapped = crs.is_geographic and box(south, west, north, east).intersects(area)
        raise InputError(
            Problem(
                "does not touch the study area"
                + (": longitude and latitude are swapped" if swapped else ""),
                name,
                _KEY,
                bounds,
                f"an extent that holds {[round(float(v), 4) for v in area.bounds]}",
            )
        )
    missing = area.difference(extent)
    missing_km2, whole_km2 = _area_km2(missing, crs), _area_km2(area, crs)
    if missing_km2 <= _UNCOVERED_SHARE * whole_km2:
        if missing_km2 > 1e-6 * whole_km2:
            warnings.warn(
                f"{name}: {missing_km2:,.2f} km² of the study area lie outside the raster; treated "
                "as zero population",
                PlannerWarning,
                stacklevel=3,
            )
        return
    raise InputError(
        Problem(
            f"covers only a part of the study area: {missing_km2:,.1f} km² of "
            f"{whole_km2:,.1f} km² lie outside the raster",
            name,
            _KEY,
            bounds,
            f"an extent that holds {[round(float(v), 4) for v in area.bounds]}",
        )
    )


def _area_km2(geometry: BaseGeometry, crs: CRS) -> float:
    equal_area = gpd.GeoSeries([geometry], crs=crs).to_crs("EPSG:6933")
    return float(equal_area.area.iloc[0]) / 1e6


def _window(source: rasterio.DatasetReader, area: BaseGeometry) -> Window:
    pixel_x, pixel_y = abs(source.transform.a), abs(source.transform.e)
    west, south, east, north = area.bounds
    wanted = from_bounds(
        west - 2 * pixel_x,
        south - 2 * pixel_y,
        east + 2 * pixel_x,
        north + 2 * pixel_y,
        source.transform,
    )
    rows, cols = wanted.toslices()
    top, left = max(0, math.floor(rows.start)), max(0, math.floor(cols.start))
    bottom = min(source.height, math.ceil(rows.stop))
    right = min(source.width, math.ceil(cols.stop))
    return Window(left, top, right - left, bottom - top)


def _check_values(
    people: npt.NDArray[np.floating],
    valid: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
    name: str,
) -> None:
    if not (valid & inside).any():
        raise InputError(Problem("holds no data inside the study area", name, _KEY))
    problems = []
    not_finite = valid & inside & ~np.isfinite(people)
    if not_finite.any():
        problems.append(
            Problem(
                f"{int(not_finite.sum()):,} cells inside the area are not finite numbers",
                name,
                _KEY,
                float(people[not_finite][0]),
                "people >= 0, and the file's nodata value in cells without data",
            )
        )
    negative = valid & inside & (people < 0)
    if negative.any():
        problems.append(
            Problem(
                f"{int(negative.sum()):,} cells inside the area have negative people",
                name,
                _KEY,
                float(people[negative].min()),
                "people >= 0 (is this an undeclared nodata value?)",
            )
        )
    if not problems and not people[valid & inside].sum() > 0:
        problems.append(Problem("holds no people inside the study area", name, _KEY))
    if problems:
        raise InputError(problems)


def _check_nodata(
    valid: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
    transform: Affine,
    crs: CRS,
    name: str,
    *,
    refuse: str,
) -> None:
    rows, cols = np.nonzero(inside & ~valid)
    if not len(rows):
        return
    share = len(rows) / int(inside.sum())
    text = f"{len(rows):,} cells inside the area ({share:.1%}) have no data"
    if refuse == "refuse":
        x, y = transform * (cols[0] + 0.5, rows[0] + 0.5)
        raise InputError(
            Problem(
                f"{text}, the first at {x:.4f}, {y:.4f} ({crs.name})",
                name,
                _KEY,
                expected='data everywhere, or population.nodata = "nobody"',
            )
        )
    warnings.warn(f"{name}: {text}; treated as zero population", PlannerWarning, stacklevel=3)
