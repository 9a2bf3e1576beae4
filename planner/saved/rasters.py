"""The rasters of a saved plan: its ground, who is covered, its radio maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from shapely.geometry.base import BaseGeometry

from planner.ground.area import StudyArea, counties_of
from planner.ground.area_class import AREA_CLASSES, OUTSIDE
from planner.ground.demand import Demand
from planner.ground.grid import Grid
from planner.ground.ground import Ground
from planner.outputs.pages.radio_maps import BEST_SERVER, LAYER_FILES, SECTORS, SHARES
from planner.outputs.tables.csv import read_table
from planner.outputs.tables.geotiff import NOBODY
from planner.outputs.tables.radio_geotiff import NO_VALUE
from planner.radio.radio_map_layers import LAYERS
from planner.results.coverage import Coverage
from planner.scenario.area import AreaSection

_AREA_TAGS = ("AREA_CODE", "AREA_NAME_EN", "AREA_NAME_ZH")


def saved_ground(
    people: Path,
    zones: gpd.GeoDataFrame,
    section: AreaSection,
    lines_inside: Callable[[BaseGeometry], Mapping[str, BaseGeometry]],
    summary: Mapping[str, Any],
) -> Ground:
    """Return area and demand of a plan; its terrain and the cells of its places are not saved.

    ``lines_inside``: reads the roads and railways of the map inside a boundary.
    """
    with rasterio.open(people) as raster:
        bands = {name: raster.read(n) for n, name in enumerate(raster.descriptions, 1)}
        tags, transform, wkt = raster.tags(), raster.transform, raster.crs.to_wkt()
    outside = np.isnan(bands["zone"])
    zone_index = np.where(outside, -1, bands["zone"]).astype(np.int16)
    code, name_en, name_zh = (tags.get(name, "") for name in _AREA_TAGS)
    grid = Grid(pyproj.CRS.from_wkt(wkt), transform, *zone_index.shape)
    boundary = zones.union_all()
    area = StudyArea(
        code,
        name_en,
        name_zh,
        boundary,
        zones[["adcode", "name_zh", "name_en", "geometry"]],
        grid,
        zone_index,
        counties_of("" if section.zones is not None else code),
        lines_inside(boundary),
    )
    demand = Demand(
        np.where(outside, np.float32(0.0), bands["people"]),
        np.where(outside, OUTSIDE, bands["area_class"]).astype(np.uint8),
        zones["population"].to_numpy(float),
        summary["population_source"],
        summary["population_is_model"],
        summary["situations"],
    )
    return Ground(area, demand)


def saved_coverage(coverage: Path, served_percent: Path | None) -> Coverage:
    """Return the coverage, from the codes of :data:`planner.outputs.tables.geotiff.COVERAGE`.

    Shares are whole per cents, rounded down; ``served_percent`` is None in folders of earlier
    versions, in which cells were served as a whole.
    """
    codes, classes = _band(coverage), np.uint8(len(AREA_CLASSES))
    outside, first, new = codes == OUTSIDE, codes - np.uint8(1) < classes, codes > classes
    new &= codes < NOBODY
    served_class = np.where(first, codes, np.where(new, codes - classes, np.uint8(0)))
    phase = first + np.uint8(2) * new
    for raster in (served_class, phase):
        raster[outside] = OUTSIDE
    percent = 100 * (phase > 0) if served_percent is None else _band(served_percent)
    share = np.where(outside, np.float32(np.nan), percent / np.float32(100.0))
    return Coverage(served_class, phase, share.astype(np.float32))


def saved_radio(folder: Path, ground: Ground, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of radio maps but their scenario, to the step of each layer's file.

    ``summary``: content of ``radio_summary.json``.
    """
    shares = read_table(folder / SHARES)
    shares["from"] = shares["from"].fillna(-np.inf)
    inside = ground.area.zone_index >= 0
    return {
        "grid": ground.area.grid,
        "values": {one.key: _values(folder / LAYER_FILES[one.key], one.step) for one in LAYERS},
        "best_server": np.where(inside, _band(folder / BEST_SERVER), np.int32(-1)),
        "inside": inside,
        "sectors": read_table(folder / SECTORS),
        "shares": shares,
        "summary": {key: value for key, value in summary.items() if key != "outputs"},
    }


def _values(path: Path, step: float) -> npt.NDArray[np.float32]:
    steps = _band(path)
    values: npt.NDArray[np.float32] = np.where(
        steps == NO_VALUE, np.float32(np.nan), steps * np.float64(step)
    ).astype(np.float32)
    return values


def _band(path: Path) -> npt.NDArray[Any]:
    with rasterio.open(path) as raster:
        values: npt.NDArray[Any] = raster.read(1)
    return values
