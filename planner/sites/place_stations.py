"""Service required by priority places, and stations for places that need a stricter one.

Siting knows one service, the scenario's. A place that requires a stricter one gets must-have
stations before siting begins: as few as the greedy needs in addition to the sites in service.
Like must-have sites, they are of the first kind of the scenario's equipment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from planner.errors import InputError, Problem
from planner.ground.area import StudyArea
from planner.ground.grid import LONLAT
from planner.ground.ground import Ground
from planner.scenario import Scenario
from planner.scenario.base import merged, section_of
from planner.scenario.places import PriorityPlacesSection
from planner.scenario.service import RadiusSection, ServiceSection
from planner.scenario.siting import ObjectiveSection
from planner.scenario.target import TargetSection
from planner.sites.candidates import Candidates, Sites
from planner.sites.equipment import StationKind, network_kind, station_kinds
from planner.sites.footprints import Footprints, footprints_of

Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

KindsOfPlaces = Mapping[int, tuple[StationKind, ...]]
"""Kinds of stations under a stricter service, by the section of priority places that requires it:
the network of existing stations, then those that may be built."""


def kinds_of_places(scenario: Scenario) -> KindsOfPlaces:
    """Return the kinds of stations for each section of places that requires a stricter service.

    Raises
    ------
    InputError
        All at once: keys that ``[service]`` does not have, values that it or a propagation model
        refuses, and radii given directly, which no service changes.
    """
    kinds: dict[int, tuple[StationKind, ...]] = {}
    problems: list[Problem] = []
    radio, cost, file = scenario.radio, scenario.cost, scenario.file
    for index, section in enumerate(scenario.priority_places):
        if not section.service:
            continue
        key = f"priority_places.{index}.service"
        given = {f"equipment.{i}": one.radius_m for i, one in enumerate(scenario.equipment)}
        if "radius_m" not in section.service:
            given["service"] = scenario.service.radius_m
        problems += _radii_that_ignore_service(given, file, key)
        try:
            own = _service(scenario.service, section.service, key, file)
            kinds[index] = (
                network_kind(radio, own, cost),
                *station_kinds(scenario.equipment, radio, own, cost, file),
            )
        except InputError as error:
            problems += error.in_file(f"{file}: {key}").problems
    if problems:
        raise InputError(problems)
    return kinds


def _service(
    common: ServiceSection, asked: Mapping[str, Any], key: str, file: str
) -> ServiceSection:
    """Return the service of the scenario with what some places require of it."""
    given = merged(common.model_dump(mode="json", exclude_unset=True), asked)
    try:
        return section_of(ServiceSection, given, key)
    except InputError as error:
        raise error.in_file(file) from error


def _radii_that_ignore_service(
    given: Mapping[str, RadiusSection], file: str, key: str
) -> Iterator[Problem]:
    """Yield the radii given directly, which the service of a section's places cannot change."""
    for section, radii in given.items():
        if radii.model_dump(exclude_none=True):
            yield Problem(
                f"has no effect, because {section}.radius_m applies to any service",
                file,
                key,
                expected="radii from the link budget"
                if section.startswith("equipment")
                else "radii from the link budget, or radius_m in this service too",
            )


def with_place_stations(
    sections: Sequence[PriorityPlacesSection],
    kinds: KindsOfPlaces,
    objective: ObjectiveSection,
    target: TargetSection,
    ground: Ground,
    candidates: Candidates,
    *,
    served_share: float = 0.5,
    file: str,
) -> Candidates:
    """Return the candidates with must-have stations for places that need a stricter service.

    ``kinds``: as :func:`kinds_of_places` returns them; ``served_share``: of the people of a cell
    that is served; ``file``: the scenario's, for messages.

    Raises
    ------
    InputError
        Places that no candidate can serve, or more stations for them than the target allows.
    """
    most, limited = target.stations_new, objective.kind == "most_covered"
    for index, section in enumerate(sections):
        if section.use != "must_serve" or not section.service:
            continue
        if ground.places is None:
            raise ValueError("a ground without the priority places of its scenario")
        key = f"priority_places.{index}"
        cells, missed = _stations_for(
            ground.places.cells_of_section(index),
            kinds[index],
            ground,
            candidates,
            situation=ground.demand.situation_at(served_share),
        )
        if missed:
            raise InputError(
                Problem(
                    f"{missed} cells of places have no candidate within the radius of this service",
                    file,
                    f"{key}.service",
                    expected="buildable land near them, or a service with a longer radius",
                )
            )
        count = len(candidates.must_have) + len(cells)
        if count > most and limited:
            raise InputError(
                Problem(
                    f"needs {count:,} stations",
                    file,
                    key,
                    expected=f"at most target.stations_new, {most:,}",
                )
            )
        must_have = _with_sites(candidates.must_have, cells, ground.area)
        candidates = replace(candidates, must_have=must_have)
    return candidates


def _stations_for(
    cells: Cells,
    kinds: Sequence[StationKind],
    ground: Ground,
    candidates: Candidates,
    *,
    situation: int,
) -> tuple[Cells, int]:
    """Return where new stations serve cells of places, and how many cells no candidate serves.

    ``situation``: in which of them users of the places are served; ``kinds``: the network of
    existing stations, then those that may be built; new stations are of the first of these.
    """
    area, demand, own = ground.area, ground.demand, kinds[1:]
    near = _near(cells, own[0].longest_m / area.grid.cell_size_m, area.grid.shape)
    asked = replace(candidates, allowed=candidates.allowed & near)
    wanted = np.zeros(area.grid.shape, dtype=np.float32)
    wanted.ravel()[cells] = 1.0
    wanted = demand.only_in(wanted, situation)

    def serving(kind: StationKind) -> Footprints:
        return footprints_of(kind, ground, asked)

    covered = np.zeros(demand.stack_shape, dtype=bool)
    for kind, cell in _fixed_sites(kinds, candidates):
        serving(kind).cover(covered, cell)
    footprints = serving(own[0])
    chosen = footprints.order(wanted, asked.allowed, covered, len(cells))
    footprints.cover(covered, chosen)
    return chosen, int(np.count_nonzero((wanted > 0) & ~covered))


def _fixed_sites(
    kinds: Sequence[StationKind], candidates: Candidates
) -> Iterator[tuple[StationKind, Cells]]:
    """Yield the fixed stations: those in service, then must-have sites by kind."""
    network, *own = kinds
    yield network, candidates.existing.cell
    sites = candidates.must_have
    for kind in own:
        mine = {kind.name, ""} if kind is own[0] else {kind.name}
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
