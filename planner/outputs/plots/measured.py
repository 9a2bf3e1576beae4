"""Plots of measurements: residuals on the ground, and measured against predicted power."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from planner.outputs.figure import INK, axes_in_style


def residual_map(bins: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """Draw measured less predicted power: squares with ``x_m``, ``y_m`` and ``residual_db``."""
    axes = axes_in_style(axes, width_in=8.0, height_in=6.0)
    drawn = axes.scatter(
        bins["x_m"] / 1000.0, bins["y_m"] / 1000.0, c=bins["residual_db"], cmap="RdBu_r", s=7,
        vmin=-15.0, vmax=15.0, marker="s", linewidths=0, rasterized=True,
    )  # fmt: skip
    axes.set_aspect("equal")
    axes.set_xlabel("East 东 (km)")
    axes.set_ylabel("North 北 (km)")
    label = "Measured less predicted 实测减预测 (dB)"
    axes.figure.colorbar(drawn, ax=axes, label=label, shrink=0.8)
    return axes


def measured_against_predicted(table: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """Draw columns ``measured_dbm`` against ``learned_dbm``, samples counted in hexagons."""
    axes = axes_in_style(axes, width_in=8.0, height_in=4.5)
    axes.hexbin(
        table["learned_dbm"], table["measured_dbm"], gridsize=45, mincnt=1, cmap="Blues",
        bins="log", linewidths=0.1,
    )  # fmt: skip
    ends = [table["learned_dbm"].min(), table["learned_dbm"].max()]
    axes.plot(ends, ends, color=INK, linewidth=1.0)
    axes.set_xlabel("Predicted from other cells 由其他小区预测 (dBm)")
    axes.set_ylabel("Measured 实测 (dBm)")
    return axes
