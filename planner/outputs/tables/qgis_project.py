"""A QGIS project of the outputs: all layers in groups, styled, with relative paths."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planner.ground.grid import LONLAT, named_projection
from planner.outputs.tables import qgis_styles
from planner.outputs.tables.geotiff import COVERAGE, PERCENT
from planner.outputs.tables.radio_geotiff import layer_style
from planner.radio.radio_map_layers import LAYERS

if TYPE_CHECKING:
    from pyproj import CRS

    from planner.plan import Plan

_GEOPACKAGE = "plan.gpkg"
_LONG_AGO = (2020, 1, 1, 0, 0, 0)
"""Time of the entries of the archive: the same plan gives the same bytes."""


@dataclass(frozen=True)
class _ProjectLayer:
    """``table`` of the GeoPackage, or ``raster``, a file beside the project."""

    name: str
    group: str
    qml: str
    table: str = ""
    raster: str = ""
    geometry: str = ""
    shown: bool = True

    @property
    def identifier(self) -> str:
        # QGIS takes an identifier of its own in place of one of at most ten characters.
        return f"planner_{self.table or self.raster}".replace("/", "_").replace(".", "_")


def write_project(plan: Plan, path: Path) -> None:
    """Write the project: what is served, gaps, stations, places, zones, radio maps."""
    layers = list(_layers(plan))
    root = ET.Element("qgis", projectname=plan.scenario.title, version="3.22.0")
    ET.SubElement(root, "title").text = plan.scenario.title_zh or plan.scenario.title
    ET.SubElement(root, "projectCrs").append(_reference(LONLAT))
    root.append(_tree(layers))
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "degrees"
    extent = ET.SubElement(canvas, "extent")
    edges = zip(("xmin", "ymin", "xmax", "ymax"), plan.zones.total_bounds, strict=True)
    for edge, value in edges:
        ET.SubElement(extent, edge).text = f"{value:.6f}"
    ET.SubElement(canvas, "destinationsrs").append(_reference(LONLAT))
    listed = ET.SubElement(root, "projectlayers")
    # As text, since a projection that a raster holds comes back in other words.
    metric = named_projection(plan.area.grid.crs.name, plan.area.grid.proj4)
    for one in layers:
        listed.append(_project_layer(one, LONLAT if one.table else metric))
    properties = ET.SubElement(root, "properties")
    paths = ET.SubElement(properties, "Paths")
    ET.SubElement(paths, "Absolute", type="bool").text = "false"
    projected = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(projected, "ProjectionsEnabled", type="int").text = "1"
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    text += ET.tostring(root, encoding="unicode")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("plan.qgs", _LONG_AGO), text)


def _layers(plan: Plan) -> Iterator[_ProjectLayer]:
    """Yield the layers from the top of the list down."""
    service = "服务与基站 Service and stations"
    if plan.places is not None:
        yield _ProjectLayer(
            "重点场所 Priority places", service, qgis_styles.places_qml(), "priority_places",
            geometry="Point",
        )  # fmt: skip
    yield _ProjectLayer(
        "基站 Stations", service, qgis_styles.stations_qml(), "stations", geometry="Point"
    )
    yield _ProjectLayer(
        "覆盖空洞 Gaps", service, qgis_styles.gaps_qml(), "gaps", geometry="Polygon"
    )
    fill = "底色 Fills"
    yield _ProjectLayer(
        "获得服务的人口 People served, %", fill, qgis_styles.raster_classes_qml(PERCENT),
        raster="served_percent.tif",
    )  # fmt: skip
    yield _ProjectLayer(
        "服务时间与类型 Served since when, by class", fill,
        qgis_styles.raster_classes_qml(COVERAGE), raster="coverage.tif",
        shown=False,
    )  # fmt: skip
    for layer in LAYERS if plan.scenario.radio.maps.include else ():
        yield _ProjectLayer(
            f"{layer.name_zh} {layer.name_en}", "无线 Radio maps", layer_style(layer),
            raster=f"radio/{layer.key}.tif", shown=False,
        )  # fmt: skip
    yield _ProjectLayer(
        "地区 Zones", "底图 Base map", qgis_styles.zones_qml(), "zones", geometry="Polygon"
    )


def _tree(layers: list[_ProjectLayer]) -> ET.Element:
    tree = ET.Element("layer-tree-group")
    groups: dict[str, ET.Element] = {}
    for one in layers:
        if one.group not in groups:
            groups[one.group] = ET.SubElement(
                tree, "layer-tree-group", name=one.group, checked="Qt::Checked", expanded="1"
            )
        ET.SubElement(
            groups[one.group], "layer-tree-layer", id=one.identifier, name=one.name,
            checked="Qt::Checked" if one.shown else "Qt::Unchecked", expanded="0",
            source=_source(one), providerKey="ogr" if one.table else "gdal",
        )  # fmt: skip
    return tree


def _source(layer: _ProjectLayer) -> str:
    return f"./{_GEOPACKAGE}|layername={layer.table}" if layer.table else f"./{layer.raster}"


def _project_layer(layer: _ProjectLayer, crs: CRS) -> ET.Element:
    kind = {"type": "vector", "geometry": layer.geometry} if layer.table else {"type": "raster"}
    element = _styled(layer, kind)
    ET.SubElement(element, "srs").append(_reference(crs))
    ET.SubElement(element, "provider", encoding="UTF-8").text = "ogr" if layer.table else "gdal"
    return element


def _styled(layer: _ProjectLayer, kind: dict[str, str]) -> ET.Element:
    """Return a layer with the attributes and the parts of its style."""
    style = ET.fromstring(layer.qml.partition("\n")[2])
    known = {key: value for key, value in style.attrib.items() if key != "version"}
    element = ET.Element("maplayer", {**known, **kind})
    ET.SubElement(element, "id").text = layer.identifier
    ET.SubElement(element, "datasource").text = _source(layer)
    ET.SubElement(element, "layername").text = layer.name
    element.extend(list(style))
    return element


def _reference(crs: CRS) -> ET.Element:
    system = ET.Element("spatialrefsys", nativeFormat="Wkt")
    ET.SubElement(system, "wkt").text = crs.to_wkt()
    authority = crs.to_authority()
    ET.SubElement(system, "authid").text = ":".join(authority) if authority else ""
    ET.SubElement(system, "description").text = crs.name
    ET.SubElement(system, "geographicflag").text = str(crs.is_geographic).lower()
    return system
