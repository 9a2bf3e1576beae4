"""Runs a scenario with each measure; work that a measure does not affect is done only once."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

from planner.errors import InputError, PlannerWarning, noting
from planner.ground.ground import Ground
from planner.ground.priority_places import priority_places
from planner.measures.effects import BASE, MARK, STAGES, Dates, Effect, MeasuresTable, day_with
from planner.money import Money, plan_money
from planner.pipeline import (
    Sited,
    check_scenario,
    ground_of,
    scenario_radii,
    site_scenario,
)
from planner.progress import Stages
from planner.provenance import provenance
from planner.radio.cell_size import cell_size_m, warn_if_coarse
from planner.results.expected_service import expected_service
from planner.results.place_service import PlaceService, place_service
from planner.rollout import FIRST_MONTH, Schedule, reached, timetable
from planner.rollout.order import people_in_order
from planner.scenario import Scenario, load_scenario, measure_names
from planner.scenario.money import MoneySection
from planner.sites.place_stations import kinds_of_places
from planner.sites.station_price import StationPrices
from planner.siting import BASELINE, UPGRADED, Siting

Made = TypeVar("Made")

_OF_GROUND = ("area", "population", "area_classes", "terrain")
_OF_PLACES = ("priority_places", "place_classes")
_NOT_OF_SITING = ("schema_version", "name", "title", "title_zh", "description", "aims", "gaps",
                  "outputs", "cost", "rollout", "sources", "priority_places",
                  "place_classes")  # fmt: skip
_ONE_NETWORK = ("networks=[]", "sharing=[]", "siting.phases=[]")


def run_measures(
    scenario: str | Path,
    overrides: Sequence[str] = (),
    measures: Sequence[str | Path] | None = None,
    *,
    progress: bool | None = False,
) -> MeasuresTable:
    """Plan a scenario without and with each measure, one by one.

    A scenario of several networks is planned as one network for all operators.

    Ground, stations, places, money and build-out are computed again only where a measure changes
    something that they depend on. All are compared on the cells of the scenario without measures.
    No certificate is computed.

    Parameters
    ----------
    scenario, overrides, progress
        As for :func:`planner.run`.
    measures
        Names or files; default: all shipped ones. Those that change something the scenario does
        not have are left out with a warning.

    Raises
    ------
    InputError
        As :func:`planner.run`; for measures as :func:`planner.load_scenario`.
    """
    base = load_scenario(scenario, overrides)
    noted = list(base.notes)
    if base.networks:
        overrides = [*overrides, *_ONE_NETWORK]
        base = load_scenario(scenario, overrides)
        noted.append("compared on one network for all operators, built everywhere at once")
    check_scenario(base)
    changed = _changed(scenario, overrides, measures, noted)
    stages = Stages(shown=progress)
    with noting(noted):
        with stages.stage("radio"):
            radii = scenario_radii(base.radio, base.service, base.file)
        cell_m = cell_size_m(base, radii)
        warn_if_coarse(base.radio, base.service, radii, cell_m)
        work = _MeasureRuns(cell_m, stages)
        first = work.effect(base, None)
    with warnings.catch_warnings():
        # Already reported for the base; a measure's own radii are on its page.
        warnings.simplefilter("ignore", PlannerWarning)
        effects = tuple(work.effect(one, first) for one in changed)
    area = work.sited(base, _keys(base)["stations"]).ground.area
    origin = provenance(base, area.code)
    return MeasuresTable(base, first, effects, origin, tuple(dict.fromkeys(noted)))


def _changed(
    scenario: str | Path,
    overrides: Sequence[str],
    measures: Sequence[str | Path] | None,
    noted: list[str],
) -> list[Scenario]:
    """Return the scenario with each measure; shipped ones not named explicitly may not fit."""
    changed = []
    for name in measure_names() if measures is None else measures:
        try:
            one = load_scenario(scenario, overrides, [name])
            check_scenario(one)
        except InputError as error:
            if measures is not None:
                raise
            noted.append(f"{name} is left out: {'; '.join(map(str, error.problems))}")
            continue
        noted += one.notes
        changed.append(one)
    return changed


@dataclass
class _MeasureRuns:
    """Results of each stage so far, by what they depend on."""

    cell_m: float
    stages: Stages
    known: dict[str, Any] = field(default_factory=dict)
    base_keys: dict[str, str] = field(default_factory=dict)
    mark_people: float = 0.0

    def effect(self, scenario: Scenario, base: Effect | None) -> Effect:
        """Return coverage, cost and dates of a scenario; ``base`` is None for the first."""
        started = time.process_time()
        keys = _keys(scenario)
        sited = self.sited(scenario, keys["stations"])
        demand, siting = sited.ground.demand, sited.siting
        covered = min(float(siting.people_gained.sum()), demand.people_total)
        if base is None:
            before = float(siting.people_gained[siting.role == BASELINE].sum())
            self.mark_people = before + MARK * (covered - before)
            self.base_keys = keys
        served = self._once(f"places {keys['places']}", lambda: _served(sited))
        money = self._once(f"money {keys['money']}", lambda: _money(sited))
        dates = self._once(f"dates {keys['build-out']}", lambda: self._dates(sited, served))
        costs = {} if money is None else money.summary()
        anew = [stage for stage in STAGES if base is None or keys[stage] != self.base_keys[stage]]
        return Effect(
            name=scenario.measures[-1].name if scenario.measures else BASE,
            measure=scenario.measures[-1] if scenario.measures else None,
            stations_new=int((siting.role != BASELINE).sum()),
            people_covered=covered,
            population=demand.people_total,
            capital_cny=costs.get("capital_cny"),
            running_cny=costs.get("running_cny_per_year"),
            present_cost_cny=costs.get("present_cost_cny"),
            dates=dates,
            places_served=None if served is None else int(served.served.sum()),
            places=None if served is None else len(served.places),
            computed_anew=tuple(anew),
            seconds=time.process_time() - started,
        )

    def sited(self, scenario: Scenario, key: str) -> Sited:
        """Return the stations of a scenario, on cells of the base's size.

        Ground and stations of an earlier scenario are used again if they are equal; ``key``: what
        the stations depend on.
        """
        ground_key = f"ground {_json(scenario, _OF_GROUND)}"
        places_key = f"{ground_key} {_json(scenario, _OF_PLACES)}"

        def read() -> Ground:
            ground = ground_of(scenario, self.cell_m, self.stages)
            self.known[places_key] = ground.places
            return ground

        ground = self._once(ground_key, read)
        places = self._once(places_key, lambda: priority_places(scenario, ground.area))
        ground = replace(ground, places=places)

        def found() -> Sited:
            radii = scenario_radii(scenario.radio, scenario.service, scenario.file)
            sited = site_scenario(scenario, radii, ground, self.stages)
            gained = expected_service(sited.kinds, ground, sited.siting).gained
            return replace(sited, siting=replace(sited.siting, people_gained=gained))

        known = self._once(f"stations {key}", found)
        siting = _repriced(known.siting, known.scenario.cost, scenario.cost)
        return replace(known, scenario=scenario, ground=ground, siting=siting)

    def _dates(self, sited: Sited, served: PlaceService | None) -> Dates:
        scenario, siting = sited.scenario, sited.siting
        section = scenario.rollout
        if section is None:
            return Dates()
        stations_for = None if served is None else served.stations_for
        built = timetable(
            section,
            sited.ground,
            siting,
            existing_use=scenario.sites.existing_use,
            seed=scenario.seed,
            stations_for=stations_for,
        )
        order, schedule = built.order, built.schedule
        mark = np.full(len(order), FIRST_MONTH, np.uint8)
        by_zone, _ = people_in_order(sited.kinds, sited.ground, siting, order, mark, ())
        curve = by_zone.sum(axis=1)
        marked = int(np.searchsorted(curve, self.mark_people * (1 - 1e-9)))
        wanted = min(scenario.target.stations_new, len(order))
        by = scenario.target.date or section.end
        return Dates(
            finished=day_with(schedule, wanted),
            covered_day=day_with(schedule, marked) if marked < len(curve) else None,
            probability=reached(schedule, "target", by, wanted).probability,
            binding=_most_binding(schedule),
        )

    def _once(self, key: str, make: Callable[[], Made]) -> Made:
        if key not in self.known:
            self.known[key] = make()
        made: Made = self.known[key]
        return made


def _keys(scenario: Scenario) -> dict[str, str]:
    """Return, for each stage, the inputs of its result as text."""
    steering = [
        one.model_dump(mode="json") for one in scenario.priority_places if one.use != "report"
    ]
    # Must-serve places are served at the lowest cost.
    must_serve = scenario.must_serve or any(
        one.use == "must_serve" for one in scenario.priority_places
    )
    costs = scenario.objective.by_cost or bool(scenario.equipment or must_serve)
    stations = _json(scenario, [n for n in type(scenario).model_fields if n not in _NOT_OF_SITING])
    stations += json.dumps(
        [steering, scenario.cost.model_dump_json() if costs and scenario.cost else None],
        default=str,
    )
    places = stations + _json(scenario, _OF_PLACES)
    order = scenario.rollout.priority if scenario.rollout else ()
    return {
        "stations": stations,
        "places": places,
        "money": stations + _json(scenario, ("cost",)),
        "build-out": (places if any(one.place_classes for one in order) else stations)
        + _json(scenario, ("rollout",)),
    }


def _json(tables: BaseModel, sections: Sequence[str]) -> str:
    return tables.model_dump_json(include=set(sections))


def _served(sited: Sited) -> PlaceService | None:
    scenario = sited.scenario
    return place_service(
        scenario.priority_places,
        scenario.place_classes,
        kinds_of_places(scenario),
        sited.ground,
        sited.candidates,
        sited.siting,
        served_share=scenario.gaps.served_share,
    )


def _money(sited: Sited) -> Money | None:
    scenario, ground = sited.scenario, sited.ground
    prices = StationPrices.of(scenario.cost, scenario.objective, scenario.equipment, ground)
    return plan_money(prices, ground, sited.siting, existing_use=scenario.sites.existing_use)


def _most_binding(schedule: Schedule) -> str | None:
    """Return the resource that binds in most months of all runs; None if none does."""
    share = schedule.binding_share.sum(axis=0)
    return schedule.resources[int(share.argmax())] if share.any() else None


def _repriced(siting: Siting, before: MoneySection | None, now: MoneySection | None) -> Siting:
    """Return the stations at the prices of another scenario; individual prices stay."""
    if siting.cost_cny is None or before is None or now is None:
        return siting
    cost = siting.cost_cny.copy()
    upgraded = siting.origin == UPGRADED
    for rows, old, new in (
        (~upgraded, before.station_cny, now.station_cny),
        (
            upgraded,
            before.upgrade_cny or before.station_cny,
            now.upgrade_cny or now.station_cny,
        ),
    ):
        cost[rows & (siting.role != BASELINE) & np.isclose(cost, old, rtol=1e-12)] = new
    return replace(siting, cost_cny=cost)
