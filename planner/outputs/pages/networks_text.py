"""The lines of the terminal on several networks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.number_text import percent, yuan
from planner.outputs.population_text import population_en


def networks_result(summary: Mapping[str, Any], folder: Path) -> str:
    """Return the key numbers, and where the reports are."""
    people = summary["population_total"]
    lines = [
        f"{summary['title']}",
        f"  residents {people:,.0f}: {population_en(summary)}",
        f"  {'network':<28}{'new stations':>14}{'per operator':>14}{'new sites':>12}"
        f"{'covered':>10}",
    ]
    for row in summary["networks"]:
        lines.append(
            f"  {row['network'][:27]:<28}{row['stations_new']:>14,}"
            f"{row['stations_new'] * len(row['operators']):>14,}{row['sites_new']:>12,}"
            f"{percent(row['population_covered_share'], of=people, unit='%'):>10}"
        )
        if row["counting_rule"]:
            lines.append(f"    counts {row['counting_rule']}")
    some, every = summary["population_covered_by_any"], summary["population_covered_by_all"]
    lines.append(
        f"  any network covers {percent(some / people, of=people, unit='%')} of {people:,.0f} "
        f"residents, every network {percent(every / people, of=people, unit='%')}"
    )
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
