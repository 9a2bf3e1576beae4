"""Vector files as they are in practice: layers, encodings, datums, long edges, empty rows."""

from __future__ import annotations

import zipfile
from contextlib import nullcontext
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import Point, box

from planner.errors import InputError, PlannerWarning
from planner.ground.area import study_area
from planner.openers.vector import VectorFile, read_features
from planner.scenario import load_scenario
from planner.sites.candidates import candidate_sites
from tests.planner.study import SCENARIO, points, write_study

RADII_M = (800.0, 1000.0, 1500.0, 2000.0)
AREA = box(106.0, 26.0, 106.2, 26.2)


def features_of(path: Path, **choice: str) -> gpd.GeoDataFrame:
    return read_features(VectorFile(path, path.name, "area.boundary", **choice))


def saved(path: Path, geometry: list, crs: str = "EPSG:4326", **columns: list) -> Path:
    layer = columns.pop("layer", None)
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)
    frame.to_file(path, layer=layer) if layer else frame.to_file(path)
    return path


def test_a_layer_must_be_chosen_and_the_choice_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    saved(path, [box(0, 0, 1, 1)], layer="lake")
    saved(path, [AREA], layer="county")
    with pytest.raises(InputError, match=r"several layers.*lake.*county.*boundary_layer"):
        features_of(path)
    with pytest.raises(InputError, match="no such layer"):
        features_of(path, layer="town")
    with pytest.warns(PlannerWarning, match="layer county is read, one of 2"):
        assert features_of(path, layer="county").total_bounds[0] == pytest.approx(106.0)


