"""Radio maps as layers of the plan's map: off at first, one at a time, each with its legend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import numpy.typing as npt

from planner.ground.area_class import OUTSIDE
from planner.outputs.map.page_text import page_html
from planner.outputs.map.web_raster import WebRaster, web_raster
from planner.radio.radio_map_layers import LAYERS, Layer

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

PANE = "plan-radio"

SHOWN = ("rsrp", "sinr", "throughput", "servers")
"""Layers of the map, in the order of the layer switch; the folder ``radio`` has all of them."""

_MOST_PIXELS = 3000
"""As for the coverage: four pictures of a province at this width take a few megabytes."""

_PIXELS_A_SECTOR = 9
"""With fewer pixels per sector a map of best servers is only noise and is left out."""

SECTOR_COLOURS = (
    "#4477aa", "#ee9988", "#77cc88", "#ccbb44", "#99ddff", "#aa6699",
    "#bbbbbb", "#ddaa77", "#44aa99", "#eedd99", "#8888cc", "#cc99bb",
)  # fmt: skip


def radio_layers(maps: RadioMaps) -> dict[str, folium.raster_layers.ImageOverlay]:
    """Return the overlays by their part of the page, ``radio_`` and the key of the layer."""
    known = {layer.key: layer for layer in LAYERS}
    overlays = {f"radio_{key}": _class_overlay(maps, known[key]) for key in SHOWN}
    servers = _best_server_overlay(maps)
    return overlays | ({"radio_best_server": servers} if servers else {})


def _class_overlay(maps: RadioMaps, layer: Layer) -> folium.raster_layers.ImageOverlay:
    picture = web_raster(maps.codes(layer), maps.grid, layer.colours, max_side_px=_MOST_PIXELS)
    whole = layer.step == 1.0
    labels = layer.labels if whole else ("", *(_edge(edge) for edge in layer.edges))
    ramp = [
        {"colour": colour, "label": label.replace(" to ", "–").replace(" and more", "+")}
        for colour, label in zip(layer.colours.values(), labels, strict=True)
    ]
    name = _name(maps, layer.name_zh, layer.name_en, ramp=ramp, unit=layer.unit, centred=whole)
    return _overlay(picture, name)


def _edge(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def best_server_picture(
    maps: RadioMaps, most_pixels: int
) -> tuple[WebRaster, Mapping[str, str]] | None:
    """Return the picture of best servers and its name; None if there are too many sectors."""
    longest = max(maps.grid.shape)
    pixels_a_cell = (min(most_pixels, 2 * longest) / longest) ** 2
    if np.count_nonzero(maps.inside) * pixels_a_cell < _PIXELS_A_SECTOR * len(maps.sectors):
        return None
    picture = web_raster(
        sector_codes(maps.best_server, len(maps.sectors)),
        maps.grid,
        dict(enumerate(SECTOR_COLOURS)),
        max_side_px=most_pixels,
    )
    meaning = "相邻小区以颜色区分 one colour per sector; neighbours usually differ"
    return picture, {"zh": "主服务小区", "en": "Best server", "meaning": meaning}


def _best_server_overlay(maps: RadioMaps) -> folium.raster_layers.ImageOverlay | None:
    found = best_server_picture(maps, _MOST_PIXELS)
    if found is None:
        return None
    picture, legend = found
    return _overlay(picture, _name(maps, **legend))


def sector_codes(best_server: npt.NDArray[np.int32], sectors: int) -> npt.NDArray[np.uint8]:
    """Return a colour number for the best server of each cell (uint8, 255 for none).

    The golden ratio keeps the sectors of one site, which have numbers in sequence, far apart.
    """
    turn = (np.arange(sectors) * ((5**0.5 - 1) / 2)) % 1.0
    code = (turn * len(SECTOR_COLOURS)).astype(np.uint8)
    # The number -1, no server, takes the last entry.
    lookup = np.append(code, np.uint8(OUTSIDE))
    coded: npt.NDArray[np.uint8] = lookup[best_server]
    return coded


def _name(maps: RadioMaps, zh: str, en: str, **legend: Any) -> str:
    """Return the row of the layer switch; its legend shows while the layer is on."""
    return page_html(
        "map_layer_name.html.j2", zh=zh, en=en, when_on=True, note=_ground(maps), **legend
    )


def _ground(maps: RadioMaps) -> str:
    """Return in two words whether the maps include terrain; the report has the full sentence."""
    if maps.summary["terrain"] is None:
        return "平滑地球，不含地形 smooth earth, no terrain"
    tier = maps.summary["terrain"]["tier"]
    return f"含地形 with terrain ({tier} tier)"


def _overlay(picture: WebRaster, name: str) -> folium.raster_layers.ImageOverlay:
    return folium.raster_layers.ImageOverlay(
        picture.url,
        bounds=[list(corner) for corner in picture.bounds],
        name=name,
        opacity=1.0,
        pane=PANE,
        show=False,
    )
