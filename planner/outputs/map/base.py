"""What a map needs for orientation without a network: borders, rivers, roads, railways, seats."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import shapely

from planner.data import path_of
from planner.outputs.map.web_vector import (
    VectorLayer,
    borders,
    label_point,
    light_lines,
    outline_tolerance_m,
    simplified_to,
)
from planner.outputs.palette import BOUNDARY, RAILWAY, RIVER, ROAD

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from planner.ground.area import StudyArea

PANE = "plan-borders"
_COUNTY_VERTICES = 40_000
_LINE_VERTICES = 120_000
_LINES = {
    "roads": ("主要道路", "Main roads", {"color": ROAD, "weight": 1.2, "opacity": 0.9}),
    "railways": (
        "铁路", "Railways", {"color": RAILWAY, "weight": 1.4, "opacity": 0.9, "dashArray": "7 4"},
    ),
}  # fmt: skip


def base_layers(
    area: StudyArea, outline: Sequence[BaseGeometry], layer_name: Callable[..., str]
) -> Iterator[VectorLayer]:
    """Yield borders, counties, rivers, roads and railways, each if the area has them.

    ``outline``: the zones as the map shows them; ``layer_name``: row of the layer switch.
    """
    lines = [
        {"color": BOUNDARY, "weight": 0.9, "opacity": 0.7},
        {"color": BOUNDARY, "weight": 1.8, "opacity": 1.0},
    ]
    name = layer_name("地区边界", "Borders", swatch="line", colour=BOUNDARY, group="base")
    yield VectorLayer(borders(outline), lines, pane=PANE, name=name, style_of=(0, 1))
    if len(area.counties):
        tolerance_m = outline_tolerance_m(area.zones, area.grid.crs)
        shapes = simplified_to(
            list(area.counties.geometry), area.grid.crs, tolerance_m, vertices=_COUNTY_VERTICES
        )
        name = layer_name(
            "县级边界", "County borders", swatch="line", colour=BOUNDARY, group="base"
        )
        thin = [{"color": BOUNDARY, "weight": 0.6, "opacity": 0.4, "dashArray": "3 3"}]
        yield VectorLayer(borders(shapes)[:1], thin, pane=PANE, name=name)
    inside = rivers(shapely.union_all(outline))
    if not inside.is_empty:
        name = layer_name("河流", "Rivers", swatch="line", colour=RIVER, group="base")
        yield VectorLayer(
            [inside], [{"color": RIVER, "weight": 1.1, "opacity": 0.8}], pane=PANE, name=name
        )
    for kind, lines in area.lines.items():
        zh, en, style = _LINES[kind]
        tolerance_m = outline_tolerance_m(area.zones, area.grid.crs)
        light = light_lines(lines, area.grid.crs, tolerance_m / 4.0, vertices=_LINE_VERTICES)
        name = layer_name(zh, en, swatch="line", colour=style["color"], group="base")
        yield VectorLayer([light], [style], pane=PANE, name=name)


def rivers(boundary: BaseGeometry) -> BaseGeometry:
    """Return the rivers inside a boundary (EPSG:4326); the shipped ones are of five provinces."""
    with gzip.open(path_of("base_rivers"), "rt", encoding="utf-8") as stream:
        lines = [one["geometry"]["coordinates"] for one in json.load(stream)["features"]]
    every = shapely.multilinestrings([shapely.LineString(one) for one in lines])
    near = shapely.clip_by_rect(every, *boundary.bounds)
    return shapely.line_merge(shapely.intersection(near, boundary))


def place_labels(area: StudyArea) -> list[dict[str, Any]]:
    """Return the names of zones at their seats, the most populous first, then those of counties.

    A zone whose seat is not known has its name in the middle.
    """
    seats = _seats()
    rows = [_label(row, seats, 0) for row in area.zones.itertuples()]
    known = set(area.zones["adcode"])
    rows += [
        _label(row, seats, 1)
        for row in area.counties.itertuples()
        if row.adcode in seats and row.adcode not in known
    ]
    return rows


def _label(row: Any, seats: Mapping[str, tuple[float, float]], level: int) -> dict[str, Any]:
    lon, lat = seats.get(row.adcode) or label_point(row.geometry)
    at_seat = row.adcode in seats
    return {
        "zh": row.name_zh, "en": row.name_en, "lon": lon, "lat": lat, "level": level,
        "seat": at_seat,
    }  # fmt: skip


def _seats() -> dict[str, tuple[float, float]]:
    with path_of("places_seats").open(encoding="utf-8", newline="") as stream:
        return {
            row["adcode"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(stream)
        }


def search_places(area: StudyArea) -> list[dict[str, Any]]:
    """Return zones and counties for the search: names, code, and where they lie."""
    found = []
    for kind, table in (("zone", area.zones), ("county", area.counties)):
        for row in table.itertuples():
            west, south, east, north = row.geometry.bounds
            box = [round(float(edge), 4) for edge in (south, west, north, east)]
            found.append(
                {"kind": kind, "zh": row.name_zh, "en": row.name_en, "code": row.adcode, "box": box}
            )
    return found
