"""A raster of people per cell: read, checked, and summed exactly by zone."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import CRS
from rasterio.features import rasterize
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.grid import Grid
from planner.ground.raster import Bools, RasterFile, RasterLayer, RasterSource, opened

_UNCOVERED_SHARE = 1e-3
"""Share of the area that may lie beyond the edge of the raster, for example at a shoreline."""

_MOST_PER_KM2 = 1_000_000.0
"""No hectare of the Earth has as many residents: the densest quarters have 300,000 per km²."""

_SMALLEST_M2 = 10_000.0


def zone_people(population: RasterLayer, zones: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return the exact sum for each zone: each cell weighs by its share inside the polygon."""
    in_crs = zones[["geometry"]].to_crs(population.crs)
    xmin, ymin, xmax, ymax = population.bounds
    source = NumPyRasterSource(
        population.values,
        xmin=xmin,
        xmax=xmax,
        ymin=ymin,
        ymax=ymax,
        srs_wkt=population.crs.to_wkt(),
    )
    sums = exact_extract(source, in_crs, ["sum"], output="pandas", strategy="raster-sequential")
    total: npt.NDArray[np.float64] = np.nan_to_num(sums["sum"].to_numpy(dtype=np.float64))
    return total


def read_population(
    file: RasterFile, zones: gpd.GeoDataFrame, grid: Grid, *, nodata: Literal["nobody", "refuse"]
) -> RasterLayer:
    """Read the people around the zones, and refuse impossible values.

    ``values`` of the layer hold 0 where the file has no data.

    Raises
    ------
    InputError
        As :func:`planner.ground.raster.opened`; a raster that does not touch the area or covers
        only part of it, of people per km², with no data at all, with negative, NaN or impossibly
        many people, and with nodata inside the area where ``nodata`` is "refuse".
    """
    with opened(file, tuple(zones.total_bounds)) as source:
        area = zones.to_crs(source.crs).geometry.union_all()
        _check_extent(source, area)
        layer = source.read(area.bounds)
    if layer is None:
        raise InputError(file.problem("holds no data inside the study area"))
    _check_unit(layer)
    people, valid = layer.values, layer.valid
    inside = rasterize(
        [area], out_shape=people.shape, transform=layer.transform, all_touched=True, dtype="uint8"
    ).astype(bool)
    _check_values(layer, inside, layer.pixel_area_m2(grid))
    _check_nodata(layer, inside, refuse=nodata)
    usable = valid & np.isfinite(people) & (people >= 0)
    beyond = int(np.count_nonzero(valid & ~usable))
    if beyond:
        warnings.warn(
            f"{file.name}: {beyond:,} cells outside the area hold negative or non-numeric values; "
            "treated as zero population",
            PlannerWarning,
            stacklevel=2,
        )
    return replace(layer, values=np.where(usable, people, people.dtype.type(0)))


def _check_extent(source: RasterSource, area: BaseGeometry) -> None:
    extent = box(*source.bounds)
    bounds = [round(float(value), 4) for value in source.bounds]
    wanted = f"an extent that holds {[round(float(v), 4) for v in area.bounds]}"
    if not extent.intersects(area):
        west, south, east, north = source.bounds
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


def _area_km2(geometry: BaseGeometry, crs: CRS) -> float:
    equal_area = gpd.GeoSeries([geometry], crs=crs).to_crs("EPSG:6933")
    return float(equal_area.area.iloc[0]) / 1e6


def _check_unit(layer: RasterLayer) -> None:
    unit = layer.unit.lower().replace("²", "2").replace("^", "")
    if "km2" in unit or "km-2" in unit or "density" in unit or "/ha" in unit:
        raise InputError(
            layer.file.problem(
                "holds a density, not people", layer.unit, "people per cell (a count)"
            )
        )


def _check_values(layer: RasterLayer, inside: Bools, pixel_m2: float) -> None:
    people, known = layer.values, layer.valid & inside
    file = layer.file
    if not known.any():
        raise InputError(file.problem("holds no data inside the study area"))
    most = _MOST_PER_KM2 * max(pixel_m2, _SMALLEST_M2) / 1e6
    fill = "(is this an undeclared nodata value?)"
    problems: list[Problem] = []
    checks = (
        (~np.isfinite(people), "are not finite numbers", "people >= 0, and the file's nodata value"
         " in cells without data"),
        (people < 0, "have negative people", f"people >= 0 {fill}"),
        (np.isfinite(people) & (people > most), "have an impossible number of people",
         f"at most {most:,.0f} people in a cell of this size {fill}"),
    )  # fmt: skip
    for wrong, what, expected in checks:
        cells = known & wrong
        if cells.any():
            found = float(people[cells].min()) if "negative" in what else float(people[cells][0])
            count = int(cells.sum())
            problems.append(
                file.problem(f"{count:,} cells inside the area {what}", found, expected)
            )
    if not problems and not people[known].sum(dtype=np.float64) > 0:
        problems.append(file.problem("holds no people inside the study area"))
    if problems:
        raise InputError(problems)


def _check_nodata(layer: RasterLayer, inside: Bools, *, refuse: str) -> None:
    rows, cols = np.nonzero(inside & ~layer.valid)
    if not len(rows):
        return
    share = len(rows) / int(inside.sum())
    text = f"{len(rows):,} cells inside the area ({share:.1%}) have no data"
    if refuse == "refuse":
        x = layer.transform.c + (cols[0] + 0.5) * layer.transform.a
        y = layer.transform.f + (rows[0] + 0.5) * layer.transform.e
        raise InputError(
            layer.file.problem(
                f"{text}, the first at {x:.4f}, {y:.4f} ({layer.crs.name})",
                expected='data everywhere, or population.nodata = "nobody"',
            )
        )
    warnings.warn(
        f"{layer.file.name}: {text}; treated as zero population", PlannerWarning, stacklevel=3
    )
