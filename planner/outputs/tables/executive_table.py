"""The table for decision makers: a row for each zone, and one for the whole area."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.columns import EXECUTIVE
from planner.number_text import NONE, number
from planner.outputs.language import Language, money_unit, said, share
from planner.outputs.tables.csv import write_columns
from planner.siting import BASELINE

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.rollout import BuildOut


def executive_table(plan: Plan) -> pd.DataFrame:
    """Return the zones and the whole area with the columns of :data:`planner.columns.EXECUTIVE`."""
    zones, area, summary = plan.zones, plan.area, plan.summary
    stations = zones["stations_existing"] + zones["stations_new"]
    new = plan.stations[plan.stations["role"] != BASELINE]
    cost = pd.to_numeric(new["cost_cny"]).groupby(new["adcode"]).sum(min_count=1)
    known = summary["cost_cny"] is not None
    table = zones[["adcode", "name_zh", "name_en", "population", "covered_share"]].assign(
        per_10000_people=1e4 * stations / np.maximum(zones["population"], 1e-9),
        per_km2=stations / np.maximum(zones["area_km2"], 1e-9),
        capital_cny=zones["adcode"].map(cost).fillna(0.0) if known else np.nan,
    )
    total = {
        "adcode": area.code,
        "name_zh": area.name_zh,
        "name_en": area.name_en,
        "population": summary["population_total"],
        "covered_share": summary["population_covered_share"],
        "per_10000_people": 1e4 * len(plan.stations) / summary["population_total"],
        "per_km2": len(plan.stations) / summary["area_km2"],
        "capital_cny": summary["cost_cny"] if known else np.nan,
    }
    rows = pd.concat([pd.DataFrame(table), pd.DataFrame([total])], ignore_index=True)
    rows["complete_on"] = _complete_on(plan.build_out) or [""] * len(rows)
    return rows[list(EXECUTIVE)]


def _complete_on(built: BuildOut | None) -> list[str]:
    """Return when all new stations of each zone, then of all, are in service at the median."""
    if built is None:
        return []
    by_month = built.zone_stations[built.schedule.fan[:, 1]]
    by_month = np.column_stack([by_month, by_month.sum(axis=1)])
    planned = built.zone_stations[-1]
    planned = np.append(planned, planned.sum())
    done = (by_month >= planned) & (planned > 0)
    ends = built.schedule.horizon.month_end
    return [ends[column.argmax()].isoformat() if column.any() else "" for column in done.T]


def executive_rows(plan: Plan, lang: Language) -> dict[str, Any]:
    """Return the headings and the cells of the table as text, in a language."""
    table = executive_table(plan)
    word, yuan = money_unit(float(np.nan_to_num(table["capital_cny"]).max(initial=0.0)), lang)
    head = {key: said(lang, one.label_en, one.label_zh) for key, one in EXECUTIVE.items()}
    thousand, decimals = said(lang, ", thousand", "（万人）"), 2 if lang == "zh" else 1
    columns = [
        head["name_en"] if lang == "en" else head["name_zh"],
        head["population"] + thousand,
        head["per_10000_people"],
        head["per_km2"],
        head["covered_share"],
        head["complete_on"],
        said(lang, f"Money, {word}", f"投资（{word}）"),
    ]
    rows = [
        [
            said(lang, row.name_en or row.name_zh, row.name_zh or row.name_en),
            number(row.population / (1e4 if lang == "zh" else 1e3), decimals),
            number(row.per_10000_people, 2),
            number(row.per_km2, 3),
            share(row.covered_share, lang, of=row.population),
            row.complete_on or NONE,
            number(row.capital_cny / yuan, 2),
        ]
        for row in table.itertuples()
    ]
    rows[-1][0] = said(lang, "All", "合计")
    return {"columns": columns, "rows": rows}


def write_executive_csv(plan: Plan, path: Path) -> None:
    """Write the table for spreadsheets."""
    write_columns(executive_table(plan), EXECUTIVE, path)
