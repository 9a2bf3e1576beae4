"""The report's section on radio maps: residents by class of value, area class and zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.ground.area_class import AREA_CLASSES
from planner.radio.radio_map_layers import LAYERS

if TYPE_CHECKING:
    from planner.radio.radio_map import RadioMaps

_SHOWN = ("rsrp", "sinr", "throughput", "servers", "service")

_THRESHOLDS = (
    ("rsrp", -105.0),
    ("rsrp", -95.0),
    ("sinr", -3.0),
    ("sinr", 10.0),
    ("throughput", 100.0),
    ("throughput", 300.0),
    ("servers", 1.0),
    ("servers", 3.0),
)
"""Columns of the table of zones: each is the lower edge of a class of its layer."""

_PLACES = {
    "outdoor": ("outdoors, at street level", "室外"),
    "indoor": ("indoors, behind the mean building loss", "室内"),
}


def radio_section(maps: RadioMaps) -> dict[str, Any]:
    """Return the contents of the template ``report_maps.html.j2`` as plain values."""
    summary = maps.summary
    place_en, place_zh = _PLACES[summary["place"]]
    return {
        "summary": summary,
        "place_en": place_en,
        "place_zh": place_zh,
        "load": maps.scenario.radio.maps_load,
        "layers": _layers(maps),
        "thresholds": [_threshold(key, edge) for key, edge in _THRESHOLDS],
        "total": _place("All", "合计", maps.shares),
        "area_classes": [
            _place(known.name_en, known.name_zh, rows)
            for known in AREA_CLASSES
            if len(rows := maps.shares[maps.shares["area_class"] == known.key])
        ],
        "zones": [
            _place(rows["zone_en"].iloc[0], rows["zone_zh"].iloc[0], rows)
            for _, rows in maps.shares.groupby("adcode", sort=False)
        ],
    }


def _layers(maps: RadioMaps) -> list[dict[str, Any]]:
    """Return the classes of each layer over the whole area, best first, with their colours."""
    colours = {layer.key: layer.all_colours for layer in LAYERS}
    found = {layer["layer"]: layer for layer in maps.summary["layers"]}
    return [
        {
            **found[key],
            "classes": [
                {**known, "colour": colours[key][code]}
                for code, known in enumerate(found[key]["classes"])
            ][::-1],
        }
        for key in _SHOWN
    ]


def _threshold(key: str, edge: float) -> dict[str, str]:
    layer = next(layer for layer in LAYERS if layer.key == key)
    shown = f"≥ {edge:g} {layer.unit}".rstrip().replace("-", "−")
    return {"key": key, "shown": shown}


def _place(name_en: str, name_zh: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Return the people of one part of the area and the share of them above each threshold."""
    of_one_layer = rows[rows["layer"] == _SHOWN[0]]
    people = float(of_one_layer["people"].sum())
    shares = [
        float(rows.loc[(rows["layer"] == key) & (rows["from"] >= edge), "people"].sum()) / people
        if people > 0
        else None
        for key, edge in _THRESHOLDS
    ]
    return {"name_en": name_en, "name_zh": name_zh, "people": people, "shares": shares}
