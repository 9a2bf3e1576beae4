"""The data flow from a scenario to a plan, one public step after another."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from planner.certificate.certificate import Certificate, certify
from planner.certificate.limits import (
    ALONG,
    Question,
    bound_limits,
    bound_rules,
    method_of,
    people_asked,
)
from planner.certificate.phases import PhaseCertificate, certify_phases
from planner.errors import InputError, PlannerWarning, Problem, all_results, naming_file, noting
from planner.ground.area import StudyArea, check_province, study_area
from planner.ground.demand import demand_on_grid
from planner.ground.ground import Ground
from planner.ground.priority_places import PriorityPlaces, priority_places
from planner.ground.terrain import terrain_on_grid, terrain_otherwise
from planner.ground.zone_names import check_named_zones
from planner.plan import Plan
from planner.plan_extras import PlanExtras, places_and_dates, plan_extras
from planner.progress import Stages, Store
from planner.provenance import provenance
from planner.radio import ServiceRadius, service_radii
from planner.radio.cell_size import cell_size_m, warn_if_coarse
from planner.results.coverage import coverage
from planner.results.credibility import credibility_summary, drawn_shares
from planner.results.expected_service import ServedShares, expected_service
from planner.results.gaps import find_gaps
from planner.results.place_dates import months_served
from planner.results.reach_factors import lacks_factors, with_reach_factors
from planner.results.reported_share import reached_as_reported
from planner.results.served_range import StandingPlan, check_ends, served_range
from planner.results.stations import station_table
from planner.results.summary import check_aims, proof_summary, summarise
from planner.results.zones import count_cover, zone_table
from planner.rollout import Timetable, check_rollout
from planner.rollout.check import check_priority_zones
from planner.scenario import Scenario, load_scenario
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from planner.scenario.siting import ObjectiveSection
from planner.scenario.uncertain import each_end, with_values
from planner.sites.candidates import Candidates, candidate_sites, with_upgrades
from planner.sites.equipment import StationKind, network_and_equipment, station_kinds
from planner.sites.footprints import Footprints, footprints_of
from planner.sites.place_stations import kinds_of_places, with_place_stations
from planner.siting import BASELINE, NEW, Siting, site_stations

ENOUGH_WORSE = 0.005
"""Share of the people by which a plan that asks for a credibility may serve fewer with it."""

_NOT_OF_FOOTPRINTS = ("schema_version", "name", "title", "title_zh", "description", "seed", "aims",
                      "target", "objective", "siting", "gaps", "outputs", "rollout",
                      "sources")  # fmt: skip
_NOT_OF_GROUND = (*_NOT_OF_FOOTPRINTS, "weights", "must_serve", "equipment", "sites", "candidates",
                  "exclusions", "cost")  # fmt: skip


@dataclass(frozen=True)
class Sited:
    """A scenario with its stations: the basis of the plan's tables and outputs."""

    scenario: Scenario
    ground: Ground
    radii: tuple[ServiceRadius, ...]
    candidates: Candidates
    footprints: Footprints
    siting: Siting
    credibility: Mapping[str, Any] | None = None

    @property
    def radius_m(self) -> list[float]:
        """Service radius of each area class."""
        return [radius.radius_m for radius in self.radii]

    @cached_property
    def kinds(self) -> tuple[StationKind, ...]:
        """The network as a kind of station, then its equipment."""
        scenario = self.scenario
        radio, service, cost = scenario.radio, scenario.service, scenario.cost
        return network_and_equipment(scenario.equipment, radio, service, cost, scenario.file)

    @cached_property
    def standing(self) -> StandingPlan:
        """The stations as they stand, to be worked out again."""
        return StandingPlan(self.scenario, self.ground, self.siting)


def run(
    scenario: Scenario | str | Path,
    overrides: Sequence[str] | Mapping[str, object] = (),
    *,
    progress: bool | None = False,
    store: Store | None = None,
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
    store
        Where results of stages are kept by content, :class:`planner.stage_store.StageStore`.

    Raises
    ------
    InputError
        All problems of the scenario or a file, or data by name that are not in the cache.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> plan = planner.run("qingzhen", quick)
    >>> plan.summary["stations_new"]
    120
    >>> 0.05 < plan.summary["population_covered_share"] < 0.2
    True
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario, overrides)
    elif overrides:
        raise TypeError("overrides go with the name or the path of a scenario, not a loaded one")
    if scenario.networks:
        text = "holds several networks, each with a plan of its own"
        names = [network.name for network in scenario.networks]
        other = "planner.run_networks; or one network for all: networks=[] and sharing=[]"
        raise InputError(Problem(text, scenario.file, "networks", names, other))
    stages = Stages(shown=progress, store=store)
    noted = list(scenario.notes)
    with noting(noted):
        check_scenario(scenario)
        with stages.stage("radio"):
            radii = scenario_radii(scenario.radio, scenario.service, scenario.file)
        cell_m = cell_size_m(scenario, radii)
        warn_if_coarse(scenario.radio, scenario.service, radii, cell_m)
        ground = ground_of(scenario, cell_m, stages)
        sited = site_scenario(scenario, radii, ground, stages)
        if scenario.target.credibility is not None:
            sited = credible(sited, scenario.target.credibility, stages)
        return plan_of(sited, stages, noted)


