"""The lines of the terminal on several networks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.number_text import percent_ranged, yuan
from planner.outputs.population_text import population_en
from planner.outputs.terminal.run_text import aim_line, credible_lines
from planner.results.served_range import ANY, EVERY


def networks_result(summary: Mapping[str, Any], folder: Path) -> str:
    """Return the key numbers, and where the reports are."""
    people = summary["population_total"]
    lines = [
        f"{summary['title']}",
        f"  residents {people:,.0f}: {population_en(summary)}",
        f"  {'network':<28}{'new stations':>14}{'per operator':>14}{'new sites':>12}  covered",
    ]
    for row in summary["networks"]:
        lines.append(
            f"  {row['network'][:27]:<28}{row['stations_new']:>14,}"
            f"{row['stations_new'] * len(row['operators']):>14,}{row['sites_new']:>12,}"
            f"  {_ranged(row, 'population_covered_share', people)}"
        )
        if row["counting_rule"]:
            lines.append(f"    counts {row['counting_rule']}")
        lines += [f"    {aim_line(aim)}" for aim in row["aims"]]
        lines += [f"    {text}" for text in credible_lines(row.get("credibility"))]
    some, every = summary["population_covered_by_any"], summary["population_covered_by_all"]
    any_every = {ANY: some / people, EVERY: every / people, "range": summary.get("range")}
    lines.append(
        f"  any network covers {_ranged(any_every, ANY, people)} of {people:,.0f} "
        f"residents, every network {_ranged(any_every, EVERY, people)}"
    )
    lines += [f"    any network {text}" for text in credible_lines(summary.get("credibility"))]
    if summary["allocation_error"] is not None:
        lines.append(f"  allocation error {summary['allocation_error']:.2f} of the shares of zones")
    for case in summary["comparison"]:
        cost, months = case["cost_cny"], case["months"]
        lines.append(
            f"  {case['title_en']}: {case['stations_new']:,} new stations, each counted once, on "
            f"{case['sites_new']:,} new sites"
            + ("" if cost is None else f", {yuan(cost)}")
            + (", beyond the horizon" if months is None else f", {months:.1f} months")
        )
    lines += [f"  map     {folder / 'map.html'}", f"  report  {folder / 'report.html'}"]
    return "\n".join(lines)


def _ranged(row: Mapping[str, Any], key: str, people: float) -> str:
    return percent_ranged(row[key], (row.get("range") or {}).get(key), of=people, unit="%")
