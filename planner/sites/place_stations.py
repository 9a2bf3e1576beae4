"""Service required by priority places, and stations for places that need a stricter one.

Siting knows one service, the scenario's. A place that requires a stricter one gets must-have
stations before siting begins: as few as the greedy needs in addition to the sites in service.
Like must-have sites, they are of the first kind of the scenario's equipment.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError
from pyproj import Transformer

from planner.errors import InputError, Problem
from planner.ground.area import StudyArea
from planner.ground.demand import Demand
from planner.ground.grid import LONLAT
from planner.ground.terrain import Terrain
from planner.radio import service_radii
from planner.scenario import Scenario
from planner.scenario.radio import ServiceSection
from planner.sites.candidates import Candidates, Sites
from planner.sites.equipment import StationKind, network_kind, station_kinds
from planner.sites.footprints import Footprints, footprints_of
from planner.sites.priority_places import PriorityPlaces, priority_places

Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def place_scenario(scenario: Scenario, section: int) -> Scenario:
    """Return the scenario with the service that the places of a section require.

    Raises
    ------
    InputError
        Keys that ``[service]`` does not have, or values that it refuses.
    """
    asked = scenario.priority_places[section].service
    if not asked:
        return scenario
    given = _merged(scenario.service.model_dump(mode="json", exclude_unset=True), asked)
    try:
        service = ServiceSection.model_validate_json(json.dumps(given, default=str))
    except ValidationError as error:
        raise InputError(
            Problem(
                found["msg"].removeprefix("Value error, "),
                scenario.file,
                ".".join([f"priority_places.{section}.service", *map(str, found["loc"])]),
                None if isinstance(found["input"], dict) else found["input"],
            )
            for found in error.errors(include_url=False)
        ) from error
    return scenario.model_copy(update={"service": service})


def place_radii_m(scenario: Scenario, section: int) -> tuple[float, ...]:
    """Return the service radius of each area class for the places of a section.

    Raises
    ------
    InputError
        As :func:`place_scenario`, and for a service that cannot be provided.
    """
    own = place_scenario(scenario, section)
    try:
        return tuple(radius.radius_m for radius in service_radii(own.radio, own.service))
    except InputError as error:
        raise error.in_file(f"{scenario.file}: priority_places.{section}.service") from error


def check_place_services(scenario: Scenario) -> None:
    """Raise :class:`InputError` with all problems of the service of priority places."""
    problems: list[Problem] = []
    for index, section in enumerate(scenario.priority_places):
        if section.service:
            problems += _radii_that_ignore_service(scenario, index)
            try:
                place_radii_m(scenario, index)
                station_kinds(place_scenario(scenario, index))
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)


def _radii_that_ignore_service(scenario: Scenario, section: int) -> Iterator[Problem]:
    """Yield the radii given directly, which the service of a section's places cannot change."""
    asked = scenario.priority_places[section].service
    given = {f"equipment.{i}": one.radius_m for i, one in enumerate(scenario.equipment)}
    if "radius_m" not in asked:
        given["service"] = scenario.service.radius_m
    for key, radii in given.items():
        if radii.model_dump(exclude_none=True):
            yield Problem(
                f"has no effect, because {key}.radius_m applies to any service",
                scenario.file,
                f"priority_places.{section}.service",
                expected="radii from the link budget"
                if key.startswith("equipment")
                else "radii from the link budget, or radius_m in this service too",
            )


def with_place_stations(
    scenario: Scenario,
    area: StudyArea,
    demand: Demand,
    candidates: Candidates,
    terrain: Terrain | None,
) -> Candidates:
    """Return the candidates with must-have stations for places that need a stricter service.

    Raises
    ------
    InputError
        Places that no candidate can serve, or more stations for them than the target allows.
    """
    places = None
    for index, section in enumerate(scenario.priority_places):
        if section.use != "must_serve" or not section.service:
            continue
        places = places or priority_places(scenario, area)
        if places is not None:
            candidates = _served(scenario, index, places, area, demand, candidates, terrain)
    return candidates