def credible(
    first: Sited,
    credibility: float,
    stages: Stages,
    *,
    more_candidates: npt.NDArray[np.int64] | None = None,
) -> Sited:
    """Choose stations again for radio that is as good as drawn, or better, with a credibility.

    ``more_candidates`` as for :func:`site_scenario`.
    """
    ground = first.ground
    plain = drawn_shares(first.standing, stages)
    now = with_values(first.scenario, plain.cautious_values(credibility))
    radii = scenario_radii(now.radio, now.service, now.file)
    of_draw = ground
    if ground.terrain is not None and now.terrain is not None:
        terrain = terrain_otherwise(ground.terrain, now.terrain, ground.area, now.origin)
        of_draw = replace(ground, terrain=terrain)
    again = site_scenario(now, radii, of_draw, stages, more_candidates=more_candidates)
    held = drawn_shares(StandingPlan(first.scenario, ground, again.siting), stages)
    summary = credibility_summary(credibility, plain, held)
    if summary["served_share"] < summary["served_share_without_asking"] - ENOUGH_WORSE:
        warnings.warn(
            f"the stations chosen for target.credibility serve {summary['served_share']:.1%} with "
            f"it, those chosen without it {summary['served_share_without_asking']:.1%}: more "
            "siting.improvement_rounds may help, or leave it out", PlannerWarning, stacklevel=2,
        )  # fmt: skip
    return replace(again, credibility=summary)


def check_scenario(scenario: Scenario) -> None:
    """Raise :class:`InputError` with all problems that can be found before large files are read.

    Checks what the form of the file cannot: the province, the propagation models, their validity.
    """
    equipment, radio, service = scenario.equipment, scenario.radio, scenario.service
    all_results(
        lambda: check_province(scenario.area, scenario.file),
        scenario.check_data,
        lambda: scenario_radii(radio, service, scenario.file),
        lambda: (
            station_kinds(equipment, radio, service, scenario.cost, scenario.file)
            if equipment
            else None
        ),
        lambda: check_rollout(
            scenario.rollout,
            scenario.target,
            scenario.priority_places,
            overridden=scenario.overridden,
            file=scenario.file,
        ),
        lambda: kinds_of_places(scenario),
    )
    # Afterwards: what is wrong with the scenario itself is wrong at each end.
    check_ends(each_end(scenario, scenario.uncertain), scenario.file)


def scenario_radii(
    radio: RadioSection, service: ServiceSection, file: str
) -> tuple[ServiceRadius, ...]:
    """Return the service radius of each area class; errors name the scenario's ``file``."""
    with naming_file(file):
        return service_radii(radio, service)


def area_and_places(
    scenario: Scenario, cell_m: float, stages: Stages | None = None
) -> tuple[StudyArea, PriorityPlaces | None]:
    """Lay the grid over the area of a scenario, with all zones and places that it names.

    Raises
    ------
    InputError
        As :func:`planner.ground.area.study_area`; then zones that the area does not have, and all
        problems of the files of priority places.
    """
    stages = stages or Stages(shown=False)
    parts = [_sections_but(scenario, _NOT_OF_GROUND), cell_m]
    area = stages.kept("area", parts, lambda: study_area(scenario, cell_m))
    priority = scenario.rollout.priority if scenario.rollout is not None else ()
    zones = set(area.zones["adcode"])
    *_, places = all_results(
        lambda: check_aims(scenario.aims, area, scenario.file),
        lambda: check_priority_zones(priority, zones, scenario.file),
        lambda: check_named_zones(
            scenario.target, scenario.siting.phases, area, file=scenario.file
        ),
        lambda: priority_places(scenario, area),
    )
    return area, places


