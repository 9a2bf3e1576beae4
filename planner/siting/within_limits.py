"""Siting with all that a scenario can require: objectives, constraints, kinds, upgrades."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kernels.covering.limits import PLENTY
from planner.errors import InputError, Problem
from planner.ground.ground import Ground
from planner.scenario import Scenario
from planner.scenario.model import SitingSection
from planner.scenario.places import PriorityPlacesSection
from planner.scenario.siting import Equipment, MustServe, ObjectiveSection
from planner.sites.candidates import Candidates
from planner.sites.equipment import network_kind, station_kinds
from planner.sites.footprints import Footprints, footprints_of
from planner.sites.station_price import StationPrices
from planner.sites.weights import cells_to_serve
from planner.siting.construction import Construction, close_around
from planner.siting.effort import Improvement
from planner.siting.exact import are_few, exact_options, options_for_exact
from planner.siting.improvement import improved
from planner.siting.objectives import OBJECTIVES, SitingObjective
from planner.siting.options import UPGRADE, Options, SitingCase
from planner.siting.parts import Outcome, Part, recounted
from planner.siting.picking import picker_of
from planner.siting.result import (
    FROM_FILE,
    FROM_MODEL,
    MUST_HAVE,
    NEW,
    UPGRADED,
    Proof,
    Siting,
)
from planner.siting.rules import Rules, check_zones, rules_of, shortfalls

Progress = Callable[[int], object]
Raster = npt.NDArray[np.float32]

_SMALL_RASTER = 1_000
"""Cells of which a plan is proven unasked: branch and bound on them takes seconds."""


def cells_are_asked(
    must_serve: Sequence[MustServe], priority_places: Sequence[PriorityPlacesSection]
) -> bool:
    """Whether there are places that a plan must serve with the service of the scenario."""
    return bool(must_serve) or any(
        one.use == "must_serve" and not one.service for one in priority_places
    )


def needs_limits(
    objective: ObjectiveSection,
    siting: SitingSection,
    candidates: Candidates,
    footprints: Footprints,
    *,
    existing_use: str,
    equipment: Sequence[Equipment],
) -> bool:
    """Whether a scenario asks for more than the most weight with a number of stations.

    Places that must be served are apart: :func:`cells_are_asked` looks for them. A proof counts as
    more: the scenario asks for it, or the candidates are few. Where they are many, their plan is
    improved and bounded as any other; so are the cells of a grid beyond a small raster, or where
    the scenario wants no improvement.
    """
    places = np.flatnonzero(candidates.allowed)
    provable = siting.exact != "never" and not siting.phases and not siting.nested
    if candidates.listed is None:
        provable &= siting.improvement_rounds != 0 and len(places) <= _SMALL_RASTER
    return (
        objective.kind != "most_covered"
        or bool(equipment or siting.zone_stations)
        or siting.min_separation_m > 0
        or existing_use == "upgraded"
        or siting.exact == "always"
        or (provable and are_few(footprints, places))
    )


def site_within_limits(
    scenario: Scenario,
    ground: Ground,
    candidates: Candidates,
    footprints: Sequence[Footprints],
    of_cells: Raster,
    before: Sequence[Part],
    *,
    progress: Progress | None = None,
) -> Siting:
    """Choose the stations of a scenario by its objective, within all its constraints.

    ``footprints``: of the scenario's network, then of each equipment; only the first is needed
    where none depends on the terrain. ``of_cells`` (float32, grid shape): what counts in each cell.
    ``before``: the baseline. ``progress``: called with the number of stations placed since the last
    call.

    Raises
    ------
    InputError
        Constraints that name unknown zones, ask zones for more stations than there may be or
        contradict each other, nothing to choose from, or a proof asked for where it is out of
        reach.
    """
    check_zones(
        scenario.objective, scenario.siting, scenario.target, ground.area, file=scenario.file
    )
    radio, service, cost = scenario.radio, scenario.service, scenario.cost
    kinds = [network_kind(radio, service, cost)]
    if scenario.equipment:
        kinds += station_kinds(scenario.equipment, radio, service, cost, scenario.file)
    case = SitingCase(
        scenario.sites,
        ground.area,
        candidates,
        kinds,
        [
            *footprints,
            *(footprints_of(kind, ground, candidates) for kind in kinds[len(footprints) :]),
        ],
        1 if scenario.equipment else 0,
        StationPrices.of(cost, scenario.objective, scenario.equipment, ground),
    )
    weight = ground.demand.split(of_cells)
    to_serve = ground.demand.only_in(
        cells_to_serve(scenario.must_serve, scenario.priority_places, ground, scenario.origin),
        ground.demand.situation_at(scenario.gaps.served_share),
    )
    rules = rules_of(
        scenario.objective, scenario.siting, scenario.target, ground.area, weight, to_serve
    )
    plan = _start(case, rules, weight, before, progress)
    objective = OBJECTIVES[scenario.objective.kind]()
    options, proof = _proven(
        case, plan, objective, mode=scenario.siting.exact, seed=scenario.seed, file=scenario.file
    )
    if options is None:
        plan.serve()
        objective.build(plan)
        own = scenario.siting
        if own.improvement_rounds:
            effort = Improvement(own.improvement_rounds, scenario.seed, own.effort)
            plan = improved(plan, objective, effort)
    else:
        plan.choose(options)
        plan.put_served_first()
        plan.put_in_order(by_cost=objective.by_cost and plan.priced)
    parts = [*before, _must_have(case.must_have()), _new(plan.chosen)]
    names = [(kind.name, f) for kind, f in zip(case.kinds, case.footprints, strict=True)]
    siting = recounted(parts, ground.demand, of_cells, names, Outcome(_requested(objective, plan)))
    missed = tuple(
        shortfalls(
            plan.rules,
            weight,
            siting.covered,
            np.concatenate([np.zeros(0, np.int64), *(part.cell for part in before)]),
            np.concatenate([plan.given, plan.chosen.cell]),
            plan.given,
            plan.spent_cny,
            plan.binding,
        )
    )
    if missed and proof is not None:
        proof = replace(proof, optimal=False)
    return replace(siting, shortfalls=missed, proof=proof)


def _start(
    case: SitingCase,
    rules: Rules,
    weight: Raster,
    before: Sequence[Part],
    progress: Progress | None,
) -> Construction:
    """Return the plan with only what is given: the baseline and the must-have sites."""
    must_have = case.must_have()
    standing = np.zeros(weight.shape, dtype=bool)
    closed = np.zeros(case.area.grid.shape, dtype=bool)
    for part in before:
        case.footprints[0].cover(standing, part.cell)
        close_around(closed, part.cell, rules.separation_cells)
    for kind in np.unique(must_have.kind):
        case.footprints[kind].cover(standing, must_have.cell[must_have.kind == kind])
    close_around(closed, must_have.cell, rules.separation_cells)
    picker = picker_of(case)
    prices = [kind.new_cny for kind in case.kinds[case.first :]]
    return Construction(
        picker=picker,
        footprints=tuple(case.footprints),
        weight=weight,
        rules=rules,
        standing=standing,
        closed=closed,
        given=must_have.cell,
        given_cny=float(np.nansum(must_have.cost_cny)),
        priced=all(price is not None for price in prices),
        progress=progress,
    )


def _proven(
    case: SitingCase,
    plan: Construction,
    objective: SitingObjective,
    *,
    mode: str,
    seed: int,
    file: str,
) -> tuple[Options | None, Proof | None]:
    """Return the best options by branch and bound, where the scenario and its size allow it.

    Where the fewest stations are more than ``target.stations_new``, there is a proof of that but
    no options: the greedy looks for the nearest plan that has no more. ``mode``: ``siting.exact``
    of the scenario.
    """
    picker = options_for_exact(case, plan, mode=mode, file=file)
    if picker is None:
        return None, None
    if objective.by_cost and not plan.priced:
        raise InputError(Problem("some candidates have no cost", file, "cost.station_cny"))
    return exact_options(objective, picker, plan, seed=seed)


def _requested(objective: SitingObjective, plan: Construction) -> int:
    """Return the stations asked for; where an objective decides, those that it has."""
    if objective.name == "most_covered" and plan.rules.most_stations < PLENTY:
        return plan.rules.most_stations
    return len(plan.given) + len(plan.chosen)


def _must_have(sites: Options) -> Part:
    file = np.full(len(sites), FROM_FILE)
    return Part(sites.cell, sites.site, MUST_HAVE, file, sites.kind, sites.price_cny)


def _new(chosen: Options) -> Part:
    origin = np.where(chosen.site >= 0, FROM_FILE, FROM_MODEL)
    origin = np.where(chosen.group == UPGRADE, UPGRADED, origin)
    return Part(chosen.cell, chosen.site, NEW, origin, chosen.kind, chosen.price_cny)
