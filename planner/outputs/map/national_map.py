"""The map of the country: provinces by what their plans say, and who is served within them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import folium
import numpy as np
import pandas as pd
from branca.element import Figure, MacroElement
from folium.template import Template
from shapely.geometry import mapping

from planner.data import path_of
from planner.data.boundaries import read_boundaries
from planner.ground.area_class import OUTSIDE
from planner.ground.grid import Grid
from planner.number_text import number, percent
from planner.outputs.map.notebook_map import OfflineMap
from planner.outputs.map.page_text import page_html, page_title
from planner.outputs.map.web_raster import web_raster
from planner.outputs.page import asset
from planner.outputs.palette import (
    BOUNDARY,
    NO_PEOPLE,
    PEOPLE_BREAKS,
    PEOPLE_COLOURS,
    SERVED_BREAKS,
    SERVED_COLOURS,
    SHARE_BREAKS,
    SHARE_COLOURS,
    share_labels,
)

PER_10000_BREAKS = (1.0, 2.0, 4.0, 6.0, 9.0, 13.0)
"""Stations per 10,000 people: below the first break, and so on; China had 5 at the end of 2020."""

_NOBODY = 254
_SOUTH, _NORTH, _WEST, _EAST = 17.5, 54.0, 73.0, 136.0


class _NationalPanel(MacroElement):
    """Style and title of the page."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<style>{{ this.style }}</style>{% endmacro %}
        {% macro html(this, kwargs) %}{{ this.panel }}{% endmacro %}
        """
    )

    def __init__(self, **shown: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "NationalPanel"
        self.style = asset("radio_map.css")
        self.panel = page_html("national_map_panel.html.j2", **shown)


def national_map(
    table: pd.DataFrame, cells: pd.DataFrame, grid: Grid, *, title: str, title_zh: str
) -> folium.Map:
    """Return the map of the provinces in ``table``; one fill at a time, with its legend.

    Parameters
    ----------
    table, cells
        As of :class:`planner.sweep.provinces.ProvincePlans`.
    grid
        The grid that ``cells`` count on.
    """
    page = OfflineMap(
        tiles=None, zoom_control="bottomleft", zoom_snap=0.25, min_zoom=3, max_zoom=11,
        attribution_control=False, prefer_canvas=True,
    )  # fmt: skip
    Figure(title=page_title(title)).add_child(page)
    page.fit_bounds(
        [[_SOUTH, _WEST], [_NORTH, _EAST]],
        padding_top_left=(20, 150),
        padding_bottom_right=(20, 20),
    )
    for fill in (_served_cells(cells, grid), _people_cells(cells, grid)):
        page.add_child(fill)
    page.add_child(_provinces(table, "served_share", SHARE_BREAKS, show=False))
    page.add_child(_provinces(table, "stations_per_10000_people", PER_10000_BREAKS, show=False))
    page.add_child(_outlines(table))
    page.add_child(folium.LayerControl(collapsed=False))
    done = table[table["state"] == "done"]
    page.add_child(
        _NationalPanel(
            title=title, title_zh=title_zh, provinces=len(done), failed=len(table) - len(done),
            stations=number(done["stations"].sum()), people=number(done["people"].sum()),
            served=percent(
                done["people_served"].sum() / done["people"].sum() if len(done) else 0.0, unit="%"
            ),
        )
    )  # fmt: skip
    return page


def _keys(colours: Sequence[str], labels: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"colour": colour, "label": label} for colour, label in zip(colours, labels, strict=True)
    ][::-1]


def _labels(breaks: Sequence[float]) -> tuple[str, ...]:
    texts = [f"{edge:,g}" for edge in breaks]
    return (f"< {texts[0]}", *(f"{low}–{high}" for low, high in pairwise(texts)), f"≥ {texts[-1]}")


def _served_cells(cells: pd.DataFrame, grid: Grid) -> folium.raster_layers.ImageOverlay:
    """Return the share of the people served in each cell of the country."""
    people = cells["people"].to_numpy()
    share = np.divide(cells["served"], people, out=np.zeros(len(people)), where=people > 0)
    classes = np.digitize(share, SERVED_BREAKS).astype(np.uint8)
    labels = [f"{label} %" for label in _labels([100 * edge for edge in SERVED_BREAKS])]
    legend = {
        "zh": "10公里栅格内获得服务的人口比例", "en": "Share of people served, cells of 10 km",
        "keys": _keys(SERVED_COLOURS, labels),
    }  # fmt: skip
    return _raster(classes, SERVED_COLOURS, cells, grid, legend, show=True)


def _people_cells(cells: pd.DataFrame, grid: Grid) -> folium.raster_layers.ImageOverlay:
    """Return residents per km2 of each cell of the country."""
    density = cells["people"].to_numpy() / grid.cell_area_km2
    classes = np.digitize(density, PEOPLE_BREAKS).astype(np.uint8)
    legend = {
        "zh": "人口密度（人/km²）", "en": "Residents per km², cells of 10 km",
        "keys": _keys(PEOPLE_COLOURS, _labels(PEOPLE_BREAKS)),
    }  # fmt: skip
    return _raster(classes, PEOPLE_COLOURS, cells, grid, legend, show=False)


def _raster(
    classes: np.ndarray,
    colours: Sequence[str],
    cells: pd.DataFrame,
    grid: Grid,
    legend: dict[str, Any],
    *,
    show: bool,
) -> folium.raster_layers.ImageOverlay:
    raster = np.full(grid.shape, OUTSIDE, dtype=np.uint8)
    known = cells["cell"].to_numpy(np.int64)
    raster.ravel()[known] = np.where(cells["people"].to_numpy() > 0, classes, _NOBODY)
    picture = web_raster(raster, grid, {**dict(enumerate(colours)), _NOBODY: NO_PEOPLE})
    return folium.raster_layers.ImageOverlay(
        picture.url, bounds=[list(corner) for corner in picture.bounds],
        name=page_html("map_layer_name.html.j2", **legend), overlay=False, show=show,
    )  # fmt: skip


def _provinces(
    table: pd.DataFrame, column: str, breaks: Sequence[float], *, show: bool
) -> folium.GeoJson:
    """Return the provinces coloured by a column."""
    values = table.set_index("adcode")[column]

    def style(feature: dict[str, Any]) -> dict[str, Any]:
        value = values.get(feature["properties"]["adcode"])
        known = value is not None and not np.isnan(value)
        colour = SHARE_COLOURS[int(np.digitize(value, breaks))] if known else NO_PEOPLE
        return {"fillColor": colour, "fillOpacity": 1.0, "color": BOUNDARY, "weight": 0.4}

    if column == "served_share":
        legend = {
            "zh": "各省获得服务的人口比例", "en": "Share of people served, by province",
            "keys": _keys(SHARE_COLOURS, [f"{label} %" for label in share_labels()]),
        }  # fmt: skip
    else:
        legend = {
            "zh": "每万人基站数", "en": "Stations per 10,000 people, by province",
            "keys": _keys(SHARE_COLOURS, _labels(breaks)),
        }  # fmt: skip
    return folium.GeoJson(
        _features(table), name=page_html("map_layer_name.html.j2", **legend),
        overlay=False, show=show, style_function=style, zoom_on_click=False,
    )  # fmt: skip


def _outlines(table: pd.DataFrame) -> folium.GeoJson:
    """Return the borders of provinces, each with the figures of its plan."""
    names = ("name", "people", "served", "stations", "rate", "density", "money", "state")
    aliases = ("省份 Province", "人口 People", "获得服务 Served", "基站 Stations",
               "每万人 per 10,000", "每 km² per km²", "投资 Money", "状态 State")  # fmt: skip
    return folium.GeoJson(
        _features(table), name=page_html("map_layer_name.html.j2", zh="省界", en="Provinces"),
        style_function=lambda _one: {"fillOpacity": 0.0, "color": BOUNDARY, "weight": 0.8},
        highlight_function=lambda _one: {"weight": 2.4},
        tooltip=folium.GeoJsonTooltip(list(names), aliases=list(aliases), sticky=True),
        zoom_on_click=False,
    )  # fmt: skip


def _features(table: pd.DataFrame) -> dict[str, Any]:
    shapes = read_boundaries(path_of("national_outlines")).set_index("adcode").geometry
    features = []
    for row in table.to_dict("records"):
        done = row["state"] == "done"
        shown = {
            "adcode": row["adcode"],
            "name": f"{row['name_zh']} {row['name_en']}",
            "people": number(row["people"]) if done else "–",
            "served": percent(row["served_share"], unit="%") if done else "–",
            "stations": number(row["stations"]) if done else "–",
            "rate": number(row["stations_per_10000_people"], 1) if done else "–",
            "density": number(row["stations_per_km2"], 3) if done else "–",
            "money": f"{row['cost_cny'] / 1e9:,.2f} × 10⁹ CNY"
            if done and not np.isnan(row["cost_cny"])
            else "–",
            "state": "已规划 planned" if done else "失败 failed",
        }
        shape = mapping(shapes[row["adcode"]])
        features.append({"type": "Feature", "properties": shown, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}
