"""Plot of a back-test: published and simulated stations."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from planner.outputs import palette
from planner.outputs.figure import INK, MUTED, axes_in_style, legend_above
from planner.outputs.language import Language, said
from planner.rollout.hindcast import Compared, Hindcast


def hindcast_fan(found: Hindcast, axes: Axes | None = None, *, lang: Language = "en") -> Axes:
    """Draw published and simulated stations of a hindcast against months."""
    axes = axes_in_style(axes, width_in=10.0, height_in=4.4)
    months = found.schedule.horizon
    before = found.scenario.stations_baseline
    x = np.arange(len(months) + 1)
    low, middle, high = (before + np.concatenate([[0], counts]) for counts in found.schedule.fan.T)
    axes.fill_between(
        x, low, high, color=palette.NEW, alpha=0.28, linewidth=0,
        label=said(lang, "10 to 90 % of simulations", "10%～90%区间"),
    )  # fmt: skip
    median = said(lang, "Simulated, median", "模拟中位数")
    axes.plot(x, middle, color=palette.NEW, linewidth=2.4, label=median)
    worked = np.concatenate([[0.0], np.cumsum(months.working_days)]) / months.working_days.sum()
    announced = before + (found.scenario.stations_target - before) * worked
    axes.plot(
        x, announced, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)),
        label=said(lang, "Announced, even pace", "公布目标（匀速）"),
    )  # fmt: skip
    _published(axes, found, lang)
    fitted_until = np.interp(
        months.day(found.scenario.calibrate_until) + 1, months.first_day, np.arange(len(x))
    )
    axes.axvline(fitted_until, color=INK, linewidth=1, linestyle=(0, (1, 2)))
    sides = said(lang, "fitted ← | → forecast", "拟合 ← | → 预测")
    axes.annotate(
        sides, (fitted_until, 0), xytext=(0, 6), ha="center",
        textcoords="offset points", color=INK, fontsize=9, backgroundcolor="white",
    )  # fmt: skip
    axes.set_xlim(0, len(months))
    axes.set_ylim(0, None)
    axes.set_xticks(np.arange(len(months)) + 0.5)
    axes.set_xticklabels([str(end.month) for end in months.month_end])
    axes.set_xlabel(said(lang, f"Month of {months.start.year}", f"{months.start.year}年月份"))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel(said(lang, "Stations in service", "在用基站"))
    legend_above(axes)
    return axes


def _published(axes: Axes, found: Hindcast, lang: Language) -> None:
    """Draw the published figures: filled if they are compared, hollow if not."""
    months = found.schedule.horizon

    def drawn(rows: list[Compared], label: str, **style: Any) -> None:
        days = [months.day(row.date) + 1 for row in rows]
        x = np.interp(days, months.first_day, np.arange(len(months) + 1))
        axes.plot(
            x, [row.published for row in rows], linestyle="none", markersize=7, zorder=5,
            clip_on=False, label=label, **style,
        )  # fmt: skip

    colour = palette.BASELINE
    used = [row for row in found.rows if row.used]
    other = [row for row in found.rows if not row.used]
    drawn(used, said(lang, "Published", "公布值"), marker="o", color=colour)
    if other:
        hollow = {"marker": "o", "markerfacecolor": "white", "markeredgecolor": colour}
        drawn(other, said(lang, "Not used", "未采用"), **hollow)
