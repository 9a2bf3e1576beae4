"""The build-out of a plan: stations, covered people and money, by month and zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.footprints.served_share import ServedInOrder
from planner.ground.ground import Ground
from planner.number_text import percent
from planner.rollout.milestones import Reached, WayBack, reached, way_back
from planner.rollout.order import StationsFor, people_after_each, people_in_order
from planner.rollout.schedule import Schedule
from planner.rollout.timetable import Timetable, timetable, warn_of_unknown_holidays
from planner.scenario import Scenario
from planner.scenario.rollout import Milestone, RolloutSection
from planner.sites.equipment import network_and_equipment
from planner.siting import Siting

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BuildOut:
    """The new stations of a plan in the order they are built, and when.

    ``order`` (int64[N]): rows of the plan's stations. Running totals after 0, 1, ... N stations:
    ``zone_stations`` (int64[N + 1, Z]) by the zone a station is in, ``zone_people``
    (float64[N + 1, Z]) covered people by the zone they live in, including those of the baseline,
    ``zone_cost_cny`` (int64[N + 1, Z]) in whole yuan, None without a cost.
    ``covered_in`` (uint8, grid shape): 0 where the plan does not cover, 1 where the baseline does,
    2 + m where month m is the first in which, at the median, a station that covers is in service;
    stations not in service by the end of the horizon count in month M. ``reached_in`` (uint8,
    [3, H, W]): the same for each of ``share_steps``, shares of the people of a cell.

    Examples
    --------
    >>> import planner
    >>> crews = {"name": "crews", "unit": "crew-days", "capacity_per_month": 130, "per_station": 10}
    >>> changes = {
    ...     "area.cell_size_m": 250,
    ...     "rollout.start": "2020-01-01",
    ...     "rollout.end": "2021-06-30",
    ...     "rollout.resources": [crews],
    ... }
    >>> built = planner.run("qingzhen", changes).build_out
    >>> built.month_names[:2]
    ('2020-01', '2020-02')
    """

    section: RolloutSection
    schedule: Schedule
    order: Ints
    zone_stations: Ints
    zone_people: Floats
    zone_cost_cny: Ints | None
    covered_in: npt.NDArray[np.uint8]
    reached_in: npt.NDArray[np.uint8]
    share_steps: tuple[float, float, float]
    population: float
    announced: int
    target: Reached
    milestones: tuple[Reached, ...]
    way_back: WayBack

    def __repr__(self) -> str:
        """Months, stations and the probability of the target's date."""
        months, target = self.month_names, self.target
        chance = percent(target.probability, unit="%")
        return (
            f"<BuildOut {months[0]} to {months[-1]}: {len(self):,} new stations; in service by "
            f"{target.date} with probability {chance}>"
        )

    def _repr_html_(self) -> str:
        from planner.outputs.notebook import build_out_view

        return build_out_view(self)

    def __len__(self) -> int:
        return len(self.order)

    @property
    def month_names(self) -> tuple[str, ...]:
        """Months as "2020-01"."""
        return tuple(end.strftime("%Y-%m") for end in self.schedule.horizon.month_end)

    @property
    def lost(self) -> Ints:
        """Stations by which the stated disruptions cause a delay, at the end of each month."""
        return self.schedule.planned - self.schedule.stated

    def summary(self) -> dict[str, Any]:
        """Return the entry of the build-out in ``summary.json``."""
        schedule, fan = self.schedule, self.schedule.fan
        people = self.zone_people.sum(axis=1)
        share = schedule.binding_share
        months = []
        for m, name in enumerate(self.month_names):
            row: dict[str, Any] = {
                "month": name,
                "working_days": int(schedule.horizon.working_days[m]),
                "stations_planned": int(schedule.planned[m]),
                "stations_stated": int(schedule.stated[m]),
                "binding_stated": schedule.binding_name(m),
                "binding_share": {
                    resource: round(float(share[m, r]), 4)
                    for r, resource in enumerate(schedule.resources)
                },
            }
            for label, count in zip(("p10", "p50", "p90"), fan[m], strict=True):
                row[f"stations_{label}"] = int(count)
                row[f"people_covered_{label}"] = float(people[count])
                if self.zone_cost_cny is not None:
                    row[f"cost_cny_{label}"] = int(self.zone_cost_cny[count].sum())
            months.append(row)
        return {
            "start": self.section.start.isoformat(),
            "end": self.section.end.isoformat(),
            "runs": self.section.runs,
            "stations_announced": self.announced,
            "stations_to_build": len(self),
            "target": self.target.as_dict(),
            "milestones": [stone.as_dict() for stone in self.milestones],
            "way_back": self.way_back.as_dict(),
            "stations_lost_to_disruptions": int(self.lost.max()),
            "months": months,
        }