def test_a_condition_chooses_features(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", [AREA, box(0, 0, 1, 1)], kind=["county", "lake"])
    assert len(features_of(path, where="kind = 'county'")) == 1
    with pytest.raises(InputError, match="holds no features"):
        features_of(path, where="kind = 'sea'")


@pytest.mark.parametrize(("crs", "far"), [("EPSG:4326", 1e9), ("EPSG:32648", 1e200)])
def test_a_coordinate_beyond_everything_is_refused(tmp_path: Path, crs: str, far: float) -> None:
    path = saved(tmp_path / "a.gpkg", [box(106.0, 26.0, far, 27.0)], crs)
    with pytest.raises(InputError, match="not on the Earth"):
        features_of(path)


def test_rows_without_geometry_are_counted(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", [Point(106.1, 26.1), None, Point(106.2, 26.1)])
    with pytest.warns(PlannerWarning, match="1 of 3 features have no geometry; dropped"):
        assert len(features_of(path)) == 2


def test_a_straight_border_keeps_to_the_parallel(tmp_path: Path) -> None:
    """Four corners over seven degrees: a chord in a conic projection would cut 10 km off."""
    path = saved(tmp_path / "a.geojson", [box(-109.0, 40.0, -102.0, 41.0)])
    border = features_of(path).geometry.iloc[0]
    assert len(shapely.get_coordinates(border)) > 700
    (tmp_path / "study").mkdir()
    text = SCENARIO.replace("boundary.geojson", str(path)).replace('zones = "zones.geojson"\n', "")
    scenario = load_scenario(write_study(tmp_path / "study", text))
    area = study_area(scenario, 2000.0)
    south = area.grid.lonlat(*area.grid.xy_m(area.zone_index.ravel().nonzero()[0]))[1]
    inside = (area.zone_index.ravel() >= 0).nonzero()[0]
    lat = area.grid.lonlat(*area.grid.xy_m(inside))[1]
    assert 40.0 <= lat.min() < 40.02
    assert south.size > 0


@pytest.mark.parametrize(
    ("crs", "warns"), [("EPSG:4214", True), ("EPSG:4610", True), ("EPSG:4490", False)]
)
def test_an_old_datum_without_a_known_shift_is_reported(
    tmp_path: Path, crs: str, warns: bool, recwarn: pytest.WarningsRecorder
) -> None:
    features_of(saved(tmp_path / "a.gpkg", [AREA], crs))
    said = [str(one.message) for one in recwarn if issubclass(one.category, PlannerWarning)]
    assert any("no transformation from its datum" in text for text in said) == warns


def test_an_area_on_both_sides_of_the_antimeridian_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.geojson", [box(179.5, -17, 180, -16), box(-180, -17, -179.5, -16)])
    with pytest.raises(InputError, match="antimeridian"):
        features_of(path)


@pytest.mark.parametrize(
    ("written", "named", "packed", "said"),
    [
        ("gbk", None, False, "does not name"),
        ("gbk", None, True, "does not name"),
        ("gbk", "UTF-8", False, "names another"),
        ("gbk", "ISO-8859-1", True, "names another"),
        ("utf-8", "GBK", False, "names another"),
        ("utf-8", "1252", False, "names another"),
        ("utf-8", None, False, None),
        ("utf-8", "UTF-8", True, None),
        ("gbk", "GBK", False, None),
        ("gbk", "936", True, None),
    ],
)
def test_the_encoding_of_a_shapefile_is_that_of_its_texts(
    tmp_path: Path, written: str, named: str | None, packed: bool, said: str | None
) -> None:
    path = tmp_path / "zones.shp"
    frame = gpd.GeoDataFrame({"n": ["贵阳市", "Guiyang"]}, geometry=[AREA, AREA], crs="EPSG:4326")
    frame.to_file(path, encoding=written)
    page = path.with_suffix(".cpg")
    page.write_text(named) if named else page.unlink()
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = 0  # The code page of dBASE, which GDAL writes too.
    path.with_suffix(".dbf").write_bytes(dbf)
    if packed:
        with zipfile.ZipFile(tmp_path / "zones.zip", "w") as archive:
            for one in tmp_path.glob("zones.*"):
                if one.suffix != ".zip":
                    archive.write(one, one.name)
        path = tmp_path / "zones.zip"
    with pytest.warns(PlannerWarning, match=said) if said else nullcontext():
        assert features_of(path)["n"].tolist() == ["贵阳市", "Guiyang"]


def test_a_zip_of_a_later_version_is_read_or_refused(tmp_path: Path) -> None:
    """The program's own look into an archive knows fewer versions than the reader."""
    frame = gpd.GeoDataFrame({"n": ["a"]}, geometry=[AREA], crs="EPSG:4326")
    frame.to_file(tmp_path / "zones.shp")
    path = tmp_path / "zones.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for suffix in ("shp", "shx", "dbf", "prj"):
            archive.write(tmp_path / f"zones.{suffix}", f"zones.{suffix}")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 6] = 91  # Version needed to extract: 9.1
    path.write_bytes(content)
    assert features_of(path)["n"].tolist() == ["a"]


def test_letters_of_western_europe_stay_what_a_shapefile_says(tmp_path: Path) -> None:
    path = tmp_path / "zones.shp"
    frame = gpd.GeoDataFrame({"n": ["Île-de-France", "Córdoba"]}, geometry=[AREA] * 2, crs=4326)
    frame.to_file(path, encoding="ISO-8859-1")
    assert features_of(path)["n"].tolist() == ["Île-de-France", "Córdoba"]


def sites_in_study(tmp_path: Path, lonlat: list[tuple[float, float]]):
    points(tmp_path / "sites.csv", lonlat)
    write_study(tmp_path, SCENARIO + '\n[sites]\nexisting = "sites.csv"\n')
    scenario = load_scenario(tmp_path / "small.toml")
    area = study_area(scenario, 400.0)
    from planner.ground.demand import demand_on_grid

    return candidate_sites(scenario, area, demand_on_grid(scenario, area), RADII_M)


def test_exchanged_columns_are_suspected_where_both_are_degrees(tmp_path: Path) -> None:
    text = SCENARIO.replace('zones = "zones.geojson"\n', "")
    path = write_study(tmp_path, text)
    saved(tmp_path / "boundary.geojson", [box(36.7, -1.4, 36.9, -1.2)])
    points(tmp_path / "sites.csv", [(-1.3, 36.8)])
    path.write_text(text + '\n[sites]\nexisting = "sites.csv"\n')
    scenario = load_scenario(path)
    area = study_area(scenario, 400.0)
    with pytest.raises(InputError, match="longitude and latitude look swapped"):
        candidate_sites(scenario, area, None, RADII_M)


def test_positions_of_chinese_web_maps_are_suspected(tmp_path: Path) -> None:
    """The study ends at 113.24 E; GCJ-02 moves what lies there some 500 m to the east."""
    with pytest.raises(InputError, match="GCJ-02"):
        sites_in_study(tmp_path, [(113.2420, 23.08), (113.2, 23.1)])
