"""The study area: boundary, zones and the grid."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod
from rasterio.features import rasterize
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from planner.data.boundaries import BOUNDARIES, load_counties, load_prefectures, load_province
from planner.data.registry import embedded_sets, province_code
from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.base_map import base_map_lines
from planner.ground.edge_cells import EdgeCells, edge_cells
from planner.ground.grid import LONLAT, Grid, fitted_albers
from planner.memory import asked_stages, available_bytes, check_memory
from planner.openers.vector import (
    VectorFile,
    as_mapping,
    polygonal_part,
    polygons_of,
    read_features,
)
from planner.scenario import Scenario
from planner.scenario.area import AreaSection
from planner.scenario.base import Origin

MAX_CELLS = 400_000_000
MOST_ZONES = 30_000
"""Zones and counties together are numbered with 16 bits."""

_ZONE_COLUMNS = ["adcode", "name_zh", "name_en", "geometry"]
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class StudyArea:
    """A boundary, its zones, and one grid.

    ``boundary`` and ``zones`` are in EPSG:4326; ``zones`` has the columns adcode, name_zh,
    name_en, geometry and the index 0..n-1. ``zone_index`` (int16, grid shape) holds that index
    for each cell whose centre lies in a zone, -1 outside: it is the land mask too. ``counties``
    (EPSG:4326; the columns of ``zones``) name places inside zones; empty if the scenario gives a
    boundary of its own. ``lines`` are the main roads and the railways inside, for orientation on
    the map (EPSG:4326), as far as the scenario names files of them.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> area = planner.study_area(scenario, 250.0)
    >>> area.zones["adcode"].tolist()
    ['520181']
    >>> area.zone_index.shape == area.grid.shape
    True
    """

    code: str
    name_en: str
    name_zh: str
    boundary: BaseGeometry
    zones: gpd.GeoDataFrame
    grid: Grid
    zone_index: npt.NDArray[np.int16]
    counties: gpd.GeoDataFrame
    lines: Mapping[str, BaseGeometry] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Name, land, zones and grid."""
        name = " ".join(text for text in (self.name_en[:80], self.name_zh[:80], self.code) if text)
        height, width = self.grid.shape
        grid = f"{height:,} x {width:,} cells of {self.grid.cell_size_m:g} m"
        return f"<StudyArea {name}: {self.area_km2:,.0f} km2, {len(self.zones):,} zones, {grid}>"

    def _repr_html_(self) -> str:
        from planner.outputs.notebook import area_view

        return area_view(self)

    @cached_property
    def edge(self) -> EdgeCells:
        """The cells across the edge of the area."""
        return edge_cells(self.zones_m(), self.grid, self.zone_index >= 0)

    @property
    def land_cells(self) -> int:
        """Number of cells inside the area."""
        return int(np.count_nonzero(self.zone_index >= 0))

    @property
    def area_km2(self) -> float:
        """Area of the cells inside, in square kilometres."""
        return self.land_cells * self.grid.cell_area_km2

    def zones_m(self) -> gpd.GeoSeries:
        """Return the geometries of the zones in the metric CRS of the grid."""
        return self.zones.geometry.to_crs(self.grid.crs)


