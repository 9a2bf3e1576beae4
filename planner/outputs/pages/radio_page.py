"""The page of radio maps: one layer at a time with its legend, opens without a network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import numpy.typing as npt
import pandas as pd
from branca.element import Figure, MacroElement
from folium.template import Template
from scipy.spatial import cKDTree

from planner.ground.area_class import OUTSIDE
from planner.outputs.map.offline_page import save_map
from planner.outputs.map.page_text import page_html, page_title
from planner.outputs.map.radio import best_server_picture
from planner.outputs.map.web_raster import WebRaster, web_raster
from planner.outputs.page import asset
from planner.outputs.population_text import population_en, population_zh
from planner.radio.radio_map_layers import LAYERS, NOT_COMPUTED, NOT_COMPUTED_COLOUR

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

_MOST_PIXELS = 2000
_MOST_SITES_SHOWN = 2000
_SHADES, _SHADE_OPACITY = 32, 0.35
_DIRECTION_M = (40.0, 1000.0)
"""Shortest and longest line that shows the direction of a sector."""
_METRES_A_DEGREE = 111_195.0
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
        control_scale=True,
    )
    Figure(title=page_title(f"Radio maps: {maps.summary['title']}")).add_child(page)
    for number, layer in enumerate(LAYERS):
        codes = maps.codes(layer)
        picture = web_raster(codes, maps.grid, layer.all_colours, max_side_px=_MOST_PIXELS)
        keys = [
            {"colour": colour, "label": label}
            for colour, label in zip(layer.colours.values(), layer.labels, strict=True)
        ]
        if (codes == layer.not_computed).any():
            keys.insert(0, {"colour": NOT_COMPUTED_COLOUR, "label": f"{NOT_COMPUTED} 未计算"})
        legend = {"zh": layer.name_zh, "en": layer.name_en, "keys": keys[::-1]}
        page.add_child(_overlay(picture, legend, show=number == 0))
        if number == 0:
            corners = [list(corner) for corner in picture.bounds]
            page.fit_bounds(corners, padding_top_left=(20, 200), padding_bottom_right=(390, 20))
    servers = best_server_picture(maps, _MOST_PIXELS)
    if servers is not None:
        page.add_child(_overlay(*servers))
    if maps.ground_m is not None:
        page.add_child(_hillshade(maps.ground_m, maps))
    page.add_child(_sites(maps))
    page.add_child(_directions(maps.sectors))
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


def _hillshade(
    height_m: npt.NDArray[np.float32], maps: RadioMaps
) -> folium.raster_layers.ImageOverlay:
    """Return the shaded relief over the layers, light from the north-west."""
    shades = hillshade_codes(height_m, maps.grid.cell_size_m, _SHADES)
    shades[~maps.inside] = OUTSIDE
    greys = {code: f"#{3 * f'{round(255 * code / (_SHADES - 1)):02x}'}" for code in range(_SHADES)}
    picture = web_raster(shades, maps.grid, greys, max_side_px=_MOST_PIXELS)
    return folium.raster_layers.ImageOverlay(
        picture.url,
        bounds=[list(corner) for corner in picture.bounds],
        name=page_html("map_layer_name.html.j2", zh="地形晕渲", en="Hillshade"),
        opacity=_SHADE_OPACITY,
        overlay=True,
        z_index=2,
    )


def hillshade_codes(
    height_m: npt.NDArray[np.float32], cell_m: float, shades: int
) -> npt.NDArray[np.uint8]:
    """Return the light on each cell (uint8, 0 dark to ``shades`` - 1), sun at 315 and 45 degrees.

    The cosine of the angle between the sun and the slope of the ground.

    Examples
    --------
    >>> import numpy as np
    >>> rises_east = np.tile(np.arange(5, dtype=np.float32) * 100.0, (5, 1))
    >>> east, west = (hillshade_codes(one, 100.0, 16) for one in (rises_east, rises_east[:, ::-1]))
    >>> bool(east[2, 2] > west[2, 2])
    True
    """
    south, east = np.gradient(height_m.astype(np.float64), cell_m)
    # Unit vector to the sun: west, north, up; the normal of the ground is (-east, south, 1).
    light = (east * 0.5 + south * 0.5 + math.sqrt(0.5)) / np.sqrt(east**2 + south**2 + 1.0)
    codes: npt.NDArray[np.uint8] = np.round(np.clip(light, 0.0, 1.0) * (shades - 1)).astype(
        np.uint8
    )
    return codes


def _directions(sectors: pd.DataFrame) -> folium.GeoJson:
    """Return a line from each site in the direction of each of its sectors."""
    places = sectors[["lon", "lat"]].drop_duplicates()
    length_m = float(np.clip(_nearest_m(places) / 3.0, *_DIRECTION_M))
    angle = np.radians(sectors["azimuth_deg"].to_numpy())
    lon, lat = sectors["lon"].to_numpy(), sectors["lat"].to_numpy()
    north = lat + length_m * np.cos(angle) / _METRES_A_DEGREE
    east = lon + length_m * np.sin(angle) / (_METRES_A_DEGREE * np.cos(np.radians(lat)))
    lines = np.stack([np.column_stack([lon, lat]), np.column_stack([east, north])], axis=1)
    return folium.GeoJson(
        {"type": "MultiLineString", "coordinates": lines.round(6).tolist()},
        name=page_html("map_layer_name.html.j2", zh="小区方向", en="Directions of sectors"),
        show=len(places) <= _MOST_SITES_SHOWN,
        zoom_on_click=False,
        style_function=lambda _: {"color": "#111111", "weight": 1.5},
    )


def _nearest_m(places: pd.DataFrame) -> float:
    """Return the median distance of a site from the next one."""
    if len(places) < 2:
        return _DIRECTION_M[1]
    north = places["lat"].to_numpy() * _METRES_A_DEGREE
    shrink = np.cos(np.radians(places["lat"].mean()))
    points = np.column_stack([north, places["lon"].to_numpy() * _METRES_A_DEGREE * shrink])
    return float(np.median(cKDTree(points).query(points, k=2)[0][:, 1]))


def write_radio_page(maps: RadioMaps, path: Path) -> None:
    """Write the page, a few megabytes at most."""
    save_map(radio_map(maps), path)
