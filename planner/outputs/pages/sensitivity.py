"""The files of a sensitivity run: page, tables, JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from planner.number_text import percent_ranged
from planner.outputs.destination import Destination
from planner.outputs.figure import svg_text
from planner.outputs.page import page
from planner.outputs.plots.sensitivity import tornado, tornado_height_in
from planner.outputs.population_text import population_en
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.summary_json import write_json, write_run

RUN = "run.json"
FILES = ("sensitivity.html", "sensitivity.csv", "draws.csv", "sensitivity.json", RUN)
PLANS = {
    "stands": ("The plan as it stands", "现有方案（站址不变）"),
    "anew": ("Planned anew each time", "每次重新规划"),
}
SHARES = {
    "population_covered_baseline_share": ("served before the plan", "建设前服务人口"),
    "population_covered_share": ("served by the plan", "方案服务人口"),
    "users_served_share": ("users served", "已服务用户"),
    "population_covered_by_any_share": ("served by any network", "任一网络服务人口"),
    "population_covered_by_all_share": ("served by every network", "各网均服务人口"),
}


def check_sensitivity_folder(folder: Path, *, force: bool) -> None:
    """Refuse a folder that :func:`save_sensitivity` would refuse, before anything is computed.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.check`.
    """
    Destination(folder, FILES, RUN).check(force=force)


def save_sensitivity(
    summary: Mapping[str, Any],
    table: pd.DataFrame,
    draws: pd.DataFrame,
    folder: Path,
    *,
    force: bool = False,
) -> Path:
    """Write all files into ``folder``: complete, or not at all; return the folder.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.filled`.
    """
    with Destination(folder, FILES, RUN).filled(force=force) as staging:
        (staging / "sensitivity.html").write_text(sensitivity_html(summary), encoding="utf-8")
        write_table(table, staging / "sensitivity.csv", {"share": 6, "change": 6})
        write_table(draws, staging / "draws.csv", dict.fromkeys(SHARES, 6))
        write_json(staging / "sensitivity.json", summary)
        write_run(summary["provenance"], staging / RUN, FILES[:-1])
    return folder


def sensitivity_html(summary: Mapping[str, Any]) -> str:
    """Return the page: ranges, tornado of each network and kind of plan, assumptions."""
    return page(
        "sensitivity_page.html.j2",
        s=summary,
        plans=PLANS,
        words=SHARES,
        charts={one["plan"]: tornado_svg(one, summary["networks"]) for one in summary["plans"]},
    )


def tornado_svg(plan: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return the tornado of every network, one beside the other, as SVG."""
    networks = list(plan["usual"])
    count = len(plan["assumptions"])
    figure = Figure(
        figsize=(2.0 + 4.2 * len(networks), tornado_height_in(count)), layout="constrained"
    )
    panels = figure.subplots(1, len(networks), squeeze=False, sharey=True)[0]
    for axes, network in zip(panels, networks, strict=True):
        tornado(plan["assumptions"], network, axes, title=titles.get(network, network))
    return svg_text(figure, f"tornado-{plan['plan']}")


def sensitivity_text(summary: Mapping[str, Any], folder: Path) -> str:
    """Return the lines of the terminal."""
    people = summary["population_total"]
    lines = [summary["title"], f"  population: {population_en(summary)}"]
    for plan in summary["plans"]:
        lines.append(f"  {PLANS[plan['plan']][0].lower()}, {summary['draws'][plan['plan']]} draws:")
        for network, shares in plan["usual"].items():
            for key, share in shares.items():
                ends = plan["range"].get(network, {}).get(key)
                text = percent_ranged(share, ends, of=people, unit="%")
                lines.append(f"    {network:<20} {SHARES[key][0]:<24} {text}")
        widest = [f"{one['name']} {100.0 * one['swing']:.1f}" for one in plan["assumptions"][:3]]
        lines.append(f"    moves most, points: {', '.join(widest)}")
    return "\n".join([*lines, f"  page    {folder / 'sensitivity.html'}"])
