"""The build-out and the money of a saved plan, from its arrays and its summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from planner.money import Money
from planner.money.marginal import Step
from planner.rollout import BuildOut, Reached, Schedule, WayBack, horizon
from planner.scenario.money import MoneySection
from planner.scenario.rollout import RolloutSection

Arrays = Mapping[str, npt.NDArray[Any]]


def saved_money(
    section: MoneySection | None, arrays: Arrays, summary: Mapping[str, Any]
) -> Money | None:
    """Return the money of a plan; None without a cost in the scenario."""
    if section is None or "money" not in summary:
        return None
    gained, covered = arrays["money_people"].tolist()
    return Money(
        section=section,
        station=arrays["money_station"],
        zone=arrays["money_zone"],
        zones=len(summary["zones"]),
        capital=arrays["money_capital"],
        running=arrays["money_running"],
        steps=tuple(Step(*row) for row in arrays["money_steps"].tolist()),
        gained=gained,
        covered=covered,
        stations_before=summary["stations_existing"],
        with_slope=summary["money"]["slope_known"],
    )


def saved_build_out(
    section: RolloutSection | None, arrays: Arrays, summary: Mapping[str, Any]
) -> BuildOut | None:
    """Return the build-out of a plan; None without one in the scenario."""
    if section is None:
        return None
    said = summary["rollout"]
    low, served, high = arrays["share_steps"].tolist()
    schedule = Schedule(
        horizon=horizon(section.start, section.end, section.calendar),
        resources=tuple(resource.name for resource in section.resources),
        planned=arrays["planned"],
        stated=arrays["stated"],
        stated_binding=arrays["stated_binding"],
        built=arrays["built"],
        binding=arrays["binding"],
    )
    return BuildOut(
        section=section,
        schedule=schedule,
        order=arrays["order"],
        zone_stations=arrays["zone_stations"],
        zone_people=arrays["zone_people"],
        zone_cost_cny=arrays.get("zone_cost_cny"),
        covered_in=arrays["covered_in"],
        reached_in=arrays["reached_in"],
        share_steps=(low, served, high),
        population=summary["population_total"],
        announced=said["stations_announced"],
        target=_reached(said["target"]),
        milestones=tuple(_reached(stone) for stone in said["milestones"]),
        way_back=WayBack(**{**said["way_back"], "from_date": _date(said["way_back"]["from_date"])}),
    )


def _reached(stone: Mapping[str, Any]) -> Reached:
    dates = {key: _date(stone[key]) for key in ("date", "date_50", "date_90")}
    return Reached(**{**stone, **dates})


def _date(text: str | None) -> Any:
    return None if text is None else dt.date.fromisoformat(text)
