"""The report: one HTML file that opens, and prints, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from planner.ground.area_class import AREA_CLASSES
from planner.number_text import quantity
from planner.outputs.figure import svg
from planner.outputs.language import Language, named, said
from planner.outputs.page import page
from planner.outputs.plots.coverage import bound_curve, coverage_curve, coverage_map, map_height_in
from planner.outputs.report.caveats import caveats
from planner.outputs.report.least_needed import least_needed
from planner.outputs.report.money_text import money_context
from planner.outputs.report.radio import radio_section
from planner.outputs.report.rollout_section import rollout_context
from planner.outputs.report.sources import attributions, source_rows
from planner.outputs.tables.executive_table import executive_rows
from planner.radio.budget_table import budget_table
from planner.radio.propagation import propagation_models
from planner.radio.service_radius import PUBLISHED_SITE_SPACING_M, PUBLISHED_SITE_SPACING_SOURCE
from planner.results.summary import apart_from_siting
from planner.scenario import resolved
from planner.scenario.siting import REST

if TYPE_CHECKING:
    from planner.plan import Plan

_GAPS_SHOWN = 20
_PLACES_SHOWN = 20

_SET_BY = {
    "scenario": ("given in the scenario", "场景给定"),
    "model_limit": ("validity limit of the model", "模型适用范围"),
    "uplink": ("uplink", "上行"),
    "downlink": ("downlink", "下行"),
}
_STATUSES = ("quoted", "derived", "assumption")
_GROUPS = {
    "before": ("Network and environment", "网络与环境"),
    "downlink": ("Downlink", "下行"),
    "uplink": ("Uplink", "上行"),
    "after": ("Penetration, fading and result", "穿透、衰落与结果"),
}
_TITLES = {
    "executive": ("Results by zone", "分地区汇总表"),
    "proof": ("How good the plan is", "方案优劣的证明"),
    "aims": ("Targets", "覆盖目标"),
    "phases": ("Phases of construction", "建设阶段"),
    "curve": ("Coverage as stations are built", "覆盖率随建设时序的变化"),
    "zones": ("Zones", "分地区结果"),
    "gaps": ("Largest coverage gaps", "主要覆盖空洞"),
    "places": ("Priority places", "重点场所"),
    "rollout": ("Build-out, month by month", "逐月建设进度"),
    "hindcast": ("Back-test", "回溯检验"),
    "money": ("Money and energy", "投资与能耗"),
    "published-cost": ("Cost per station and published figures", "单站造价与公开数据"),
    "published": ("Published and planned, by zone", "公布数与规划数对比"),
    "yardsticks": ("Beside the nation", "与全国对比"),
    "radio-maps": ("Signal, interference and speed", "信号、干扰与速率"),
    "service": ("Area classes and service radii", "区域类型与服务半径"),
    "link-budget": ("Link budget", "链路预算"),
    "sources": ("Assumptions and sources", "假设与数据来源"),
    "method": ("Method and limits", "方法与局限"),
    "warnings": ("Warnings", "提示"),
    "provenance": ("Provenance", "数据溯源"),
}
"""Sections in their order, each with its title in English and Chinese."""

REPORT_FILES: Mapping[Language, str] = {"en": "report.html", "zh": "report.zh.html"}
"""Name of the report in each language."""

LATER_FILES = (REPORT_FILES["zh"], "report.pdf", "report.zh.pdf")
"""Files that ``planner report`` adds to the folder of a run."""


def write_report(plan: Plan, path: Path, lang: Language = "en") -> None:
    """Write the report of a plan in one language."""
    path.write_text(report_html(plan, lang), encoding="utf-8")


def report_html(plan: Plan, lang: Language = "en") -> str:
    """Return the report of a plan as one HTML page, in one language."""
    return page("report.html.j2", lang=lang, **_context(plan, lang))


def curve_svg(plan: Plan, lang: Language = "en") -> str:
    """Return the share of residents covered against stations as SVG."""
    plot = partial(coverage_curve, plan, lang=lang)
    return svg(plot, "curve", width_in=10.0, height_in=4.2)


def map_svg(plan: Plan, lang: Language = "en") -> str:
    """Return the still map of coverage as SVG."""

    def whole(axes: Axes) -> None:
        coverage_map(plan, axes, lang=lang).set_position((0.005, 0.005, 0.99, 0.99))

    return svg(whole, "map", width_in=7.6, height_in=map_height_in(plan, width_in=7.6))


def _context(plan: Plan, lang: Language) -> dict[str, Any]:
    summary, money = plan.summary, money_context(plan, lang)
    sources = source_rows(plan.scenario.sources, resolved(plan.scenario), plan.scenario.overridden)
    gaps = plan.gaps.drop(columns="geometry").head(_GAPS_SHOWN)
    return {
        "s": summary,
        "graded": summary.get("service_model") == "graded",
        "apart": apart_from_siting(summary),
        "ranges": summary.get("range") or {},
        "titles": _titles(plan, money is not None),
        "executive": executive_rows(plan, lang),
        "caveats": caveats(plan, sources, lang),
        "uncovered_people": summary["population_total"] - summary["population_covered"],
        "not_placed": summary.get("stations_not_placed", 0),
        "aims": summary["aims"],
        "aims_met": sum(aim["met"] for aim in summary["aims"]),
        "gaps": _gaps(gaps.astype(object).where(gaps.notna(), None), lang),
        "gaps_shown_share": gaps["people"].sum() / max(summary["gaps"]["population"], 1e-9),
        "gap_rules": plan.scenario.gaps,
        "siting": plan.scenario.siting,
        "target": plan.scenario.target,
        "degurba": plan.scenario.area_classes.rule == "degurba",
        "least": least_needed(plan),
        "curve_svg": curve_svg(plan, lang),
        "has_bound": bound_curve(plan) is not None,
        "map_svg": map_svg(plan, lang),
        "classes": AREA_CLASSES,
        "service": _service(plan),
        **_published(plan),
        "budget": _budget(plan, lang),
        "sources": sources,
        "radio": radio_section(plan.radio) if plan.radio is not None else None,
        "names": _names(plan, lang),
        "warnings": plan.warnings,
        **rollout_context(plan, lang),
        "money_page": money,
        "places": summary.get("priority_places"),
        "unserved": _unserved(plan, lang),
        "provenance": plan.provenance,
        "attributions": attributions(plan.provenance),
    }


def _names(plan: Plan, lang: Language) -> dict[str, str]:
    """Return the names of the scenario's items in the report's language."""
    scenario, built = plan.scenario, plan.build_out
    listed: list[Any] = [*scenario.aims, *scenario.siting.phases]
    if built is not None:
        listed += [*built.section.milestones, *built.section.resources]
    rest = {REST: said(lang, "The rest", "其余")}
    return rest | {one.name: named(lang, one.name, one.name_zh) for one in listed}


def _titles(plan: Plan, has_money: bool) -> dict[str, tuple[str, str]]:
    """Return the titles of the sections that the report of a plan has."""
    summary = plan.summary
    absent = {
        "phases": not summary.get("phases"),
        "places": not summary.get("priority_places"),
        "rollout": plan.build_out is None,
        "hindcast": plan.build_out is None,
        "money": not has_money,
        "published-cost": not has_money,
        "published": not summary.get("allocation"),
        "yardsticks": "yardsticks" not in summary,
        "radio-maps": plan.radio is None,
    }
    return {key: title for key, title in _TITLES.items() if not absent.get(key)}


def _gaps(gaps: pd.DataFrame, lang: Language) -> list[dict[str, Any]]:
    """Return the gaps with the name of the county, and of the place, in a language."""
    return [
        {**row, "county": _county(row, lang), "place": gap_place(row, lang)}
        for row in gaps.to_dict("records")
    ]


def _county(gap: Mapping[str, Any], lang: Language) -> str:
    return said(lang, gap.get("county_en") or gap.get("county_zh", ""), gap.get("county_zh", ""))


def gap_place(gap: Mapping[str, Any], lang: Language) -> str:
    """Return where a gap lies: its county, if that is known, and its zone."""
    zone = said(lang, gap["zone_en"] or gap["zone_zh"], gap["zone_zh"] or gap["zone_en"])
    county = _county(gap, lang)
    return said(lang, f"{county}, {zone}", f"{zone}{county}") if county else zone


def _unserved(plan: Plan, lang: Language) -> list[dict[str, Any]]:
    """Return priority places without service, by the name in the report's language."""
    listed = plan.summary.get("priority_places", {}).get("unserved", ())[:_PLACES_SHOWN]
    if plan.places is None or not listed:
        return []
    names = plan.places.set_index("place_id")[["name", "name_zh"]]
    return [
        {
            "name": said(lang, own["name"] or own["name_zh"], own["name_zh"] or own["name"])
            or one["place_id"],
            "inhabited": one["inhabited"],
        }
        for one in listed
        for own in [names.loc[one["place_id"]]]
    ]


