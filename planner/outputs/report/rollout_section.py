"""Contents of the report's section on the build-out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from planner.outputs.language import Language
from planner.outputs.report.rollout_charts import rollout_charts
from planner.outputs.tables.rollout_table import rollout_table

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.rollout import BuildOut
    from planner.rollout.hindcast import Hindcast

_HINDCAST = "china-2020"


def rollout_context(plan: Plan, lang: Language) -> dict[str, Any]:
    """Return summary, tables, charts and hindcast; ``rollout`` is None without a build-out."""
    if plan.build_out is None:
        return {"rollout": None}
    found, drawn = _shipped_hindcast(lang)
    return {
        "rollout": plan.build_out.summary(),
        "rollout_section": plan.build_out.section,
        "rollout_charts": rollout_charts(plan, lang),
        "rollout_zones": _zones_at_the_date(plan, plan.build_out),
        "hindcast": found,
        "hindcast_svg": drawn,
    }


@cache
def _shipped_hindcast(lang: Language) -> tuple[Hindcast, str]:
    """Return the back-test and its drawing: the same in every report."""
    from planner.outputs.pages.hindcast import hindcast_svg
    from planner.rollout.hindcast import hindcast
    from planner.scenario.hindcast import load_hindcast

    found = hindcast(load_hindcast(_HINDCAST))
    return found, hindcast_svg(found, lang)


def _zones_at_the_date(plan: Plan, build_out: BuildOut) -> dict[str, Any]:
    """Return the rows of the zones and of the total for the month of the target's date."""
    table = rollout_table(plan).astype(object)
    table = table.where(table.notna(), None)
    month = build_out.month_names[build_out.schedule.horizon.month(build_out.target.date)]
    rows = table[table["month"] == month].to_dict("records")
    planned = build_out.zone_stations[-1].tolist()
    for row, stations in zip(rows, [*planned, len(build_out)], strict=True):
        row["stations_plan"] = stations
    return {"month": month, "rows": rows}
