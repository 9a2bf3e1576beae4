"""Plots of coverage: covered people against stations, and a still map of who is covered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from planner.number_text import percent, percent_aimed
from planner.outputs.figure import INK, MUTED, axes_in_style, legend_above
from planner.outputs.language import Language, said
from planner.outputs.palette import (
    BASELINE,
    BOUNDARY,
    COVERED_BASELINE,
    COVERED_PLAN,
    NEW,
    NO_PEOPLE,
    NOT_SERVED_STILL,
    PHASE_COLOURS,
)

if TYPE_CHECKING:
    from planner.plan import Plan

_NOT_NEEDED, _NOT_PLACED = "#d3d8de", "#ecd9c6"
_POSSIBLE = "#c9cfd8"
_BOUND_POINTS = 200
_MAP_SIDE_PX = 1100
_NOBODY = 3
"""Code on the still map, besides the phases, of land without service where nobody lives."""


def coverage_curve(plan: Plan, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw the share of residents covered against stations in construction order, with its bound.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> plan = planner.run("qingzhen", quick)
    >>> axes = planner.plots.coverage_curve(plan)
    >>> len(axes.lines) > 1
    True
    """
    summary = plan.summary
    curve = np.asarray(summary["curve"], dtype=float)
    axes = axes_in_style(axes, width_in=10.0, height_in=4.2)
    axes.set_xlim(0, max(1.0, curve[-1, 0], _requested(summary)))
    axes.set_ylim(0, 104)
    bound = bound_curve(plan)
    _curve_parts(axes, summary, curve, lang, below=bound is not None)
    if bound is not None:
        by_siting = np.asarray(summary.get("curve_by_siting", curve), dtype=float)
        _bound_parts(axes, bound, by_siting, lang, people=float(summary["population_total"]))
    _not_built(axes, summary, lang)
    _aim_lines(axes, plan, lang)
    if axes.get_legend_handles_labels()[0]:
        legend_above(axes)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:.0f} %")
    axes.set_xlabel(said(lang, "Stations in construction order", "基站数（按建设时序）"))
    axes.set_ylabel(said(lang, "Residents served", "人口覆盖率"))
    return axes


def _requested(summary: Mapping[str, Any]) -> int:
    return int(summary["stations_existing"]) + int(summary["stations_requested"])


def bound_curve(plan: Plan) -> npt.NDArray[np.float64] | None:
    """Return numbers of stations and the proven upper limit of the share covered (rows of two).

    None if no certificate was computed, or if the model is saturated and nothing needs proof.
    """
    certificate = plan.certificate
    if certificate is None or certificate.multipliers is None:
        return None
    share = np.minimum(certificate.upper_bound_people / plan.summary["population_total"], 1.0)
    new = np.unique(np.linspace(0, len(share) - 1, _BOUND_POINTS).round().astype(int))
    return np.column_stack([certificate.fixed_stations + new, share[new]])


