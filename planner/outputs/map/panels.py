"""The panels of the map: title, figures, targets and what the data are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.number_text import percent, percent_aimed
from planner.outputs.map.page_text import page_html
from planner.outputs.palette import ROLE_COLOURS
from planner.outputs.population_text import population_en, population_zh


def map_panels(summary: Mapping[str, Any]) -> str:
    """Return the panels of a plan's summary as HTML."""
    total = summary["population_total"]
    covered = summary["population_covered_share"]
    before = summary["population_covered_baseline_share"]
    return page_html(
        "map_panels.html.j2",
        title=summary["title"],
        title_zh=summary["title_zh"],
        by_month="rollout" in summary,
        share_label="预期服务比例 Expected to be served"
        if summary.get("service_model") == "graded"
        else "人口覆盖率 Population coverage",
        covered_percent=percent(covered, of=total),
        before_percent=percent(before, of=total),
        covered_width=f"{covered:.2%}",
        before_width=f"{before:.2%}",
        people=f"{_people_en(total)} ({_people_zh(total)})",
        colours={"baseline": ROLE_COLOURS["baseline"], "plan": ROLE_COLOURS["new"]},
        figures=_figures(summary),
        aims=_aims(summary),
        notes=_notes(summary),
    )


def _figures(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    uncovered = max(0.0, summary["population_total"] - summary["population_covered"])
    gaps = summary["gaps"]
    rows = [
        (
            "新建基站",
            "New stations",
            f"{summary['stations_new']:,}",
            f"另有存量 plus existing {summary['stations_existing']:,}",
        ),
        ("未覆盖人口", "Not covered", _people_en(uncovered), _people_zh(uncovered)),
        ("覆盖空洞", "Gaps", f"{gaps['count']:,}", f"{gaps['area_km2']:,.0f} km²"),
    ]
    if summary["stations_not_needed"]:
        reason = "模型已饱和 the model is saturated"
        rows.append(("无需建设", "Not needed", f"{summary['stations_not_needed']:,}", reason))
    if summary.get("stations_not_placed", 0):
        reason = "无可用候选站址 no allowed candidate is left"
        rows.append(("未能布设", "Not placed", f"{summary['stations_not_placed']:,}", reason))
    if summary["cost_cny"] is not None:
        billion = summary["cost_cny"] / 1e9
        rows.append(("投资", "Cost", f"¥ {billion:,.2f} bn", f"{billion * 10:,.1f} 亿元 CNY"))
    return [
        {"label_zh": zh, "label_en": en, "value": value, "note": note}
        for zh, en, value, note in rows
    ]


def _aims(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": aim["name"],
            "met": aim["met"],
            "reached": percent(aim["share_reached"], of=aim["people"]),
            "aimed": percent_aimed(aim["share_aimed"]),
        }
        for aim in summary["aims"]
    ]


def _notes(summary: Mapping[str, Any]) -> list[str]:
    notes = [f"人口：{population_zh(summary)} Population: {population_en(summary)}."]
    if summary["baseline_origin"] == "model":
        notes.append("存量基站位置由模型布设 Baseline sites are placed by the model.")
    return notes


def _people_en(people: float) -> str:
    """Return a number of people; from a million on in millions, rounded."""
    if people >= 1e8:
        return f"{people / 1e6:,.1f} M"
    return f"{people / 1e6:.2f} M" if people >= 1e6 else f"{people:,.0f}"


def _people_zh(people: float) -> str:
    """Return the same in 亿 (a hundred million) and 万 (ten thousand)."""
    if people >= 1e8:
        return f"{people / 1e8:.2f} 亿人"
    return f"{people / 1e4:,.0f} 万人" if people >= 1e5 else f"{people:,.0f} 人"