def study_area(scenario: Scenario, cell_size_m: float) -> StudyArea:
    """Read boundary and zones of a scenario and lay the grid over them.

    Raises
    ------
    InputError
        Unknown province; a boundary that is unreadable, empty, without CRS, invalid (where the
        scenario refuses repair) or with longitude and latitude swapped; zones that do not meet
        the boundary; a grid of more than 400 million cells, or of more than fits into memory.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> area = planner.study_area(scenario, 250.0)
    >>> len(area.zones)
    1
    >>> 1_300 < area.area_km2 < 1_500
    True
    """
    section, origin = scenario.area, scenario.origin
    code, name_en, name_zh = "", scenario.title, scenario.title_zh
    in_detail = False
    if section.boundary is None:
        row = _province(section, origin.file)
        in_detail = embedded_sets(row["adcode"], section.detail)[0] == BOUNDARIES
        code, name_en, name_zh = row["adcode"], row["name_en"], row["name_zh"]
        boundary = row.geometry
    else:
        boundary = _own_boundary(section, section.boundary, origin)
    if section.zones is not None:
        zones = _own_zones(section, section.zones, boundary, origin)
    elif in_detail:
        zones = load_prefectures(code)[_ZONE_COLUMNS].reset_index(drop=True)
    else:
        zones = _one_zone(code or scenario.name, name_en, name_zh, boundary)
    # Each question of what lies inside is then asked of an index, not of every vertex.
    shapely.prepare(boundary)
    crs = fitted_albers(*boundary.bounds)
    zones_m = zones.geometry.to_crs(crs)
    grid = Grid.around(tuple(zones_m.total_bounds), cell_size_m, crs)
    if grid.height * grid.width > MAX_CELLS:
        raise InputError(
            Problem(
                f"makes a grid of {grid.height} x {grid.width} cells",
                scenario.file,
                "area.cell_size_m",
                cell_size_m,
                f"a cell size that needs at most {MAX_CELLS:,} cells",
            )
        )
    check_memory(
        grid.height * grid.width,
        cell_size_m,
        asked_stages(
            terrain=scenario.terrain is not None,
            certificate=scenario.siting.certificate_iterations != 0,
            radio_maps=bool(scenario.radio.maps.include),
        ),
        file=scenario.file,
        available=available_bytes(),
        situations=scenario.service.n_situations,
    )
    zone_index = polygon_index(zones.geometry, grid)
    if not (zone_index >= 0).any():
        raise InputError(
            Problem(
                "no cell centre lies inside the boundary",
                scenario.file,
                "area.cell_size_m",
                cell_size_m,
                "cells smaller than the area",
            )
        )
    return StudyArea(
        code,
        name_en,
        name_zh,
        boundary,
        zones,
        grid,
        zone_index,
        counties_of(code if in_detail and section.zones is None else ""),
        base_map_lines(scenario.base_map, origin, boundary),
    )


def polygon_index(polygons: gpd.GeoSeries, grid: Grid) -> npt.NDArray[np.int16]:
    """Return the position of the polygon that holds each cell's centre, -1 where none does."""
    if polygons.empty:
        return np.full(grid.shape, -1, dtype=np.int16)
    index: npt.NDArray[np.int16] = rasterize(
        zip(map(as_mapping, polygons.to_crs(grid.crs)), range(len(polygons)), strict=True),
        out_shape=grid.shape,
        transform=grid.transform,
        fill=-1,
        dtype="int16",
    )
    return index


def land_cells(
    x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64], area: StudyArea
) -> npt.NDArray[np.int64]:
    """Return the cell of each point, or the nearest inside one if its own centre is outside."""
    cell = area.grid.cells(x_m, y_m)
    ashore = np.flatnonzero((cell < 0) | (area.zone_index.ravel()[np.maximum(cell, 0)] < 0))
    if len(ashore):
        land = np.flatnonzero(area.zone_index.ravel() >= 0)
        tree = KDTree(np.column_stack(area.grid.xy_m(land)))
        _, nearest = tree.query(np.column_stack([x_m[ashore], y_m[ashore]]))
        cell[ashore] = land[nearest]
    return cell


def counties_of(code: str) -> gpd.GeoDataFrame:
    """Return the counties of an embedded province (EPSG:4326); none for an empty code."""
    if not code:
        nowhere = gpd.GeoSeries([], crs=LONLAT)
        return gpd.GeoDataFrame(
            {"adcode": [], "name_zh": [], "name_en": []}, geometry=nowhere, crs=LONLAT
        )
    return load_counties(code)[_ZONE_COLUMNS]


def geodesic_area_km2(geometry: BaseGeometry) -> float:
    """Return the area of a geometry in degrees on the WGS 84 ellipsoid, in square kilometres."""
    area_m2, _ = _GEOD.geometry_area_perimeter(shapely.orient_polygons(geometry))
    return abs(area_m2) / 1e6


def _own_boundary(section: AreaSection, path: Path, origin: Origin) -> BaseGeometry:
    layer, where = section.boundary_layer, section.boundary_where
    file = VectorFile(origin.path(path), str(path), "area.boundary", layer, where)
    polygons = polygons_of(read_features(file), file, treatment=section.invalid_geometry)
    return polygons.geometry.union_all()


def check_province(section: AreaSection, file: str) -> None:
    """Raise :class:`InputError` when the scenario names a province that does not exist."""
    if section.boundary is None:
        _province_code(section, file)


def _province(section: AreaSection, file: str) -> pd.Series:
    return load_province(_province_code(section, file), section.detail).iloc[0]


