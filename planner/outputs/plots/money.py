"""Plot of the marginal cost: yuan per additional resident, by percentage point of coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from planner.outputs.figure import INK, MUTED, axes_in_style
from planner.outputs.language import Language, said
from planner.outputs.palette import COVERED_PLAN, NEW

if TYPE_CHECKING:
    from planner.money import Money


def marginal_curve(money: Money, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw yuan per additional resident against the share of residents covered."""
    axes = axes_in_style(axes, width_in=10.0, height_in=3.6)
    left = np.array([100.0 * step.share_from for step in money.steps])
    right = np.array([100.0 * step.share_to for step in money.steps])
    price = np.array([step.cny_per_person for step in money.steps])
    edges = np.append(left, right[-1])
    axes.stairs(price, edges, fill=True, color=COVERED_PLAN, alpha=0.5)
    axes.stairs(price, edges, color=NEW, linewidth=2.0)
    many = price.max() > 30.0 * max(price.min(), 1e-9)
    if many:
        axes.set_yscale("log")
    else:
        axes.set_ylim(0.0, 1.15 * price.max())
    axes.set_xlim(edges[0], edges[-1])
    axes.annotate(
        f"{price[-1]:,.0f}", (0.5 * (left[-1] + right[-1]), price[-1]), xytext=(-4, 5),
        textcoords="offset points", ha="right", color=INK, fontsize=9, weight="bold",
    )  # fmt: skip
    axes.xaxis.set_major_formatter("{x:g} %")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(which="minor", length=0, labelleft=False)
    axes.set_xlabel(said(lang, "Residents served", "人口覆盖率"))
    scale = said(lang, ", logarithmic", "，对数") if many else ""
    axes.set_ylabel(said(lang, "Yuan per additional resident", "元/新增人口") + scale, color=MUTED)
    return axes
