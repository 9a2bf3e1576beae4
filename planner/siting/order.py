"""Stations of a scenario in the order of construction: baseline, must-have sites, new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.ground.ground import Ground
from planner.scenario import Scenario
from planner.sites.candidates import Candidates, Sites
from planner.sites.equipment import network_kind
from planner.sites.footprints import Footprints, footprints_of
from planner.sites.weights import siting_weight
from planner.siting.baseline import baseline_parts
from planner.siting.effort import Improvement
from planner.siting.expected_gain import ExpectedGain
from planner.siting.parts import Outcome, Part, recounted
from planner.siting.phases import PhasedConstruction, phases_on_ground
from planner.siting.result import FROM_FILE, MUST_HAVE, NEW, BuiltPhase, Siting
from planner.siting.territories import territories
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
    ones are then moved and exchanged, and ordered again. With ``siting.phases`` all this is done
    for the people of one phase after the other; zones of ``target.zones`` get their numbers.
    Objectives and constraints beyond that
    are those of :func:`planner.siting.within_limits.site_within_limits`.
    ``radius_m``: service radius of each area class; ``footprints``: what each candidate serves,
    by these radii and the ground unless given, or a sequence of that and of what each of the
    scenario's equipment serves; ``progress``: called with the number of stations placed since the
    last call.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    >>> siting = planner.site_stations(scenario, ground, candidates, radius_m)
    >>> len(siting)
    120
    """
    demand = ground.demand
    given = footprints if isinstance(footprints, Sequence) else [footprints] if footprints else []
    network = network_kind(scenario.radio, scenario.service, scenario.cost)
    serving = (
        given[0]
        if given
        else footprints_of(replace(network, given_m=tuple(radius_m)), ground, candidates)
    )
    of_cells = siting_weight(scenario.weights, scenario.priority_places, ground, scenario.origin)
    before = baseline_parts(
        scenario.target,
        scenario.sites,
        ground,
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
            scenario, ground, candidates, given or [serving], of_cells, before, progress=progress
        )
    new_cny = np.nan if network.new_cny is None else network.new_cny
    parts = list(before)
    if len(candidates.must_have):
        parts.append(Part.of_file(candidates.must_have, MUST_HAVE, cost_cny=new_cny))
    covered = np.zeros(demand.stack_shape, dtype=bool)
    for part in parts:
        serving.cover(covered, part.cell)
    plan = PhasedConstruction(
        serving,
        territories(scenario.target, "stations_new", ground.area, candidates.must_have.cell),
        candidates.allowed,
        covered,
        np.concatenate([np.zeros(0, np.int64), *(part.cell for part in parts)]),
        ExpectedGain.of(network, ground),
        progress,
    )
    siting_section = scenario.siting
    effort = Improvement(
        siting_section.improvement_rounds,
        scenario.seed,
        siting_section.effort,
        siting_section.nested,
    )
    first_new, built = len(plan.standing), []
    for phase in phases_on_ground(scenario.siting.phases, ground, of_cells):
        first = len(plan.standing)
        plan.build(replace(phase, weight=demand.split(phase.weight)), effort)
        built.append(BuiltPhase(phase.name, first, len(plan.standing)))
    if any(part.zone is not None for part in plan.parts):
        plan.build_layers(demand.split(of_cells))
    built[-1] = replace(built[-1], end=len(plan.standing))
    parts.append(_new(plan.standing[first_new:], candidates.listed, new_cny))
    outcome = Outcome(scenario.target.stations_new)
    siting = recounted(parts, demand, of_cells, [("", serving)], outcome)
    return replace(siting, phases=tuple(built)) if scenario.siting.phases else siting


def _new(cell: npt.NDArray[np.int64], listed: Sites | None, cost_cny: float) -> Part:
    """Return new stations; where candidates come from a file, with the first site of each cell."""
    placed = Part.of_model(cell, NEW, cost_cny=cost_cny)
    if listed is None:
        return placed
    unique, first = np.unique(listed.cell, return_index=True)
    site = first[np.searchsorted(unique, cell)]
    cost = placed.cost_cny if listed.cost_cny is None else listed.cost_cny[site]
    return Part(cell, site, NEW, np.full(len(cell), FROM_FILE), placed.kind, cost)