def _served(
    scenario: Scenario,
    section: int,
    places: PriorityPlaces,
    area: StudyArea,
    demand: Demand,
    candidates: Candidates,
    terrain: Terrain | None,
) -> Candidates:
    rows = places.rows_of(section)
    cells = np.unique(np.concatenate([np.zeros(0, np.int64), *map(places.cells_of, rows)]))
    own = place_scenario(scenario, section)
    kinds = station_kinds(own)
    wanted = np.zeros(area.grid.shape, dtype=np.float32)
    wanted.ravel()[cells] = 1.0
    near = _near(cells, max(kinds[0].radius_m) / area.grid.cell_size_m, area.grid.shape)
    asked = replace(candidates, allowed=candidates.allowed & near)

    def serving(kind: StationKind) -> Footprints:
        return footprints_of(kind.scenario, area, demand, asked, kind.radius_m, terrain)

    covered = np.zeros(area.grid.shape, dtype=bool)
    for kind, cell in _fixed_sites(own, candidates):
        serving(kind).cover(covered, cell)
    footprints = serving(kinds[0])
    chosen = footprints.order(wanted, asked.allowed, covered, len(cells))
    footprints.cover(covered, chosen)
    key = f"priority_places.{section}"
    if not covered.ravel()[cells].all():
        missed = int((~covered.ravel()[cells]).sum())
        raise InputError(
            Problem(
                f"{missed} cells of places have no candidate within the radius of this service",
                scenario.file,
                f"{key}.service",
                expected="buildable land near them, or a service with a longer radius",
            )
        )
    count = len(candidates.must_have) + len(chosen)
    if count > scenario.target.stations_new and scenario.objective.kind == "most_covered":
        raise InputError(
            Problem(
                f"needs {count:,} stations",
                scenario.file,
                key,
                expected=f"at most target.stations_new, {scenario.target.stations_new:,}",
            )
        )
    return replace(candidates, must_have=_with_sites(candidates.must_have, chosen, area))


def _fixed_sites(own: Scenario, candidates: Candidates) -> Iterator[tuple[StationKind, Cells]]:
    """Yield the fixed stations: those in service, then must-have sites by kind."""
    yield network_kind(own), candidates.existing.cell
    sites, kinds = candidates.must_have, station_kinds(own)
    for kind in kinds:
        mine = {kind.name, ""} if kind is kinds[0] else {kind.name}
        is_mine = [name in mine for name in sites.equipment or [""] * len(sites)]
        if any(is_mine):
            yield kind, sites.cell[is_mine]


def _near(cells: Cells, reach_cells: float, shape: tuple[int, int]) -> Bools:
    """Mark the squares of half a side ``reach_cells`` around cells."""
    marked = np.zeros(shape, dtype=bool)
    half = int(np.ceil(reach_cells))
    for row, col in zip(*np.divmod(cells, shape[1]), strict=True):
        top, left = max(0, row - half), max(0, col - half)
        marked[top : row + half + 1, left : col + half + 1] = True
    return marked


def _with_sites(sites: Sites, cells: Cells, area: StudyArea) -> Sites:
    """Return the sites and additional ones in the centres of cells."""
    x_m, y_m = area.grid.xy_m(cells)
    lon, lat = Transformer.from_crs(area.grid.crs, LONLAT, always_xy=True).transform(x_m, y_m)
    none = np.full(len(cells), np.nan)
    return Sites(
        np.concatenate([sites.cell, cells]),
        np.concatenate([sites.lon, lon]),
        np.concatenate([sites.lat, lat]),
        (*sites.name, *["for a priority place"] * len(cells)),
        None if sites.cost_cny is None else np.concatenate([sites.cost_cny, none]),
        None if sites.equipment is None else (*sites.equipment, *[""] * len(cells)),
    )


def _merged(tables: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(dict(tables))
    for key, value in changes.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged
