"""The build-out as a table: one row for each month and zone, and one for each month's total."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.columns import ROLLOUT
from planner.outputs.tables.csv import write_columns

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.rollout import BuildOut

_LABELS = ("p10", "p50", "p90")


def rollout_table(plan: Plan) -> pd.DataFrame:
    """Return the build-out with the columns of :data:`planner.columns.ROLLOUT`.

    Month by month: the zones in their order, then the whole area. The quantiles are those of the
    whole area's stations; a zone's row is its part of that, so that the zones add up.
    """
    build_out = plan.build_out
    if build_out is None:
        raise ValueError("the plan has no build-out: its scenario has no [rollout]")
    names = plan.zones[["adcode", "name_zh", "name_en"]]
    total = pd.DataFrame([[plan.area.code, plan.area.name_zh, plan.area.name_en]])
    places = pd.concat([names, total.set_axis(names.columns, axis=1)], ignore_index=True)
    fan = build_out.schedule.fan
    before = np.zeros_like(build_out.zone_stations[0])
    parts = []
    for month, name in enumerate(build_out.month_names):
        part = places.copy()
        part.insert(0, "month", name)
        for label, count in zip(_LABELS, fan[month], strict=True):
            part[f"stations_{label}"] = _with_total(build_out.zone_stations[count])
        median = build_out.zone_stations[fan[month, 1]]
        part["stations_month_p50"] = _with_total(median - before)
        stated = build_out.zone_stations[build_out.schedule.stated[month]]
        part["stations_stated"] = _with_total(stated)
        for label, count in zip(_LABELS, fan[month], strict=True):
            part[f"people_covered_{label}"] = _with_total(build_out.zone_people[count])
        _add_money(part, build_out, fan[month], int(fan[month - 1, 1]) if month else 0)
        parts.append(part)
        before = median
    return pd.concat(parts, ignore_index=True)[list(ROLLOUT)]


def write_rollout_csv(plan: Plan, path: Path) -> None:
    """Write the build-out for spreadsheets."""
    write_columns(rollout_table(plan), ROLLOUT, path)


def _with_total(values: np.ndarray) -> np.ndarray:
    return np.append(values, values.sum())


def _add_money(part: pd.DataFrame, build_out: BuildOut, fan: np.ndarray, before: int) -> None:
    """Add whole yuan since the start and in the month; empty without a cost in the scenario."""
    cost = build_out.zone_cost_cny
    for label, count in zip(_LABELS, fan, strict=True):
        part[f"cost_cny_{label}"] = pd.NA if cost is None else _with_total(cost[count])
    spent = pd.NA if cost is None else _with_total(cost[fan[1]] - cost[before])
    part["cost_month_cny_p50"] = spent