def ground_of(scenario: Scenario, cell_size_m: float, stages: Stages | None = None) -> Ground:
    """Read the ground of a scenario: area and priority places, demand, terrain, each once.

    Raises
    ------
    InputError
        As :func:`area_and_places`, :func:`planner.demand_on_grid` and
        :func:`planner.ground.terrain.terrain_on_grid`.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> round(ground.demand.people_total)
    629088
    """
    stages = stages or Stages(shown=False)
    parts = [_sections_but(scenario, _NOT_OF_GROUND), cell_size_m]
    with stages.stage("area"):
        area, places = area_and_places(scenario, cell_size_m, stages)
    with stages.stage("demand"):
        demand = stages.kept("people", parts, lambda: demand_on_grid(scenario, area))
    if scenario.terrain is None:
        return Ground(area, demand, None, places)
    with stages.stage("terrain"):
        terrain = stages.kept("terrain", parts, lambda: terrain_on_grid(scenario, area))
        return Ground(area, demand, terrain, places)


def _sections_but(sections: BaseModel, names: Sequence[str]) -> dict[str, Any]:
    """Return the tables of a scenario but some: a new section counts for every stage."""
    return sections.model_dump(mode="json", exclude=set(names))


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
    radius_m = [radius.radius_m for radius in radii]
    with stages.stage("candidates"):
        candidates = candidate_sites(scenario, ground.area, ground.demand, radius_m)
        if more_candidates is not None:
            allowed = candidates.allowed.copy()
            allowed.ravel()[more_candidates] |= candidates.buildable.ravel()[more_candidates]
            candidates = replace(candidates, allowed=allowed)
        with naming_file(scenario.file):
            candidates = with_place_stations(
                scenario.priority_places,
                kinds_of_places(scenario),
                scenario.objective,
                scenario.target,
                ground,
                candidates,
                served_share=scenario.gaps.served_share,
                file=scenario.file,
            )
    footprints: list[Footprints] = []
    radio, service, cost = scenario.radio, scenario.service, scenario.cost
    kinds = network_and_equipment(scenario.equipment, radio, service, cost, scenario.file)
    if ground.terrain is not None:
        steps = int(candidates.allowed.sum()) * len(kinds)
        known = (candidates.allowed, candidates.existing.cell, candidates.must_have.cell)
        parts = [_sections_but(scenario, _NOT_OF_FOOTPRINTS), ground.area.grid.cell_size_m]
        parts += [hashlib.sha256(one.tobytes()).hexdigest() for one in known]
        with stages.stage("footprints", steps) as update, naming_file(scenario.file):
            footprints = stages.kept(
                "footprints", parts,
                lambda: [footprints_of(one, ground, candidates, progress=update) for one in kinds],
            )  # fmt: skip
    wanted = scenario.target.stations_new + (
        0 if len(candidates.existing) else scenario.target.stations_baseline
    )
    if lacks_factors(service, ground):
        greedy = scenario.siting.model_copy(update={"improvement_rounds": 0, "exact": "never"})
        with stages.stage("first plan", wanted) as update:
            quick = scenario.model_copy(update={"siting": greedy})
            first = site_stations(quick, ground, candidates, radius_m, progress=update)
            service = with_reach_factors(service, kinds, ground, first)
            scenario = scenario.model_copy(update={"service": service})
    with stages.stage("siting", wanted) as update:
        siting = site_stations(scenario, ground, candidates, radius_m, footprints, progress=update)
    if scenario.objective.covers_a_share and scenario.people_steer:

        def again(objective: ObjectiveSection) -> Siting:
            raised = scenario.model_copy(update={"objective": objective})
            with stages.stage("siting", wanted) as update:
                return site_stations(
                    raised, ground, candidates, radius_m, footprints, progress=update
                )

        siting = reached_as_reported(siting, again, scenario.objective, kinds, ground)
    return Sited(scenario, ground, tuple(radii), candidates, siting.footprints, siting)


