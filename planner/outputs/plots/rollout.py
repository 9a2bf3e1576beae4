"""Plots of the build-out: stations, people and cost as fans, and the bottlenecks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from planner.outputs.figure import INK, MUTED, RULE, axes_in_style, legend_above
from planner.outputs.language import Language, chance, money_unit, said
from planner.outputs.palette import BASELINE, GAP, NEW

if TYPE_CHECKING:
    import datetime as dt

    from planner.rollout import BuildOut

RESOURCE_COLOURS = (
    "#0f62ac",
    "#dd6b00",
    "#2a9d8f",
    "#b0146a",
    "#8a6d3b",
    "#6c5ce7",
    "#5b6770",
    "#14213d",
)
_ALL_BUILT = "#eef1f4"
_DISRUPTION = "#f7dfe9"


def stations_fan(build_out: BuildOut, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw new stations against months: plan, median, fan, disruptions, milestones."""
    axes = axes_in_style(axes, width_in=10.0, height_in=4.4)
    _months(axes, build_out, lang)
    _disruptions(axes, build_out, lang)
    fan = build_out.schedule.fan
    _fan(axes, fan[:, 0], fan[:, 1], fan[:, 2], start=0.0, lang=lang)
    planned = np.concatenate([[0], build_out.schedule.planned])
    axes.plot(
        planned, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)),
        label=said(lang, "Without disruptions or chance", "无突发事件与随机波动"),
    )  # fmt: skip
    _milestones(axes, build_out, lang)
    axes.set_ylim(0, 1.12 * max(1, len(build_out)))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel(said(lang, "New stations", "新建基站（累计）"))
    legend_above(axes)
    return axes


def people_fan(build_out: BuildOut, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw the share of people covered against months, with its fan."""
    axes = axes_in_style(axes, width_in=10.0, height_in=3.4)
    _months(axes, build_out, lang)
    _disruptions(axes, build_out, lang)
    share = 100.0 * build_out.zone_people.sum(axis=1) / build_out.population
    low, middle, high = (share[counts] for counts in build_out.schedule.fan.T)
    _fan(axes, low, middle, high, start=share[0], lang=lang)
    axes.set_ylim(max(0.0, 10.0 * np.floor(0.1 * share[0] - 0.5)), 101.0)
    axes.yaxis.set_major_formatter("{x:.0f} %")
    axes.set_ylabel(said(lang, "Residents served", "人口覆盖率"))
    return axes


def cost_fan(build_out: BuildOut, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw the capital spent against months, with its fan; of a build-out with a cost."""
    if build_out.zone_cost_cny is None:
        raise ValueError("the build-out has no cost: its scenario has no [cost]")
    axes = axes_in_style(axes, width_in=10.0, height_in=3.0)
    _months(axes, build_out, lang)
    _disruptions(axes, build_out, lang)
    spent = build_out.zone_cost_cny.sum(axis=1)
    name, unit = money_unit(spent[-1], lang)
    low, middle, high = (spent[counts] / unit for counts in build_out.schedule.fan.T)
    _fan(axes, low, middle, high, start=0.0, lang=lang)
    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter("{x:,.4g}")
    axes.set_ylabel(said(lang, f"Cost, {name}", f"投资（{name}）"))
    return axes


def binding_bars(build_out: BuildOut, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw the share of simulations in which each resource binds, month by month."""
    axes = axes_in_style(axes, width_in=10.0, height_in=2.8)
    _months(axes, build_out, lang)
    share = 100.0 * build_out.schedule.binding_share
    middle = np.arange(len(share)) + 0.5
    base = np.zeros(len(share))
    for r, resource in enumerate(build_out.section.resources):
        if share[:, r].any():
            name = _plain(said(lang, resource.name, resource.name_zh or resource.name))
            colour = RESOURCE_COLOURS[r % len(RESOURCE_COLOURS)]
            axes.bar(middle, share[:, r], 0.8, bottom=base, color=colour, label=name)
            base = base + share[:, r]
    if (base < 99.9).any():
        label = said(lang, "All in service", "全部建成")
        axes.bar(middle, 100.0 - base, 0.8, bottom=base, color=_ALL_BUILT, label=label)
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_formatter("{x:.0f} %")
    axes.set_ylabel(said(lang, "Simulations", "模拟次数占比"))
    legend_above(axes)
    return axes


def _fan(axes: Axes, low: Any, middle: Any, high: Any, *, start: float, lang: Language) -> None:
    low, middle, high = (np.concatenate([[start], values]) for values in (low, middle, high))
    x = np.arange(len(middle))
    axes.fill_between(
        x,
        low,
        high,
        color=NEW,
        alpha=0.28,
        linewidth=0,
        label=said(lang, "10 to 90 % of simulations", "10%～90%区间"),
    )
    axes.plot(
        x,
        middle,
        color=NEW,
        linewidth=2.4,
        label=said(lang, "Median", "中位数"),
        solid_capstyle="round",
    )


def _months(axes: Axes, build_out: BuildOut, lang: Language) -> None:
    """Put months on the horizontal axis: x = 0 is the start, x = m the end of the m-th month."""
    ends = build_out.schedule.horizon.month_end
    axes.set_xlim(0, len(ends))
    every = max(1, -(-len(ends) // 15))
    shown = np.arange(0, len(ends), every)
    axes.set_xticks(shown + 0.5)
    axes.set_xticklabels(
        [
            f"{ends[m].month}\n{ends[m].year}"
            if m == 0 or ends[m].month == 1
            else f"{ends[m].month}"
            for m in shown
        ]
    )
    axes.set_xlabel(said(lang, "Month", "月份"))


def position(build_out: BuildOut, date: dt.date, *, end: bool) -> float:
    """Return where a date lies on the axis of months: its beginning, or its ``end``."""
    months = build_out.schedule.horizon
    day = min(max(months.day(date) + (1 if end else 0), 0), int(months.first_day[-1]))
    x: float = np.interp(day, months.first_day, np.arange(len(months) + 1))
    return float(x)


def _disruptions(axes: Axes, build_out: BuildOut, lang: Language) -> None:
    label: str | None = said(lang, "Disruption", "突发事件")
    for event in build_out.section.disruptions:
        span = (
            position(build_out, event.first_day, end=False),
            position(build_out, event.last_day, end=True),
        )
        axes.axvspan(*span, color=_DISRUPTION, alpha=0.75, linewidth=0, zorder=0, label=label)
        label = None


def _milestones(axes: Axes, build_out: BuildOut, lang: Language) -> None:
    """Mark target and milestones at their dates, with their probability."""
    for number, stone in enumerate((build_out.target, *build_out.milestones)):
        if stone.stations is None:
            continue
        x = position(build_out, stone.date, end=True)
        colour = GAP if number == 0 else BASELINE
        axes.plot([x], [stone.stations], "o", color=colour, markersize=7, zorder=5, clip_on=False)
        axes.plot([x, x], [0, stone.stations], color=RULE, linewidth=1, zorder=1)
        axes.annotate(
            _plain(f"{stone.stations:,}: {chance(stone.probability, lang)}"), (x, stone.stations),
            xytext=(-9, 6), textcoords="offset points", ha="right", color=INK, fontsize=9,
            weight="bold", zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )  # fmt: skip


def _plain(text: str) -> str:
    """Return a name on one line that matplotlib does not read as a formula."""
    return " ".join(text.split()).replace("$", r"\$")
