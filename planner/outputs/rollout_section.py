"""What the report's section on the build-out is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.outputs.rollout_charts import rollout_charts

if TYPE_CHECKING:
    from planner.plan import Plan

_HINDCAST = "china-2020"


def rollout_context(plan: Plan) -> dict[str, Any]:
    """Return summary, section, charts and hindcast; ``rollout`` is None without a build-out."""
    if plan.build_out is None:
        return {"rollout": None}
    from planner.outputs.rollout_hindcast import hindcast_chart
    from planner.rollout.hindcast import hindcast
    from planner.scenario.hindcast import load_hindcast

    found = hindcast(load_hindcast(_HINDCAST))
    return {
        "rollout": plan.build_out.summary(),
        "rollout_section": plan.build_out.section,
        "rollout_charts": rollout_charts(plan),
        "hindcast": found,
        "hindcast_svg": hindcast_chart(found),
    }
