"""The files of a national split: report, tables, summary."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.outputs.figure import svg
from planner.outputs.page import page
from planner.outputs.pages.folder import page_folder
from planner.outputs.plots.national import announced_targets, split_map, targets_height_in
from planner.outputs.report.sources import source_rows
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.summary_json import write_json

if TYPE_CHECKING:
    from planner.national import NationalPlan

SUMMARY = "summary.json"
FILES = ("report.html", "provinces.csv", "prefectures.csv", "targets.csv", SUMMARY)

RULE_NAMES = {
    "rule": ("The scenario's rule", "本方案规则"),
    "equal_cover": ("Equal coverage of urban people", "城镇人口同等覆盖"),
    "people": ("By people", "按人口"),
    "urban_people": ("By urban people", "按城镇人口"),
    "area": ("By land area", "按面积"),
}
_DECIMALS = {"area_km2": 2, "stations_needed": 1, "ratio": 3}


def save_national(plan: NationalPlan, folder: Path, *, force: bool = False) -> Path:
    """Write all files into ``folder``: complete, or not at all; return the folder.

    Raises
    ------
    InputError
        As :func:`planner.outputs.pages.folder.page_folder`.
    """
    made_from = {**plan.provenance, "scenario": plan.scenario.model_dump(mode="json")}
    with page_folder(folder, FILES, made_from, force=force) as staging:
        (staging / "report.html").write_text(national_html(plan), encoding="utf-8")
        for name in ("provinces", "prefectures", "targets"):
            table = getattr(plan, name)
            write_table(table, staging / f"{name}.csv", dict.fromkeys(table, 6) | _DECIMALS)
        write_json(staging / SUMMARY, plan.summary())
    return folder


def national_html(plan: NationalPlan) -> str:
    """Return the report of a national split as one HTML page."""
    return page("national_page.html.j2", **_context(plan))


def national_text(plan: NationalPlan, folder: Path) -> str:
    """Return the lines of the terminal."""
    lines = [plan.scenario.title]
    for count, programme in enumerate(plan.scenario.programmes, start=1):
        top = plan.provinces.nlargest(3, f"stations_{count}")
        most = ", ".join(
            f"{row['name_en']} {row[f'stations_{count}']:,}" for _, row in top.iterrows()
        )
        lines.append(f"  {programme.name:<28} {programme.stations:>9,} stations; most: {most}")
    lines.append("  province      announced  counts          by the rule  announced/rule")
    lines += [
        f"  {row.name_en:<13} {row.target:>9,}  {row.counts:<12} {row.rule:>14,}"
        f"  {row.ratio:>14.2f}"
        for row in plan.targets.itertuples()
    ]
    correlation = plan.rank_correlation["rule"]
    if correlation is not None:
        lines.append(f"  rank correlation with the quoted targets: {correlation:.2f}")
    lines.append(f"  report  {folder / 'report.html'}")
    return "\n".join(lines)


def _context(plan: NationalPlan) -> dict[str, Any]:
    summary = plan.summary()
    programmes = [
        {**one, "column": f"stations_{count}", "money": f"capital_cny_{count}"}
        for count, one in enumerate(summary["programmes"], start=1)
    ]
    mix = [
        (*RULE_NAMES[rule], weight) for rule, weight in summary["rule"]["mix"].items() if weight > 0
    ]
    rules = [
        (*RULE_NAMES[rule], value)
        for rule, value in summary["rank_correlation"].items()
        if value is not None
    ]
    return {
        "s": summary,
        "programmes": programmes,
        "mix": mix,
        "rules": rules,
        "rule_names": RULE_NAMES,
        "quoted": int((plan.targets["status"] == "quoted").sum()),
        "sources": source_rows(
            plan.scenario.sources,
            plan.scenario.model_dump(mode="json"),
            plan.scenario.overridden,
        ),
        "map_svg": svg(partial(split_map, plan), "national-map", width_in=8.0, height_in=6.2),
        "targets_svg": svg(
            partial(announced_targets, plan),
            "national-targets",
            width_in=10.0,
            height_in=targets_height_in(plan),
        ),
    }
