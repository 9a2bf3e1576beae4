"""Styles of the layers in QML, the style language of QGIS 3: colours, labels, names of columns."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from planner.columns import GAPS, PRIORITY_PLACES, STATIONS, ZONES, Column
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
    "baseline": "存量基站 Baseline",
    "must_have": "必建基站 Must-have",
    "new": "新建基站 New",
}

_SERVED_LABELS = {
    "baseline": "建设前已服务 Served before",
    "plan": "规划新增服务 Served by the plan",
    "no": "未服务 Not served",
}

_DETAIL_FROM_SCALE = 500_000
"""Stations and gaps are drawn from 1 : 500,000 on: on a smaller map they hide who is served."""


def stations_qml() -> str:
    """Dots coloured by role, which grow with the zoom; names of the columns with their units."""
    root = _dots("role", ROLE_COLOURS, _ROLE_LABELS, size_mm=1.6)
    _labels(root, '"station_id"', size=7, from_scale=25_000)
    _draw_from_scale(root)
    return _document(root, STATIONS)


def places_qml() -> str:
    """Dots coloured by whether a place is served, and by what, with their names."""
    root = _dots("served", PLACE_COLOURS, _SERVED_LABELS, size_mm=2.8)
    _labels(root, 'if("name_zh" <> \'\', "name_zh", "name")', size=8, from_scale=800_000)
    return _document(root, PRIORITY_PLACES)


def gaps_qml() -> str:
    """Outlines, which leave the layers beneath their colours; the rank as label."""
    root = _root(_renderer("singleSymbol", None, [_fill("", GAP, 0.5)]))
    _labels(root, '"rank"', size=8, from_scale=100_000)
    _draw_from_scale(root)
    return _document(root, GAPS)


def zones_qml() -> str:
    """Fill by the share of people served, with the names of the zones."""
    symbols = [_fill(colour, ZONE_EDGE, 0.3) for colour in SHARE_COLOURS]
    renderer = _renderer("graduatedSymbol", "covered_share", symbols)
    renderer.set("graduatedMethod", "GraduatedColor")
    ranges = ET.SubElement(renderer, "ranges")
    edges = (0.0, *SHARE_BREAKS, 1.0)
    for index, label in enumerate(share_labels()):
        ET.SubElement(
            ranges, "range", symbol=str(index), lower=str(edges[index]),
            upper=str(edges[index + 1]), label=f"{label} %", render="true",
        )  # fmt: skip
    root = _root(renderer)
    name = 'if("name_zh" <> \'\', "name_zh", "name_en")'
    _labels(root, name, size=10, from_scale=10_000_000)
    return _document(root, ZONES)


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
    return _document(_with_pipe(renderer))


def raster_ramp_qml(edges: Sequence[float], colours: Sequence[str], labels: Sequence[str]) -> str:
    """Style of a raster of values in classes: a colour up to each edge, the last beyond them."""
    renderer = ET.Element(
        "rasterrenderer", type="singlebandpseudocolor", band="1", opacity="1", alphaBand="-1"
    )
    shader = ET.SubElement(
        ET.SubElement(renderer, "rastershader"), "colorrampshader", colorRampType="DISCRETE",
        clip="0", classificationMode="1",
    )  # fmt: skip
    for upper, colour, label in zip((*edges, "inf"), colours, labels, strict=True):
        ET.SubElement(shader, "item", value=str(upper), color=colour, label=label, alpha="255")
    return _document(_with_pipe(renderer))


def column_alias(column: Column) -> str:
    """Return the name of a column as QGIS shows it, in both languages, with its unit."""
    unit = f" [{column.unit}]" if column.unit else ""
    return f"{column.label_en} {column.label_zh}{unit}"


def _dots(
    attribute: str, colours: Mapping[str, str], labels: Mapping[str, str], *, size_mm: float
) -> ET.Element:
    """Dots with one colour for each value of an attribute."""
    symbols = [_dot(colour, size_mm) for colour in colours.values()]
    renderer = _renderer("categorizedSymbol", attribute, symbols)
    listed = ET.SubElement(renderer, "categories")
    for index, value in enumerate(colours):
        ET.SubElement(
            listed, "category", symbol=str(index), value=value, label=labels[value],
            type="string", render="true",
        )  # fmt: skip
    return _root(renderer)


def _draw_from_scale(root: ET.Element) -> None:
    root.set("hasScaleBasedVisibilityFlag", "1")
    root.set("minScale", str(_DETAIL_FROM_SCALE))
    root.set("maxScale", "0")


def _root(renderer: ET.Element) -> ET.Element:
    root = ET.Element("qgis", version="3.22.0", styleCategories="AllStyleCategories")
    root.append(renderer)
    return root


def _with_pipe(renderer: ET.Element) -> ET.Element:
    root = ET.Element("qgis", version="3.22.0", styleCategories="AllStyleCategories")
    ET.SubElement(root, "pipe").append(renderer)
    return root


def _document(root: ET.Element, columns: Mapping[str, Column] | None = None) -> str:
    if columns is not None:
        listed = ET.SubElement(root, "aliases")
        for index, column in enumerate(columns.values(), start=1):
            alias = {"field": column.name, "index": str(index), "name": column_alias(column)}
            ET.SubElement(listed, "alias", alias)
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode")


def _labels(root: ET.Element, expression: str, *, size: int, from_scale: int) -> None:
    """Add labels with a white rim, drawn from a scale of 1 : ``from_scale`` on."""
    root.set("labelsEnabled", "1")
    settings = ET.SubElement(
        ET.SubElement(root, "labeling", type="simple"), "settings", calloutType="simple"
    )
    text = ET.SubElement(
        settings, "text-style", fieldName=expression, isExpression="1", fontSize=str(size),
        fontSizeUnit="Point", fontFamily="Noto Sans CJK SC", textColor="29,39,51,255",
        textOpacity="1",
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
        bufferColor="255,255,255,255", bufferOpacity="1",
    )  # fmt: skip
    ET.SubElement(
        settings, "rendering", scaleVisibility="1", scaleMin="0", scaleMax=str(from_scale),
        obstacle="0",
    )  # fmt: skip


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
    """A dot with a white rim: a quarter of its size far out, its size at 1 : 50,000."""
    options = {
        "name": "circle", "color": _rgba(colour), "outline_color": "255,255,255,255",
        "outline_width": "0.1", "size": str(size_mm), "size_unit": "MM",
    }  # fmt: skip
    symbol = _symbol("marker", "SimpleMarker", options)
    size = f"{size_mm} * max(0.25, min(1.5, (50000 / @map_scale) ^ 0.6))"
    properties = {"active": ("true", "bool"), "expression": (size, "QString"), "type": ("3", "int")}
    defined = ET.SubElement(symbol[0], "data_defined_properties")
    given = ET.SubElement(defined, "Option", type="Map")
    ET.SubElement(given, "Option", name="name", value="", type="QString")
    known = ET.SubElement(given, "Option", name="properties", type="Map")
    one = ET.SubElement(known, "Option", name="size", type="Map")
    for name, (value, kind) in properties.items():
        ET.SubElement(one, "Option", name=name, value=value, type=kind)
    ET.SubElement(given, "Option", name="type", value="collection", type="QString")
    return symbol


def _fill(colour: str, edge: str, edge_mm: float) -> ET.Element:
    """An area; no colour for an outline only."""
    options = {
        "color": _rgba(colour or edge), "style": "solid" if colour else "no",
        "outline_color": _rgba(edge), "outline_style": "solid", "outline_width": str(edge_mm),
        "outline_width_unit": "MM",
    }  # fmt: skip
    return _symbol("fill", "SimpleFill", options)


def _symbol(kind: str, layer_class: str, options: Mapping[str, str]) -> ET.Element:
    symbol = ET.Element("symbol", type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    attributes = {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"}
    layer = ET.SubElement(symbol, "layer", attributes)
    listed = ET.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(listed, "Option", name=name, value=value, type="QString")
    return symbol


def _rgba(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},255"
