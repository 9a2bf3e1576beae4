"""The files of a comparison: one page with maps in the same view, the table by zone, JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import OUTSIDE
from planner.number_text import NONE, added, number, percent, yuan
from planner.outputs.destination import Destination
from planner.outputs.figure import svg
from planner.outputs.map.offline_page import leaflet, scripts_of, scripts_policy
from planner.outputs.map.page_text import page_json
from planner.outputs.map.web_raster import web_raster
from planner.outputs.map.web_vector import features, outline_tolerance_m, simplified
from planner.outputs.page import asset, page
from planner.outputs.palette import (
    DIFFERENCE_COLOURS,
    SERVED_BREAKS,
    SERVED_COLOURS,
    difference_labels,
    served_labels,
)
from planner.outputs.plots.comparison import changes_height_in, difference_codes, zone_changes
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.summary_json import write_json, write_run

if TYPE_CHECKING:
    from planner.comparison import ComparedPart, Comparison
    from planner.ground.grid import Grid
    from planner.plan import Plan
    from planner.saved import SavedPlan

RUN = "run.json"
FILES = ("comparison.html", "zones.csv", "comparison.json", RUN)
_MOST_PIXELS = 2000
_NAMED = 12

_FACTS = (
    ("people_served", "Residents served", "服务人口"),
    ("served_share", "Share served", "服务比例"),
    ("stations_existing", "Stations before", "存量基站"),
    ("stations_new", "New stations", "新建基站"),
    ("capital_cny", "Capital", "投资"),
    ("present_cost_cny", "Present cost of all years", "全周期费用现值"),
    ("date", "Target date", "目标日期"),
    ("probability", "Probability of the date", "按期建成概率"),
    ("months", "Months until half of the runs are done", "建设工期中位数（月）"),
    ("gaps", "Gaps", "覆盖空洞"),
    ("gaps_people", "Residents in gaps", "空洞内人口"),
    ("places_served", "Priority places served", "已服务重点场所"),
)


def check_comparison_folder(folder: Path, *, force: bool) -> None:
    """Refuse a folder that :func:`save_comparison` would refuse.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.check`.
    """
    Destination(folder, FILES, RUN).check(force=force)


def save_comparison(
    found: Comparison, folder: Path, *, force: bool = False, lang: str = "en"
) -> Path:
    """Write page, table and JSON into ``folder``: complete, or not at all; return the folder.

    Raises
    ------
    InputError
        As :meth:`planner.outputs.destination.Destination.filled`.
    """
    with Destination(folder, FILES, RUN).filled(force=force) as staging:
        text = comparison_html(found, lang=lang)
        (staging / FILES[0]).write_text(text, encoding="utf-8", newline="\n")
        write_table(found.zones, staging / FILES[1], _decimals(found))
        write_json(staging / FILES[2], found.as_dict())
        origin = {"compared": [plan.summary["provenance"] for plan in _plans(found)]}
        write_run(origin, staging / RUN, FILES[:-1])
    return folder


def _plans(found: Comparison) -> list[Plan | SavedPlan]:
    return [plan for part in found.parts for plan in part.plans]


def _decimals(found: Comparison) -> dict[str, int]:
    """Return the decimals of the table, those of ``zones.csv``."""
    known = {"population": 1}
    for name, decimals in (("covered", 1), ("covered_share", 5), ("capital_cny", 0)):
        for letter in found.letters:
            known |= {f"{name}_{letter}": decimals, f"{name}_change_{letter}": decimals}
    return known


def comparison_html(found: Comparison, *, lang: str = "en") -> str:
    """Return the comparison as one HTML page that opens without a network."""
    parts = [_part(found, part, chinese=lang == "zh") for part in found.parts]
    data = [{"maps": part["maps"], "outline": part["outline"]} for part in parts]
    draft = page(
        "comparison_page.html.j2",
        policy="",
        chinese=lang == "zh",
        plans=list(zip(found.letters, found.names, found.titles, strict=True)),
        parts=parts,
        align=found.align,
        rounded=found.rounded,
        legends=_legends(),
        head=[leaflet("leaflet.js"), leaflet("leaflet.css")],
        data=page_json(data),
        script=asset("comparison_page.js"),
    )
    policy = scripts_policy(scripts_of(draft))
    return draft.replace('content=""', f'content="{policy}"', 1)


def _legends() -> dict[str, list[tuple[str, str]]]:
    return {
        "share": list(zip(SERVED_COLOURS, served_labels(), strict=True)),
        "difference": list(zip(DIFFERENCE_COLOURS, difference_labels(), strict=True)),
    }


def _part(found: Comparison, part: ComparedPart, *, chinese: bool) -> dict[str, Any]:
    """Return what the page shows of one network."""
    outline = simplified(
        list(part.area.zones.geometry),
        part.area.grid.crs,
        outline_tolerance_m(part.area.zones, part.area.grid.crs),
    )
    lang = "zh" if chinese else "en"
    charts = [
        svg(
            partial(zone_changes, part, plan=plan, lang=lang), f"changes-{part.network}-{plan}",
            width_in=8.0, height_in=changes_height_in(part),
        )
        for plan in range(1, len(part.plans))
    ]  # fmt: skip
    return {
        "network": part.network,
        "facts": _facts(part, chinese=chinese),
        "changes": [
            (letter, name, _change_row(change))
            for letter, name, change in zip(
                found.letters[1:], found.names[1:], part.changes, strict=True
            )
        ],
        "zones": _zones(found, part, chinese=chinese),
        "maps": _maps(found, part, chinese=chinese),
        "outline": features(outline),
        "charts": charts,
    }


def _facts(part: ComparedPart, *, chinese: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a row for each fact: its name; value of each plan and its change."""
    rows = []
    for key, name_en, name_zh in _FACTS:
        values = [facts[key] for facts in part.facts]
        if all(value is None for value in values):
            continue
        changes = [None, *(change.get(f"{key}_change") for change in part.changes)]
        cells = [
            (fact_text(key, value), "" if change is None else change_text(key, change))
            for value, change in zip(values, changes, strict=True)
        ]
        rows.append((name_zh if chinese else name_en, cells))
    return rows


def _change_row(change: Mapping[str, Any]) -> list[str]:
    """Return what is gained and lost, and for how much, as texts."""
    money, months = change["capital_cny_change"], change["months_change"]
    positions = ("positions_kept", "positions_added", "positions_left")
    return [
        number(change["people_gained"]),
        number(change["people_lost"]),
        NONE if money is None else change_text("capital_cny", money),
        yuan(change["capital_cny_per_person"]),
        added(months),
        ", ".join(number(change[key]) for key in positions),
        _some(change["places_gained"]),
        _some(change["places_lost"]),
    ]


def _some(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" +{more}" if more > 0 else "")


def fact_text(key: str, value: Any) -> str:
    """Return the value of a fact as a reader sees it."""
    if value is None:
        return NONE
    if key in ("served_share", "probability"):
        return percent(value)
    if key.endswith("_cny"):
        return yuan(value)
    return value if isinstance(value, str) else number(value)


def change_text(key: str, change: float) -> str:
    """Return the change of a fact, with its sign; of shares in points."""
    if key in ("served_share", "probability"):
        return f"{added(100.0 * change, 1)} pt"
    if key.endswith("_cny"):
        sign = "−" if change < 0 else "+"
        return f"{sign}{yuan(abs(change))}" if round(change) else "0"
    return added(change)


def _zones(found: Comparison, part: ComparedPart, *, chinese: bool) -> list[dict[str, Any]]:
    """Return the rows of the table by zone, as texts."""
    rows = []
    for zone in part.zones.to_dict("records"):
        first, second = ("name_zh", "name_en") if chinese else ("name_en", "name_zh")
        cells = []
        for letter in found.letters:
            cells.append(percent(zone[f"covered_share_{letter}"]))
            cells.append(number(zone[f"stations_{letter}"]))
            if letter != "a":
                cells.append(change_text("served_share", zone[f"covered_share_change_{letter}"]))
                cells.append(added(zone[f"covered_change_{letter}"]))
        name = zone[first] or zone[second]
        rows.append({"name": name, "people": number(zone["population"]), "cells": cells})
    return rows


def _maps(found: Comparison, part: ComparedPart, *, chinese: bool) -> list[dict[str, Any]]:
    """Return each map that can be chosen: its picture, its legend, a text for each zone."""
    zones, nobody = part.zones, part.people <= 0
    first, second = ("name_zh", "name_en") if chinese else ("name_en", "name_zh")
    names = zones[first].where(zones[first] != "", zones[second]).tolist()
    maps = []
    for letter, name, share in zip(found.letters, found.names, part.shares, strict=True):
        codes = np.digitize(share, SERVED_BREAKS).astype(np.uint8)
        codes[np.isnan(share) | nobody] = OUTSIDE
        title = f"{letter.upper()}：{name}" if chinese else f"{letter.upper()}: {name}"
        values = zones[f"covered_share_{letter}"]
        texts = [f"{zone}: {percent(value)}" for zone, value in zip(names, values, strict=True)]
        maps.append(_map("share", title, codes, part.area.grid) | {"texts": texts})
    for plan, letter in enumerate(found.letters[1:], 1):
        title = f"{letter.upper()} 减 A" if chinese else f"{letter.upper()} less A"
        values = zones[f"covered_share_change_{letter}"]
        texts = [
            f"{zone}: {change_text('served_share', value)}"
            for zone, value in zip(names, values, strict=True)
        ]
        codes = difference_codes(part, plan)
        maps.append(_map("difference", title, codes, part.area.grid) | {"texts": texts})
    return maps


def _map(kind: str, title: str, codes: npt.NDArray[np.uint8], grid: Grid) -> dict[str, Any]:
    colours = SERVED_COLOURS if kind == "share" else DIFFERENCE_COLOURS
    picture = web_raster(codes, grid, dict(enumerate(colours)), max_side_px=_MOST_PIXELS)
    bounds = [list(corner) for corner in picture.bounds]
    return {"kind": kind, "title": title, "url": picture.url, "bounds": bounds}


def comparison_text(found: Comparison, folder: Path | None) -> str:
    """Return the lines of the terminal: facts of each plan, what is gained and lost, zones."""
    lines = [
        f"{letter.upper()}  {name}: {title}"
        for letter, name, title in zip(found.letters, found.names, found.titles, strict=True)
    ]
    for part in found.parts:
        lines += [""] + ([part.network] if part.network else [])
        for name, cells in _facts(part, chinese=False):
            shown = "".join(f"{f'{value}  {change}'.strip():>34}" for value, change in cells)
            lines.append(f"  {name:<40}{shown}".rstrip())
        for letter, change in zip(found.letters[1:], part.changes, strict=True):
            lines.append(f"  {letter.upper()} against A: {_gains(change)}")
    if folder is not None:
        lines += ["", f"  {folder / FILES[0]}"]
    return "\n".join(lines)


def _gains(change: Mapping[str, Any]) -> str:
    """Return in a sentence what a plan gains and loses."""
    text = (
        f"{number(change['people_gained'])} residents gained, {number(change['people_lost'])} lost"
    )
    price = change["capital_cny_per_person"]
    if price is not None:
        word = "spent" if change["people_served_change"] > 0 else "saved"
        text += f"; {yuan(price)} {word} for each resident"
    return text
