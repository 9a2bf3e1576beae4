"""The files of a comparison: one page with maps in the same view, the table by zone, JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import OUTSIDE
from planner.number_text import NONE, added, number, yuan
from planner.outputs.figure import svg
from planner.outputs.language import Language, chance, day, money, named, people, said, share
from planner.outputs.map.offline_page import leaflet, scripts_of, scripts_policy
from planner.outputs.map.page_text import page_json
from planner.outputs.map.web_raster import web_raster
from planner.outputs.map.web_vector import features, outline_tolerance_m, simplified
from planner.outputs.page import asset, page
from planner.outputs.pages.folder import page_folder
from planner.outputs.palette import (
    DIFFERENCE_COLOURS,
    SERVED_BREAKS,
    SERVED_COLOURS,
    difference_labels,
    served_labels,
)
from planner.outputs.plots.comparison import changes_height_in, difference_codes, zone_changes
from planner.outputs.tables.csv import write_table
from planner.outputs.tables.summary_json import write_json

if TYPE_CHECKING:
    from planner.comparison import ComparedPart, Comparison
    from planner.ground.grid import Grid
    from planner.plan import Plan
    from planner.saved import SavedPlan

FILES = ("comparison.html", "zones.csv", "comparison.json")
_MOST_PIXELS = 2000
_NAMED = 12
_MOST_VALUES = 20

_TOGETHER = (
    ("people_served_by_any", "Residents served by any network", "任一网络服务人口"),
    ("served_by_any_share", "Share served by any network", "任一网络服务比例"),
    ("people_served_by_every", "Residents served by every network", "各网均服务人口"),
    ("served_by_every_share", "Share served by every network", "各网均服务比例"),
    ("stations_existing", "Stations before", "存量基站"),
    ("stations_new", "New stations, each counted once", "新建基站（每站只计一次）"),
    ("sites_new", "New sites", "新建站址"),
    ("capital_cny", "Capital", "投资"),
    ("months", "Months of construction", "工期（月）"),
)
_SHOWN: Mapping[str, Callable[[Any, Language], str]] = {
    "probability": chance, "share": share, "_cny": money, "date": day, "people": people,
}  # fmt: skip
"""How facts are shown, by a word of their key."""

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


def save_comparison(
    found: Comparison, folder: Path, *, force: bool = False, lang: Language = "en"
) -> Path:
    """Write page, table and JSON into ``folder``: complete, or not at all; return the folder.

    Raises
    ------
    InputError
        As :func:`planner.outputs.pages.folder.page_folder`.
    """
    origin = {"compared": [plan.summary["provenance"] for plan in _plans(found)]}
    with page_folder(folder, FILES, origin, force=force) as staging:
        text = comparison_html(found, lang=lang)
        (staging / FILES[0]).write_text(text, encoding="utf-8", newline="\n")
        write_table(found.zones, staging / FILES[1], _decimals(found))
        write_json(staging / FILES[2], found.as_dict())
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


def comparison_html(found: Comparison, *, lang: Language = "en") -> str:
    """Return the comparison as one HTML page in one language that opens without a network."""
    parts = [_part(found, part, lang) for part in found.parts]
    data = [{"maps": part["maps"], "outline": part["outline"]} for part in parts]
    titles = [named(lang, en, zh) for en, zh in zip(found.titles, found.titles_zh, strict=True)]
    draft = page(
        "comparison_page.html.j2",
        lang=lang,
        policy="",
        plans=list(zip(found.letters, found.names, titles, strict=True)),
        scenario_values=found.scenario_values[:_MOST_VALUES],
        more_values=max(0, len(found.scenario_values) - _MOST_VALUES),
        parts=parts,
        together=_rows(_TOGETHER, found.together, _changes(found.together), lang),
        align=found.align,
        rounded=found.rounded,
        legends=_legends(lang),
        head=[leaflet("leaflet.js"), leaflet("leaflet.css")],
        data=page_json(data),
        script=asset("comparison_page.js"),
    )
    policy = scripts_policy(scripts_of(draft))
    return draft.replace('content=""', f'content="{policy}"', 1)


def _legends(lang: Language) -> dict[str, list[tuple[str, str]]]:
    changes = difference_labels(said(lang, " to ", "～"))
    return {
        "share": list(zip(SERVED_COLOURS, served_labels(), strict=True)),
        "difference": list(zip(DIFFERENCE_COLOURS, changes, strict=True)),
    }


def _part(found: Comparison, part: ComparedPart, lang: Language) -> dict[str, Any]:
    """Return the contents of the page on one network."""
    outline = simplified(
        list(part.area.zones.geometry),
        part.area.grid.crs,
        outline_tolerance_m(part.area.zones, part.area.grid.crs),
    )
    charts = [
        svg(
            partial(zone_changes, part, plan=plan, lang=lang), f"changes-{part.network}-{plan}",
            width_in=8.0, height_in=changes_height_in(part),
        )
        for plan in range(1, len(part.plans))
    ]  # fmt: skip
    return {
        "network": named(lang, *part.titles) or part.network,
        "facts": _rows(_FACTS, part.facts, part.changes, lang),
        "changes": [
            (letter, name, _change_row(change, lang))
            for letter, name, change in zip(
                found.letters[1:], found.names[1:], part.changes, strict=True
            )
        ],
        "zones": _zones(found, part, lang),
        "maps": _maps(found, part, lang),
        "outline": features(outline),
        "charts": charts,
    }


def _changes(facts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the changes of facts against those of the first plan."""
    return [
        {
            f"{key}_change": None if value is None or one[key] is None else one[key] - value
            for key, value in facts[0].items()
        }
        for one in facts[1:]
    ]


