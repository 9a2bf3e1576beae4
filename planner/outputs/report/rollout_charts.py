"""Charts of the build-out in the report, with their months aligned."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.outputs.figure import svg_text
from planner.outputs.language import Language
from planner.outputs.plots.rollout import binding_bars, cost_fan, people_fan, stations_fan

if TYPE_CHECKING:
    from planner.plan import Plan

_HEIGHT_IN = {"stations": 4.4, "people": 3.4, "binding": 2.8, "cost": 3.0}
_LEFT, _RIGHT = 0.075, 0.995
_MONTHS_IN, _TOP_IN, _LEGEND_ROW_IN = 0.62, 0.1, 0.19
_LEGEND_COLUMNS = 3


def rollout_charts(plan: Plan, lang: Language) -> dict[str, str]:
    """Return the charts of a plan's build-out as SVG, by name."""
    if plan.build_out is None:
        raise ValueError("the plan has no build-out: its scenario has no [rollout]")
    plots = {"stations": stations_fan, "people": people_fan, "binding": binding_bars}
    if plan.build_out.zone_cost_cny is not None:
        plots["cost"] = cost_fan
    return {
        name: _aligned(
            partial(plot, plan.build_out, lang=lang), f"rollout-{name}", _HEIGHT_IN[name]
        )
        for name, plot in plots.items()
    }


def _aligned(plot: Callable[[Axes], Axes], salt: str, height_in: float) -> str:
    """Return a plot as SVG, its months aligned with those of the other charts."""
    figure = Figure(figsize=(10.0, height_in))
    axes = plot(figure.add_subplot())
    legend = axes.get_legend()
    rows = -(-len(legend.get_texts()) // _LEGEND_COLUMNS) if legend is not None else 0
    top_in = _TOP_IN + rows * _LEGEND_ROW_IN
    bottom = _MONTHS_IN / height_in
    axes.set_position((_LEFT, bottom, _RIGHT - _LEFT, 1.0 - bottom - top_in / height_in))
    axes.yaxis.set_label_coords(-0.068, 0.5)
    return svg_text(figure, salt)
