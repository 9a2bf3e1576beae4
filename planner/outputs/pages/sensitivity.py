"""The files of a sensitivity run: page, tables, JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from planner.number_text import percent_ranged
from planner.outputs.figure import svg_text
from planner.outputs.language import LANGUAGES, Language, named, said
from planner.outputs.page import page
from planner.outputs.pages.folder import page_folder
from planner.outputs.plots.sensitivity import tornado, tornado_height_in
from planner.outputs.population_text import population_en
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.summary_json import write_json

FILES = (
    "sensitivity.html", "sensitivity.zh.html", "sensitivity.csv", "draws.csv", "sensitivity.json",
)  # fmt: skip
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
        As :func:`planner.outputs.pages.folder.page_folder`.
    """
    with page_folder(folder, FILES, summary["provenance"], force=force) as staging:
        for name, lang in zip(FILES, LANGUAGES, strict=False):
            (staging / name).write_text(sensitivity_html(summary, lang), encoding="utf-8")
        write_table(table, staging / "sensitivity.csv", {"share": 6, "change": 6})
        write_table(draws, staging / "draws.csv", dict.fromkeys(SHARES, 6))
        write_json(staging / "sensitivity.json", summary)
    return folder


def sensitivity_html(summary: Mapping[str, Any], lang: Language = "en") -> str:
    """Return the page in one language: ranges, tornado of each network and plan, assumptions."""
    networks = _networks(summary, lang)
    return page(
        "sensitivity_page.html.j2",
        lang=lang,
        s=summary,
        plans=PLANS,
        words=SHARES,
        networks=networks,
        named=partial(named, lang),
        charts={one["plan"]: tornado_svg(one, networks, lang) for one in summary["plans"]},
    )


def _networks(summary: Mapping[str, Any], lang: Language) -> dict[str, str]:
    """Return the titles of the networks, and of all of them together."""
    en, zh = summary["networks"], summary.get("networks_zh", {})
    return {
        key: named(lang, en[key], zh.get(key, "")) if key in en else said(lang, "All", "各网合计")
        for key in summary["plans"][0]["usual"]
    }


def tornado_svg(plan: Mapping[str, Any], titles: Mapping[str, str], lang: Language = "en") -> str:
    """Return the tornado of every network, one beside the other, as SVG."""
    networks = list(plan["usual"])
    count = len(plan["assumptions"])
    figure = Figure(
        figsize=(2.0 + 4.2 * len(networks), tornado_height_in(count)), layout="constrained"
    )
    panels = figure.subplots(1, len(networks), squeeze=False, sharey=True)[0]
    for axes, network in zip(panels, networks, strict=True):
        title = titles.get(network, network)
        tornado(plan["assumptions"], network, axes, title=title, lang=lang)
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
