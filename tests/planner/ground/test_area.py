"""Study area: the fitted grid, exact areas, and boundaries that are wrong in every known way."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import Polygon

from planner.errors import InputError, PlannerWarning
from planner.ground.area import MOST_ZONES, geodesic_area_km2, study_area
from planner.ground.grid import Grid, fitted_albers
from planner.scenario import load_scenario
from tests.planner.study import (
    EAST,
    NORTH,
    SCENARIO,
    SOUTH,
    WEST,
    rectangle,
    write_geojson,
    write_study,
)


def area_of(path: Path, *overrides: str, cell_size_m: float = 250.0):
    return study_area(load_scenario(path, overrides), cell_size_m)


def test_albers_keeps_areas_and_nearly_distances_over_a_province() -> None:
    crs = fitted_albers(109.6, 20.2, 117.4, 25.6)
    box = Polygon([(112, 22), (113, 22), (113, 23), (112, 23)]).segmentize(0.01)
    projected = gpd.GeoSeries([box], crs="EPSG:4326").to_crs(crs)
    assert projected.area.iloc[0] / 1e6 == pytest.approx(geodesic_area_km2(box), rel=1e-6)
    ends = gpd.GeoSeries.from_xy([110, 117], [20.5, 25.5], crs="EPSG:4326")
    true_m = Geod(ellps="WGS84").inv(110, 20.5, 117, 25.5)[2]
    ends_m = ends.to_crs(crs)
    assert ends_m.iloc[0].distance(ends_m.iloc[1]) == pytest.approx(true_m, rel=3e-3)


def test_cells_and_centres_are_inverse_to_each_other() -> None:
    grid = Grid.around((-1234.0, -50.0, 2345.0, 1999.0), 100.0, fitted_albers(113, 23, 114, 24))
    cells = np.arange(grid.height * grid.width)
    assert (grid.cells(*grid.xy_m(cells)) == cells).all()
    assert (grid.cells([grid.bounds_m[0] - 1, 1e9], [0.0, 0.0]) == -1).all()
    west, south, east, north = grid.bounds_m
    assert west <= -1234
    assert south <= -50
    assert east >= 2345
    assert north >= 1999
    assert all(value % 100 == 0 for value in grid.bounds_m)


def test_grid_area_is_the_area_of_the_boundary(tmp_path: Path) -> None:
    area = area_of(write_study(tmp_path), cell_size_m=50.0)
    assert area.area_km2 == pytest.approx(geodesic_area_km2(area.boundary), rel=2e-3)
    assert list(area.zones["adcode"]) == ["440001", "440002"]
    assert set(np.unique(area.zone_index)) <= {-1, 0, 1}


def test_zone_of_a_cell_is_the_zone_of_its_centre(tmp_path: Path) -> None:
    area = area_of(write_study(tmp_path))
    inside = np.flatnonzero(area.zone_index.ravel() >= 0)[::37]
    points = gpd.GeoSeries.from_xy(*area.grid.xy_m(inside), crs=area.grid.crs)
    for cell, point in zip(inside, points, strict=True):
        assert area.zones_m().iloc[area.zone_index.ravel()[cell]].buffer(0.01).contains(point)


def test_without_zones_the_boundary_is_the_one_zone(tmp_path: Path) -> None:
    path = write_study(tmp_path, SCENARIO.replace('zones = "zones.geojson"', ""))
    area = area_of(path)
    assert len(area.zones) == 1
    assert area.zones["name_en"].iloc[0] == "A small study"


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (rectangle(SOUTH, WEST, NORTH, EAST), "swapped"),
        (rectangle(500000, 2500000, 600000, 2600000), "not on the Earth"),
        ({"type": "Point", "coordinates": [113, 23]}, "no polygon"),
        ({"type": "Polygon", "coordinates": []}, "no features"),
    ],
)
def test_boundaries_that_cannot_be_used(tmp_path: Path, geometry, message: str) -> None:
    path = write_study(tmp_path)
    write_geojson(tmp_path / "boundary.geojson", [(geometry, {})])
    with pytest.raises(InputError, match=message) as caught:
        area_of(path)
    assert "boundary.geojson" in str(caught.value)


def test_an_empty_or_damaged_boundary_file(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    write_geojson(tmp_path / "boundary.geojson", [])
    with pytest.raises(InputError, match="no features"):
        area_of(path)
    (tmp_path / "boundary.geojson").write_text("not json")
    with pytest.raises(InputError, match="cannot be read as a vector file"):
        area_of(path)


def bow_tie(tmp_path: Path) -> None:
    ring = [[WEST, SOUTH], [EAST, NORTH], [EAST, SOUTH], [WEST, NORTH], [WEST, SOUTH]]
    write_geojson(tmp_path / "boundary.geojson", [({"type": "Polygon", "coordinates": [ring]}, {})])


def test_an_invalid_boundary_is_repaired_and_said_to_be(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    bow_tie(tmp_path)
    with pytest.warns(PlannerWarning, match="repaired"):
        area = area_of(path)
    half = geodesic_area_km2(Polygon([(WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (WEST, NORTH)]))
    assert area.area_km2 == pytest.approx(half / 2, rel=0.02)


def test_an_invalid_boundary_is_refused_where_the_scenario_says_so(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    bow_tie(tmp_path)
    with pytest.raises(InputError, match="invalid geometries"):
        area_of(path, "area.invalid_geometry=refuse")


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_boundary_without_crs_is_refused(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    shape = gpd.GeoDataFrame(geometry=[Polygon([(113, 23), (113.2, 23), (113.2, 23.2)])])
    shape.to_file(tmp_path / "bare.shp", engine="pyogrio")
    with pytest.raises(InputError, match="has no CRS"):
        area_of(path, f"area.boundary={tmp_path / 'bare.shp'}")


@pytest.mark.parametrize("suffix", ["gpkg", "shp"])
def test_boundaries_in_other_formats_and_crs(tmp_path: Path, suffix: str) -> None:
    path = write_study(tmp_path)
    file = tmp_path / f"utm.{suffix}"
    gpd.read_file(tmp_path / "boundary.geojson").to_crs("EPSG:32649").to_file(file)
    area = area_of(path, f"area.boundary={file}")
    assert area.area_km2 == pytest.approx(area_of(path).area_km2, rel=1e-3)


def test_zones_that_miss_the_boundary_or_repeat_a_code(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    far = rectangle(100, 30, 101, 31)
    write_geojson(tmp_path / "zones.geojson", [(far, {"adcode": "1"})])
    with pytest.raises(InputError, match="no zone overlaps"):
        area_of(path)
    here = rectangle(WEST, SOUTH, EAST, NORTH)
    write_geojson(tmp_path / "zones.geojson", [(here, {"adcode": "1"}), (here, {"adcode": "1"})])
    with pytest.raises(InputError, match="occur twice"):
        area_of(path)
    write_geojson(tmp_path / "zones.geojson", [(here, {"code": "1"})])
    with pytest.raises(InputError, match=r"area\.zone_code_column"):
        area_of(path)


def test_land_in_no_zone_is_reported(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    half = rectangle(WEST, SOUTH, (WEST + EAST) / 2, NORTH)
    write_geojson(tmp_path / "zones.geojson", [(half, {"adcode": "1"})])
    with pytest.warns(PlannerWarning, match="belong to no zone"):
        area_of(path)


def test_unknown_province_names_the_known_ones(tmp_path: Path) -> None:
    path = write_study(
        tmp_path,
        SCENARIO.replace('boundary = "boundary.geojson"', "").replace(
            'zones = "zones.geojson"', 'province = "Atlantis"'
        ),
    )
    with pytest.raises(InputError, match="Guangdong"):
        area_of(path)


def test_a_cell_larger_than_the_area_is_refused(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    write_geojson(tmp_path / "boundary.geojson", [(rectangle(113, 23, 113.001, 23.001), {})])
    with pytest.raises(InputError, match="no cell centre"):
        area_of(path, cell_size_m=5000.0)


def test_zones_that_only_touch_the_boundary_are_left_out(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    here = rectangle(WEST, SOUTH, EAST, NORTH)
    beside = rectangle(EAST, SOUTH, EAST + 0.1, NORTH)
    corner = rectangle(EAST, NORTH, EAST + 0.1, NORTH + 0.1)
    write_geojson(
        tmp_path / "zones.geojson",
        [(here, {"adcode": 1}), (beside, {"adcode": 2}), (corner, {"adcode": 3})],
    )
    assert list(area_of(path).zones["adcode"]) == ["1"]


def test_overlapping_zones_would_count_people_twice(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    here = rectangle(WEST, SOUTH, EAST, NORTH)
    half = rectangle(WEST, SOUTH, (WEST + EAST) / 2, NORTH)
    write_geojson(tmp_path / "zones.geojson", [(here, {"adcode": "1"}), (half, {"adcode": "2"})])
    with pytest.raises(InputError, match=r"zones overlap on .*'1', '2'"):
        area_of(path)


def test_a_zone_without_code_is_refused_and_one_without_name_takes_its_code(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    middle = (WEST + EAST) / 2
    west, east = rectangle(WEST, SOUTH, middle, NORTH), rectangle(middle, SOUTH, EAST, NORTH)
    write_geojson(
        tmp_path / "zones.geojson",
        [(west, {"adcode": 440100, "name_zh": None}), (east, {"adcode": 440200, "name_zh": "东"})],
    )
    zones = area_of(path).zones
    assert list(zones["adcode"]) == ["440100", "440200"]
    assert list(zones["name_zh"]) == ["440100", "东"]
    write_geojson(
        tmp_path / "zones.geojson", [(west, {"adcode": 440100}), (east, {"adcode": None})]
    )
    with pytest.raises(InputError, match="1 zones have no code"):
        area_of(path)


def test_an_area_astride_the_equator_has_a_grid_of_exact_areas() -> None:
    crs = fitted_albers(36.0, -0.5, 37.0, 0.5)
    box = Polygon([(36, -0.5), (37, -0.5), (37, 0.5), (36, 0.5)]).segmentize(0.01)
    projected = gpd.GeoSeries([box], crs="EPSG:4326").to_crs(crs)
    assert projected.area.iloc[0] / 1e6 == pytest.approx(geodesic_area_km2(box), rel=1e-6)


def test_more_zones_than_can_be_numbered_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_study(tmp_path)
    assert np.iinfo(np.int16).max > MOST_ZONES + 1_000
    monkeypatch.setattr("planner.ground.area.MOST_ZONES", 1)
    with pytest.raises(InputError, match="has too many zones") as caught:
        area_of(path)
    assert "area.zones" in str(caught.value)
