"""Money and energy: cost of building and running stations, and cost per covered person."""

from planner.money.marginal import Step, marginal_steps
from planner.money.plan_money import Money, plan_money, station_sites
from planner.money.published import PUBLISHED, Published
from planner.money.running import (
    RUNNING_ITEMS,
    annuity_factor,
    co2_tonnes,
    energy_kwh,
    present_cost_cny,
    running_cny,
)
from planner.money.site_kind import site_kinds
from planner.sites.capital import (
    ANY_SITE,
    CAPITAL_ITEMS,
    NEW_SITE,
    UPGRADED_SITE,
    StationSites,
    capital_cny,
)

__all__ = [
    "ANY_SITE",
    "CAPITAL_ITEMS",
    "NEW_SITE",
    "PUBLISHED",
    "RUNNING_ITEMS",
    "UPGRADED_SITE",
    "Money",
    "Published",
    "StationSites",
    "Step",
    "annuity_factor",
    "capital_cny",
    "co2_tonnes",
    "energy_kwh",
    "marginal_steps",
    "plan_money",
    "present_cost_cny",
    "running_cny",
    "site_kinds",
    "station_sites",
]