def _province_code(section: AreaSection, file: str) -> str:
    try:
        return province_code(section.province or "")
    except InputError as error:
        raise InputError(
            replace(one, file=file, key="area.province") for one in error.problems
        ) from error


def _one_zone(code: str, name_en: str, name_zh: str, boundary: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the whole area as its only zone."""
    return gpd.GeoDataFrame(
        {"adcode": [code], "name_zh": [name_zh], "name_en": [name_en]},
        geometry=[boundary],
        crs=LONLAT,
    )


def _own_zones(
    section: AreaSection, path: Path, boundary: BaseGeometry, origin: Origin
) -> gpd.GeoDataFrame:
    layer, where = section.zones_layer, section.zones_where
    file = VectorFile(origin.path(path), str(path), "area.zones", layer, where)
    features = polygons_of(read_features(file), file, treatment=section.invalid_geometry)
    columns = {
        "adcode": section.zone_code_column,
        "name_zh": section.zone_name_zh_column,
        "name_en": section.zone_name_en_column,
    }
    _check_code_column(features, columns["adcode"], path)
    clipped = features.geometry.intersection(boundary).apply(polygonal_part)
    zones = gpd.GeoDataFrame(geometry=clipped, crs=LONLAT)
    code = code_text(features[columns["adcode"]])
    for name, column in columns.items():
        zones[name] = (
            code_text(features[column]).where(features[column].notna(), code)
            if (column in features)
            else code
        )
    zones = zones[~zones.geometry.is_empty].reset_index(drop=True)
    if zones.empty:
        raise InputError(
            Problem(
                "no zone overlaps the boundary of the area",
                str(path),
                "area.zones",
                expected="zones inside area.boundary",
            )
        )
    if len(zones) > MOST_ZONES:
        raise InputError(
            Problem(
                "has too many zones",
                str(path),
                "area.zones",
                len(zones),
                f"at most {MOST_ZONES:,} inside the boundary: larger zones, or a smaller area",
            )
        )
    _check_codes(zones, columns["adcode"], path)
    _check_overlap(zones, path)
    missing_km2 = geodesic_area_km2(boundary) - sum(map(geodesic_area_km2, zones.geometry))
    if missing_km2 > 1e-3 * geodesic_area_km2(boundary):
        warnings.warn(
            f"{path}: {missing_km2:,.1f} km² inside the boundary belong to no zone; left out",
            PlannerWarning,
            stacklevel=2,
        )
    return zones[_ZONE_COLUMNS]


def _check_code_column(features: gpd.GeoDataFrame, column: str, path: Path) -> None:
    known = features.columns.drop("geometry")
    if column not in known:
        raise InputError(
            Problem(
                "the zones have no such column of codes",
                str(path),
                "area.zone_code_column",
                column,
                f"one of {', '.join(map(str, known))}",
            )
        )


def code_text(codes: pd.Series) -> pd.Series:
    """Return codes as text: the number 440100 becomes "440100", a missing value is empty."""
    if pd.api.types.is_float_dtype(codes):
        codes = codes.map(lambda code: f"{code:.0f}" if code == code // 1 else code)
    return codes.where(codes.notna(), "").astype(str)


def _check_codes(zones: gpd.GeoDataFrame, column: str, path: Path) -> None:
    problems = []
    bare = int((zones["adcode"] == "").sum())
    if bare:
        problems.append(Problem(f"{bare} zones have no code", str(path), column))
    repeated = zones["adcode"][zones["adcode"].duplicated()].unique()
    if len(repeated) and not bare:
        problems.append(Problem("zone codes occur twice", str(path), column, list(repeated)))
    if problems:
        raise InputError(problems)


def _check_overlap(zones: gpd.GeoDataFrame, path: Path) -> None:
    """Refuse zones that overlap by more than a sliver, whose people would be counted twice."""
    first, second = zones.sindex.query(zones.geometry, predicate="intersects")
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a < b]
    for a, b in pairs:
        shared = polygonal_part(zones.geometry[a].intersection(zones.geometry[b]))
        smaller = min(zones.geometry[a].area, zones.geometry[b].area)
        if shared.area > 1e-3 * smaller:
            raise InputError(
                Problem(
                    f"zones overlap on {geodesic_area_km2(shared):,.1f} km²",
                    str(path),
                    "area.zones",
                    [zones["adcode"][a], zones["adcode"][b]],
                    "zones that share borders only",
                )
            )
