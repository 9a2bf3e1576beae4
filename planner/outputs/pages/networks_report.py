"""The page that compares the networks of a scenario; it links the report of each plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner.number_text import added, percent
from planner.outputs import palette
from planner.outputs.pages.networks_charts import cost_unit, sharing_chart
from planner.outputs.report import charts
from planner.outputs.report.page import attributions, number, source_rows, yuan

if TYPE_CHECKING:
    from planner.networks.plan import NetworksPlan

_SHARES = {
    "independent": ("nothing", "独立"),
    "sites": ("sites", "共享站址"),
    "radio": ("one radio network", "共享无线网"),
}


def write_networks_report(networks: NetworksPlan, path: Path) -> None:
    """Write the page."""
    path.write_text(networks_report_html(networks), encoding="utf-8")


def networks_report_html(networks: NetworksPlan) -> str:
    """Return the comparison as one HTML page that opens without a network."""
    environment = Environment(
        loader=PackageLoader("planner.outputs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters.update(number=number, percent=percent, yuan=yuan, added=added)
    return environment.get_template("report_networks.html.j2").render(_context(networks))


def _context(networks: NetworksPlan) -> dict[str, Any]:
    summary = networks.summary
    said, independent, shared = summary["comparison"]
    return {
        "s": summary,
        "said": said,
        "independent": independent,
        "shared": shared,
        "shares": _SHARES,
        "palette": palette,
        "uncovered_colour": charts.NOT_COVERED,
        "cost_unit": cost_unit(summary["comparison"]),
        "chart_svg": sharing_chart(summary["comparison"]),
        "sources": source_rows(networks.scenario),
        "warnings": networks.warnings,
        "provenance": networks.provenance,
        "attributions": attributions(networks.provenance),
    }
