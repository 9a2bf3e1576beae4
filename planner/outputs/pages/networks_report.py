"""The page that compares the networks of a scenario; it links the report of each plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.outputs.figure import svg_panels
from planner.outputs.page import page
from planner.outputs.plots.networks import compared, cost_unit, sharing_bars
from planner.outputs.report.sources import attributions, source_rows
from planner.scenario import resolved

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan

_SHARES = {
    "independent": ("nothing", "独立建设"),
    "sites": ("sites", "共享站址"),
    "radio": ("one radio network", "共享无线接入网"),
}


def write_networks_report(networks: NetworksPlan, path: Path) -> None:
    """Write the page."""
    path.write_text(networks_report_html(networks), encoding="utf-8")


def networks_report_html(networks: NetworksPlan) -> str:
    """Return the comparison as one HTML page that opens without a network."""
    return page("report_networks.html.j2", **_context(networks))


def _context(networks: NetworksPlan) -> dict[str, Any]:
    summary, scenario = networks.summary, networks.scenario
    cases = {case["case"]: case for case in summary["comparison"]}
    return {
        "s": summary,
        "said": cases["scenario"],
        "independent": cases.get("independent"),
        "shared": cases.get("shared"),
        "shares": _SHARES,
        "cost_unit": cost_unit(summary["comparison"]),
        "chart_svg": _chart(summary["comparison"]) if len(cases) > 1 else "",
        "sources": source_rows(scenario.sources, resolved(scenario), scenario.overridden),
        "warnings": networks.warnings,
        "provenance": networks.provenance,
        "attributions": attributions(networks.provenance),
    }


def _chart(comparison: Sequence[Mapping[str, Any]]) -> str:
    plots = [partial(sharing_bars, comparison, quantity) for quantity in compared(comparison)]
    return svg_panels(plots, "sharing", width_in=10.0, height_in=2.5)
