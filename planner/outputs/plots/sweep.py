"""Plot of a sweep: people covered against what it takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from planner.outputs.figure import INK, MUTED, RULE, axes_in_style
from planner.outputs.palette import BASELINE, GAP

COVERED = "population_covered_share"
AGAINST = {
    "stations_new": (1e3, "New stations, thousand\n新建基站（千个）"),
    "cost_cny": (1e9, "Capital, billion yuan\n投资（十亿元）"),
    "rollout.target.date_50": (1.0, "Days until it is built, median\n建成天数（中位）"),
}
"""Quantities against which covered people are drawn: unit and label."""


def trade_off(table: pd.DataFrame, against: str, axes: Axes | None = None) -> Axes:
    """Draw people covered against one of :data:`AGAINST`; best runs are joined.

    ``table``: of a sweep, a row for each run.
    """
    unit, label = AGAINST[against]
    values = numbers(table, against) / unit
    covered = 100.0 * table[COVERED].to_numpy(float)
    best = np.array(best_runs(table), bool)
    axes = axes_in_style(axes, width_in=4.2, height_in=3.4)
    order = np.flatnonzero(best)[np.argsort(values[best], kind="stable")]
    axes.plot(values[order], covered[order], color=BASELINE, linewidth=1.2, zorder=2)
    axes.scatter(values[~best], covered[~best], color=GAP, s=18, zorder=3)
    axes.scatter(values[best], covered[best], color=BASELINE, s=24, zorder=4)
    axes.set_title(label, fontsize=9.5, color=INK, loc="left")
    axes.grid(color=RULE, linewidth=0.6, zorder=0)
    axes.tick_params(colors=MUTED, labelsize=8.5, length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_ylabel("Residents covered, %  覆盖率", fontsize=9.5, color=INK)
    axes.label_outer()
    return axes


def drawn_against(table: pd.DataFrame) -> list[str]:
    """Return those of :data:`AGAINST` that a table has."""
    return [name for name in AGAINST if np.isfinite(numbers(table, name)).any()]


def best_runs(table: pd.DataFrame) -> list[bool]:
    """Return, for each run, whether no other covers as much with less of everything that is shown.

    Less: new stations, capital and, where there is a build-out, days.
    """
    if COVERED not in table:
        return [False] * len(table)
    against = [numbers(table, name) for name in AGAINST]
    costs = np.array([values for values in against if np.isfinite(values).any()])
    covered = table[COVERED].to_numpy(float)
    best = []
    for run in range(len(table)):
        no_worse = (covered >= covered[run]) & (costs <= costs[:, [run]]).all(axis=0)
        better = (covered > covered[run]) | (costs < costs[:, [run]]).any(axis=0)
        best.append(bool(np.isfinite(covered[run]) and not (no_worse & better).any()))
    return best


def numbers(table: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """Return a column as numbers, NaN where there are none; dates as days from the first."""
    if name not in table:
        return np.full(len(table), np.nan)
    if "date" in name:
        days = pd.to_datetime(table[name], errors="coerce")
        return np.asarray((days - days.min()) / pd.Timedelta(days=1), dtype=np.float64)
    return np.asarray(pd.to_numeric(table[name], errors="coerce"), dtype=np.float64)
