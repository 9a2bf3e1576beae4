"""Plots of the ways of sharing: stations, sites, cost and months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from planner.outputs.figure import INK, MUTED, axes_in_style
from planner.outputs.language import Language, money_unit, said
from planner.outputs.palette import BASELINE, NEW

_COLOURS = {"scenario": NEW, "independent": MUTED, "shared": BASELINE}


def sharing_bars(
    comparison: Sequence[Mapping[str, Any]],
    quantity: str,
    axes: Axes | None = None,
    *,
    lang: Language = "en",
) -> Axes:
    """Draw one of :func:`compared` of each way of sharing as bars.

    ``comparison``: the cases of ``planner compare-sharing``, as in ``summary.json``.
    """
    title, factor, text = compared(comparison, lang)[quantity]
    axes = axes_in_style(axes, width_in=4.0, height_in=2.5)
    axes.grid(visible=False)
    values = [case[quantity] for case in comparison]
    widest = max((factor * value for value in values if value is not None), default=0.0) or 1.0
    for row, (case, value) in enumerate(zip(comparison, values, strict=True)):
        length = 0.0 if value is None else factor * value
        axes.barh(row, length, height=0.56, color=_COLOURS[case["case"]])
        label = (
            said(lang, "beyond the horizon", "超出模拟期") if value is None else text.format(length)
        )
        axes.text(
            length + 0.03 * widest, row, label, va="center", fontsize=9, color=INK, parse_math=False
        )
    axes.set_xlim(0, 1.42 * widest)
    axes.set_ylim(len(comparison) - 0.45, -0.55)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_title(title, loc="left", fontsize=9.5, color=MUTED)
    axes.set_yticks(range(len(comparison)))
    labels = [said(lang, case["title_en"], case["title_zh"]) for case in comparison]
    axes.set_yticklabels(labels, color=INK)
    return axes


def compared(
    comparison: Sequence[Mapping[str, Any]], lang: Language = "en"
) -> dict[str, tuple[str, float, str]]:
    """Return the quantities in which ways of sharing are compared: title, factor, format."""
    word, unit = cost_unit(comparison, lang)
    known = {
        "stations_new": (said(lang, "New stations", "新建基站"), 1.0, "{:,.0f}"),
        "sites_new": (said(lang, "New sites", "新建站址"), 1.0, "{:,.0f}"),
        "cost_cny": (said(lang, f"Cost, {word}", f"投资（{word}）"), 1.0 / unit, "{:,.1f}"),
        "months": (said(lang, "Months", "工期（月）"), 1.0, "{:,.1f}"),
    }
    return {
        key: one for key, one in known.items() if any(case[key] is not None for case in comparison)
    }


def cost_unit(comparison: Sequence[Mapping[str, Any]], lang: Language = "en") -> tuple[str, float]:
    """Return the unit of the costs of all cases, and its yuan."""
    dearest = max((case["cost_cny"] or 0.0 for case in comparison), default=0.0)
    return money_unit(dearest, lang)
