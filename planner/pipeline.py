"""The data flow from a scenario to a plan, one public step after another."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.certificate.certificate import certify
from planner.certificate.limits import bound_limits, method_of, people_asked
from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.area import StudyArea, check_province, study_area
from planner.ground.area_class import OUTSIDE
from planner.ground.cell_size import auto_cell_size_m, coarse_warnings
from planner.ground.demand import Demand, demand_on_grid
from planner.ground.terrain import Terrain, terrain_on_grid
from planner.money import plan_money
from planner.plan import Coverage, Plan
from planner.progress import Stages
from planner.provenance import provenance
from planner.radio import ServiceRadius, service_radii
from planner.radio.path_loss import PathLosses, path_losses
from planner.results.gaps import find_gaps
from planner.results.place_dates import months_served, served_summary
from planner.results.place_service import place_service
from planner.results.stations import station_table
from planner.results.summary import check_aims, proof_summary, summarise
from planner.results.zones import count_cover, zone_table
from planner.rollout import build_out, check_rollout
from planner.rollout.check import check_priority_zones
from planner.scenario import Scenario, load_scenario
from planner.sites.candidates import Candidates, candidate_sites, with_upgrades
from planner.sites.equipment import check_equipment, network_kind, station_kinds
from planner.sites.footprints import Footprints, footprints_of
from planner.sites.place_stations import check_place_services, with_place_stations
from planner.sites.priority_places import check_priority_places
from planner.siting import NEW, Siting, site_stations
from planner.terrain_error import TerrainError, terrain_error


@dataclass(frozen=True)
class Ground:
    """What all networks of a scenario share: the area with its grid, and its people."""

    area: StudyArea
    demand: Demand


@dataclass(frozen=True)
class Sited:
    """A scenario with its stations: the basis of the plan's tables and outputs."""

    scenario: Scenario
    ground: Ground
    radii: tuple[ServiceRadius, ...]
    candidates: Candidates
    footprints: Footprints
    siting: Siting

    @property
    def radius_m(self) -> list[float]:
        """Service radius of each area class."""
        return [radius.radius_m for radius in self.radii]


def run(
    scenario: Scenario | str | Path,
    overrides: Sequence[str] | Mapping[str, object] = (),
    *,
    progress: bool | None = False,
) -> Plan:
    """Plan a scenario from end to end.

    Parameters
    ----------
    scenario
        A loaded scenario, the name of a shipped one, or the path of a TOML file.
    overrides
        As for :func:`planner.load_scenario`; only with a name or a path.
    progress
        Draw progress bars on stderr; None: only on a terminal.

    Raises
    ------
    InputError
        With all problems of the scenario or one of its files.
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario, overrides)
    elif overrides:
        raise TypeError("overrides go with the name or the path of a scenario, not a loaded one")
    if scenario.networks:
        raise InputError(
            Problem(
                "holds several networks, each with a plan of its own",
                scenario.file,
                "networks",
                [network.name for network in scenario.networks],
                "planner.run_networks",
            )
        )
    stages = Stages(shown=progress)
    noted: list[str] = []
    with noting(noted):
        return _run(scenario, stages, noted)


def check_scenario(scenario: Scenario) -> None:
    """Raise :class:`InputError` with all problems that can be found before large files are read.

    Checks what the form of the file cannot: the province, the propagation models, their validity.
    """
    _raise_all(
        lambda: check_province(scenario),
        lambda: scenario_radii(scenario),
        lambda: check_equipment(scenario),
        lambda: check_rollout(scenario),
        lambda: check_place_services(scenario),
    )


def _raise_all(*checks: Callable[[], object]) -> None:
    """Raise the problems of all checks at once."""
    problems: list[Problem] = []
    for check in checks:
        try:
            check()
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def scenario_radii(scenario: Scenario) -> tuple[ServiceRadius, ...]:
    """Return the service radius of each area class; errors name the scenario's file."""
    try:
        return service_radii(scenario.radio, scenario.service)
    except InputError as error:
        raise error.in_file(scenario.file) from error


def cell_size_m(scenario: Scenario, radii: Sequence[ServiceRadius]) -> float:
    """Return the scenario's cell size, or the automatic one for its service radii."""
    if scenario.area.cell_size_m == "auto":
        return auto_cell_size_m([radius.radius_m for radius in radii])
    return float(scenario.area.cell_size_m)


