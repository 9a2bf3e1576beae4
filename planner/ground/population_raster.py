"""A raster of people per cell: read, checked, and summed exactly by zone."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource
from pyproj import CRS
from rasterio.features import rasterize
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.grid import Grid
from planner.openers.raster import Bools, RasterFile, RasterLayer, RasterSource, opened
from planner.openers.vector import as_mapping

_UNCOVERED_SHARE = 1e-3
"""Share of the area that may lie beyond the edge of the raster, for example at a shoreline."""

_MOST_PER_KM2 = 1_000_000.0
"""No hectare of the Earth has as many residents: the densest quarters have 300,000 per km²."""

_NAMES = {
    "a density": re.compile(
        r"(^|[^a-z])(pd|popd|popdens)([^a-z]|$)|densit|(/|per) ?(km|sq|(ha|hectares?|acres?)\b)"
        r"|密度|(/|每)(平方|公顷|亩)"
    ),
    "a logarithm": re.compile(r"(^|[^a-z])(log|log10|log1p|ln)([^a-z]|$)|logarithm|对数"),
}
"""Words in the name of a file or band for contents other than people per cell."""
_SMALLEST_M2 = 10_000.0


@dataclass(frozen=True)
class Population:
    """People of a raster: ``on_grid`` (float32, grid shape), and ``by_zone`` (float64), exact.

    ``pixel_m``: side of its pixels.
    """

    on_grid: npt.NDArray[np.float32]
    by_zone: npt.NDArray[np.float64]
    pixel_m: float


def read_population(
    file: RasterFile, zones: gpd.GeoDataFrame, grid: Grid, *, nodata: Literal["nobody", "refuse"]
) -> Population:
    """Read the people around the zones in strips, and refuse impossible values.

    People are distributed over the grid by true area. The sum of a zone is that of its pixels, each
    by its share inside. A pixel without data holds nobody.

    Raises
    ------
    InputError
        As :func:`planner.openers.raster.opened`; a raster that does not touch the area or covers
        only part of it, of people per km², with no data at all, with negative, NaN or impossibly
        many people, and with nodata inside the area where ``nodata`` is "refuse".
    """
    on_grid, by_zone = np.zeros(grid.shape, np.float32), np.zeros(len(zones))
    seen, pixel_m = _Seen(file), 0.0
    with opened(file, tuple(zones.total_bounds)) as source:
        in_crs = zones[["geometry"]].to_crs(source.crs)
        area = in_crs.geometry.union_all()
        _check_extent(source, area)
        _warn_of_names(source)
        for layer in source.strips(area.bounds):
            layer.check_amounts()
            usable = seen.look(layer, area, grid)
            nobody = layer.values.dtype.type(0)
            people = replace(layer, values=np.where(usable, layer.values, nobody))
            by_zone += _zone_people(people, in_crs)
            pixel_m = people.pixel_size_m(grid)
            on_grid += people.counts_on_grid(grid).astype(np.float32, copy=False)
    seen.refuse_or_warn(refuse=nodata)
    return Population(on_grid, by_zone, pixel_m)


class _Zone(Feature):  # type: ignore[misc]
    """A polygon for exactextract in binary form: as text a million vertices take seconds."""

    def __init__(self, shape: BaseGeometry) -> None:
        super().__init__()
        self._shape = shape

    def geometry(self) -> bytes:
        return bytes(shapely.to_wkb(self._shape))

    def fields(self) -> list[str]:
        return []


class _Zones(FeatureSource):  # type: ignore[misc]
    def __init__(self, zones: gpd.GeoDataFrame) -> None:
        super().__init__()
        self._zones = zones

    def count(self) -> int:
        return len(self._zones)

    def __iter__(self) -> Iterator[_Zone]:
        return map(_Zone, self._zones.geometry)

    def srs_wkt(self) -> str:
        return str(self._zones.crs.to_wkt())


def _zone_people(people: RasterLayer, zones: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return the exact sum for each zone: each pixel weighs by its share inside the polygon."""
    xmin, ymin, xmax, ymax = people.bounds
    near = np.flatnonzero(zones.geometry.intersects(box(xmin, ymin, xmax, ymax)))
    source = NumPyRasterSource(
        people.values, xmin=xmin, xmax=xmax, ymin=ymin, ymax=ymax, srs_wkt=people.crs.to_wkt()
    )
    total = np.zeros(len(zones))
    if len(near):
        sums = exact_extract(
            source, _Zones(zones.iloc[near]), ["sum"], output="pandas",
            strategy="raster-sequential",
        )  # fmt: skip
        total[near] = np.nan_to_num(sums["sum"].to_numpy(dtype=np.float64))
    return total


