"""The files of all provinces planned: map of the country, table, page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.figure import svg
from planner.outputs.map.national_map import national_map
from planner.outputs.map.offline_page import save_map
from planner.outputs.page import page
from planner.outputs.pages.folder import page_folder
from planner.outputs.plots.national import provinces_map
from planner.outputs.tables.csv import write_table

if TYPE_CHECKING:
    from planner.sweep.provinces import ProvincePlans

FILES = ("map.html", "provinces.html", "provinces.csv", "provinces.parquet")

_DECIMALS = {
    "people": 0, "people_served": 0, "served_share": 5, "area_km2": 1, "stations": 0,
    "cost_cny": 0, "cell_size_m": 0, "gap": 5, "stations_per_10000_people": 3,
    "stations_per_km2": 5,
}  # fmt: skip


def save_provinces(plans: ProvincePlans, folder: Path, *, origin: dict[str, Any]) -> Path:
    """Write map, page and tables into the folder, in place of earlier ones; return the folder.

    Raises
    ------
    InputError
        As :func:`planner.outputs.pages.folder.page_folder`.
    """
    scenario = plans.scenario
    with page_folder(folder, FILES, origin, force=True) as staging:
        country = national_map(
            plans.table, plans.cells, plans.grid, title=scenario.title,
            title_zh=scenario.title_zh,
        )  # fmt: skip
        save_map(country, staging / "map.html")
        (staging / "provinces.html").write_text(provinces_html(plans), encoding="utf-8")
        write_table(plans.table, staging / "provinces.csv", _DECIMALS)
        plans.table.to_parquet(staging / "provinces.parquet", index=False)
    return folder


def provinces_html(plans: ProvincePlans) -> str:
    """Return map and table of the provinces as one HTML page."""
    table, scenario = plans.table, plans.scenario
    return page(
        "provinces_page.html.j2",
        title=scenario.title,
        title_zh=scenario.title_zh,
        programme=scenario.programmes[0].name,
        rows=table.replace({np.nan: None}).to_dict("records"),
        whole=_whole(plans),
        failed=plans.failed,
        map_svg=svg(partial(provinces_map, table), "provinces-map", width_in=8.0, height_in=6.2),
    )


def provinces_text(plans: ProvincePlans, folder: Path) -> str:
    """Return the lines of the terminal."""
    count, whole = len(plans.table), _whole(plans)
    lines = [
        plans.scenario.title,
        f"  {count} provinces: {plans.computed} planned now, {count - plans.computed} done before",
    ]
    if whole["people"]:
        lines.append(
            f"  {whole['stations']:,.0f} stations serve {whole['served_share']:.1%} of "
            f"{whole['people']:,.0f} people"
        )
    failed = plans.table[plans.table["state"] == "failed"]
    lines += [f"  failed: {row.name_en}: {row.error}" for row in failed.itertuples()]
    return "\n".join([*lines, f"  {folder / 'map.html'}", f"  {folder / 'provinces.html'}"])


def _whole(plans: ProvincePlans) -> dict[str, float]:
    """Return the sums over the provinces that are planned."""
    sums = plans.table[["people", "people_served", "stations", "area_km2", "cost_cny"]].sum()
    people, area = max(sums["people"], 1e-9), max(sums["area_km2"], 1e-9)
    return {
        **{str(name): float(value) for name, value in sums.items()},
        "served_share": float(sums["people_served"] / people),
        "stations_per_10000_people": float(sums["stations"] / people * 1e4),
        "stations_per_km2": float(sums["stations"] / area),
    }
