"""The page that compares the networks of a scenario; it links the report of each plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.outputs.figure import svg_panels
from planner.outputs.language import Language, named
from planner.outputs.page import page
from planner.outputs.plots.networks import compared, cost_unit, sharing_bars
from planner.outputs.report.page import REPORT_FILES, gap_place
from planner.outputs.report.sources import attributions, source_rows
from planner.scenario import resolved

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan

_SHARES = {
    "independent": ("nothing", "独立建设"),
    "sites": ("sites", "共享站址"),
    "radio": ("one radio network", "共享无线接入网"),
}
_TITLES = {
    "networks": ("Networks", "各网方案"),
    "sharing": ("Ways of sharing", "共建共享方式比较"),
    "aims": ("Coverage targets", "覆盖目标"),
    "published": ("Published and planned, by zone", "公布数与规划数对比"),
    "yardsticks": ("Beside the nation", "与全国对比"),
    "method": ("How it is counted", "计数口径与方法"),
    "sources": ("Assumptions and sources", "假设与数据来源"),
    "warnings": ("Warnings", "提示"),
    "provenance": ("Provenance", "数据溯源"),
}


def write_networks_report(networks: NetworksPlan, path: Path, lang: Language = "en") -> None:
    """Write the page; the summary of each plan is beside it, in the plan's own folder."""
    rows = networks.summary["networks"]
    files = {row["folder"]: path.parent / row["folder"] / "summary.json" for row in rows}
    plans = {key: json.loads(file.read_text("utf-8")) for key, file in files.items()}
    path.write_text(networks_report_html(networks, plans, lang), encoding="utf-8")


def networks_report_html(
    networks: NetworksPlan, plans: Mapping[str, Mapping[str, Any]], lang: Language = "en"
) -> str:
    """Return the comparison as one HTML page in one language; it opens without a network.

    ``plans``: the summary of each network's plan, by its folder.
    """
    return page("report_networks.html.j2", lang=lang, **_context(networks, plans, lang))


def _context(
    networks: NetworksPlan, plans: Mapping[str, Mapping[str, Any]], lang: Language
) -> dict[str, Any]:
    summary, scenario = networks.summary, networks.scenario
    cases = {case["case"]: case for case in summary["comparison"]}
    absent = {
        "sharing": "independent" not in cases,
        "published": not summary.get("allocation"),
        "yardsticks": "yardsticks" not in summary,
        "aims": not scenario.aims,
    }
    return {
        "s": summary,
        "plans": plans,
        "titles": {key: title for key, title in _TITLES.items() if not absent.get(key)},
        "report_file": REPORT_FILES[lang],
        "least_probable": _least_probable(summary, plans),
        "largest": _largest_gap(summary, plans, lang),
        "aims": _aims(summary["networks"]),
        "names": {aim.name: named(lang, aim.name, aim.name_zh) for aim in scenario.aims},
        "said": cases["scenario"],
        "independent": cases.get("independent"),
        "shared": cases.get("shared"),
        "shares": _SHARES,
        "cost_unit": cost_unit(summary["comparison"], lang),
        "chart_svg": _chart(summary["comparison"], lang) if len(cases) > 1 else "",
        "sources": source_rows(scenario.sources, resolved(scenario), scenario.overridden),
        "warnings": networks.warnings,
        "network_names": {
            one["title"]: one["title_zh"] or one["title"] for one in summary["networks"]
        },
        "provenance": networks.provenance,
        "attributions": attributions(networks.provenance),
    }


def _least_probable(
    summary: Mapping[str, Any], plans: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return the target of the network that most likely misses its date."""
    rows = [row for row in summary["networks"] if "rollout" in plans[row["folder"]]]
    targets = [{**plans[row["folder"]]["rollout"]["target"], "row": row} for row in rows]
    return min(targets, key=lambda one: one["probability"], default=None)


def _aims(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the coverage targets of each network, those of a target in a row."""
    aims = [{**aim, "row": row} for row in rows for aim in row["aims"]]
    order = list(dict.fromkeys(aim["name"] for aim in aims))
    return sorted(aims, key=lambda aim: order.index(aim["name"]))


def _largest_gap(
    summary: Mapping[str, Any], plans: Mapping[str, Mapping[str, Any]], lang: Language
) -> dict[str, Any] | None:
    """Return the gap with the most people in any network, with the name of its place."""
    gaps = [
        {**gap, "row": row}
        for row in summary["networks"]
        for gap in plans[row["folder"]]["gaps"]["largest"][:1]
    ]
    largest = max(gaps, key=lambda gap: gap["people"], default=None)
    return None if largest is None else {**largest, "place": gap_place(largest, lang)}


def _chart(comparison: Sequence[Mapping[str, Any]], lang: Language) -> str:
    plots = [
        partial(sharing_bars, comparison, quantity, lang=lang)
        for quantity in compared(comparison, lang)
    ]
    return svg_panels(plots, "sharing", width_in=10.0, height_in=2.5)