def _service(plan: Plan) -> list[dict[str, Any]]:
    by_key = {area_class.key: area_class for area_class in AREA_CLASSES}
    return [
        {
            **row,
            "name_en": by_key[row["area_class"]].name_en,
            "name_zh": by_key[row["area_class"]].name_zh,
            "set_by": _SET_BY.get(radius.origin)
            or _SET_BY.get(radius.binding, (radius.binding, radius.binding)),
        }
        for row, radius in zip(plan.summary["service"], plan.service_radii, strict=True)
    ]


def _published(plan: Plan) -> dict[str, Any]:
    """Return the published site spacing of the band, if there is one, and the plan's own."""
    return {
        "band": plan.scenario.radio.band,
        "published_spacing_m": PUBLISHED_SITE_SPACING_M.get(plan.scenario.radio.band),
        "published_source": PUBLISHED_SITE_SPACING_SOURCE,
        "spacing_tuned": plan.scenario.radio.preset == "2019-generous",
        "dense_urban_spacing_m": plan.service_radii[0].site_spacing_m,
    }


def _budget(plan: Plan, lang: Language) -> list[dict[str, Any]]:
    """Return the lines of the link budgets in groups: before, downlink, uplink, after."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in budget_table(plan.service_radii):
        directed = row["direction"] != "both" and row["key"] != "mapl_db"
        rest = "after" if "uplink" in groups else "before"
        groups.setdefault(row["direction"] if directed else rest, []).append(_budget_row(row, lang))
    return [
        {"name_en": _GROUPS[key][0], "name_zh": _GROUPS[key][1], "rows": rows}
        for key, rows in groups.items()
    ]


def _value_zh(text: str) -> str:
    """Return a value of the link budget in Chinese, where it is in words."""
    models = {model.name_en: model.name_zh for model in propagation_models().values()}
    return models.get(text, text).replace("downlink", "下行").replace("uplink", "上行")


def _budget_row(row: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    shown = [quantity(row[area_class.key]) for area_class in AREA_CLASSES]
    if row["key"] == "duplex":
        shown = [text.upper() for text in shown]
    if lang == "zh":
        shown = [_value_zh(text) for text in shown]
    label_en, label_zh = row["label_en"], row["label_zh"]
    if row["key"] == "mapl_db":
        name_en, name_zh = _GROUPS[row["direction"]]
        label_en, label_zh = f"{label_en}, {name_en.lower()}", f"{label_zh} {name_zh}"
    status, colon, rest = row["note"].partition(": ")
    return {
        **row,
        "label_en": label_en,
        "label_zh": label_zh,
        "shown": shown,
        "common": len(set(shown)) == 1,
        "status": status if colon and status in _STATUSES else "",
        "note": rest if colon and status in _STATUSES else row["note"],
    }