@dataclass
class _Seen:
    """Problems with the pixels of a raster, collected strip by strip."""

    file: RasterFile
    not_finite: int = 0
    first_not_finite: float = math.nan
    negative: int = 0
    lowest: float = 0.0
    too_many: int = 0
    first_too_many: float = math.nan
    filled: int = 0
    fill: float = math.nan
    most: float = math.inf
    inside: int = 0
    known: int = 0
    people: float = 0.0
    beyond: int = 0
    first_without: str = ""
    cut_off: int = 0
    largest: float = math.nan

    def look(self, layer: RasterLayer, area: BaseGeometry, grid: Grid) -> Bools:
        """Note what a strip holds; return which of its pixels hold people."""
        people = layer.values
        inside = rasterize(
            [as_mapping(area)], out_shape=people.shape, transform=layer.transform, all_touched=True,
            dtype="uint8",
        ).astype(bool)  # fmt: skip
        known = layer.valid & inside
        most = _MOST_PER_KM2 * max(layer.pixel_area_m2(grid), _SMALLEST_M2) / 1e6
        self.most = min(self.most, most)
        finite = np.isfinite(people)
        usable: Bools = layer.valid & finite & (people >= 0)
        if (wrong := known & ~finite).any() and not self.not_finite:
            self.first_not_finite = float(people[wrong][0])
        self.not_finite += int(wrong.sum())
        if (wrong := known & (people < 0)).any():
            self.lowest = min(self.lowest, float(people[wrong].min()))
            self.negative += int(wrong.sum())
        if (wrong := known & finite & (people > most)).any() and not self.too_many:
            self.first_too_many = float(people[wrong][0])
        self.too_many += int(wrong.sum())
        if (filled := layer.is_filled & inside).any():
            self.filled += int(filled.sum())
            self.fill = layer.fill
        self.cut_off += int((known & (people == layer.largest)).sum())
        self.largest = layer.largest
        self.inside += int(inside.sum())
        self.known += int(known.sum())
        self.people += float(people[known & usable].sum(dtype=np.float64))
        self.beyond += int(np.count_nonzero(layer.valid & ~usable & ~inside))
        without = inside & ~layer.valid
        if without.any() and not self.first_without:
            row, column = np.unravel_index(int(np.argmax(without)), without.shape)
            x = layer.transform.c + (column + 0.5) * layer.transform.a
            y = layer.transform.f + (row + 0.5) * layer.transform.e
            self.first_without = f"{x:.4f}, {y:.4f} ({layer.crs.name})"
        return usable

    def refuse_or_warn(self, *, refuse: str) -> None:
        """Raise what no population can be; warn of what is taken as nobody."""
        problems = list(self._problems())
        if problems:
            raise InputError(problems)
        missing = self.inside - self.known
        if missing:
            text = f"{missing:,} cells inside the area ({missing / self.inside:.1%}) have no data"
            if refuse == "refuse":
                raise InputError(
                    self.file.problem(
                        f"{text}, the first at {self.first_without}",
                        expected='data everywhere, or population.nodata = "nobody"',
                    )
                )
            self._warn(text)
        if self.cut_off > 1:
            warnings.warn(
                f"{self.file.name}: {self.cut_off:,} cells inside the area hold {self.largest:g}, "
                "the largest number that the file can hold: more people may have been cut off",
                PlannerWarning,
                stacklevel=3,
            )
        if self.beyond:
            self._warn(
                f"{self.beyond:,} cells outside the area hold negative or non-numeric values"
            )

    def _warn(self, text: str) -> None:
        warnings.warn(
            f"{self.file.name}: {text}; treated as zero population", PlannerWarning, stacklevel=4
        )

    def _problems(self) -> Iterator[Problem]:
        if not self.known:
            yield self.file.problem("holds no data inside the study area")
            return
        fill = "(is this an undeclared nodata value?)"
        where = "cells inside the area"
        if self.not_finite:
            yield self.file.problem(
                f"{self.not_finite:,} {where} are not finite numbers", self.first_not_finite,
                "people >= 0, and the file's nodata value in cells without data",
            )  # fmt: skip
        if self.negative:
            yield self.file.problem(
                f"{self.negative:,} {where} have negative people",
                self.lowest,
                f"people >= 0 {fill}",
            )
        if self.too_many:
            yield self.file.problem(
                f"{self.too_many:,} {where} have an impossible number of people",
                self.first_too_many,
                f"at most {self.most:,.0f} people in a cell of this size {fill}",
            )
        if self.filled and not self.too_many:
            yield self.file.problem(
                f"{self.filled:,} {where} hold a value that stands for no data",
                self.fill,
                f"people, and the file's nodata value in cells without data {fill}",
            )
        if not (self.not_finite or self.negative or self.too_many or self.people > 0):
            yield self.file.problem("holds no people inside the study area")


