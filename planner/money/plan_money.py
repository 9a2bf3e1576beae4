"""The money of a plan: capital, running cost, present value, energy, by item, zone and station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.ground.ground import Ground
from planner.money.default_sources import MONEY_SOURCES
from planner.money.marginal import Step, marginal_steps
from planner.money.published import PUBLISHED
from planner.money.running import (
    RUNNING_ITEMS,
    annuity_factor,
    co2_tonnes,
    energy_kwh,
    present_cost_cny,
    running_cny,
)
from planner.money.site_kind import site_kinds
from planner.scenario.money import MoneySection
from planner.sites.capital import CAPITAL_ITEMS, StationSites, capital_cny
from planner.sites.station_price import StationPrices
from planner.siting import BASELINE, Siting

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Money:
    """Costs of the new stations of a plan, in whole yuan.

    ``station`` (int64[N]): rows of the plan's stations, in their order; ``zone`` (int64[N]): row of
    the zone each is in. ``capital`` (int64[N, I]) by :data:`CAPITAL_ITEMS`, ``running``
    (int64[N, J]) per year by :data:`RUNNING_ITEMS`. ``gained``: people that each adds.
    ``stations_before``: stations in service before the plan, whose costs are not included.
    """

    section: MoneySection
    station: Ints
    zone: Ints
    zones: int
    capital: Ints
    running: Ints
    steps: tuple[Step, ...]
    gained: float
    covered: float
    stations_before: int
    with_slope: bool

    def __len__(self) -> int:
        return len(self.station)

    @property
    def capital_cny(self) -> int:
        """Capital of all new stations."""
        return int(self.capital.sum())

    @property
    def running_cny(self) -> int:
        """Running cost of all new stations in a year."""
        return int(self.running.sum())

    def station_capital_cny(self, stations: int) -> Ints:
        """Return the capital of each station of the plan (int64[stations]), 0 for the baseline."""
        each = np.zeros(stations, dtype=np.int64)
        each[self.station] = self.capital.sum(axis=1)
        return each

    def by_zone(self, amounts: Ints) -> Ints:
        """Return amounts by station and item summed by zone: int64[zones, items]."""
        total = np.zeros((self.zones, amounts.shape[1]), dtype=np.int64)
        np.add.at(total, self.zone, amounts)
        return total

    def summary(self) -> dict[str, Any]:
        """Return the entry of money and energy in ``summary.json``."""
        capital, running, stations = self.capital_cny, self.running_cny, len(self)
        own = capital / stations if stations else None
        energy = energy_kwh(self.section.running, stations)
        present = present_cost_cny(self.section, capital, running)
        return {
            "stations_counted": stations,
            "counting_rule": "new stations of the plan; the baseline is not counted",
            "capital_cny": capital,
            "capital_by_item": _named(CAPITAL_ITEMS, self.capital),
            "running_cny_per_year": running,
            "running_by_item": _named(RUNNING_ITEMS, self.running),
            "years": self.section.years,
            "discount_rate": self.section.discount_rate,
            "residual_cny": self.section.residual_share * capital,
            "present_cost_cny": present,
            "net_present_value_cny": -present,
            "station_cny": own,
            **self._by_person(capital, present),
            "marginal": [step.as_dict() for step in self.steps],
            "energy_kwh_per_year": energy,
            "co2_t_per_year": co2_tonnes(self.section, energy),
            "published": [one.as_dict(own) for one in PUBLISHED] if own else [],
            "slope_known": self.with_slope,
            "sources": dict(MONEY_SOURCES),
        }

    def _by_person(self, capital: int, present: float) -> dict[str, float | None]:
        """Return capital and yearly cost by person: added by the plan, and of all covered."""
        years = annuity_factor(self.section.discount_rate, self.section.years)
        some = self.gained >= 1.0
        return {
            "people_added": self.gained,
            "capital_cny_per_person_added": capital / self.gained if some else None,
            "capital_cny_per_person_covered": capital / self.covered if self.covered >= 1 else None,
            "present_cost_cny_per_person_added": present / self.gained if some else None,
            "break_even_cny_per_person_added_year": present / self.gained / years if some else None,
        }


def station_sites(
    prices: StationPrices, siting: Siting, existing_use: str
) -> tuple[Ints, StationSites]:
    """Return the rows of a plan's new stations (int64[N]), and the inputs of their capital.

    A station's kind of site is known if the plan upgrades existing ones;
    :class:`planner.sites.station_price.StationPrices` says which prices apply unchanged.
    """
    station = np.flatnonzero(siting.role != BASELINE)
    price = np.full(len(station), np.nan) if siting.cost_cny is None else siting.cost_cny[station]
    return station, prices.sites(
        siting.cell[station],
        price,
        site_kinds(existing_use, siting)[station].tolist(),
        siting.equipment[station].tolist(),
    )


def plan_money(
    prices: StationPrices, ground: Ground, siting: Siting, *, existing_use: str
) -> Money | None:
    """Return the money of a plan; None when the scenario has no ``[cost]``.

    ``existing_use``: ``sites.existing_use`` of the scenario, as for :func:`station_sites`.
    """
    section, area, demand = prices.cost, ground.area, ground.demand
    if section is None:
        return None
    station, sites = station_sites(prices, siting, existing_use)
    capital = capital_cny(section, sites)
    each = capital.sum(axis=1)
    covered = min(float(siting.people_gained.sum()), demand.people_total)
    gained = siting.people_gained[station]
    before = float(siting.people_gained[siting.role == BASELINE].sum())
    return Money(
        section=section,
        station=station,
        zone=area.zone_index.ravel()[siting.cell[station]].astype(np.int64),
        zones=len(area.zones),
        capital=capital,
        running=running_cny(section.running, each),
        steps=marginal_steps(gained, each, before=before, population=demand.people_total),
        gained=float(gained.sum()),
        covered=covered,
        stations_before=len(siting) - len(station),
        with_slope=sites.slope_degree is not None,
    )


def _named(items: tuple[str, ...], amounts: Ints) -> dict[str, int]:
    return {item: int(total) for item, total in zip(items, amounts.sum(axis=0), strict=True)}
