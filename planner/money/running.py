"""Running cost, energy and CO2 of stations by year, and the present value of all years."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.scenario.money import MoneySection, RunningSection

Ints = npt.NDArray[np.int64]

RUNNING_ITEMS = ("power", "rent", "maintenance")
HOURS_PER_YEAR = 8_760


def energy_kwh(running: RunningSection, stations: int = 1) -> float:
    """Return the energy of some stations in a year of 8,760 hours, kWh."""
    return stations * running.power_kw * running.load_share * HOURS_PER_YEAR


def running_cny(running: RunningSection, capital: Ints) -> Ints:
    """Return the cost per year of each station by item, int64[n, len(RUNNING_ITEMS)], yuan.

    ``capital`` (int64[n]): each station's capital, for its maintenance.
    """
    stations = len(capital)
    power = round(energy_kwh(running) * running.price_cny_kwh)
    upkeep = np.rint(running.maintenance_share * capital).astype(np.int64)
    return np.column_stack(
        [np.full(stations, power), np.full(stations, round(running.rent_cny)), upkeep]
    ).astype(np.int64)


def co2_tonnes(cost: MoneySection, energy: float) -> float | None:
    """Return the CO2 of an amount of energy (kWh) in tonnes; None without the grid's factor."""
    factor = cost.emission_kg_per_kwh
    return None if factor is None else energy * factor / 1_000.0


def annuity_factor(rate: float, years: int) -> float:
    """Return the present value of one yuan at the end of each year: sum of (1 + rate)^-t."""
    return float(sum((1.0 + rate) ** -year for year in range(1, years + 1)))


def present_cost_cny(cost: MoneySection, capital: float, running: float) -> float:
    """Return the present value of all costs minus the residual value, without revenue.

    Capital is spent today, running costs at the end of each year, and the residual value is
    received at the end of the last year.
    """
    residual = cost.residual_share * capital * (1.0 + cost.discount_rate) ** -cost.years
    return capital + running * annuity_factor(cost.discount_rate, cost.years) - residual