def _bound_parts(
    axes: Axes,
    bound: npt.NDArray[np.float64],
    curve: npt.NDArray[np.float64],
    lang: Language,
    *,
    people: float,
) -> None:
    """Draw the bound, and shade the band between it and the plan, in the count of siting."""
    stations, height = bound[:, 0], 100.0 * bound[:, 1]
    reached = 100.0 * np.interp(stations, curve[:, 0], curve[:, 1])
    limit = said(lang, "Proven upper limit", "已证明的覆盖上限")
    axes.plot(stations, height, color=INK, linewidth=1.3, label=limit)
    axes.plot(stations, reached, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.fill_between(
        stations, reached, height, color=_POSSIBLE, linewidth=0, zorder=1.5,
        label=said(lang, "Most that could be gained", "最大可提升空间"),
    )  # fmt: skip
    axes.annotate(
        f"≤ {percent(bound[-1, 1], of=people)}", (stations[-1], height[-1]), xytext=(-6, 6),
        textcoords="offset points", ha="right", color=INK, fontsize=9,
    )  # fmt: skip


def _curve_parts(
    axes: Axes,
    summary: Mapping[str, Any],
    curve: npt.NDArray[np.float64],
    lang: Language,
    *,
    below: bool,
) -> None:
    """Draw the baseline in blue and what the plan adds in orange, each with its final share.

    ``below``: put the label of the plan's end below the curve, because the bound is above it.
    """
    baseline = float(summary["stations_existing"])
    people = float(summary["population_total"])
    stations, height = curve[:, 0], 100.0 * curve[:, 1]
    # The curve has some 200 points, and the baseline's end need not be one of them.
    joint = 100.0 * float(summary["population_covered_baseline_share"]) if baseline else 0.0
    before, after = stations < baseline, stations > baseline
    x_before, y_before = np.append(stations[before], baseline), np.append(height[before], joint)
    x_after, y_after = np.insert(stations[after], 0, baseline), np.insert(height[after], 0, joint)
    parts = (
        (x_before, y_before, BASELINE, COVERED_BASELINE, said(lang, "Baseline", "存量基站")),
        (x_after, y_after, NEW, COVERED_PLAN, said(lang, "Plan", "新建基站")),
    )
    for x, y, line, fill, name in parts:
        under = below and x[-1] > baseline
        if len(x) > 1:
            axes.fill_between(x, y, color=fill, alpha=0.35, linewidth=0)
            axes.plot(x, y, color=line, linewidth=2.2, solid_capstyle="round", label=name)
            axes.plot(x[-1], y[-1], "o", color=line, markersize=5, clip_on=False)
            axes.annotate(
                percent(y[-1] / 100.0, of=people), (x[-1], y[-1]), xytext=(-6, -15 if under else 6),
                textcoords="offset points", ha="right", color=INK, fontsize=9, weight="bold",
            )  # fmt: skip


def _not_built(axes: Axes, summary: Mapping[str, Any], lang: Language) -> None:
    """Shade the requested stations that would add no coverage or have no candidate left."""
    not_placed = summary.get("stations_not_placed", 0)
    end = _requested(summary)
    for count, colour, name in (
        (not_placed, _NOT_PLACED, said(lang, "Not placed: no candidate left", "无可用候选站址")),
        (
            summary["stations_not_needed"],
            _NOT_NEEDED,
            said(lang, "Would add no coverage", "不再新增覆盖"),
        ),
    ):
        if count:
            axes.axvspan(end - count, end, color=colour, linewidth=0, zorder=0, label=name)
            end -= count


def _aim_lines(axes: Axes, plan: Plan, lang: Language) -> None:
    """Draw the targets for the whole area; those for a part of it have another denominator."""
    shares = {aim.share for aim in plan.scenario.aims if not (aim.zones or aim.area_classes)}
    for share in sorted(shares):
        axes.axhline(100 * share, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate(
            f"{said(lang, 'Target', '目标')} {percent_aimed(share)}", (0, 100 * share),
            xytext=(4, 3), textcoords="offset points", color=MUTED, fontsize=8.5,
        )  # fmt: skip


def map_height_in(plan: Plan, *, width_in: float) -> float:
    """Return the height of a map of the area that fits its width."""
    height, width = plan.area.grid.shape
    return min(width_in * height / width, 8.0)


def coverage_map(plan: Plan, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw a still map of coverage (baseline, plan, none, nobody) with the names of zones."""
    grid = plan.area.grid
    step = max(1, -(-max(grid.shape) // _MAP_SIDE_PX))
    left, _, _, top = grid.bounds_m
    codes = plan.coverage.phase.copy()
    codes[(codes == 0) & (plan.demand.people <= 0)] = _NOBODY
    picture = _coloured(commonest(codes, step))
    width_m, height_m = (side * step * grid.cell_size_m for side in picture.shape[1::-1])
    axes = axes_in_style(axes, width_in=7.6, height_in=map_height_in(plan, width_in=7.6))
    axes.set_axis_off()
    extent = (left, left + width_m, top - height_m, top)
    axes.imshow(picture, extent=extent, interpolation="none", aspect="equal")
    zones = plan.zones.to_crs(grid.crs)
    simplified = zones.geometry.simplify(0.5 * step * grid.cell_size_m)
    lines = [
        shapely.get_coordinates(part)
        for part in shapely.get_parts(shapely.boundary(simplified.to_numpy()))
    ]
    axes.add_collection(LineCollection(lines, colors=BOUNDARY, linewidths=0.6, alpha=0.8))
    _zone_names(axes, plan, zones.geometry.representative_point(), lang)
    _scale_bar(axes, extent)
    return axes


def commonest(codes: npt.NDArray[np.uint8], step: int) -> npt.NDArray[np.uint8]:
    """Return the commonest code (0 to 3) of each block of ``step`` x ``step`` cells.

    A block with more cells outside the area (255) than inside is outside; codes are counted, never
    averaged. Blocks at the southern and eastern edge are padded with 255.
    """
    if step == 1:
        return codes
    rows, cols = (-(-side // step) for side in codes.shape)
    best = np.full((rows, cols), 255, dtype=np.uint8)
    count = np.zeros((rows, cols), dtype=np.int32)
    inside = np.zeros((rows, cols), dtype=np.int32)
    for code in range(_NOBODY + 1):
        found = _count(codes, code, step, (rows, cols))
        inside += found
        best[found > count] = code
        np.maximum(count, found, out=count)
    best[2 * inside < step * step] = 255
    return best


def _count(
    codes: npt.NDArray[np.uint8], code: int, step: int, shape: tuple[int, int]
) -> npt.NDArray[np.int32]:
    """Count a code in each block, a strip of rows at a time: no copy of the whole raster."""
    total = np.zeros(shape, dtype=np.int32)
    starts = np.arange(0, codes.shape[1], step)
    for row in range(shape[0]):
        strip = (codes[row * step : (row + 1) * step] == code).sum(axis=0, dtype=np.int32)
        total[row] = np.add.reduceat(strip, starts)
    return total


def _coloured(phase: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    lookup = np.zeros((256, 4), dtype=np.uint8)
    for code, colour in {0: NOT_SERVED_STILL, **PHASE_COLOURS, _NOBODY: NO_PEOPLE}.items():
        lookup[code] = (*bytes.fromhex(colour.removeprefix("#")), 255)
    coloured: npt.NDArray[np.uint8] = lookup[phase]
    return coloured


def _zone_names(axes: Axes, plan: Plan, points: Any, lang: Language) -> None:
    for zone, point in zip(plan.zones.itertuples(), points, strict=True):
        zh, en = zone.name_zh or zone.name_en, zone.name_en or zone.name_zh
        name = " ".join(said(lang, str(en), str(zh)).split())[:16]
        axes.text(
            point.x, point.y, name, ha="center", va="center", fontsize=8, color=INK,
            parse_math=False,
        )  # fmt: skip


def _scale_bar(axes: Axes, extent: tuple[float, float, float, float]) -> None:
    west, east, south, north = extent
    wanted = (east - west) / 5.0
    power = 10.0 ** np.floor(np.log10(wanted))
    length = max(factor * power for factor in (1.0, 2.0, 5.0) if factor * power <= wanted)
    x, y = east - 0.02 * (east - west) - length, south + 0.03 * (north - south)
    axes.plot([x, x + length], [y, y], color=INK, linewidth=2.5, solid_capstyle="butt")
    label = f"{length / 1000:g} km"
    axes.text(x + length / 2, y + 0.012 * (north - south), label, ha="center", va="bottom",
              fontsize=8, color=INK)  # fmt: skip