def compare_tiers(scenario: Scenario, *, stations: int, reach_m: float) -> TerrainError:
    """Compare the fast with the reference tier of radio on a scenario's own terrain.

    Raises
    ------
    InputError
        As :func:`run`, and for a scenario without terrain.
    """
    radii = scenario_radii(scenario)
    radius_m = [radius.radius_m for radius in radii]
    area = study_area(scenario, cell_size_m(scenario, radii))
    ground = terrain_on_grid(scenario, area)
    people = demand_on_grid(scenario, area)
    where = candidate_sites(scenario, area, people, radius_m)
    return terrain_error(
        scenario, ground, people, where, radius_m, stations=stations, reach_m=reach_m
    )


def compare_models(
    scenario: Scenario,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    area_class: str = "rural",
) -> PathLosses:
    """Return the loss by each propagation model on one path over a scenario's own terrain.

    ``start`` (base station) and ``end`` (terminal) are longitude and latitude in degrees.

    Raises
    ------
    InputError
        As :func:`planner.radio.path_loss.path_losses`.
    """
    area = study_area(scenario, cell_size_m(scenario, scenario_radii(scenario)))
    try:
        ground = terrain_on_grid(scenario, area)
        return path_losses(scenario, ground, start, end, area_class=area_class)
    except InputError as error:
        raise error.in_file(scenario.file) from error


def coverage(demand: Demand, siting: Siting) -> Coverage:
    """Return rasters of who is served: by area class, and by baseline or plan."""
    outside = demand.area_class == OUTSIDE
    served = np.where(siting.covered, demand.area_class + np.uint8(1), np.uint8(0))
    served[outside] = OUTSIDE
    phase = siting.covered.astype(np.uint8) * np.uint8(2) - siting.covered_baseline
    phase[outside] = OUTSIDE
    return Coverage(served_class=served.astype(np.uint8), phase=phase.astype(np.uint8))


def _run(scenario: Scenario, stages: Stages, noted: list[str]) -> Plan:
    check_scenario(scenario)
    radii = radii_in_stage(scenario, stages)
    ground = ground_of(scenario, cell_size_m(scenario, radii), stages)
    return plan_of(site_scenario(scenario, radii, ground, stages), stages, noted)


def radii_in_stage(scenario: Scenario, stages: Stages) -> tuple[ServiceRadius, ...]:
    """Return the service radii, with a warning for each that the grid is too coarse for."""
    with stages.stage("radio"):
        radii = tuple(scenario_radii(scenario))
        radius_m = [radius.radius_m for radius in radii]
        for text in coarse_warnings(radius_m, cell_size_m(scenario, radii)):
            warnings.warn(text, PlannerWarning, stacklevel=2)
    return radii


def area_of(scenario: Scenario, cell_m: float) -> StudyArea:
    """Lay the grid over the area of a scenario, with all zones and places that it names.

    Raises
    ------
    InputError
        As :func:`planner.ground.area.study_area`; then zones that the area does not have, and all
        problems of the files of priority places.
    """
    area = study_area(scenario, cell_m)
    _raise_all(
        lambda: check_aims(scenario, area),
        lambda: check_priority_zones(scenario, set(area.zones["adcode"])),
        lambda: check_priority_places(scenario, area),
    )
    return area


def ground_of(scenario: Scenario, cell_m: float, stages: Stages) -> Ground:
    """Lay the grid over the area of a scenario and bring the people onto it."""
    with stages.stage("area"):
        area = area_of(scenario, cell_m)
    with stages.stage("demand"):
        return Ground(area, demand_on_grid(scenario, area))


def site_scenario(
    scenario: Scenario,
    radii: Sequence[ServiceRadius],
    ground: Ground,
    stages: Stages,
    *,
    more_candidates: npt.NDArray[np.int64] | None = None,
) -> Sited:
    """Choose the stations of a scenario on its ground.

    ``more_candidates``: cells that may take a station in addition to the scenario's candidates,
    if they are buildable.
    """
    area, people = ground.area, ground.demand
    radius_m = [radius.radius_m for radius in radii]
    with stages.stage("candidates"):
        where = candidate_sites(scenario, area, people, radius_m)
        if more_candidates is not None:
            allowed = where.allowed.copy()
            allowed.ravel()[more_candidates] |= where.buildable.ravel()[more_candidates]
            where = replace(where, allowed=allowed)
    footprints: list[Footprints] = []
    terrain: Terrain | None = None
    if scenario.terrain is not None:
        with stages.stage("terrain"):
            terrain = terrain_on_grid(scenario, area)
    where = with_place_stations(scenario, area, people, where, terrain)
    if terrain is not None:
        kinds = [network_kind(scenario), *(station_kinds(scenario) if scenario.equipment else ())]
        with stages.stage("footprints", int(where.allowed.sum()) * len(kinds)) as update:
            footprints = [
                footprints_of(
                    kind.scenario, area, people, where, kind.radius_m, terrain, progress=update
                )
                for kind in kinds
            ]
    wanted = scenario.target.stations_new + (
        0 if len(where.existing) else scenario.target.stations_baseline
    )
    with stages.stage("siting", wanted) as update:
        siting = site_stations(
            scenario,
            area,
            people,
            where,
            radius_m,
            footprints,
            terrain=terrain,
            progress=update,
        )
    return Sited(scenario, ground, tuple(radii), where, siting.footprints, siting)


