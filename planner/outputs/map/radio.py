"""Radio maps as fills of the plan's map, each with its legend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import numpy.typing as npt

from planner.ground.area_class import OUTSIDE
from planner.outputs.map.fills import picture_fill
from planner.outputs.map.page_text import page_html
from planner.outputs.map.web_raster import MOST_PIXELS, WebRaster, web_raster
from planner.radio.radio_map_layers import LAYERS, NOT_COMPUTED_COLOUR, Layer

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

SHOWN = ("rsrp", "sinr", "throughput", "servers")
"""Layers of the map, in the order of the layer switch; the folder ``radio`` has all of them."""

_PIXELS_A_SECTOR = 9
"""With fewer pixels per sector a map of best servers is only noise and is left out."""

SECTOR_COLOURS = (
    "#4477aa", "#ee9988", "#77cc88", "#ccbb44", "#99ddff", "#aa6699",
    "#bbbbbb", "#ddaa77", "#44aa99", "#eedd99", "#8888cc", "#cc99bb",
)  # fmt: skip


def radio_fills(maps: RadioMaps) -> list[folium.raster_layers.ImageOverlay]:
    """Return the fills of the radio maps, in the order of the layer switch."""
    known = {layer.key: layer for layer in LAYERS}
    fills = [_class_fill(maps, known[key]) for key in SHOWN]
    servers = best_server_picture(maps, MOST_PIXELS)
    if servers is not None:
        picture, legend = servers
        fills.append(picture_fill(picture, _name(maps, **legend)))
    return fills


def _class_fill(maps: RadioMaps, layer: Layer) -> folium.raster_layers.ImageOverlay:
    codes = maps.codes(layer)
    picture = web_raster(codes, maps.grid, layer.all_colours)
    whole = layer.step == 1.0
    labels = layer.labels if whole else ("", *(_edge(edge) for edge in layer.edges))
    ramp = [
        {"colour": colour, "label": label.replace(" to ", "–").replace(" and more", "+")}
        for colour, label in zip(layer.colours.values(), labels, strict=True)
    ]
    if (codes == layer.not_computed).any():
        ramp.append({"colour": NOT_COMPUTED_COLOUR, "label": "n/a"})
    name = _name(maps, layer.name_zh, layer.name_en, ramp=ramp, unit=layer.unit, centred=whole)
    return picture_fill(picture, name)


def _edge(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def best_server_picture(
    maps: RadioMaps, most_pixels: int
) -> tuple[WebRaster, Mapping[str, Any]] | None:
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
    meaning = {"zh": "相邻小区以颜色区分", "en": "one colour per sector; neighbours usually differ"}
    return picture, {"zh": "主服务小区", "en": "Best server", "follows": meaning}


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
    ground_zh, ground_en = _ground(maps)
    return page_html(
        "map_layer_name.html.j2", zh=zh, en=en, group="fill", when_on=True,
        note_zh=f"整个方案建成后；{ground_zh}", note_en=f"with the whole plan; {ground_en}",
        **legend,
    )  # fmt: skip


def _ground(maps: RadioMaps) -> tuple[str, str]:
    """Return in two words whether the maps include terrain; the report has the full sentence."""
    if maps.summary["terrain"] is None:
        return "平滑地球，不含地形", "smooth earth, no terrain"
    tier = maps.summary["terrain"]["tier"]
    return f"含地形（{tier}）", f"with terrain ({tier} tier)"
