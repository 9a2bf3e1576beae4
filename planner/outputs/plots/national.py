"""Plots of a national split: a map of the provinces, and announced targets against the rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from planner.data import path_of
from planner.data.boundaries import read_boundaries
from planner.outputs.figure import INK, MUTED, RULE, axes_in_style, legend_above
from planner.outputs.palette import BASELINE, NEW, SHARE_COLOURS, share_colour, share_labels

if TYPE_CHECKING:
    from planner.national import NationalPlan

_EQUAL_AREA = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=36 +lon_0=105 +ellps=WGS84"
_BREAKS = (5_000, 10_000, 15_000, 20_000, 30_000, 40_000)
_NO_DATA = "#eef1f4"
_SOUTH_M = -2_050_000.0
_SMALL = ("110000", "120000", "310000", "810000", "820000", "460000", "640000")


def split_map(plan: NationalPlan, axes: Axes | None = None) -> Axes:
    """Draw the provinces coloured by the stations of the first programme."""
    table = plan.provinces.set_index("adcode")
    colours = {code: SHARE_COLOURS[_class(int(n))] for code, n in table["stations_1"].items()}
    texts = {
        code: f"{_short(name)}\n{count:,}"
        for code, name, count in zip(
            table.index, table["name_zh"], table["stations_1"], strict=True
        )
    }
    axes = _drawn(axes, colours, texts)
    return _with_legend(axes, _labels(), "New stations 新建基站")


def provinces_map(table: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """Draw the provinces coloured by the share of their people that is served.

    ``table``: as of :class:`planner.sweep.provinces.ProvincePlans`.
    """
    done = table[table["state"] == "done"].set_index("adcode")
    colours = {code: share_colour(share) for code, share in done["served_share"].items()}
    texts = {
        code: f"{_short(name)}\n{share:.0%}"
        for code, name, share in zip(done.index, done["name_zh"], done["served_share"], strict=True)
    }
    labels = tuple(f"{label} %" for label in share_labels())
    return _with_legend(_drawn(axes, colours, texts), labels, "People served 获得服务")


def _drawn(axes: Axes | None, colours: Mapping[str, str], texts: Mapping[str, str]) -> Axes:
    """Draw all provinces, each with its colour and, if it is not small, its text."""
    outlines = read_boundaries(path_of("national_outlines")).to_crs(_EQUAL_AREA)
    axes = axes_in_style(axes, width_in=8.0, height_in=6.2)
    axes.set_axis_off()
    axes.set_aspect("equal")
    for province in outlines.itertuples():
        colour = colours.get(province.adcode, _NO_DATA)
        rings = [
            shapely.get_coordinates(part.exterior) for part in shapely.get_parts(province.geometry)
        ]
        axes.add_collection(
            PolyCollection(rings, facecolors=colour, edgecolors=MUTED, linewidths=0.5)
        )
    axes.autoscale_view()
    axes.set_ylim(bottom=_SOUTH_M)
    for province in outlines.itertuples():
        if province.adcode in texts and province.adcode not in _SMALL:
            _label(axes, province.geometry, texts[province.adcode])
    return axes


def _with_legend(axes: Axes, labels: Sequence[str], title: str) -> Axes:
    handles = [
        Patch(facecolor=colour, edgecolor=MUTED, linewidth=0.5, label=text)
        for colour, text in zip(SHARE_COLOURS, labels, strict=True)
    ]
    axes.legend(
        handles=handles, loc="lower left", frameon=False, fontsize=8.5, labelcolor=INK,
        title=title, title_fontsize=9, alignment="left",
    )  # fmt: skip
    return axes


def targets_height_in(plan: NationalPlan) -> float:
    """Return the height of a line for each announced target."""
    return 0.8 + 0.33 * len(plan.targets)


def announced_targets(plan: NationalPlan, axes: Axes | None = None) -> Axes:
    """Draw announced targets and the rule's result, a line for each province."""
    table = plan.targets.sort_values("target", kind="stable").reset_index(drop=True)
    axes = axes_in_style(axes, width_in=10.0, height_in=targets_height_in(plan))
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.hlines(table.index, table["rule"], table["target"], color=RULE, linewidth=3.0, zorder=2)
    axes.plot(
        table["rule"], table.index, "o", color=NEW, markersize=7, zorder=3,
        label="By the rule 按规则分配",
    )  # fmt: skip
    quoted = (table["status"] == "quoted").to_numpy()
    for chosen, face, label in (
        (quoted, BASELINE, "Announced target 公布目标"),
        (~quoted, "#ffffff", "Recalled, unverified 未核实"),
    ):
        if chosen.any():
            axes.plot(
                table["target"][chosen], table.index[chosen], "D", markersize=6, zorder=4,
                markerfacecolor=face, markeredgecolor=BASELINE, label=label,
            )  # fmt: skip
    axes.set_yticks(table.index)
    axes.set_yticklabels([f"{row.name_en} {row.name_zh[:2]}" for row in table.itertuples()])
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("Stations 基站数")
    legend_above(axes)
    return axes


def _class(stations: int) -> int:
    return sum(stations >= edge for edge in _BREAKS)


def _labels() -> tuple[str, ...]:
    middle = [f"{low:,}–{high:,}" for low, high in pairwise(_BREAKS)]
    return (f"< {_BREAKS[0]:,}", *middle, f"≥ {_BREAKS[-1]:,}")


def _short(name: str) -> str:
    """Return the name of a province as on a map, two or three signs."""
    return name[:3] if name.startswith(("内蒙古", "黑龙江")) else name[:2]


def _label(axes: Axes, shape: shapely.Geometry, text: str) -> None:
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    point = shapely.maximum_inscribed_circle(largest, tolerance=20_000.0)
    x, y = shapely.get_coordinates(point)[0]
    axes.text(
        x, y, text, ha="center", va="center", fontsize=6.5, color=INK, linespacing=1.15,
        parse_math=False,
    )  # fmt: skip