def plan_of(sited: Sited, stages: Stages, noted: Sequence[str]) -> Plan:
    """Make the plan of sited stations: certificate, gaps, tables and summary.

    ``noted``: warnings of the run so far, for the plan to keep.
    """
    scenario, siting, radii = sited.scenario, sited.siting, sited.radii
    area, people, where = sited.ground.area, sited.ground.demand, sited.candidates
    iterations = scenario.siting.certificate_iterations
    total = None if iterations == "auto" else iterations or None
    missed = [shortfall.constraint for shortfall in siting.shortfalls]
    ground = _terrain_for_money(scenario, area)
    with stages.stage("certificate", total, "steps") as update:
        certificate = certify(
            people,
            with_upgrades(scenario, where),
            siting,
            sited.footprints,
            iterations=iterations,
            objective=scenario.objective.kind,
            people_asked=people_asked(scenario, area, people),
            limits=bound_limits(
                scenario,
                area,
                people,
                where,
                siting.cell[siting.role == NEW],
                missed,
                terrain=ground,
            ),
            method=method_of(scenario, missed),
            progress=update,
        )
    with stages.stage("gaps"):
        gaps = find_gaps(scenario, area, people, siting.covered)
    money = plan_money(scenario, area, people, siting, ground)
    capital_cny = None if money is None else money.station_capital_cny(len(siting))
    served = place_service(scenario, area, people, where, siting)
    for text in served.places.dropped if served is not None else ():
        warnings.warn(text, PlannerWarning, stacklevel=2)
    with stages.stage("build-out"):
        schedule = build_out(
            scenario,
            area,
            people,
            siting,
            capital_cny=capital_cny,
            stations_for=None if served is None else served.stations_for,
        )
    with stages.stage("tables"):
        count = count_cover(area, people, siting)
        reach = {kind.name: kind.radius_m for kind in station_kinds(scenario)}
        reach[""] = tuple(sited.radius_m)
        stations = station_table(area, people, where, siting, reach, capital_cny)
        zones = zone_table(area, people, siting, count)
        summary = summarise(scenario, area, people, radii, siting, count, zones, gaps)
        origin = provenance(scenario, area.code)
        if certificate is not None:
            summary["optimality"] = certificate.summary()
        summary |= proof_summary(scenario, siting, summary["population_covered"])
        if schedule is not None:
            summary["rollout"] = schedule.summary()
        if money is not None:
            summary |= {"cost_cny": money.capital_cny, "money": money.summary()}
        if served is not None:
            summary["priority_places"] = served_summary(served, schedule)
            missed = summary["priority_places"]["must_serve_missed"]
            summary["target_met"] = summary["target_met"] and not missed
        summary |= {"runtime_s": stages.runtime_s, "provenance": origin}
    plan = Plan(
        scenario=scenario,
        area=area,
        demand=people,
        service_radii=radii,
        stations=stations,
        gaps=gaps.table,
        zones=zones,
        coverage=coverage(people, siting),
        build_out=schedule,
        money=money,
        places=None
        if served is None
        else served.table(
            area, stations["station_id"].to_numpy(object), months_served(served, schedule)
        ),
        summary=summary,
        provenance=origin,
        certificate=certificate,
    )
    if scenario.radio.maps.include:
        with stages.stage("radio maps"):
            plan = plan.with_radio_maps()
    texts = tuple(dict.fromkeys(noted))
    return replace(plan, warnings=texts, summary={**plan.summary, "warnings": list(texts)})


def _terrain_for_money(scenario: Scenario, area: StudyArea) -> Terrain | None:
    """Return the terrain if slopes affect prices, else None, because reading it takes time."""
    priced = scenario.cost is not None and scenario.cost.items.needs_terrain
    return terrain_on_grid(scenario, area) if priced else None


@contextmanager
def noting(noted: list[str]) -> Iterator[None]:
    """Collect this package's warnings for the report, and still show them as warnings."""
    show = warnings.showwarning

    def note(message, category, *rest, **more):  # type: ignore[no-untyped-def]
        if issubclass(category, PlannerWarning):
            noted.append(str(message))
        show(message, category, *rest, **more)

    with warnings.catch_warnings():
        warnings.simplefilter("always", PlannerWarning)
        warnings.showwarning = note
        yield
