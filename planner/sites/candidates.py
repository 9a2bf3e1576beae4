"""Candidates: existing sites, must-have sites, and cells where a new station may be placed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rasterio.warp import Resampling, reproject
from scipy.ndimage import distance_transform_edt

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.area import StudyArea, land_cells
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.ground.gcj02 import wgs84_of_gcj02
from planner.ground.grid import Grid
from planner.ground.site_columns import warn_of_unread
from planner.openers.raster import SUFFIXES, RasterFile, RasterLayer, bands_around
from planner.openers.vector import VectorFile, read_features, touched_cells
from planner.scenario import Scenario
from planner.scenario.base import Origin
from planner.scenario.sites import CandidatesSection, Exclusion
from planner.scenario.terrain import TerrainSection

_LISTED = 10
_SLACK = 2e-7
_NAME_COLUMNS = ("name", "名称", "站名")


@dataclass(frozen=True)
class Sites:
    """Sites from a file, in the order of the file.

    ``cell`` (int64): flat index of the grid cell that holds the site; ``lon`` and ``lat`` in
    degrees (WGS 84); ``name``: text of the file's column name, else empty. ``cost_cny`` (float64)
    and ``equipment``: columns of these names, None if the file has none.
    """

    cell: npt.NDArray[np.int64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    name: tuple[str, ...]
    cost_cny: npt.NDArray[np.float64] | None = None
    equipment: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.cell)

    @classmethod
    def none(cls) -> Sites:
        """No sites at all."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), ())

    def prices_cny(self, otherwise: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the cost of each site, ``otherwise`` where the file gives none."""
        default = np.full(len(self), np.nan)
        default[:] = otherwise
        return (
            default
            if self.cost_cny is None
            else np.where(np.isnan(self.cost_cny), default, self.cost_cny)
        )


@dataclass(frozen=True)
class Candidates:
    """Where stations are or may be placed.

    ``buildable`` (bool, grid shape): land outside the exclusions. ``allowed``: the part of it
    that may take a new station of the plan. ``existing`` and ``must_have`` are in the order of
    their files. ``listed`` holds the candidates of the scenario's file, if it gives one.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    >>> len(candidates.existing)
    0
    """

    buildable: npt.NDArray[np.bool_]
    allowed: npt.NDArray[np.bool_]
    existing: Sites
    must_have: Sites
    listed: Sites | None


def candidate_sites(
    scenario: Scenario, area: StudyArea, demand: Demand, radius_m: Sequence[float]
) -> Candidates:
    """Read the sites of a scenario and mark the cells where a new station may be placed.

    ``radius_m`` holds the service radius of each area class; it sets the spacing when the
    scenario thins the candidates.

    Raises
    ------
    InputError
        Sites outside the area (listed), duplicate sites, must-have sites on excluded land or more
        of them than new stations, no candidate left to choose from.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    >>> bool(candidates.allowed.any())
    True
    """
    equipment = [one.name for one in scenario.equipment]

    def read(key: str, given: Path | None, layer: str | None, where: str | None) -> Sites:
        if given is None:
            return Sites.none()
        features = read_features(VectorFile(scenario.path(given), str(given), key, layer, where))
        section = scenario.candidates if key == "candidates.file" else scenario.sites
        return _sites(
            features,
            key,
            given,
            area,
            equipment,
            outside_area=scenario.sites.outside_area,
            duplicates=section.duplicates,
        )

    sites, chosen = scenario.sites, scenario.candidates
    existing = read("sites.existing", sites.existing, sites.existing_layer, sites.existing_where)
    must_have = read(
        "sites.must_have", sites.must_have, sites.must_have_layer, sites.must_have_where
    )
    # Whether the number of new stations limits the plan.
    counted = scenario.objective.kind == "most_covered" or scenario.target.stations_new > 0
    if len(must_have) > scenario.target.stations_new and counted:
        raise InputError(
            Problem(
                f"{len(must_have)} must-have sites",
                scenario.file,
                "target.stations_new",
                scenario.target.stations_new,
                "at least as many new stations as must-have sites",
            )
        )
    buildable = area.zone_index >= 0
    for index, exclusion in enumerate(scenario.exclusions):
        _exclude(buildable, scenario.origin, index, exclusion, area)
    in_use = Sites.none() if scenario.sites.existing_use == "retired" else existing
    _check_must_have(must_have, in_use, buildable, str(scenario.sites.must_have))
    listed = None
    allowed = buildable
    if scenario.candidates.file is not None:
        listed = read("candidates.file", chosen.file, chosen.layer, chosen.where)
        named = np.zeros(buildable.shape, dtype=bool)
        named.ravel()[listed.cell] = True
        _warn_of_shared_cells(listed, scenario.candidates.file, area)
        allowed = buildable & named
    elif (share := _spacing_share(scenario.candidates, scenario.terrain)) > 0:
        spacing_m = [r * share for r in radius_m]
        allowed = buildable & _thinned(area, demand, spacing_m)
    upgrades = scenario.sites.existing_use == "upgraded"
    more = scenario.target.stations_new > len(must_have) or not counted
    if more and not allowed.any() and not upgrades:
        raise InputError(
            Problem(
                "no cell is left for a new station",
                scenario.file,
                "exclusions" if scenario.exclusions else "candidates",
                expected="land or listed candidates outside the exclusions",
            )
        )
    return Candidates(buildable, allowed, existing, must_have, listed)


def with_upgrades(candidates: Candidates, existing_use: str) -> Candidates:
    """Return candidates whose ``allowed`` also holds the sites that may be upgraded."""
    if existing_use != "upgraded":
        return candidates
    allowed = candidates.allowed.copy()
    allowed.ravel()[candidates.existing.cell] = True
    return replace(candidates, allowed=allowed)


def _spacing_share(section: CandidatesSection, terrain: TerrainSection | None) -> float:
    """Return the spacing of grid candidates in radii; with terrain it is never 0 (every cell)."""
    share = section.spacing_share_of_radius
    if share == 0.0 and terrain is not None:
        return terrain.candidate_spacing_share_of_radius
    return share


def _thinned(area: StudyArea, demand: Demand, spacing_m: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Mark cells at regular steps, which depend on the class of the cell."""
    thinned = np.zeros(area.grid.shape, dtype=bool)
    for area_class in AREA_CLASSES:
        step = max(1, int(spacing_m[area_class.code] / area.grid.cell_size_m))
        block = (slice(step // 2, None, step), slice(step // 2, None, step))
        thinned[block] |= demand.area_class[block] == area_class.code
    return thinned


def _sites(
    features: gpd.GeoDataFrame,
    key: str,
    given: Path,
    area: StudyArea,
    equipment: Sequence[str],
    *,
    outside_area: str,
    duplicates: str,
) -> Sites:
    """Return the sites of a file; ``equipment``: names that its column of that name may hold.

    ``outside_area`` and ``duplicates``: "refuse" or "drop" them.
    """
    features = features.explode(index_parts=False, ignore_index=True)
    points = features.geometry
    warn_of_unread(
        features.columns,
        (),
        str(given),
        "every station of a plan has the radius of its area class or equipment "
        "(planner coverage reads azimuth_deg, height_m, power_dbm, tilt_deg of given sites)",
    )
    if not (points.geom_type == "Point").all():
        kinds = sorted(set(points.geom_type) - {"Point"})
        raise InputError(Problem("sites must be points", str(given), key, kinds, "points"))
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    outside = ~shapely.covers(area.boundary, points.values)
    what = "outside the study area" + _hint(area, lon, lat, outside)
    problems = _site_problems(what, outside, lon, lat, str(given), key)
    if problems and outside_area == "drop" and not outside.all():
        warnings.warn(f"{problems[0]}; dropped", PlannerWarning, stacklevel=3)
        features, lon, lat = features[~outside], lon[~outside], lat[~outside]
        problems = []
    place = pd.DataFrame({"lon": lon.round(6), "lat": lat.round(6)})
    again = place.duplicated().to_numpy()
    repeated = _site_problems(
        "at the same place as an earlier site", again, lon, lat, str(given), key
    )
    if repeated and duplicates == "drop":
        warnings.warn(f"{repeated[0]}; dropped", PlannerWarning, stacklevel=3)
        features, lon, lat = features[~again], lon[~again], lat[~again]
        repeated = []
    problems += repeated
    if problems:
        raise InputError(problems)
    projected = features.geometry.to_crs(area.grid.crs)
    cell = land_cells(projected.x.to_numpy(), projected.y.to_numpy(), area)
    name_column = next((name for name in _NAME_COLUMNS if name in features), None)
    names = features[name_column].fillna("").astype(str) if name_column else [""] * len(features)
    cost_cny = _costs(features, str(given), key)
    return Sites(
        cell, lon, lat, tuple(names), cost_cny, _equipment(features, equipment, given, key)
    )


def _hint(
    area: StudyArea,
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    outside: npt.NDArray[np.bool_],
) -> str:
    """Return a likely reason for sites outside the area: swapped columns, or GCJ-02 positions."""
    if not outside.any():
        return ""
    if shapely.contains_xy(area.boundary, lat[outside], lon[outside]).all():
        return " (longitude and latitude look swapped)"
    if shapely.contains_xy(area.boundary, *wgs84_of_gcj02(lon, lat)).all():
        return " (all would lie inside if the positions were GCJ-02, as Chinese web maps use)"
    return ""


def _costs(features: gpd.GeoDataFrame, file: str, key: str) -> npt.NDArray[np.float64] | None:
    if "cost_cny" not in features:
        return None
    cost: npt.NDArray[np.float64] = pd.to_numeric(features["cost_cny"], errors="coerce").to_numpy(
        np.float64
    )
    wrong = np.flatnonzero(~(np.isfinite(cost) & (cost > 0)))
    if len(wrong):
        raise InputError(
            Problem(
                f"{len(wrong)} sites have no cost, the first is feature {wrong[0] + 1}",
                file,
                f"{key}: column cost_cny",
                str(features["cost_cny"].iloc[wrong[0]]),
                "yuan, above 0",
            )
        )
    return cost


def _equipment(
    features: gpd.GeoDataFrame, known: Sequence[str], given: Path, key: str
) -> tuple[str, ...] | None:
    if "equipment" not in features or not known:
        return None
    named = features["equipment"].fillna("").astype(str).str.strip()
    unknown = sorted(set(named) - {"", *known})
    if unknown:
        raise InputError(
            Problem(
                "unknown equipment",
                str(given),
                f"{key}: column equipment",
                unknown[0],
                f"empty, or one of {', '.join(known)}",
            )
        )
    return tuple(named)


def _warn_of_shared_cells(listed: Sites, file: Path, area: StudyArea) -> None:
    shared = len(listed) - len(np.unique(listed.cell))
    if shared:
        warnings.warn(
            f"{file}: {shared} candidates share a {area.grid.cell_size_m:g} m "
            "grid cell with an earlier one; dropped",
            PlannerWarning,
            stacklevel=3,
        )


def _site_problems(
    what: str,
    wrong: npt.NDArray[np.bool_],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    file: str,
    key: str,
) -> list[Problem]:
    if not wrong.any():
        return []
    rows = np.flatnonzero(wrong)
    listing = "; ".join(f"feature {r + 1} at {lon[r]:.6f}, {lat[r]:.6f}" for r in rows[:_LISTED])
    more = f"; and {len(rows) - _LISTED} more" if len(rows) > _LISTED else ""
    return [Problem(f"{len(rows)} sites {what}: {listing}{more}", file, key)]


def _check_must_have(
    must_have: Sites, existing: Sites, buildable: npt.NDArray[np.bool_], file: str
) -> None:
    if not len(must_have):
        return
    taken = set(zip(existing.lon.round(6), existing.lat.round(6), strict=True))
    places = zip(must_have.lon.round(6), must_have.lat.round(6), strict=True)
    wrong = {
        "on excluded land": ~buildable.ravel()[must_have.cell],
        "at the position of an existing site": np.array([place in taken for place in places]),
    }
    problems = [
        problem
        for what, rows in wrong.items()
        for problem in _site_problems(
            what, rows, must_have.lon, must_have.lat, file, "sites.must_have"
        )
    ]
    if problems:
        raise InputError(problems)


def _exclude(
    buildable: npt.NDArray[np.bool_],
    origin: Origin,
    index: int,
    exclusion: Exclusion,
    area: StudyArea,
) -> None:
    """Clear the cells of one exclusion, in place."""
    key = f"exclusions.{index}.file"
    raster = origin.paths(exclusion.file)[0].suffix.lower() in SUFFIXES
    if not raster:
        _check_no_values(origin.file, index, exclusion)
    if raster:
        excluded = _excluded_by_raster(origin, key, exclusion, area)
    else:
        excluded = _excluded_by_features(origin, key, exclusion, area)
    if not (excluded & buildable).any():
        warnings.warn(
            f"{exclusion.file}: excludes no land of the study area", PlannerWarning, stacklevel=3
        )
    buildable &= ~excluded


def _check_no_values(file: str, index: int, exclusion: Exclusion) -> None:
    value: object
    if exclusion.exclude_values:
        key, value, right = "exclude_values", exclusion.exclude_values, "values of a raster only"
    elif exclusion.exclude_ranges:
        key, value, right = "exclude_ranges", exclusion.exclude_ranges, "values of a raster only"
    else:
        return
    raise InputError(
        Problem("does not apply here", file, f"exclusions.{index}.{key}", value, right)
    )


def _excluded_by_features(
    origin: Origin, key: str, exclusion: Exclusion, area: StudyArea
) -> npt.NDArray[np.bool_]:
    path, name = origin.path(exclusion.file), str(exclusion.file)
    features = read_features(VectorFile(path, name, key, exclusion.layer, exclusion.where))
    shapes = features.geometry.to_crs(area.grid.crs).make_valid()
    if exclusion.buffer_m > 0:
        shapes = shapes.buffer(exclusion.buffer_m)
    return touched_cells(shapes, area.grid)


def _excluded_by_raster(
    origin: Origin, key: str, exclusion: Exclusion, area: StudyArea
) -> npt.NDArray[np.bool_]:
    excluded = np.zeros(area.grid.shape, dtype=bool)
    for path in origin.paths(exclusion.file):
        file = RasterFile(path, str(exclusion.file), key, exclusion.band)
        for rows, part, layer in bands_around(file, area.grid):
            excluded[rows] |= _excluded_by_layer(layer, exclusion, part)
    if exclusion.buffer_m > 0 and excluded.any():
        distance = distance_transform_edt(~excluded, sampling=area.grid.cell_size_m)
        excluded = distance <= exclusion.buffer_m * (1 + 1e-9)
    return excluded


def _excluded_by_layer(
    layer: RasterLayer, exclusion: Exclusion, grid: Grid
) -> npt.NDArray[np.bool_]:
    wanted = _excluded_values(layer.values, exclusion) & layer.valid & np.isfinite(layer.values)
    marked = np.zeros(grid.shape, dtype=np.uint8)
    reproject(
        wanted.astype(np.uint8),
        marked,
        src_transform=layer.transform,
        src_crs=layer.crs,
        dst_transform=grid.transform,
        dst_crs=grid.crs,
        resampling=Resampling.nearest,
        tolerance=0.01,
    )
    return marked.astype(bool)


def _excluded_values(values: npt.NDArray[Any], exclusion: Exclusion) -> npt.NDArray[np.bool_]:
    if not exclusion.exclude_values and not exclusion.exclude_ranges:
        return np.asarray(values != 0)
    wanted = np.zeros(values.shape, dtype=bool)
    single = ((value, value) for value in exclusion.exclude_values)
    for low, high in (*single, *exclusion.exclude_ranges):
        # A decimal of the scenario is that of a file in single precision, or with a scale.
        slack = _SLACK * max(abs(low), abs(high))
        wanted |= (values >= low - slack) & (values <= high + slack)
    return wanted
