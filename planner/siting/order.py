"""Stations of a scenario in the order of construction: baseline, must-have sites, new ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerWarning
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.scenario import Scenario
from planner.scenario.model import SitesSection
from planner.scenario.target import TargetSection
from planner.sites.candidates import Candidates, Sites
from planner.sites.equipment import network_kind
from planner.sites.footprints import Footprints, footprints_of
from planner.sites.weights import siting_weight
from planner.siting.parts import Outcome, Part, recounted
from planner.siting.result import BASELINE, FROM_FILE, MUST_HAVE, NEW, Siting
from planner.siting.within_limits import cells_are_asked, needs_limits, site_within_limits

Progress = Callable[[int], object]
Raster = npt.NDArray[np.float32]


def site_stations(
    scenario: Scenario,
    ground: Ground,
    candidates: Candidates,
    radius_m: Sequence[float],
    footprints: Footprints | Sequence[Footprints] | None = None,
    *,
    progress: Progress | None = None,
) -> Siting:
    """Choose the stations of a scenario: most people, unless it asks for something else.

    First the baseline (the planner's file of existing sites; else as many as the scenario says,
    placed by the model in the order that ``target.baseline_order`` says), then the must-have
    sites, then new ones, each where it covers the most people not yet covered. It
    ends early when no one is left to cover. Where the scenario asks for improvement, the new
    ones are then moved and exchanged, and ordered again. Objectives and constraints beyond that
    are those of :func:`planner.siting.within_limits.site_within_limits`.
    ``radius_m``: service radius of each area class; ``footprints``: what each candidate serves,
    by these radii and the ground unless given, or a sequence of that and of what each of the
    scenario's equipment serves; ``progress``: called with the number of stations placed since the
    last call.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> area = planner.study_area(scenario, 250.0)
    >>> demand = planner.demand_on_grid(scenario, area)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, area, demand, radius_m)
    >>> ground = planner.Ground(area, demand)
    >>> siting = planner.site_stations(scenario, ground, candidates, radius_m)
    >>> len(siting)
    120
    """
    area, demand = ground.area, ground.demand
    given = footprints if isinstance(footprints, Sequence) else [footprints] if footprints else []
    network = network_kind(scenario.radio, scenario.service, scenario.cost)
    serving = (
        given[0]
        if given
        else footprints_of(replace(network, radius_m=tuple(radius_m)), ground, candidates)
    )
    weight = siting_weight(scenario.weights, scenario.priority_places, ground, scenario.origin)
    before = baseline_parts(
        scenario.target,
        scenario.sites,
        demand,
        candidates,
        serving,
        file=scenario.file,
        progress=progress,
    )
    if cells_are_asked(scenario.must_serve, scenario.priority_places) or needs_limits(
        scenario.objective,
        scenario.siting,
        candidates,
        serving,
        existing_use=scenario.sites.existing_use,
        equipment=scenario.equipment,
    ):
        return site_within_limits(
            scenario, ground, candidates, given or [serving], weight, before, progress=progress
        )
    new_cny = np.nan if network.new_cny is None else network.new_cny
    parts = list(before)
    if len(candidates.must_have):
        parts.append(Part.of_file(candidates.must_have, MUST_HAVE, cost_cny=new_cny))
    covered = np.zeros(area.grid.shape, dtype=bool)
    for part in parts:
        serving.cover(covered, part.cell)
    count = scenario.target.stations_new - len(candidates.must_have)
    if count > 0:
        cells = serving.order(weight, candidates.allowed, covered, count, progress)
        rounds = scenario.siting.improvement_rounds
        if rounds and len(cells):
            cells = serving.improved(
                weight, candidates.allowed, covered, cells, rounds=rounds, seed=scenario.seed
            )
        parts.append(_new(cells, candidates.listed, new_cny))
    outcome = Outcome(scenario.target.stations_new)
    return recounted(parts, demand, weight, [("", serving)], outcome)


def baseline_parts(
    target: TargetSection,
    sites: SitesSection,
    demand: Demand,
    candidates: Candidates,
    serving: Footprints,
    *,
    file: str,
    progress: Progress | None = None,
) -> list[Part]:
    """Return the stations in service before the plan: the file's, or placed by the model.

    ``file``: the scenario's, for messages.
    """
    if len(candidates.existing):
        if sites.existing_use != "kept":
            return []
        _check_baseline_count(target, sites, len(candidates.existing))
        return [Part.of_file(candidates.existing, BASELINE)]
    parts: list[Part] = []
    covered = np.zeros(demand.people.shape, dtype=bool)
    left = target.stations_baseline
    for people in _baseline_rounds(demand, target.baseline_order) if left else ():
        cells = serving.order(people, candidates.buildable, covered, left, progress)
        serving.cover(covered, cells)
        parts.append(Part.of_model(cells, BASELINE))
        left -= len(cells)
        if not left:
            break
    if left:
        _warn_of_short_baseline(target, left, file)
    return parts


def _baseline_rounds(demand: Demand, order: str) -> Iterator[Raster]:
    """Yield the people that count in each round of placing a baseline."""
    if order == "densest_first":
        for area_class in AREA_CLASSES:
            yield np.where(demand.area_class == area_class.code, demand.people, np.float32(0))
    else:
        yield demand.people


def _new(cell: npt.NDArray[np.int64], listed: Sites | None, cost_cny: float) -> Part:
    """Return new stations; where candidates come from a file, with the first site of each cell."""
    placed = Part.of_model(cell, NEW, cost_cny=cost_cny)
    if listed is None:
        return placed
    unique, first = np.unique(listed.cell, return_index=True)
    site = first[np.searchsorted(unique, cell)]
    cost = placed.cost_cny if listed.cost_cny is None else listed.cost_cny[site]
    return Part(cell, site, NEW, np.full(len(cell), FROM_FILE), placed.kind, cost)


def _check_baseline_count(target: TargetSection, sites: SitesSection, found: int) -> None:
    said = target.stations_baseline
    if said not in (0, found):
        warnings.warn(
            f"{sites.existing}: holds {found:,} existing sites, but "
            f"target.stations_baseline is {said:,}; the file is used",
            PlannerWarning,
            stacklevel=3,
        )


def _warn_of_short_baseline(target: TargetSection, missing: int, file: str) -> None:
    warnings.warn(
        f"{file}: {missing:,} of the {target.stations_baseline:,} baseline "
        "stations are not placed, because the others already cover all people within reach",
        PlannerWarning,
        stacklevel=3,
    )
