"""The page of radio maps: one layer at a time with its legend, opens without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template

from planner.outputs.map.offline_page import save_map
from planner.outputs.map.page_text import page_html, page_title
from planner.outputs.map.radio import best_server_picture
from planner.outputs.map.web_raster import WebRaster, web_raster
from planner.outputs.page import asset
from planner.outputs.population_text import population_en, population_zh
from planner.radio.radio_map_layers import LAYERS

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

_MOST_PIXELS = 2000
_MOST_SITES_SHOWN = 2000
_PLACES = {"outdoor": "Outdoors, at street level.", "indoor": "Behind the mean building loss."}
_GROUNDS = {
    None: "按平滑地球计算，不含地形。",
    "fast": "含地形：统计模型叠加地形绕射（快速级）。",
    "reference": "含地形：逐像元计算 ITU-R P.1812（参考级）。",
}
"""Whether the maps include terrain, in Chinese, by the tier of the terrain."""


class _Panel(MacroElement):
    """Style and title of the page."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<style>{{ this.style }}</style>{% endmacro %}
        {% macro html(this, kwargs) %}{{ this.panel }}{% endmacro %}
        """
    )

    def __init__(self, summary: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "RadioPanel"
        self.style = asset("radio_map.css")
        self.panel = page_html(
            "radio_map_panel.html.j2",
            title=summary["title"],
            title_zh=summary["title_zh"],
            sites=f"{summary['sites']:,}",
            sectors=f"{summary['sectors']:,}",
            place=_PLACES[summary["place"]],
            reach_km=f"{summary['reach_m'] / 1000:g}",
            ground_zh=_GROUNDS[(summary["terrain"] or {}).get("tier")],
            terrain_note=summary["terrain_note"],
            population_en=population_en(summary),
            population_zh=population_zh(summary),
        )


def radio_map(maps: RadioMaps) -> folium.Map:
    """Return the map of the layers, the first of them shown, and the sites on top."""
    page = folium.Map(
        tiles=None,
        zoom_control="bottomleft",
        zoom_snap=0.25,
        max_zoom=17,
        attribution_control=False,
        prefer_canvas=True,
    )
    Figure(title=page_title(f"Radio maps: {maps.summary['title']}")).add_child(page)
    for number, layer in enumerate(LAYERS):
        picture = web_raster(maps.codes(layer), maps.grid, layer.colours, max_side_px=_MOST_PIXELS)
        keys = [
            {"colour": colour, "label": label}
            for colour, label in zip(layer.colours.values(), layer.labels, strict=True)
        ]
        legend = {"zh": layer.name_zh, "en": layer.name_en, "keys": keys[::-1]}
        page.add_child(_overlay(picture, legend, show=number == 0))
        if number == 0:
            corners = [list(corner) for corner in picture.bounds]
            page.fit_bounds(corners, padding_top_left=(20, 200), padding_bottom_right=(390, 20))
    servers = best_server_picture(maps, _MOST_PIXELS)
    if servers is not None:
        page.add_child(_overlay(*servers))
    page.add_child(_sites(maps))
    page.add_child(folium.LayerControl(collapsed=False))
    page.add_child(_Panel(maps.summary))
    return page


def _overlay(
    picture: WebRaster, legend: Mapping[str, Any], *, show: bool = False
) -> folium.raster_layers.ImageOverlay:
    return folium.raster_layers.ImageOverlay(
        picture.url,
        bounds=[list(corner) for corner in picture.bounds],
        name=page_html("map_layer_name.html.j2", **legend),
        overlay=False,
        show=show,
    )


def _sites(maps: RadioMaps) -> folium.GeoJson:
    """Return the sites as dots; off at first if they would hide the map."""
    places = maps.sectors[["lon", "lat"]].drop_duplicates().round(5)
    return folium.GeoJson(
        {"type": "MultiPoint", "coordinates": places.to_numpy().tolist()},
        name=page_html("map_layer_name.html.j2", zh="基站", en="Sites"),
        show=len(places) <= _MOST_SITES_SHOWN,
        zoom_on_click=False,
        marker=folium.CircleMarker(
            radius=3, weight=1, color="#ffffff", fill_color="#111111", fill_opacity=1.0
        ),
    )


def write_radio_page(maps: RadioMaps, path: Path) -> None:
    """Write the page, a few megabytes at most."""
    save_map(radio_map(maps), path)
