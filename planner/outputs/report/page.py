"""The report: one HTML file that opens, and prints, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from planner.ground.area_class import AREA_CLASSES
from planner.number_text import quantity
from planner.outputs.figure import svg
from planner.outputs.page import page
from planner.outputs.plots.coverage import bound_curve, coverage_curve, coverage_map, map_height_in
from planner.outputs.report.least_needed import least_needed
from planner.outputs.report.money_text import money_context
from planner.outputs.report.radio import radio_section
from planner.outputs.report.rollout_section import rollout_context
from planner.outputs.report.sources import attributions, source_rows
from planner.radio.budget_table import budget_table
from planner.radio.service_radius import PUBLISHED_SITE_SPACING_M, PUBLISHED_SITE_SPACING_SOURCE
from planner.scenario import resolved

if TYPE_CHECKING:
    from planner.plan import Plan

_GAPS_SHOWN = 20
_ZONES_NAMED = 3

_SET_BY = {"scenario": "given in the scenario", "model_limit": "validity limit of the model"}
_STATUSES = ("quoted", "derived", "assumption")
_GROUPS = {
    "before": ("Network and environment", "网络与环境"),
    "downlink": ("Downlink", "下行"),
    "uplink": ("Uplink", "上行"),
    "after": ("Penetration, fading and result", "穿透、衰落与结果"),
}


def write_report(plan: Plan, path: Path) -> None:
    """Write the report of a plan."""
    path.write_text(report_html(plan), encoding="utf-8")


def report_html(plan: Plan) -> str:
    """Return the report of a plan as one HTML page."""
    return page("report.html.j2", **_context(plan))


def curve_svg(plan: Plan) -> str:
    """Return the share of residents covered against stations as SVG."""
    return svg(partial(coverage_curve, plan), "curve", width_in=10.0, height_in=4.2)


def map_svg(plan: Plan) -> str:
    """Return the still map of coverage as SVG."""

    def whole(axes: Axes) -> None:
        coverage_map(plan, axes).set_position((0.005, 0.005, 0.99, 0.99))

    return svg(whole, "map", width_in=7.6, height_in=map_height_in(plan, width_in=7.6))


def _context(plan: Plan) -> dict[str, Any]:
    summary = plan.summary
    return {
        "s": summary,
        "uncovered_people": summary["population_total"] - summary["population_covered"],
        "not_placed": summary.get("stations_not_placed", 0),
        "aims_met": sum(aim["met"] for aim in summary["aims"]),
        "gap_zones": _zones_of_gaps(plan),
        "gaps": plan.gaps.drop(columns="geometry").head(_GAPS_SHOWN).to_dict("records"),
        "gap_rules": plan.scenario.gaps,
        "siting": plan.scenario.siting,
        "target": plan.scenario.target,
        "least": least_needed(plan),
        "curve_svg": curve_svg(plan),
        "has_bound": bound_curve(plan) is not None,
        "map_svg": map_svg(plan),
        "classes": AREA_CLASSES,
        "service": _service(plan),
        **_published(plan),
        "budget": _budget(plan),
        "sources": source_rows(
            plan.scenario.sources, resolved(plan.scenario), plan.scenario.overridden
        ),
        "radio": radio_section(plan.radio) if plan.radio is not None else None,
        "warnings": plan.warnings,
        **rollout_context(plan),
        "money_page": money_context(plan),
        "places": plan.summary.get("priority_places"),
        "provenance": plan.provenance,
        "attributions": attributions(plan.provenance),
    }


def _zones_of_gaps(plan: Plan) -> list[dict[str, str]]:
    """Return the names of the zones with the most people in gaps, in falling order."""
    if plan.gaps.empty:
        return []
    people = plan.gaps.groupby("adcode")["people"].sum().sort_values(ascending=False, kind="stable")
    names = plan.zones.set_index("adcode")[["name_zh", "name_en"]]
    return [
        {
            "name_en": names.name_en[code] or names.name_zh[code],
            "name_zh": names.name_zh[code] or names.name_en[code],
        }
        for code in people.index[:_ZONES_NAMED]
    ]


def _service(plan: Plan) -> list[dict[str, Any]]:
    by_key = {area_class.key: area_class for area_class in AREA_CLASSES}
    return [
        {
            **row,
            "name_en": by_key[row["area_class"]].name_en,
            "name_zh": by_key[row["area_class"]].name_zh,
            "set_by": _SET_BY.get(radius.origin, radius.binding),
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


def _budget(plan: Plan) -> list[dict[str, Any]]:
    """Return the lines of the link budgets in groups: before, downlink, uplink, after."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in budget_table(plan.service_radii):
        directed = row["direction"] != "both" and row["key"] != "mapl_db"
        rest = "after" if "uplink" in groups else "before"
        groups.setdefault(row["direction"] if directed else rest, []).append(_budget_row(row))
    return [
        {"name_en": _GROUPS[key][0], "name_zh": _GROUPS[key][1], "rows": rows}
        for key, rows in groups.items()
    ]


def _budget_row(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = [quantity(row[area_class.key]) for area_class in AREA_CLASSES]
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
