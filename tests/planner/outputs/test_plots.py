"""Every public plot takes an axis, draws on it and returns it; without one it makes its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import planner
from planner import plots
from planner.outputs.figure import axes_in_style
from planner.plan import Plan

BINS = pd.DataFrame({"x_m": [0.0, 50.0], "y_m": [0.0, 50.0], "residual_db": [3.0, -2.0]})
SAMPLES = pd.DataFrame({"learned_dbm": [-100.0, -90.0], "measured_dbm": [-95.0, -93.0]})
MEASURES = {"measures": [{"name": "sharing", "title_zh": "共建共享", "people_added": 2e6}]}
CASES = [
    {"case": "scenario", "title_en": "As planned", "title_zh": "本方案", "stations_new": 9,
     "sites_new": 3, "cost_cny": 4e6, "months": None},
]  # fmt: skip
ASSUMPTIONS = [
    {"name": "Terminal power", "name_zh": "", "networks": {"mobile": [
        {"value": 20.0, "change": -0.03}, {"value": 26.0, "change": 0.04},
    ]}},
]  # fmt: skip
RUNS = pd.DataFrame({"population_covered_share": [0.2, 0.3, 0.25], "stations_new": [100, 200, 300]})


@pytest.fixture(scope="module")
def drawn(built_plan: Plan) -> dict[str, tuple[Any, ...]]:
    """What each plot draws."""
    plan, build_out = built_plan, built_plan.build_out
    country = planner.run_national("china-2020")
    return {
        "announced_targets": (country,),
        "binding_bars": (build_out,),
        "cost_fan": (build_out,),
        "coverage_curve": (plan,),
        "coverage_map": (plan,),
        "difference_map": (planner.compare(plan, plan).parts[0],),
        "effect_bars": (MEASURES, "people_added"),
        "hindcast_fan": (
            planner.hindcast(planner.load_hindcast("china-2020", {"rollout.runs": 50})),
        ),
        "marginal_curve": (plan.money,),
        "measured_against_predicted": (SAMPLES,),
        "people_fan": (build_out,),
        "residual_map": (BINS,),
        "sharing_bars": (CASES, "stations_new"),
        "split_map": (country,),
        "stations_fan": (build_out,),
        "tornado": (ASSUMPTIONS, "mobile"),
        "trade_off": (RUNS, "stations_new"),
        "zone_changes": (planner.compare(plan, plan).parts[0],),
    }


@pytest.mark.parametrize("name", plots.__all__)
def test_a_plot_draws_on_the_axis_that_it_is_given(drawn, name: str) -> None:
    plot: Callable[..., Any] = getattr(plots, name)
    axes = Figure().add_subplot()
    before = len(axes.get_children())
    assert plot(*drawn[name], axes) is axes
    assert len(axes.get_children()) > before
    assert plot.__doc__


def test_without_an_axis_a_plot_makes_a_figure_that_a_notebook_shows(drawn) -> None:
    axes = plots.coverage_curve(*drawn["coverage_curve"])
    assert axes.figure.number in plt.get_fignums()
    plt.close(axes.figure)


def test_a_plot_stands_beside_another_in_a_figure_of_its_user(drawn) -> None:
    left, right = Figure().subplots(1, 2)
    plots.coverage_map(*drawn["coverage_map"], axes=left)
    plots.people_fan(*drawn["people_fan"], axes=right)
    assert left.images
    assert not right.images


def test_lines_are_those_of_the_numbers(drawn) -> None:
    (build_out,) = drawn["people_fan"]
    axes = plots.people_fan(build_out, Figure().add_subplot())
    share = 100.0 * build_out.zone_people.sum(axis=1) / build_out.population
    middle = share[build_out.schedule.fan[:, 1]]
    assert np.allclose(axes.lines[0].get_ydata()[1:], middle)
    assert axes_in_style(axes, width_in=1.0, height_in=1.0) is axes
