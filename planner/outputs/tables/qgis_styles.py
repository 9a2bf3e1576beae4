"""Styles of the GeoPackage's layers in QML, the style language of QGIS 3."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from planner.outputs.palette import (
    GAP,
    PLACE_COLOURS,
    ROLE_COLOURS,
    SHARE_BREAKS,
    SHARE_COLOURS,
    ZONE_EDGE,
    share_labels,
)

_ROLE_LABELS = {
    "baseline": "Baseline 存量基站",
    "must_have": "Must-have 必建基站",
    "new": "New 新建基站",
}

_SERVED_LABELS = {
    "baseline": "Served before 建设前已服务",
    "plan": "Served by the plan 规划新增服务",
    "no": "Not served 未服务",
}


def stations_qml() -> str:
    """Dots coloured by role."""
    return _dots("role", ROLE_COLOURS, _ROLE_LABELS, size_mm=1.2)


def places_qml() -> str:
    """Dots coloured by whether a place is served, and by what."""
    return _dots("served", PLACE_COLOURS, _SERVED_LABELS, size_mm=2.6)


def _dots(
    attribute: str, colours: Mapping[str, str], labels: Mapping[str, str], *, size_mm: float
) -> str:
    """Dots with one colour for each value of an attribute."""
    symbols = [_dot(colour, size_mm) for colour in colours.values()]
    renderer = _renderer("categorizedSymbol", attribute, symbols)
    listed = ET.SubElement(renderer, "categories")
    for index, value in enumerate(colours):
        ET.SubElement(
            listed, "category", symbol=str(index), value=value, label=labels[value],
            type="string", render="true",
        )  # fmt: skip
    return _document(renderer)


def gaps_qml() -> str:
    """One fill for all gaps."""
    return _document(_renderer("singleSymbol", None, [_fill(GAP, 0.55, GAP, 0.2)]))


def zones_qml() -> str:
    """Fill by covered share."""
    symbols = [_fill(colour, 0.85, ZONE_EDGE, 0.3) for colour in SHARE_COLOURS]
    renderer = _renderer("graduatedSymbol", "covered_share", symbols)
    renderer.set("graduatedMethod", "GraduatedColor")
    ranges = ET.SubElement(renderer, "ranges")
    edges = (0.0, *SHARE_BREAKS, 1.0)
    for index, label in enumerate(share_labels()):
        ET.SubElement(
            ranges, "range", symbol=str(index), lower=str(edges[index]),
            upper=str(edges[index + 1]), label=f"{label} %", render="true",
        )  # fmt: skip
    return _document(renderer)


def raster_classes_qml(classes: Mapping[int, tuple[str, str]]) -> str:
    """Style of a raster of codes: meaning and colour of each."""
    renderer = ET.Element(
        "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1", nodataColor=""
    )
    palette = ET.SubElement(renderer, "colorPalette")
    for code, (label, colour) in classes.items():
        ET.SubElement(
            palette, "paletteEntry", value=str(code), color=colour, label=label, alpha="255"
        )
    return _document(_pipe(renderer))


def _pipe(renderer: ET.Element) -> ET.Element:
    pipe = ET.Element("pipe")
    pipe.append(renderer)
    return pipe


def _document(renderer: ET.Element) -> str:
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    root.append(renderer)
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode")


def _renderer(kind: str, attribute: str | None, symbols: Sequence[ET.Element]) -> ET.Element:
    renderer = ET.Element("renderer-v2", type=kind, symbollevels="0", forceraster="0")
    renderer.set("enableorderby", "0")
    if attribute:
        renderer.set("attr", attribute)
    drawn = ET.SubElement(renderer, "symbols")
    for index, symbol in enumerate(symbols):
        symbol.set("name", str(index))
        drawn.append(symbol)
    return renderer


def _dot(colour: str, size_mm: float) -> ET.Element:
    options = {
        "name": "circle", "color": _rgba(colour), "outline_style": "no", "size": str(size_mm),
        "size_unit": "MM",
    }  # fmt: skip
    return _symbol("marker", "SimpleMarker", 1.0, options)


def _fill(colour: str, alpha: float, edge: str, edge_mm: float) -> ET.Element:
    options = {
        "color": _rgba(colour), "style": "solid", "outline_color": _rgba(edge),
        "outline_style": "solid", "outline_width": str(edge_mm), "outline_width_unit": "MM",
    }  # fmt: skip
    return _symbol("fill", "SimpleFill", alpha, options)


def _symbol(kind: str, layer_class: str, alpha: float, options: Mapping[str, str]) -> ET.Element:
    symbol = ET.Element("symbol", type=kind, alpha=str(alpha), clip_to_extent="1", force_rhr="0")
    attributes = {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"}
    layer = ET.SubElement(symbol, "layer", attributes)
    listed = ET.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(listed, "Option", name=name, value=value, type="QString")
    return symbol


def _rgba(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},255"
