"""Scenarios that name data sets: fetched once from a server on this machine, then offline."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
import tomli_w
from affine import Affine

import planner
from planner import cli
from planner.errors import InputError
from planner.scenario.load import resolved
from tests.planner.data.local_server import Files, served
from tests.planner.study import EAST, NORTH, SCENARIO, SOUTH, WEST, write_study

POPULATION = "/GIS/Population/Global_2000_2020/2020/CHN/chn_ppp_2020.tif"
TILE = "Copernicus_DSM_COG_30_N23_00_E113_00_DEM"
BY_NAME = 'population = "worldpop-100m"\nterrain = "copernicus-dem-90"\n' + SCENARIO.replace(
    '[population]\nfile = "people.tif"\n', ""
)


def geotiff(values: np.ndarray, west: float, north: float, pixel: float) -> bytes:
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
            dtype="float32", crs="EPSG:4326", nodata=-99999.0, tiled=True, blockxsize=256,
            blockysize=256, compress="deflate", transform=Affine(pixel, 0, west, 0, -pixel, north),
        ) as target:  # fmt: skip
            target.write(values.astype(np.float32), 1)
        return memory.read()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Files]:
    """Publishers on this machine: people with two towns, and a ridge between them."""
    with served() as files:
        row, column = np.mgrid[0:600, 0:600]
        towns = 20 * np.exp(-((column - 170) ** 2 + (row - 350) ** 2) / 2e3)
        towns += 12 * np.exp(-((column - 280) ** 2 + (row - 380) ** 2) / 2e3)
        files.content[POPULATION] = geotiff(towns + 0.05, WEST - 0.15, NORTH + 0.25, 1 / 1200)
        heights = 200 * np.exp(-((np.mgrid[0:1200, 0:1200][1] - 140) ** 2) / 800)
        files.content[f"/{TILE}/{TILE}.tif"] = geotiff(heights, 113.0, 24.0, 1 / 1200)
        hosts = ("https://data.worldpop.org", "https://copernicus-dem-90m.s3.amazonaws.com")
        monkeypatch.setenv(
            "PLANNER_DATA_MIRRORS", " ".join(f"{host}={files.address}" for host in hosts)
        )
        monkeypatch.setenv("PLANNER_DATA_RETRIES", "0")
        monkeypatch.setenv("PLANNER_DATA_CACHE", str(tmp_path / "cache"))
        yield files


def planned(study: Path, out: Path, *more: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", str(study), "--out", str(out), "--quiet", *more])
    return int(ended.value.code or 0)


def test_a_run_by_name_says_what_to_fetch_then_plans_offline(
    server: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    study = write_study(tmp_path, BY_NAME)
    assert planned(study, tmp_path / "out") == 2
    said = capsys.readouterr().err.splitlines()
    boundary = tmp_path.resolve() / "boundary.geojson"
    assert len(said) == 2
    assert f"planner data fetch worldpop-100m --area {boundary}" in said[0]
    assert f"planner data fetch copernicus-dem-90 --area {boundary}" in said[1]
    assert not (tmp_path / "out").exists()
    assert not server.requests

    assert planned(study, tmp_path / "out", "--fetch") == 0
    said = capsys.readouterr().err
    assert "licence: CC BY 4.0" in said
    assert "Copernicus DEM licence" in said
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    inputs = {row["role"]: row for row in summary["provenance"]["inputs"]}
    assert inputs["population"]["id"] == "worldpop-100m"
    assert inputs["population"]["licence"] == "CC BY 4.0"
    assert "WorldPop" in inputs["population"]["attribution"]
    assert "Airbus" in inputs["terrain 1"]["attribution"]
    assert summary["population_is_model"] is True
    for name in ("map.html", "report.html"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "WorldPop, University of Southampton" in text
        assert "Airbus Defence" in text

    asked = len(server.requests)
    monkeypatch.setenv("PLANNER_DATA_OFFLINE", "1")
    assert planned(study, tmp_path / "again") == 0
    assert len(server.requests) == asked
    again = json.loads((tmp_path / "again" / "summary.json").read_text(encoding="utf-8"))
    assert again["population_covered"] == summary["population_covered"]


def test_the_written_scenario_keeps_the_names(server: Files, tmp_path: Path) -> None:
    scenario = planner.load_scenario(write_study(tmp_path, BY_NAME))
    tables = resolved(scenario)
    assert tables["population"]["file"] == "worldpop-100m"
    assert tables["terrain"]["tiles"] == [{"file": "copernicus-dem-90"}]
    (tmp_path / "again.toml").write_text(tomli_w.dumps(tables), encoding="utf-8")
    assert planner.load_scenario(tmp_path / "again.toml").data_names == scenario.data_names
    assert scenario.data_names == (
        ("population.file", "worldpop-100m"), ("terrain.tiles.0.file", "copernicus-dem-90"),
    )  # fmt: skip


def test_names_are_set_from_outside_and_a_boundary_has_none(server: Files, tmp_path: Path) -> None:
    study = write_study(tmp_path)
    for setting in ("population=worldpop-100m", "population.file=worldpop-100m"):
        scenario = planner.load_scenario(study, [setting])
        assert scenario.data_names == (("population.file", "worldpop-100m"),)
    with pytest.raises(InputError, match="no such file"):
        planner.load_scenario(study, ["area.boundary=geoboundaries"])


def test_the_commands_list_fetch_and_verify(
    server: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    write_study(tmp_path)
    area = str(tmp_path / "boundary.geojson")

    def said(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["data", *arguments])
        text = capsys.readouterr()
        return int(ended.value.code or 0), text.out, text.err

    assert "worldcover-10m" in said("fetch")[1]
    assert said("fetch", "worldpop-100m")[0] == 2
    code, out, err = said("fetch", "worldpop-100m", "--area", area)
    assert code == 0
    assert "CC BY 4.0" in err
    path = Path(out.strip())
    assert path.is_file()
    assert f"in the cache: {area}" in said("fetch")[1]
    assert "1 fetched data sets are as recorded" in said("verify")[1]
    path.write_bytes(path.read_bytes()[:-1])
    code, _, err = said("verify")
    assert code == 2
    assert "differs from its record" in err
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, err = said("fetch", "osm-roads", "--area", area)
    assert code == 2
    assert "--accept-licence" in err
    code, _, err = said("fetch", "worldpop-1km", "--area", area, "--offline")
    assert code == 2
    assert "offline" in err


def test_guizhou_by_name_says_both_commands(server: Files) -> None:
    with pytest.raises(InputError) as caught:
        planner.load_scenario("guizhou-terrain").check_data()
    assert [problem.expected for problem in caught.value.problems] == [
        "to be fetched first: planner data fetch worldpop-100m --area 520000",
        "to be fetched first: planner data fetch copernicus-dem-90 --area 520000",
    ]


def test_guizhou_is_planned_on_what_its_names_bring(server: Files, tmp_path: Path) -> None:
    row, column = np.mgrid[0:320, 0:400]
    town = 4000 * np.exp(-((column - 190) ** 2 + (row - 160) ** 2) / 200)
    server.content[POPULATION] = geotiff(town + 20, 103.0, 29.5, 1 / 60)
    for lat in range(24, 30):
        for lon in range(103, 110):
            tile = f"Copernicus_DSM_COG_30_N{lat}_00_E{lon}_00_DEM"
            heights = 1000 + 300 * np.sin(np.mgrid[0:120, 0:120].sum(axis=0) / 9)
            server.content[f"/{tile}/{tile}.tif"] = geotiff(heights, lon, lat + 1, 1 / 120)
    coarse = ("area.cell_size_m=2500", "target.stations_new=60", "target.stations_baseline=10",
              "siting.improvement_rounds=0", "siting.certificate_iterations=10",
              "service.radius_m.rural=8000")  # fmt: skip
    options = [text for one in coarse for text in ("--set", one)]
    with pytest.raises(SystemExit) as ended:
        cli.main(
            ["run", "guizhou-terrain", "--fetch", "--quiet", "--out", str(tmp_path / "o"), *options]
        )
    assert ended.value.code in (0, 3)
    summary = json.loads((tmp_path / "o" / "summary.json").read_text(encoding="utf-8"))
    assert summary["stations_new"] == 60
    people = 4000 * 2 * np.pi * 100 + 20 * summary["cells_land"] * 6.25 / 3.1
    assert 0.8 * people < summary["population_total"] < 1.2 * people
    assert len(list((tmp_path / "cache/sets/copernicus-dem-90/520000").glob("*.tif"))) >= 35


def roads_zip() -> bytes:
    """Geofabrik's form: a road across the study in a Shapefile, in a ZIP."""
    line = shapely.LineString([(WEST, SOUTH), (EAST, NORTH)])
    frame = gpd.GeoDataFrame({"fclass": ["trunk"]}, geometry=[line], crs="EPSG:4326")
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w") as archive:
        pyogrio.write_dataframe(frame, Path(folder) / "gis_osm_roads_free_1.shp")
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()


def test_roads_by_name_are_drawn_with_their_attribution(
    server: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = roads_zip()
    name = "/asia/china/guangdong-latest-free.shp.zip"
    server.content[name] = content
    server.content[f"{name}.md5"] = hashlib.md5(content).hexdigest().encode()
    monkeypatch.setenv("PLANNER_DATA_MIRRORS", f"https://download.geofabrik.de={server.address}")
    study = write_study(tmp_path, SCENARIO + '\n[base_map]\nroads = "osm-roads"\n')
    assert planned(study, tmp_path / "out") == 2
    area = str(tmp_path / "boundary.geojson")
    with pytest.raises(SystemExit) as ended:
        cli.main(["data", "fetch", "osm-roads", "--area", area, "--accept-licence"])
    assert ended.value.code == 0
    assert planned(study, tmp_path / "out") == 0
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    assert "Main roads" in page
    assert "OpenStreetMap contributors" in page
