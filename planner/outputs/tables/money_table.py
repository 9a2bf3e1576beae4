"""The costs as a table: one row for each zone and item, with totals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.columns import COSTS
from planner.money import CAPITAL_ITEMS, RUNNING_ITEMS
from planner.outputs.tables.csv import write_columns

if TYPE_CHECKING:
    from planner.plan import Plan


def costs_table(plan: Plan) -> pd.DataFrame:
    """Return the costs with the columns of :data:`planner.columns.COSTS`.

    Zone by zone, then the whole area: capital items, then yearly items, each followed by their
    total. A plan without costs has no rows.
    """
    money = plan.money
    if money is None:
        return pd.DataFrame(columns=list(COSTS))
    names = plan.zones[["adcode", "name_zh", "name_en"]]
    area = pd.DataFrame([[plan.area.code, plan.area.name_zh, plan.area.name_en]])
    places = pd.concat([names, area.set_axis(names.columns, axis=1)], ignore_index=True)
    stations = np.bincount(money.zone, minlength=money.zones)
    places["stations"] = np.append(stations, stations.sum())
    parts = []
    for kind, items, amounts in (
        ("capital", CAPITAL_ITEMS, money.capital),
        ("running", RUNNING_ITEMS, money.running),
    ):
        zones = money.by_zone(amounts)
        table = np.vstack([zones, zones.sum(axis=0)])
        for number, item in enumerate((*items, "total")):
            cost = table.sum(axis=1) if item == "total" else table[:, number]
            parts.append(places.assign(kind=kind, item=item, cost_cny=cost, place=places.index))
    rows = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable")
    return rows[list(COSTS)].reset_index(drop=True)


def write_costs_csv(plan: Plan, path: Path) -> None:
    """Write the costs for spreadsheets."""
    write_columns(costs_table(plan), COSTS, path)
