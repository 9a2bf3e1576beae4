"""What a notebook shows of a result: its key numbers, a table, and a map that loads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import folium
from branca.element import Figure

from planner.number_text import number, percent, yuan
from planner.outputs.figure import svg
from planner.outputs.map.notebook_map import OfflineMap, framed
from planner.outputs.map.offline_page import offline_html
from planner.outputs.map.page_text import page_title
from planner.outputs.map.web_vector import features, outline_tolerance_m, simplified
from planner.outputs.page import part
from planner.outputs.pages.radio_page import radio_map
from planner.outputs.palette import BACKGROUND, BOUNDARY
from planner.outputs.plots.rollout import stations_fan

if TYPE_CHECKING:
    from planner.ground.area import StudyArea
    from planner.plan import Plan
    from planner.radio.radio_map import RadioMaps
    from planner.rollout import BuildOut

_MOST_ROWS = 30
Facts = Sequence[tuple[str, str]]


def view(
    title: str,
    facts: Facts,
    *,
    heads: Sequence[str] = (),
    rows: Iterable[Sequence[str]] = (),
    picture: str = "",
) -> str:
    """Return title, facts and a table as HTML, every text escaped, and a picture as it is."""
    listed = list(rows)
    return part(
        "notebook.html.j2", title=title, facts=facts, heads=heads, rows=listed[:_MOST_ROWS],
        left_out=max(0, len(listed) - _MOST_ROWS), picture=picture,
    )  # fmt: skip


def plan_view(plan: Plan) -> str:
    """Return a plan: served, stations, money, date, gaps; its zones; its map."""
    rows = [
        (
            zone.name_en or zone.name_zh,
            number(zone.population),
            percent(zone.covered_share),
            number(zone.stations_existing + zone.stations_new),
        )
        for zone in plan.zones.itertuples()
    ]
    return view(
        plan.scenario.title,
        plan_facts(plan),
        heads=("Zone", "Residents", "Served", "Stations"),
        rows=rows,
        picture=plan.map()._repr_html_(),
    )


def plan_facts(plan: Plan) -> Facts:
    """Return the key numbers of a plan as pairs of name and text."""
    summary = plan.summary
    people = summary["population_total"]
    facts = [
        ("Residents", number(people)),
        ("Served", percent(summary["population_covered_share"], of=people)),
        ("Stations in service before", number(summary["stations_existing"])),
        ("New stations", number(summary["stations_new"])),
    ]
    if plan.money is not None:
        facts.append(("Capital", yuan(plan.money.capital_cny)))
    if plan.build_out is not None:
        facts += _date_facts(plan.build_out)
    gaps = summary["gaps"]
    return [*facts, ("Gaps", f"{number(gaps['count'])}, {number(gaps['population'])} residents")]


def _date_facts(build_out: BuildOut) -> list[tuple[str, str]]:
    target = build_out.target
    return [(f"In service by {target.date}, probability", percent(target.probability))]


def area_view(area: StudyArea) -> str:
    """Return a study area: its grid, its zones, and a map of them."""
    grid = area.grid
    facts = [
        ("Land", f"{number(area.area_km2)} km²"),
        ("Grid", f"{grid.height:,} x {grid.width:,} cells of {grid.cell_size_m:g} m"),
        ("Zones", number(len(area.zones))),
    ]
    zones = area.zones
    rows = zip(zones["adcode"], zones["name_zh"], zones["name_en"], strict=True)
    return view(
        area.name_en or area.name_zh,
        facts,
        heads=("Code", "Chinese name", "English name"),
        rows=rows,
        picture=_zones_map(area)._repr_html_(),
    )


def _zones_map(area: StudyArea) -> folium.Map:
    west, south, east, north = (float(edge) for edge in area.zones.total_bounds)
    page = OfflineMap(tiles=None, zoom_snap=0.25, attribution_control=False)
    Figure(title=page_title(area.name_en or area.name_zh)).add_child(page)
    crs = area.grid.crs
    outline = simplified(list(area.zones.geometry), crs, outline_tolerance_m(area.zones, crs))
    style = {"fillColor": BACKGROUND, "fillOpacity": 1.0, "color": BOUNDARY, "weight": 1.0}
    page.add_child(folium.GeoJson(features(outline), style_function=lambda _: style))
    page.fit_bounds([[south, west], [north, east]])
    return page


def build_out_view(build_out: BuildOut) -> str:
    """Return a build-out: its dates, its months, and the fan of its stations."""
    fan = build_out.schedule.fan
    people = build_out.zone_people.sum(axis=1) / build_out.population
    rows = [
        (month, *(number(count) for count in fan[m]), percent(people[fan[m, 1]]))
        for m, month in enumerate(build_out.month_names)
    ]
    return view(
        f"Build-out, {build_out.month_names[0]} to {build_out.month_names[-1]}",
        [("New stations", number(len(build_out))), *_date_facts(build_out)],
        heads=("Month", "Stations, 10 %", "Median", "90 %", "Served"),
        rows=rows,
        picture=svg(partial(stations_fan, build_out), "fan", width_in=10.0, height_in=4.4),
    )


def radio_view(maps: RadioMaps) -> str:
    """Return radio maps: what they were made of, and their layers on a map."""
    summary, grid = maps.summary, maps.grid
    facts = [
        ("Sites", number(summary["sites"])),
        ("Sectors", number(summary["sectors"])),
        ("Cells", f"{grid.height:,} x {grid.width:,} of {grid.cell_size_m:g} m"),
        ("Ground", str(summary["terrain_note"])),
    ]
    return view(str(summary["title"]), facts, picture=framed(offline_html(radio_map(maps))))