def _rows(
    words: Sequence[tuple[str, str, str]],
    facts: Sequence[Mapping[str, Any]],
    changes: Sequence[Mapping[str, Any]],
    lang: Language,
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a row for each fact that any plan has: its name; value of each plan and its change."""
    rows = []
    for key, name_en, name_zh in words:
        values = [one[key] for one in facts]
        if all(value is None for value in values):
            continue
        moved = [None, *(change.get(f"{key}_change") for change in changes)]
        cells = [
            (fact_text(key, value, lang), "" if change is None else change_text(key, change, lang))
            for value, change in zip(values, moved, strict=True)
        ]
        rows.append((said(lang, name_en, name_zh), cells))
    return rows


def _change_row(change: Mapping[str, Any], lang: Language) -> list[str]:
    """Return gains, losses and their cost as texts."""
    capital, months = change["capital_cny_change"], change["months_change"]
    positions = ("positions_kept", "positions_added", "positions_left")
    return [
        people(change["people_gained"], lang),
        people(change["people_lost"], lang),
        NONE if capital is None else change_text("capital_cny", capital, lang),
        money(change["capital_cny_per_person"], lang),
        added(months),
        said(lang, ", ", "、").join(number(change[key]) for key in positions),
        _some(change["places_gained"], lang),
        _some(change["places_lost"], lang),
    ]


def _some(places: Sequence[tuple[str, str]], lang: Language) -> str:
    """Return the first names of a list, and how many more there are."""
    more = len(places) - _NAMED
    names = said(lang, ", ", "、").join(named(lang, *one) for one in places[:_NAMED])
    return names + (f" +{more}" if more > 0 else "")


def fact_text(key: str, value: Any, lang: Language = "en") -> str:
    """Return the value of a fact as a reader sees it."""
    if value is None:
        return NONE
    for word, shown in _SHOWN.items():
        if word in key:
            return shown(value, lang)
    return number(value, 0 if value == round(value) else 1)


def change_text(key: str, change: float, lang: Language = "en") -> str:
    """Return the change of a fact, with its sign; of shares in points."""
    if key == "probability" or key.endswith("share"):
        return f"{added(100.0 * change, 1)}{said(lang, ' pt', '个百分点')}"
    sign = "−" if change < 0 else "+"
    if key.endswith("_cny"):
        return f"{sign}{money(abs(change), lang)}" if round(change) else "0"
    if "people" in key:
        return f"{sign}{people(abs(change), lang)}" if round(change) else "0"
    return added(change, 0 if change == round(change) else 1)


def _zones(found: Comparison, part: ComparedPart, lang: Language) -> list[dict[str, Any]]:
    """Return the rows of the table by zone, as texts."""
    rows = []
    for zone in part.zones.to_dict("records"):
        cells = []
        for letter in found.letters:
            cells.append(share(zone[f"covered_share_{letter}"], lang))
            cells.append(number(zone[f"stations_{letter}"]))
            if letter != "a":
                change = zone[f"covered_share_change_{letter}"]
                cells.append(change_text("served_share", change, lang))
                cells.append(change_text("people", zone[f"covered_change_{letter}"], lang))
        name = named(lang, zone["name_en"], zone["name_zh"])
        rows.append({"name": name, "people": people(zone["population"], lang), "cells": cells})
    return rows


def _maps(found: Comparison, part: ComparedPart, lang: Language) -> list[dict[str, Any]]:
    """Return each map that can be chosen: its picture, its legend, a text for each zone."""
    zones, nobody = part.zones, part.people <= 0
    colon = said(lang, ": ", "：")
    names = [named(lang, en, zh) for en, zh in zip(zones["name_en"], zones["name_zh"], strict=True)]
    maps = []
    for letter, name, shares in zip(found.letters, found.names, part.shares, strict=True):
        codes = np.digitize(shares, SERVED_BREAKS).astype(np.uint8)
        codes[np.isnan(shares) | nobody] = OUTSIDE
        values = zones[f"covered_share_{letter}"]
        texts = [
            f"{zone}{colon}{share(one, lang)}" for zone, one in zip(names, values, strict=True)
        ]
        title = f"{letter.upper()}{colon}{name}"
        maps.append(_map("share", title, codes, part.area.grid) | {"texts": texts})
    for plan, letter in enumerate(found.letters[1:], 1):
        values = zones[f"covered_share_change_{letter}"]
        texts = [
            f"{zone}{colon}{change_text('served_share', value, lang)}"
            for zone, value in zip(names, values, strict=True)
        ]
        codes = difference_codes(part, plan)
        title = f"{letter.upper()} {said(lang, 'less', '减')} A"
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
    if found.scenario_values:
        lines += ["", "values in which the scenarios differ"]
        rows = [
            (key, [(value, "") for value in values])
            for key, values in found.scenario_values[:_MOST_VALUES]
        ]
        lines += _table(rows)
        if len(found.scenario_values) > _MOST_VALUES:
            lines.append(f"  and {len(found.scenario_values) - _MOST_VALUES} more")
    if found.together:
        lines += ["", "all networks"]
        lines += _table(_rows(_TOGETHER, found.together, _changes(found.together), "en"))
    for part in found.parts:
        lines += [""] + ([part.network] if part.network else [])
        lines += _table(_rows(_FACTS, part.facts, part.changes, "en"))
        for letter, change in zip(found.letters[1:], part.changes, strict=True):
            lines.append(f"  {letter.upper()} against A: {_gains(change)}")
    if folder is not None:
        lines += ["", f"  {folder / FILES[0]}"]
    return "\n".join(lines)


def _table(rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> list[str]:
    """Return facts as lines of a table."""
    return [
        f"  {name:<40}"
        + "".join(f"  {f'{value}  {change}'.strip():>32}" for value, change in cells)
        for name, cells in rows
    ]


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
