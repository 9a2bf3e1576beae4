"""Optional parts of a plan: money, priority places, build-out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernels.footprints.served_share import ServedInOrder
from planner.errors import PlannerWarning
from planner.money import Money, plan_money
from planner.progress import Stages
from planner.results.place_dates import served_summary
from planner.results.place_service import PlaceService, place_service
from planner.rollout import (
    BuildOut,
    Timetable,
    build_out,
    timetable,
    warn_of_unknown_holidays,
)
from planner.sites.place_stations import kinds_of_places
from planner.sites.station_price import StationPrices

if TYPE_CHECKING:
    from planner.pipeline import Sited


@dataclass(frozen=True)
class PlanExtras:
    """The parts of a plan that not every scenario asks for: money, places, build-out."""

    money: Money | None
    served: PlaceService | None
    schedule: BuildOut | None
    capital_cny: npt.NDArray[np.int64] | None

    def summary(self) -> dict[str, Any]:
        """Return their entries in ``summary.json``."""
        summary: dict[str, Any] = {}
        if self.schedule is not None:
            summary["rollout"] = self.schedule.summary()
        if self.money is not None:
            summary |= {"cost_cny": self.money.capital_cny, "money": self.money.summary()}
        if self.served is not None:
            summary["priority_places"] = served_summary(self.served, self.schedule)
        return summary

    @property
    def must_serve_missed(self) -> int:
        """Number of priority places that must be served and are not."""
        return 0 if self.served is None else self.served.summary()["must_serve_missed"]


def places_and_dates(sited: Sited, stages: Stages) -> tuple[PlaceService | None, Timetable | None]:
    """Work out which stations serve priority places, and when stations are built."""
    scenario, ground, siting = sited.scenario, sited.ground, sited.siting
    served = place_service(
        scenario.priority_places,
        scenario.place_classes,
        kinds_of_places(scenario),
        ground,
        sited.candidates,
        siting,
        served_share=scenario.gaps.served_share,
    )
    for text in served.places.dropped if served is not None else ():
        warnings.warn(text, PlannerWarning, stacklevel=2)
    section = scenario.rollout
    if section is None:
        return served, None
    with stages.stage("build-out"):
        warn_of_unknown_holidays(section, scenario.file)
        return served, timetable(
            section,
            ground,
            siting,
            existing_use=scenario.sites.existing_use,
            seed=scenario.seed,
            stations_for=None if served is None else served.stations_for,
            served_share=scenario.gaps.served_share,
        )


def plan_extras(
    sited: Sited,
    stages: Stages,
    served: PlaceService | None,
    built: Timetable | None,
    in_order: ServedInOrder | None,
) -> PlanExtras:
    """Work out money and the build-out.

    ``served``, ``built``: priority places and dates; ``in_order``: whom the stations serve in the
    order of these dates, None if that is not known yet.
    """
    scenario, ground, siting = sited.scenario, sited.ground, sited.siting
    prices = StationPrices.of(scenario.cost, scenario.objective, scenario.equipment, ground)
    money = plan_money(prices, ground, siting, existing_use=scenario.sites.existing_use)
    capital_cny = None if money is None else money.station_capital_cny(len(siting))
    with stages.stage("build-out"):
        schedule = build_out(
            scenario, ground, siting, capital_cny=capital_cny, built=built, in_order=in_order
        )
    return PlanExtras(money, served, schedule, capital_cny)
