"""The report: one HTML file that opens, and prints, without a network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner.ground.area_class import AREA_CLASSES
from planner.number_text import NONE, percent, percent_aimed
from planner.outputs import palette
from planner.outputs.least_needed import least_needed
from planner.outputs.report import charts, rollout_text
from planner.outputs.report.money_text import money_context
from planner.outputs.report.radio import radio_section
from planner.outputs.report.rollout_section import rollout_context
from planner.radio.budget_table import budget_table
from planner.radio.service_radius import PUBLISHED_SITE_SPACING_M, PUBLISHED_SITE_SPACING_SOURCE
from planner.scenario import resolved

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.scenario import Scenario
    from planner.scenario.model import Source

_GAPS_SHOWN = 20
_ZONES_NAMED = 3

_SET_BY = {"scenario": "given in the scenario", "model_limit": "end of the model's validity"}
_STATUSES = ("quoted", "derived", "assumption")
_GROUPS = {
    "before": ("Network and place", "网络与环境"),
    "downlink": ("Downlink", "下行"),
    "uplink": ("Uplink", "上行"),
    "after": ("Walls, fading and result", "穿透、衰落与结果"),
}


def write_report(plan: Plan, path: Path) -> None:
    """Write the report of a plan."""
    path.write_text(report_html(plan), encoding="utf-8")


def report_html(plan: Plan) -> str:
    """Return the report of a plan as one HTML page."""
    environment = Environment(
        loader=PackageLoader("planner.outputs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters.update(_FILTERS)
    return environment.get_template("report.html.j2").render(_context(plan))


def _context(plan: Plan) -> dict[str, Any]:
    summary = plan.summary
    return {
        "s": summary,
        "palette": palette,
        "uncovered_colour": charts.NOT_COVERED,
        "uncovered_people": summary["population_total"] - summary["population_covered"],
        "not_placed": summary.get("stations_not_placed", 0),
        "aims_met": sum(aim["met"] for aim in summary["aims"]),
        "gap_zones": _zones_of_gaps(plan),
        "gaps": plan.gaps.drop(columns="geometry").head(_GAPS_SHOWN).to_dict("records"),
        "gap_rules": plan.scenario.gaps,
        "siting": plan.scenario.siting,
        "target": plan.scenario.target,
        "least": least_needed(plan),
        "curve_svg": charts.coverage_curve(plan),
        "has_bound": charts.bound_curve(plan) is not None,
        "map_svg": charts.coverage_map(plan),
        "classes": AREA_CLASSES,
        "service": _service(plan),
        **_published(plan),
        "budget": _budget(plan),
        "sources": source_rows(plan.scenario),
        "radio": radio_section(plan.radio) if plan.radio is not None else None,
        "warnings": plan.warnings,
        **rollout_context(plan),
        "money_page": money_context(plan),
        "places": plan.summary.get("priority_places"),
        "provenance": plan.provenance,
        "attributions": attributions(plan.provenance),
    }


def _zones_of_gaps(plan: Plan) -> list[dict[str, str]]:
    """Return the names of the zones with the most people in gaps, most first."""
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
    """Return the published site spacing of the band, where there is one, beside the plan's own."""
    return {
        "band": plan.scenario.radio.band,
        "published_spacing_m": PUBLISHED_SITE_SPACING_M.get(plan.scenario.radio.band),
        "published_source": PUBLISHED_SITE_SPACING_SOURCE,
        "dense_urban_spacing_m": plan.service_radii[0].site_spacing_m,
    }


def _budget(plan: Plan) -> list[dict[str, Any]]:
    """Return the lines of the link budgets in groups: what comes before, down, up, after."""
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


def source_rows(scenario: Scenario) -> list[dict[str, Any]]:
    """Return the scenario's sources with the value each speaks of, and a link if it is one.

    A value that the planner has overridden is the planner's own, whatever its source says.
    """
    return rows_of_sources(scenario.sources, resolved(scenario), scenario.overridden)


def rows_of_sources(
    sources: Sequence[Source], tables: Mapping[str, Any], overridden: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the same for the sources of any scenario, given as plain tables."""
    notes = {source.key: _override_note(source.key, overridden) for source in sources}
    return [
        {
            "key": source.key,
            "value": _value(tables, source.key),
            "status": "planner" if notes[source.key] else source.status,
            "note": notes[source.key],
            "text": source.text,
            "url": source.url,
            "link": source.url if source.url.startswith(("https://", "http://")) else "",
        }
        for source in sources
    ]


def _override_note(key: str, overridden: Iterable[str]) -> str:
    """Return what to say of a source whose value, or a part of it, was overridden; else nothing."""
    part = ""
    for changed in overridden:
        if f"{key}.".startswith(f"{changed}."):
            return "changed on the command line; the source below speaks of the shipped value"
        if changed.startswith(f"{key}."):
            part = (
                f"{changed.removeprefix(f'{key}.')} changed on the command line; the source below "
                "speaks of the shipped values"
            )
    return part


def _value(tables: Mapping[str, Any], dotted: str) -> str:
    here: Any = tables
    for part in dotted.split("."):
        if isinstance(here, list):
            here = here[int(part)]
        elif isinstance(here, Mapping) and part in here:
            here = here[part]
        else:
            return NONE
    if isinstance(here, int | float) and not isinstance(here, bool):
        return quantity(here)
    return NONE if isinstance(here, list | dict) else str(here)


def attributions(provenance: Mapping[str, Any]) -> list[str]:
    """Return what the licences of the inputs ask to be said, each once."""
    texts = (given["attribution"] for given in provenance["inputs"])
    return list(dict.fromkeys(text for text in texts if text))


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with thousands separators; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return NONE
    # Adding zero turns a minus zero into zero.
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def yuan(amount: float | None) -> str:
    """Return an amount of money in words a reader can say."""
    if amount is None or not math.isfinite(amount):
        return NONE
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if amount >= size:
            return f"{amount / size:,.1f} {word} yuan"
    return f"{amount:,.0f} yuan"


def quantity(value: float | str | None) -> str:
    """Return a value of the link budget with the digits that mean something."""
    if value is None or isinstance(value, str):
        return value or NONE
    if value == round(value) or abs(value) >= 1000.0:
        return number(value)
    return f"{value:.3g}".replace("-", "−") if abs(value) < 1.0 else number(value, 1)


def signed(value: float) -> str:
    """Return a whole number with its sign."""
    return f"{value:+,.0f}".replace("-", "−")


_FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "percent": percent,
    "percent_aimed": percent_aimed,
    "yuan": yuan,
    "signed": signed,
    "chance": rollout_text.chance,
    "day": rollout_text.day,
    "month_end": rollout_text.month_end,
}
