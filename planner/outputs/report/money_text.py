"""Contents of the report's section on money and energy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.money import PUBLISHED
from planner.outputs.figure import svg
from planner.outputs.language import Language, money_unit
from planner.outputs.plots.money import marginal_curve

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.scenario.money import MoneySection

_SAME_FIGURE = 0.005
"""Relative difference below which a price is the published figure itself, rounded."""

ITEM_NAMES = {
    "radio": ("Radio equipment", "无线设备"),
    "site_new": ("Works on new sites", "新建站址工程"),
    "site_upgraded": ("Works on upgraded sites", "存量站址改造工程"),
    "site_shared": ("Works on shared sites", "共享站址改造工程"),
    "transmission": ("Transmission", "传输配套"),
    "power": ("Power", "电费"),
    "rent": ("Rent", "站址租金"),
    "maintenance": ("Maintenance", "运行维护"),
}


def money_context(plan: Plan, lang: Language) -> dict[str, Any] | None:
    """Return the contents of the section on money; None if the scenario has no cost."""
    money = plan.money
    if money is None or not len(money):
        return None
    summary = plan.summary["money"]
    stations = np.bincount(money.zone, minlength=money.zones)
    capital, running = (
        money.by_zone(amounts).sum(axis=1) for amounts in (money.capital, money.running)
    )
    zones = [
        {
            "name_en": zone.name_en,
            "name_zh": zone.name_zh,
            "stations": int(stations[row]),
            "capital": int(capital[row]),
            "running": int(running[row]),
        }
        for row, zone in enumerate(plan.zones.itertuples())
    ]
    return {
        "money": {**summary, "published": _published(summary["published"], plan.scenario.cost)},
        "unit": money_unit(summary["capital_cny"], lang),
        "capital": _items(summary["capital_by_item"], summary["stations_counted"]),
        "running": _items(summary["running_by_item"], summary["stations_counted"]),
        "zones": zones,
        "chart": svg(
            partial(marginal_curve, money, lang=lang), "marginal-cost", width_in=10.0, height_in=3.6
        )
        if money.steps
        else "",
        "last": summary["marginal"][-1] if money.steps else None,
        "sources": _sources(plan),
    }


def _published(
    rows: Sequence[Mapping[str, Any]], cost: MoneySection | None
) -> list[dict[str, Any]]:
    """Return the published figures; one that the plan's own price was derived from has no ratio."""
    counts_zh = {one.name_en: one.counts_zh for one in PUBLISHED}
    own = [] if cost is None else [cost.station_cny, cost.items.radio_cny]
    return [
        {
            **row,
            "counts_zh": counts_zh.get(row["name"], row["counts"]),
            "plan_over_published": None
            if any(math.isclose(row["station_cny"], price, rel_tol=_SAME_FIGURE) for price in own)
            else row["plan_over_published"],
        }
        for row in rows
    ]


def _items(amounts: dict[str, int], stations: int) -> list[dict[str, Any]]:
    total = sum(amounts.values())
    return [
        {
            "name_en": ITEM_NAMES[item][0],
            "name_zh": ITEM_NAMES[item][1],
            "cny": amount,
            "each": amount / stations,
            "share": amount / total if total else 0.0,
        }
        for item, amount in amounts.items()
        if amount
    ]


def _sources(plan: Plan) -> list[dict[str, str]]:
    """Return the source of each cost value: the scenario, or that of the default."""
    cost = plan.scenario.cost
    if cost is None:
        return []
    default = type(cost)(station_cny=cost.station_cny)
    rows = []
    for key, text in plan.summary["money"]["sources"].items():
        here, there = _at(cost, key), _at(default, key)
        if here is None:
            continue
        own = here != there or text == "given in the scenario"
        status, _, note = text.partition(": ")
        rows.append(
            {
                "key": f"cost.{key}",
                "value": _shown(here),
                "status": "" if own else status,
                "note": "given in the scenario" if own else note,
            }
        )
    return rows


def _at(section: Any, dotted: str) -> Any:
    for part in dotted.split("."):
        section = getattr(section, part)
    return section


def _shown(value: Any) -> str:
    if hasattr(value, "model_dump"):
        return ", ".join(f"{key} {number:g}" for key, number in value.model_dump().items())
    return f"{value:,g}" if abs(value) < 1_000 else f"{value:,.0f}"