def plan_of(sited: Sited, stages: Stages, noted: Sequence[str]) -> Plan:
    """Make the plan of sited stations: certificate, gaps, tables, summary and what else is asked.

    ``noted``: warnings of the run so far, for the plan to keep.
    """
    scenario, ground, siting = sited.scenario, sited.ground, sited.siting
    certificate, phases = _certificate(sited, stages)
    places_served, built = places_and_dates(sited, stages)
    with stages.stage("gaps"):
        served = _expected_as_built(sited, built)
        gaps = find_gaps(scenario, ground.area, ground.demand, served.share, siting.cell)
    counted = replace(sited, siting=replace(siting, people_gained=served.gained))
    extras = plan_extras(counted, stages, places_served, built, served.in_order)
    with stages.stage("tables"):
        count = count_cover(ground.area, ground.demand, served)
        stations = _stations(counted, extras.capital_cny)
        zones = zone_table(ground.area, ground.demand, siting, count)
        summary = summarise(scenario, ground, sited.radii, siting, served, count, zones, gaps)
        origin = provenance(scenario, ground.area.code)
        if certificate is not None:
            summary["optimality"] = certificate.summary()
        if phases:
            summary["phases"] = [phase.summary() for phase in phases]
        summary |= proof_summary(
            scenario.objective,
            siting,
            summary["people_by_siting"],
            people_steer=scenario.people_steer,
        )
        summary |= extras.summary()
        if sited.credibility is not None:
            summary["credibility"] = dict(sited.credibility)
        summary |= served_range(sited.standing, summary, stages)
        summary["target_met"] = summary["target_met"] and not extras.must_serve_missed
        summary |= {"runtime_s": stages.runtime_s, "provenance": origin}
        places = _places(ground.area, stations, extras)
    plan = Plan(
        scenario=scenario,
        ground=ground,
        service_radii=sited.radii,
        stations=stations,
        gaps=gaps.table,
        zones=zones,
        coverage=coverage(ground.demand, siting, served, least_share=scenario.gaps.served_share),
        build_out=extras.schedule,
        money=extras.money,
        places=places,
        summary=summary,
        provenance=origin,
        certificate=certificate,
        phases=phases,
    )
    if scenario.radio.maps.include:
        with stages.stage("radio maps"):
            plan = plan.with_radio_maps()
    texts = tuple(dict.fromkeys(noted))
    return replace(plan, warnings=texts, summary={**plan.summary, "warnings": list(texts)})


def _expected_as_built(sited: Sited, built: Timetable | None) -> ServedShares:
    """Return who is expected to be served, and when, if stations are built as the plan has them."""
    siting = sited.siting
    marks = None
    if built is not None:
        marks = built.marks_of_plan(int((siting.role == BASELINE).sum()))
    steps = () if built is None or marks is None else built.steps
    return expected_service(sited.kinds, sited.ground, siting, marks, steps)


def _certificate(
    sited: Sited, stages: Stages
) -> tuple[Certificate | None, tuple[PhaseCertificate, ...]]:
    """Bound what any plan of the scenario could cover, phase by phase where it has phases."""
    scenario, ground, siting = sited.scenario, sited.ground, sited.siting
    iterations = scenario.siting.certificate_iterations
    total = None if iterations == "auto" else iterations or None
    missed = [shortfall.constraint for shortfall in siting.shortfalls]
    new = siting.cell[siting.role == NEW]
    asked = (scenario.objective, scenario.siting, scenario.target)
    if siting.phases:
        with stages.stage("certificate", None, "steps") as update:
            return None, certify_phases(
                ground,
                sited.candidates,
                siting,
                sited.footprints,
                scenario.siting,
                scenario.target,
                progress=update,
            )
    with stages.stage("certificate", total, "steps") as update:
        found = certify(
            ground.demand,
            with_upgrades(sited.candidates, scenario.sites.existing_use),
            siting,
            sited.footprints,
            Question(
                scenario.objective.kind,
                people_asked(
                    scenario.objective,
                    bound_rules(*asked, ground),
                    people_steer=scenario.people_steer,
                ),
                bound_limits(scenario, ground, sited.candidates, new, missed),
                method_of(*asked, scenario.equipment, scenario.must_serve, missed),
                scenario.siting.effort,
                ALONG if scenario.siting.nested else (),
                scenario.siting.enough_gap,
            ),
            iterations=iterations,
            progress=update,
        )
    return found, ()


def _stations(sited: Sited, capital_cny: npt.NDArray[np.int64] | None) -> gpd.GeoDataFrame:
    """Return the table of stations, each with the radii of its kind."""
    reach = {kind.name: kind.radius_m for kind in sited.kinds}
    reach[""] = tuple(sited.radius_m)
    ground = sited.ground
    return station_table(
        ground.area, ground.demand, sited.candidates, sited.siting, reach, capital_cny
    )


def _places(
    area: StudyArea, stations: gpd.GeoDataFrame, extras: PlanExtras
) -> gpd.GeoDataFrame | None:
    """Return the table of priority places, None where the scenario names none."""
    served = extras.served
    if served is None:
        return None
    station_id = stations["station_id"].to_numpy(object)
    return served.table(area, station_id, months_served(served, extras.schedule))
