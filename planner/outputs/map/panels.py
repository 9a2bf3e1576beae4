"""The panels of the map: title, figures, targets, zones, and what the data are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.number_text import percent, percent_aimed
from planner.outputs.map.page_text import page_html
from planner.outputs.palette import ROLE_COLOURS
from planner.outputs.population_text import population_en, population_zh

if TYPE_CHECKING:
    from planner.scenario import Aim


def map_panels(summary: Mapping[str, Any], aims: Sequence[Aim]) -> str:
    """Return the panels of a plan's summary as HTML, each text in Chinese and in English.

    ``aims``: those of the scenario, for their names.
    """
    total = summary["population_total"]
    covered = summary["population_covered_share"]
    before = summary["population_covered_baseline_share"]
    graded = summary.get("service_model") == "graded"
    return page_html(
        "map_panels.html.j2",
        title=summary["title"],
        title_zh=summary["title_zh"],
        by_month="rollout" in summary,
        share_label=("预期获得服务的人口", "of people expected to be served")
        if graded
        else ("人口覆盖率", "of people covered"),
        covered_percent=percent(covered, of=total),
        before_percent=percent(before, of=total),
        covered_width=f"{covered:.2%}",
        before_width=f"{before:.2%}",
        people_zh=people_zh(total),
        people_en=people_en(total),
        colours={"baseline": ROLE_COLOURS["baseline"], "plan": ROLE_COLOURS["new"]},
        figures=_figures(summary),
        aims=_aims(summary, aims),
        zones=_zones(summary),
        notes=_notes(summary),
    )


def _figures(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    uncovered = max(0.0, summary["population_total"] - summary["population_covered"])
    gaps = summary["gaps"]
    rows = [
        (
            "stations", "新建基站", "New stations", (f"{summary['stations_new']:,}",) * 2,
            f"另有存量 {summary['stations_existing']:,}",
            f"beside {summary['stations_existing']:,} existing",
        ),
        (
            "uncovered", "未获服务人口", "People not served",
            (people_zh(uncovered), people_en(uncovered)), "", "",
        ),
        (
            "gaps", "覆盖空洞", "Gaps", (f"{gaps['count']:,}",) * 2,
            f"{people_zh(gaps['population'])}，{gaps['area_km2']:,.0f} km²",
            f"{people_en(gaps['population'])} people, {gaps['area_km2']:,.0f} km²",
        ),
    ]  # fmt: skip
    if summary["stations_not_needed"]:
        number = (f"{summary['stations_not_needed']:,}",) * 2
        words = ("模型已饱和", "the model is saturated")
        rows.append(("not_needed", "无需建设", "Not needed", number, *words))
    if summary.get("stations_not_placed", 0):
        number = (f"{summary['stations_not_placed']:,}",) * 2
        words = ("无可用候选站址", "no allowed candidate is left")
        rows.append(("not_placed", "未能布设", "Not placed", number, *words))
    if summary["cost_cny"] is not None:
        billion = summary["cost_cny"] / 1e9
        money = (f"{billion * 10:,.1f} 亿元", f"¥ {billion:,.2f} bn")
        rows.append(("cost", "投资", "Cost", money, "", ""))
    return [
        {"key": key, "label": (zh, en), "value": value, "note": (note_zh, note_en)}
        for key, zh, en, value, note_zh, note_en in rows
    ]


def _aims(summary: Mapping[str, Any], aims: Sequence[Aim]) -> list[dict[str, Any]]:
    return [
        {
            "name": (said.name_zh or said.name, said.name),
            "met": aim["met"],
            "reached": percent(aim["share_reached"], of=aim["people"]),
            "aimed": percent_aimed(aim["share_aimed"]),
        }
        for aim, said in zip(summary["aims"], aims, strict=True)
    ]


def _zones(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the zone table, in the order of the zones of the plan."""
    return [
        {
            "name": (zone["name_zh"] or zone["name_en"], zone["name_en"] or zone["name_zh"]),
            "people": (people_zh(zone["population"]), people_en(zone["population"])),
            "share": percent(zone["covered_share"], of=zone["population"]),
            "stations": f"{zone['stations_new']:,}",
        }
        for zone in summary["zones"]
    ]


def _notes(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    notes = [(f"人口：{population_zh(summary)}", f"Population: {population_en(summary)}.")]
    if summary["baseline_origin"] == "model":
        notes.append(("存量基站位置由模型布设", "Baseline sites are placed by the model."))
    return notes


def people_en(people: float) -> str:
    """Return a number of people; from a million on in millions, rounded."""
    if people >= 1e8:
        return f"{people / 1e6:,.1f} M"
    return f"{people / 1e6:.2f} M" if people >= 1e6 else f"{people:,.0f}"


def people_zh(people: float) -> str:
    """Return the same in 亿 (a hundred million) and 万 (ten thousand)."""
    if people >= 1e8:
        return f"{people / 1e8:.2f} 亿人"
    return f"{people / 1e4:,.0f} 万人" if people >= 1e5 else f"{people:,.0f} 人"
