"""GeoParquet and KMZ, on request."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest

from planner.outputs import output_files
from planner.outputs.tables.geoparquet import write_geoparquet
from planner.outputs.tables.kmz import write_kmz
from planner.plan import Plan

KML = "{http://www.opengis.net/kml/2.2}"
FILES = {"stations.parquet", "gaps.parquet", "zones.parquet", "plan.kmz"}


def test_they_are_written_when_the_scenario_asks(synthetic_plan: Plan) -> None:
    scenario = synthetic_plan.scenario
    assert not FILES & set(output_files(scenario))
    outputs = scenario.outputs.model_copy(update={"geoparquet": True, "kmz": True})
    assert set(output_files(scenario.model_copy(update={"outputs": outputs}))) >= FILES


@pytest.mark.parametrize("name", ["stations", "gaps", "zones"])
def test_geoparquet_holds_the_table(synthetic_plan: Plan, tmp_path: Path, name: str) -> None:
    write_geoparquet(name, synthetic_plan, tmp_path / "table.parquet")
    found, table = gpd.read_parquet(tmp_path / "table.parquet"), getattr(synthetic_plan, name)
    assert found.crs == "EPSG:4326"
    assert list(found.columns) == list(table.columns)
    assert found.geometry.geom_equals(table.geometry.reset_index(drop=True)).all()


def test_kmz_has_a_placemark_for_each_row_and_names_stay_text(
    hostile_plan: Plan, tmp_path: Path
) -> None:
    write_kmz(hostile_plan, tmp_path / "plan.kmz")
    with zipfile.ZipFile(tmp_path / "plan.kmz") as archive:
        root = ET.fromstring(archive.read("doc.kml"))
    styles = {style.get("id") for style in root.iter(f"{KML}Style")}
    rows = {
        "zones": hostile_plan.zones,
        "gaps": hostile_plan.gaps,
        "stations": hostile_plan.stations,
    }
    for folder in root.iter(f"{KML}Folder"):
        table = rows[folder.findtext(f"{KML}name") or ""]
        marks = folder.findall(f"{KML}Placemark")
        assert len(marks) == len(table)
        assert {(mark.findtext(f"{KML}styleUrl") or "")[1:] for mark in marks} <= styles
    zones = next(root.iter(f"{KML}Folder"))
    names = [mark.findtext(f"{KML}name") for mark in zones.findall(f"{KML}Placemark")]
    assert [" ".join((name or "").split()) for name in names] == [
        " ".join(name.split()) for name in hostile_plan.zones["name_zh"]
    ]
    first = next(root.iter(f"{KML}Point")).findtext(f"{KML}coordinates") or ""
    lon, lat = map(float, first.split(","))
    station = hostile_plan.stations.iloc[0]
    assert (lon, lat) == pytest.approx((station.lon, station.lat), abs=1e-6)
