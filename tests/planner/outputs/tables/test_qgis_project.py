"""The QGIS project: every layer is there, styled, in a group, by a relative path."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pyogrio
import pytest
import rasterio

from planner.columns import GAPS, STATIONS, ZONES
from planner.outputs.tables.qgis_styles import column_alias
from planner.plan import Plan


@pytest.fixture(scope="module")
def project(saved_radio: Path) -> ET.Element:
    with zipfile.ZipFile(saved_radio / "plan.qgz") as archive:
        assert archive.namelist() == ["plan.qgs"]
        return ET.fromstring(archive.read("plan.qgs").decode().partition("\n")[2])


def test_every_layer_is_a_file_beside_the_project(project: ET.Element, saved_radio: Path) -> None:
    names = set()
    for layer in project.iter("maplayer"):
        source = layer.findtext("datasource") or ""
        assert source.startswith("./")
        file, _, table = source.removeprefix("./").partition("|layername=")
        if table:
            assert table in {name for name, _ in pyogrio.list_layers(saved_radio / file)}
            wanted = "EPSG:4326"
            assert layer.findtext("srs/spatialrefsys/authid") == wanted
        else:
            with rasterio.open(saved_radio / file) as raster:
                assert raster.crs == rasterio.CRS.from_wkt(
                    layer.findtext("srs/spatialrefsys/wkt") or ""
                )
        names.add(table or file)
        assert len(layer.findtext("id") or "") > 10  # shorter ones QGIS replaces by its own
    assert names >= {"stations", "gaps", "zones", "coverage.tif", "radio/rsrp.tif"}
    assert project.findtext("properties/Paths/Absolute") == "false"


def test_the_tree_names_each_layer_once_in_a_group(project: ET.Element) -> None:
    known = {layer.findtext("id") for layer in project.iter("maplayer")}
    groups = [node for node in project.iter("layer-tree-group") if node.get("name")]
    assert len(groups) == 4
    listed = [node.get("id") for group in groups for node in group.iter("layer-tree-layer")]
    assert sorted(listed, key=str) == sorted(known, key=str)


def test_layers_have_a_renderer_labels_and_names_of_columns(project: ET.Element) -> None:
    tables = {"stations": STATIONS, "gaps": GAPS, "zones": ZONES}
    for layer in project.iter("maplayer"):
        table = (layer.findtext("datasource") or "").partition("layername=")[2]
        if not table:
            assert layer.find("pipe/rasterrenderer") is not None
            continue
        assert layer.find("renderer-v2") is not None
        assert layer.find("labeling/settings/text-style") is not None
        aliases = {one.get("field"): one.get("name") for one in layer.iter("alias")}
        assert aliases == {name: column_alias(column) for name, column in tables[table].items()}
        if table == "stations":
            assert layer.get("hasScaleBasedVisibilityFlag") == "1"
            sizes = [one.get("value") or "" for one in layer.iter("Option")]
            assert any("@map_scale" in size for size in sizes)


def test_the_same_plan_gives_the_same_bytes(
    radio_plan: Plan, saved_radio: Path, tmp_path: Path
) -> None:
    from planner.outputs.tables.qgis_project import write_project

    write_project(radio_plan, tmp_path / "plan.qgz")
    assert (tmp_path / "plan.qgz").read_bytes() == (saved_radio / "plan.qgz").read_bytes()
