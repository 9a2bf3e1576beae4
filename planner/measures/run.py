"""Runs a scenario with each measure, and does no work twice that a measure leaves as it is."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import InputError, PlannerWarning, Problem
from planner.measures.effects import BASE, MARK, Effect, MeasuresTable, covered_day, day_with
from planner.money import plan_money
from planner.pipeline import (
    Ground,
    Sited,
    cell_size_m,
    check_scenario,
    ground_of,
    noting,
    radii_in_stage,
    scenario_radii,
    site_scenario,
)
from planner.place_service import place_service
from planner.progress import Stages
from planner.provenance import provenance
from planner.rollout import BuildOut, build_out
from planner.scenario import Scenario, load_scenario, measure_names
from planner.siting import BASELINE, UPGRADED, Siting
from planner.terrain import terrain_on_grid

_OF_GROUND = ("area", "population", "area_classes")
_NOT_OF_SITING = ("schema_version", "name", "title", "title_zh", "description", "aims", "gaps",
                  "cost", "rollout", "sources", "priority_places", "place_classes")  # fmt: skip
_COSTLY = {"least_cost", "most_within_budget"}


def run_measures(
    scenario: str | Path,
    overrides: Sequence[str] = (),
    measures: Sequence[str | Path] | None = None,
    *,
    progress: bool | None = False,
) -> MeasuresTable:
    """Plan a scenario without and with each measure, one by one.

    Stations are chosen once for all measures that change nothing that siting depends on. No
    certificate is computed.

    Parameters
    ----------
    scenario, overrides, progress
        As for :func:`planner.run`.
    measures
        Names or files; default: all that are shipped.

    Raises
    ------
    InputError
        As :func:`planner.run`; for measures as :func:`planner.load_scenario`.
    """
    base = load_scenario(scenario, overrides)
    if base.networks:
        raise InputError(
            Problem(
                "holds several networks; measures are compared on one",
                base.file,
                "networks",
                expected="a scenario of one network",
            )
        )
    names = list(measure_names() if measures is None else measures)
    changed = [load_scenario(scenario, overrides, [name]) for name in names]
    for one in (base, *changed):
        check_scenario(one)
    noted: list[str] = []
    stages = Stages(shown=progress)
    with noting(noted):
        work = _Work(base, stages)
        first = work.effect(base, None)
    with warnings.catch_warnings():
        # Told of the base already; a measure's own radii are in its page.
        warnings.simplefilter("ignore", PlannerWarning)
        effects = tuple(work.effect(one, first) for one in changed)
    origin = provenance(base, work.grounds[work.base_ground].area.code)
    return MeasuresTable(base, first, effects, origin, tuple(dict.fromkeys(noted)))


@dataclass
class _Work:
    """What is known already: grounds and stations by what they depend on."""

    base: Scenario
    stages: Stages
    grounds: dict[str, Ground] = field(default_factory=dict)
    sited: dict[str, Sited] = field(default_factory=dict)
    mark_people: float = 0.0

    def __post_init__(self) -> None:
        self.cell_m = cell_size_m(self.base, radii_in_stage(self.base, self.stages))
        self.base_ground = _key(self.base, _OF_GROUND)

    def effect(self, scenario: Scenario, base: Effect | None) -> Effect:
        """Return coverage, cost and dates of a scenario."""
        started = time.process_time()
        known = len(self.sited)
        sited = self._sited(scenario)
        area, people, siting = sited.ground.area, sited.ground.demand, sited.siting
        terrain = None
        if scenario.cost is not None and scenario.cost.items.needs_terrain:
            terrain = terrain_on_grid(scenario, area)
        money = plan_money(scenario, area, people, siting, terrain)
        served = place_service(scenario, area, people, sited.candidates, siting)
        schedule = build_out(
            scenario,
            area,
            people,
            siting,
            capital_cny=None if money is None else money.station_capital_cny(len(siting)),
            stations_for=None if served is None else served.stations_for,
        )
        covered = min(float(siting.people_gained.sum()), people.people_total)
        if base is None:
            before = float(siting.people_gained[siting.role == BASELINE].sum())
            self.mark_people = before + MARK * (covered - before)
        told = {} if money is None else money.summary()
        return Effect(
            name=scenario.measures[-1].name if scenario.measures else BASE,
            measure=scenario.measures[-1] if scenario.measures else None,
            stations_new=int((siting.role != BASELINE).sum()),
            people_covered=covered,
            population=people.people_total,
            capital_cny=told.get("capital_cny"),
            running_cny=told.get("running_cny_per_year"),
            present_cost_cny=told.get("present_cost_cny"),
            **_dates(schedule, self.mark_people),
            places_served=None if served is None else int(served.served.sum()),
            places=None if served is None else len(served.places),
            sited_anew=len(self.sited) > known,
            seconds=time.process_time() - started,
        )

    def _sited(self, scenario: Scenario) -> Sited:
        """Return the stations of a scenario: those of an earlier one where they are the same."""
        steering = [
            one.model_dump(mode="json") for one in scenario.priority_places if one.use != "report"
        ]
        costs = scenario.objective.kind in _COSTLY or bool(scenario.equipment)
        key = _key(scenario, [n for n in type(scenario).model_fields if n not in _NOT_OF_SITING])
        key += json.dumps(
            [steering, scenario.cost.model_dump_json() if costs and scenario.cost else None],
            default=str,
        )
        if key in self.sited:
            known = self.sited[key]
            siting = _repriced(known.siting, known.scenario, scenario)
            return replace(known, scenario=scenario, siting=siting)
        ground_key = _key(scenario, _OF_GROUND)
        if ground_key not in self.grounds:
            self.grounds[ground_key] = ground_of(scenario, self.cell_m, self.stages)
        ground = self.grounds[ground_key]
        found = site_scenario(scenario, scenario_radii(scenario), ground, self.stages)
        self.sited[key] = found
        return found


def _dates(schedule: BuildOut | None, people: float) -> dict[str, Any]:
    if schedule is None:
        return {"finished": None, "covered_day": None, "probability": None}
    return {
        "finished": day_with(schedule.schedule, min(schedule.announced, len(schedule))),
        "covered_day": covered_day(schedule, people),
        "probability": schedule.target.probability,
    }


def _key(scenario: Scenario, sections: Sequence[str]) -> str:
    return scenario.model_dump_json(include=set(sections))


def _repriced(siting: Siting, before: Scenario, now: Scenario) -> Siting:
    """Return the stations at the prices of another scenario; prices of their own stay."""
    if siting.cost_cny is None or before.cost is None or now.cost is None:
        return siting
    cost = siting.cost_cny.copy()
    upgraded = siting.origin == UPGRADED
    for rows, old, new in (
        (~upgraded, before.cost.station_cny, now.cost.station_cny),
        (
            upgraded,
            before.cost.upgrade_cny or before.cost.station_cny,
            now.cost.upgrade_cny or now.cost.station_cny,
        ),
    ):
        cost[rows & (siting.role != BASELINE) & np.isclose(cost, old, rtol=1e-12)] = new
    return replace(siting, cost_cny=cost)