def build_out(
    scenario: Scenario,
    ground: Ground,
    siting: Siting,
    *,
    capital_cny: Ints | None = None,
    stations_for: StationsFor | None = None,
    built: Timetable | None = None,
    in_order: ServedInOrder | None = None,
) -> BuildOut | None:
    """Return the build-out of a plan; None when the scenario has no ``[rollout]``.

    ``capital_cny`` (int64[n]): cost of each station of the plan, 0 for the baseline; without it
    each new station costs the scenario's ``station_cny``. ``built``: the timetable, if it is known
    already, and ``in_order``: whom the stations serve in its order, with its marks.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    >>> siting = planner.site_stations(scenario, ground, candidates, radius_m)
    >>> planner.build_out(scenario, ground, siting) is None  # it has no [rollout]
    True
    """
    section, area, demand = scenario.rollout, ground.area, ground.demand
    if section is None:
        return None
    if built is None:
        warn_of_unknown_holidays(section, scenario.file)
        built = timetable(
            section,
            ground,
            siting,
            existing_use=scenario.sites.existing_use,
            seed=scenario.seed,
            stations_for=stations_for,
            served_share=scenario.gaps.served_share,
        )
    order, schedule, steps = built.order, built.schedule, built.steps
    if in_order is None:
        kinds = network_and_equipment(
            scenario.equipment, scenario.radio, scenario.service, scenario.cost, scenario.file
        )
        zone_people, reached_in = people_in_order(kinds, ground, siting, order, built.marks, steps)
    else:
        zone_people = people_after_each(in_order.gain, len(siting) - order.size)
        reached_in = in_order.reached
    stands = np.zeros((order.size, len(area.zones)), dtype=np.int64)
    stands[np.arange(order.size), area.zone_index.ravel()[siting.cell[order]]] = 1
    nothing = np.zeros(len(area.zones), dtype=np.int64)
    if capital_cny is None and scenario.cost is not None:
        capital_cny = np.full(len(siting), round(scenario.cost.station_cny), dtype=np.int64)
    date = scenario.target.date or section.end
    wanted = min(scenario.target.stations_new, order.size)
    return BuildOut(
        section=section,
        schedule=schedule,
        order=order,
        zone_stations=_running(nothing, stands),
        zone_people=zone_people,
        zone_cost_cny=None
        if capital_cny is None
        else _running(nothing, stands * capital_cny[order][:, None]),
        covered_in=reached_in[steps.index(scenario.gaps.served_share)],
        reached_in=reached_in,
        share_steps=steps,
        population=demand.people_total,
        announced=scenario.target.stations_new,
        target=reached(schedule, "target", date, wanted),
        milestones=_milestones(
            section.milestones,
            schedule,
            zone_people.sum(axis=1) / demand.people_total,
            scenario.target.stations_baseline,
        ),
        way_back=way_back(section, built.need, scenario.seed, schedule, date, wanted),
    )


def _running(start: npt.NDArray[Any], steps: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return ``start``, then ``start`` and the first step, and so on to all of them."""
    return np.cumsum(np.vstack([start[None, :], steps]), axis=0)


def _milestones(
    milestones: Sequence[Milestone], schedule: Schedule, share: Floats, baseline: int
) -> tuple[Reached, ...]:
    """Return how likely each milestone is reached.

    ``share`` (float64[N + 1]): people covered, of all, after 0, 1, ... N new stations;
    ``baseline``: stations in service before them.
    """
    return tuple(
        reached(
            schedule,
            stone.name,
            stone.date,
            _stations_of(stone, share, baseline),
            stone.covered_share,
        )
        for stone in milestones
    )


def _stations_of(stone: Milestone, share: Floats, baseline: int) -> int | None:
    """New stations that a milestone takes, without those that the plan does not need."""
    built = share.size - 1
    if stone.covered_share is not None:
        number = int(np.searchsorted(share, stone.covered_share - 1e-9))
        return number if number < share.size else None
    if stone.stations_total is not None:
        return min(stone.stations_total - baseline, built)
    return min(stone.stations_new or 0, built)
