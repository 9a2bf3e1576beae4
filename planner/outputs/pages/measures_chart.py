"""Chart of the measures: residents added, cost and days, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from planner.number_text import added
from planner.outputs.figure import INK, MUTED, RULE, svg_text
from planner.outputs.palette import BASELINE, GAP

_PANELS = (
    ("people_added", 1e6, "Residents covered, million\n覆盖人口变化（百万）", 1.0, 2),
    (
        "present_cost_added_cny",
        1e9,
        "Cost of all years, billion yuan\n全周期费用变化（十亿元）",
        -1.0,
        2,
    ),
    ("days_sooner", 1.0, "Days sooner\n提前天数", 1.0, 0),
)  # fmt: skip


def effects_chart(summary: Mapping[str, Any]) -> str:
    """Return bars of each measure's effects, best mean rank on top, as SVG.

    Blue is better, magenta is worse.
    """
    rows = list(summary["measures"])
    figure = Figure(figsize=(10.0, 1.3 + 0.42 * max(len(rows), 1)), layout="constrained")
    panels = figure.subplots(1, len(_PANELS), sharey=True)
    place = np.arange(len(rows))[::-1]
    for axes, (key, unit, label, good, decimals) in zip(panels, _PANELS, strict=True):
        values = np.round([(row[key] or 0.0) / unit for row in rows], decimals) + 0.0
        colours = [BASELINE if good * value >= 0 else GAP for value in values]
        axes.barh(place, values, color=colours, height=0.62, zorder=2)
        axes.axvline(0.0, color=MUTED, linewidth=0.8, zorder=3)
        widest = float(np.abs(values).max(initial=0.0)) or 1.0
        axes.set_xlim(
            min(0.0, values.min(initial=0.0)) - 0.45 * widest,
            max(0.0, values.max(initial=0.0)) + 0.45 * widest,
        )
        for y, value, row in zip(place, values, rows, strict=True):
            text = added(None if row[key] is None else float(value), decimals)
            axes.text(
                value + (0.03 if value >= 0 else -0.03) * widest, y,
                text, va="center", ha="left" if value >= 0 else "right",
                fontsize=8.5, color=INK, parse_math=False,
            )  # fmt: skip
        axes.set_title(label, fontsize=9.5, color=INK, loc="left")
        axes.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.tick_params(colors=MUTED, labelsize=8.5, length=0)
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
    panels[0].set_yticks(place)
    panels[0].set_yticklabels([row["name"] for row in rows], color=INK, fontsize=9.5)
    return svg_text(figure, "measures")
