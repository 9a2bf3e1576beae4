"""Chart of the ways of sharing, side by side, as inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.outputs.figure import INK, MUTED, RULE, svg_text
from planner.outputs.palette import BASELINE, NEW

_COLOURS = {"scenario": NEW, "independent": MUTED, "shared": BASELINE}


def sharing_chart(comparison: Sequence[Mapping[str, Any]]) -> str:
    """Return bars of new stations, new sites, cost and months of each case, as SVG."""
    word, unit, _ = cost_unit(comparison)
    panels = [
        ("New stations 新建基站", "stations_new", 1.0, "{:,.0f}"),
        ("New sites 新建站址", "sites_new", 1.0, "{:,.0f}"),
        (f"Cost, {word} yuan 投资", "cost_cny", 1.0 / unit, "{:,.1f}"),
        ("Months 工期（月）", "months", 1.0, "{:,.1f}"),
    ]
    shown = [one for one in panels if any(case[one[1]] is not None for case in comparison)]
    figure = Figure(figsize=(10.0, 2.5), layout="constrained")
    for number, (title, key, scale, text) in enumerate(shown):
        axes = figure.add_subplot(1, len(shown), number + 1)
        _bars(axes, comparison, key, scale, text)
        axes.set_title(title, loc="left", fontsize=9.5, color=MUTED)
        axes.set_yticks(range(len(comparison)))
        labels = [f"{case['title_en']}\n{case['title_zh']}" for case in comparison]
        axes.set_yticklabels(labels if number == 0 else [""] * len(labels), color=INK)
    return svg_text(figure, "sharing")


def cost_unit(comparison: Sequence[Mapping[str, Any]]) -> tuple[str, float, str]:
    """Return the unit of the costs of all cases: its name, yuan, name in Chinese."""
    dearest = max((case["cost_cny"] or 0.0 for case in comparison), default=0.0)
    if dearest >= 1e9:
        return ("billion", 1e9, "投资（十亿元）")
    return ("million", 1e6, "投资（百万元）")


def _bars(
    axes: Axes, comparison: Sequence[Mapping[str, Any]], key: str, factor: float, text: str
) -> None:
    values = [case[key] for case in comparison]
    widest = max((factor * value for value in values if value is not None), default=0.0) or 1.0
    for row, (case, value) in enumerate(zip(comparison, values, strict=True)):
        length = 0.0 if value is None else factor * value
        axes.barh(row, length, height=0.56, color=_COLOURS[case["case"]])
        label = "beyond the horizon" if value is None else text.format(length)
        axes.text(
            length + 0.03 * widest, row, label, va="center", fontsize=9, color=INK, parse_math=False
        )
    axes.set_xlim(0, 1.42 * widest)
    axes.set_ylim(len(comparison) - 0.45, -0.55)
    axes.set_xticks([])
    axes.tick_params(colors=MUTED, labelsize=9, length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(RULE)
