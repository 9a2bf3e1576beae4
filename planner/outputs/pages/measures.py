"""The files of a comparison of measures: page, table, JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.number_text import NONE
from planner.outputs.figure import svg_panels
from planner.outputs.language import LANGUAGES, Language, chance, named
from planner.outputs.page import page
from planner.outputs.pages.folder import page_folder
from planner.outputs.plots.measures import EFFECTS, bars_height_in, effect_bars
from planner.outputs.population_text import population_en
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.summary_json import write_json

if TYPE_CHECKING:
    from planner.measures import MeasuresTable

FILES = ("measures.html", "measures.zh.html", "measures.csv", "measures.json")

_DECIMALS = {"covered_share": 5, "probability": 4, "rank_mean": 2}


def save_measures(table: MeasuresTable, folder: Path, *, force: bool = False) -> Path:
    """Write all files into ``folder``: complete, or not at all; return the folder.

    Raises
    ------
    InputError
        As :func:`planner.outputs.pages.folder.page_folder`.
    """
    summary = table.as_dict()
    with page_folder(folder, FILES, summary["provenance"], force=force) as staging:
        for name, lang in zip(FILES, LANGUAGES, strict=False):
            (staging / name).write_text(measures_html(summary, lang), encoding="utf-8")
        _write_rows([summary["base"], *summary["measures"]], staging / "measures.csv")
        write_json(staging / "measures.json", summary)
    return folder


def measures_html(summary: dict[str, Any], lang: Language = "en") -> str:
    """Return the comparison as one HTML page in one language."""
    return page(
        "measures_page.html.j2",
        lang=lang,
        s=summary,
        named=partial(named, lang),
        effects_svg=svg_panels(
            [partial(effect_bars, summary, effect, lang=lang) for effect in EFFECTS],
            "measures",
            width_in=10.0,
            height_in=bars_height_in(summary),
        ),
        change_text=change_text,
        rank_text=rank_text,
    )


def measures_text(summary: dict[str, Any], folder: Path) -> str:
    """Return the lines of the terminal."""
    base = summary["base"]
    lines = [
        summary["title"],
        f"  population: {population_en(summary)}",
        f"  without measures: {base['covered_share']:.1%} covered, "
        f"{_billion(base['present_cost_cny'])} billion yuan over all years, "
        f"95 % of the gain by {base['covered_day'] or NONE}",
        "  measure            people added  billion yuan  days sooner  on time  places  CPU s",
    ]
    for row in summary["measures"]:
        sooner = NONE if row["days_sooner"] is None else f"{row['days_sooner']:+d}"
        in_time = NONE if row["probability"] is None else chance(row["probability"])
        places = NONE if row["places"] is None else f"{row['places_served']}/{row['places']}"
        lines.append(
            f"  {row['name']:<18} {row['people_added']:>+12,.0f}  "
            f"{_billion(row['present_cost_added_cny'], '+'):>12}  {sooner:>11}  {in_time:>7}  "
            f"{places:>6}  {row['seconds']:>5.0f}"
        )
    return "\n".join([*lines, f"  page    {folder / 'measures.html'}"])


def rank_text(value: float | None) -> str:
    """Return a rank; half ranks, of equal effects, with one decimal."""
    return NONE if value is None else f"{value:.1f}".removesuffix(".0")


def change_text(change: Mapping[str, Any]) -> str:
    """Return a change by a measure as text: key, value before and after; lists by their items."""
    before, after = _value_text(change["before"]), _value_text(change["after"])
    return f"{change['said']}: {before} → {after}"


def _value_text(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(_value_text, value)) or "none"
    if isinstance(value, Mapping):
        named = [value[key] for key in ("name", "shipped", "file") if value.get(key)]
        extra = [value[key] for key in ("use",) if value.get(key, "report") != "report"]
        return " ".join(map(str, [*(named[:1] or ["…"]), *(f"({one})" for one in extra)]))
    return str(value)


def _billion(value: float | None, sign: str = "") -> str:
    return NONE if value is None else f"{value / 1e9:{sign},.2f}"


def _write_rows(rows: list[dict[str, Any]], path: Path) -> None:
    table = pd.DataFrame(rows)
    for name in ("measures", "computed_anew", "no_effect"):
        table[name] = [" ".join(map(str, several)) for several in table[name]]
    table["changes"] = ["; ".join(map(change_text, several)) for several in table["changes"]]
    write_table(table, path, dict.fromkeys(table, 1) | _DECIMALS)
