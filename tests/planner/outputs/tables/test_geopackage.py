"""The GeoPackage: layers, styles and meanings, read back."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest

from planner.columns import GAPS, STATIONS, ZONES
from planner.outputs.palette import ROLE_COLOURS, SHARE_COLOURS
from planner.outputs.tables.geopackage import write_geopackage
from planner.plan import Plan

COLUMNS = {"zones": ZONES, "gaps": GAPS, "stations": STATIONS}


def query(path: Path, text: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(text).fetchall()


def style(path: Path, layer: str) -> ET.Element:
    found = query(path, f"SELECT styleQML FROM layer_styles WHERE f_table_name = '{layer}'")
    return ET.fromstring(found[0][0])


@pytest.mark.parametrize("layer", COLUMNS)
def test_layers_come_back_as_they_were(hostile_plan: Plan, saved_hostile: Path, layer: str) -> None:
    table = gpd.read_file(saved_hostile / "plan.gpkg", layer=layer)
    expected = getattr(hostile_plan, layer)
    assert table.crs == "EPSG:4326"
    assert list(table.columns) == [*COLUMNS[layer], "geometry"]
    assert table.geometry.geom_equals(expected.geometry.reset_index(drop=True)).all()
    for name in COLUMNS[layer]:
        assert table[name].tolist() == expected[name].tolist(), name


def test_each_layer_has_one_default_style_that_parses(saved: Path) -> None:
    rows = query(
        saved / "plan.gpkg",
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles",
    )
    assert {row[0] for row in rows} == set(COLUMNS)
    for _, column, default, qml in rows:
        assert column == "geom"
        assert default == 1
        assert ET.fromstring(qml).tag == "qgis"


def test_styles_have_the_colours_of_the_map(saved: Path) -> None:
    def colours(layer: str) -> list[str]:
        found = style(saved / "plan.gpkg", layer).findall(".//Option[@name='color']")
        return [f"#{bytes(map(int, o.get('value', '').split(',')[:3])).hex()}" for o in found]

    assert colours("stations") == list(ROLE_COLOURS.values())
    assert colours("zones") == list(SHARE_COLOURS)


def test_styles_speak_of_columns_and_values_that_are_there(saved: Path) -> None:
    stations = style(saved / "plan.gpkg", "stations")
    roles = {category.get("value") for category in stations.iter("category")}
    written = gpd.read_file(saved / "plan.gpkg", layer="stations", ignore_geometry=True)
    assert set(written["role"]) <= roles
    zones = style(saved / "plan.gpkg", "zones").find("renderer-v2")
    assert zones is not None
    assert zones.get("attr") in ZONES
    edges = [(float(r.get("lower", "")), float(r.get("upper", ""))) for r in zones.iter("range")]
    assert edges[0][0] == 0.0
    assert edges[-1][1] == 1.0
    assert all(upper == lower for (_, upper), (lower, _) in itertools.pairwise(edges))


def test_contents_and_columns_are_described(saved: Path) -> None:
    path = saved / "plan.gpkg"
    described = dict(query(path, "SELECT table_name, description FROM gpkg_contents"))
    assert set(described) == {*COLUMNS, "layer_styles"}
    assert all(described.values())
    meanings = query(path, "SELECT table_name, column_name, title FROM gpkg_data_columns")
    assert {row[:2] for row in meanings} == {
        (layer, name) for layer, columns in COLUMNS.items() for name in columns
    }
    assert ("zones", "population", "Residents 人口 [people]") in meanings


def test_every_layer_names_the_scenario(saved: Path) -> None:
    for layer in COLUMNS:
        metadata = pyogrio.read_info(saved / "plan.gpkg", layer=layer)["layer_metadata"]
        assert metadata["scenario"] == "synthetic-bay"
        assert metadata["planner_version"] == "0.1.0"


def test_reading_leaves_nothing_beside_the_file(saved: Path, tmp_path: Path) -> None:
    shutil.copy(saved / "plan.gpkg", tmp_path)
    pyogrio.read_info(tmp_path / "plan.gpkg", layer="zones")
    gpd.read_file(tmp_path / "plan.gpkg", layer="stations")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.gpkg"]


def test_plan_without_gaps(synthetic_plan: Plan, tmp_path: Path) -> None:
    write_geopackage(
        replace(synthetic_plan, gaps=synthetic_plan.gaps.iloc[:0]), tmp_path / "p.gpkg"
    )
    gaps = gpd.read_file(tmp_path / "p.gpkg", layer="gaps")
    assert gaps.empty
    assert list(gaps.columns) == [*GAPS, "geometry"]
