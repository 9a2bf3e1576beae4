"""Plots of the measures: residents added, cost and days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from planner.number_text import added
from planner.outputs.figure import INK, MUTED, RULE, axes_in_style
from planner.outputs.language import Language, said
from planner.outputs.palette import BASELINE, GAP

EFFECTS: Mapping[str, tuple[float, Mapping[Language, tuple[float, str, int]]]] = {
    "people_added": (1.0, {"en": (1e6, "Residents covered, million", 2),
                           "zh": (1e4, "覆盖人口变化（万人）", 0)}),
    "present_cost_added_cny": (-1.0, {"en": (1e9, "Cost of all years, billion yuan", 2),
                                      "zh": (1e8, "全周期费用变化（亿元）", 1)}),
    "days_sooner": (1.0, {"en": (1.0, "Days sooner", 0), "zh": (1.0, "提前天数", 0)}),
}  # fmt: skip
"""Effects of a measure: sign of what is better; unit, label and decimals in each language."""


def effect_bars(
    summary: Mapping[str, Any], effect: str, axes: Axes | None = None, *, lang: Language = "en"
) -> Axes:
    """Draw one of :data:`EFFECTS` of each measure as bars, best mean rank on top.

    Blue is better, magenta is worse. ``summary``: a table of measures, as a dictionary.
    """
    rows = list(summary["measures"])
    good, words = EFFECTS[effect]
    unit, label, decimals = words[lang]
    axes = axes_in_style(axes, width_in=5.0, height_in=bars_height_in(summary))
    axes.grid(visible=False)
    place = np.arange(len(rows))[::-1]
    values = np.round([(row[effect] or 0.0) / unit for row in rows], decimals) + 0.0
    colours = [BASELINE if good * value >= 0 else GAP for value in values]
    axes.barh(place, values, color=colours, height=0.62, zorder=2)
    axes.axvline(0.0, color=MUTED, linewidth=0.8, zorder=3)
    widest = float(np.abs(values).max(initial=0.0)) or 1.0
    axes.set_xlim(
        min(0.0, values.min(initial=0.0)) - 0.45 * widest,
        max(0.0, values.max(initial=0.0)) + 0.45 * widest,
    )
    for y, value, row in zip(place, values, rows, strict=True):
        text = added(None if row[effect] is None else float(value), decimals)
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
    axes.set_yticks(place)
    names = [said(lang, row["name"], row["title_zh"] or row["name"]) for row in rows]
    axes.set_yticklabels(names, color=INK, fontsize=9.5)
    return axes


def bars_height_in(summary: Mapping[str, Any]) -> float:
    """Return the height of the bars of all measures."""
    return 1.3 + 0.42 * max(len(summary["measures"]), 1)
