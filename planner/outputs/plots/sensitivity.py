"""Tornado of what is uncertain: people served with each assumption at its ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from planner.outputs.figure import INK, MUTED, RULE, axes_in_style
from planner.outputs.language import Language, named, said
from planner.outputs.palette import BASELINE, GAP


def tornado(
    assumptions: Sequence[Mapping[str, Any]],
    network: str,
    axes: Axes | None = None,
    *,
    title: str = "",
    lang: Language = "en",
) -> Axes:
    """Draw the change of the people served by one network, in points, the widest swing on top.

    ``assumptions``: as in ``plans`` of ``sensitivity.json``. The first value of an assumption is
    magenta, the others are blue.
    """
    axes = axes_in_style(axes, width_in=6.0, height_in=tornado_height_in(len(assumptions)))
    axes.grid(visible=False)
    rows = [one["networks"][network] for one in assumptions]
    place = np.arange(len(rows))[::-1]
    changes = [100.0 * row["change"] for own in rows for row in own]
    widest = max(map(abs, changes), default=0.0) or 1.0
    for y, own in zip(place, rows, strict=True):
        for number, row in enumerate(own):
            change = 100.0 * row["change"]
            axes.barh(y, change, color=BASELINE if number else GAP, height=0.6, zorder=2)
            ahead = change > 0 or (change == 0 and number > 0)
            text = _value(row["value"])
            if abs(change) >= 0.05:
                text += f" ({change:+.1f})".replace("-", "−")
            axes.text(
                change + (0.02 if ahead else -0.02) * widest, y, text, va="center",
                ha="left" if ahead else "right", fontsize=8, color=INK, parse_math=False,
            )  # fmt: skip
    axes.axvline(0.0, color=MUTED, linewidth=0.8, zorder=3)
    axes.set_xlim(min([0.0, *changes]) - 0.55 * widest, max([0.0, *changes]) + 0.55 * widest)
    axes.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.tick_params(colors=MUTED, labelsize=8.5, length=0)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_yticks(place)
    labels = [named(lang, one["name"], one["name_zh"]) for one in assumptions]
    axes.set_yticklabels(labels, color=INK, fontsize=9)
    axes.set_title(title, fontsize=9.5, color=INK, loc="left")
    label = said(lang, "change of the people served, points", "服务人口比例变化（百分点）")
    axes.set_xlabel(label, fontsize=9)
    return axes


def tornado_height_in(count: int) -> float:
    """Return the height of a tornado of some assumptions."""
    return 1.3 + 0.5 * max(count, 1)


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}".replace("-", "−")