def _check_extent(source: RasterSource, area: BaseGeometry) -> None:
    extent = shapely.union_all([box(*one) for one in source.extents])
    bounds = [round(float(value), 4) for value in extent.bounds]
    wanted = f"an extent that holds {[round(float(v), 4) for v in area.bounds]}"
    if not extent.intersects(area):
        west, south, east, north = extent.bounds
        swapped = source.crs.is_geographic and box(south, west, north, east).intersects(area)
        hint = ": longitude and latitude are swapped" if swapped else ""
        raise InputError(
            source.file.problem(f"does not touch the study area{hint}", bounds, wanted)
        )
    missing_km2 = _area_km2(area.difference(extent), source.crs)
    whole_km2 = _area_km2(area, source.crs)
    if missing_km2 > _UNCOVERED_SHARE * whole_km2:
        text = f"{missing_km2:,.1f} km² of {whole_km2:,.1f} km² lie outside the raster"
        raise InputError(
            source.file.problem(f"covers only a part of the study area: {text}", bounds, wanted)
        )
    if missing_km2 > 1e-6 * whole_km2:
        warnings.warn(
            f"{source.file.name}: {missing_km2:,.2f} km² of the study area lie outside the raster; "
            "treated as zero population",
            PlannerWarning,
            stacklevel=3,
        )


def _warn_of_names(source: RasterSource) -> None:
    """Warn of a file that is called a density (WorldPop has both), or a logarithm."""
    about = source.dataset.descriptions[source.band - 1] or ""
    for what, pattern in _NAMES.items():
        said = next(
            (one for one in (about, source.file.path.name) if pattern.search(one.lower())), ""
        )
        if said:
            warnings.warn(
                f"{source.file.name}: is called {what} ({said!r}) and is taken as people per cell; "
                "people per km², or their logarithms, would be wrong",
                PlannerWarning,
                stacklevel=3,
            )


def _area_km2(geometry: BaseGeometry, crs: CRS) -> float:
    equal_area = gpd.GeoSeries([geometry], crs=crs).to_crs("EPSG:6933")
    return float(equal_area.area.iloc[0]) / 1e6
