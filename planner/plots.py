"""Every plot as a function that draws on an axis of matplotlib and returns it.

Without an axis a plot makes a figure of its own, which a notebook shows. The report draws the same
functions.

>>> import planner
>>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
>>> plan = planner.run("qingzhen", quick)
>>> planner.plots.coverage_map(plan).get_aspect()
1.0
"""

from planner.outputs.plots.comparison import difference_map, zone_changes
from planner.outputs.plots.coverage import coverage_curve, coverage_map
from planner.outputs.plots.hindcast import hindcast_fan
from planner.outputs.plots.measured import measured_against_predicted, residual_map
from planner.outputs.plots.measures import effect_bars
from planner.outputs.plots.money import marginal_curve
from planner.outputs.plots.national import announced_targets, split_map
from planner.outputs.plots.networks import sharing_bars
from planner.outputs.plots.rollout import binding_bars, cost_fan, people_fan, stations_fan
from planner.outputs.plots.sensitivity import tornado
from planner.outputs.plots.sweep import trade_off

__all__ = [
    "announced_targets", "binding_bars", "cost_fan", "coverage_curve", "coverage_map",
    "difference_map", "effect_bars", "hindcast_fan", "marginal_curve",
    "measured_against_predicted", "people_fan", "residual_map", "sharing_bars", "split_map",
    "stations_fan", "tornado", "trade_off", "zone_changes",
]  # fmt: skip
