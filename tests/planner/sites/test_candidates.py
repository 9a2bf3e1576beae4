"""Existing, must-have and candidate sites, and land where nothing may stand."""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from shapely.geometry import LineString

from planner.errors import InputError, PlannerWarning
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.scenario import load_scenario
from planner.sites.candidates import Candidates, candidate_sites
from tests.planner.study import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    points,
    rectangle,
    write_geojson,
    write_study,
)

RADII_M = (800.0, 1000.0, 1500.0, 2000.0)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def read(path: Path, *overrides: str) -> tuple[Candidates, np.ndarray]:
    scenario = load_scenario(path, overrides)
    area = study_area(scenario, 250.0)
    return candidate_sites(scenario, area, demand_on_grid(scenario, area), RADII_M), area


def test_every_land_cell_is_a_candidate_by_default(study: Path) -> None:
    found, area = read(study)
    assert (found.allowed == (area.zone_index >= 0)).all()
    assert len(found.existing) == len(found.must_have) == 0


def test_thinning_keeps_a_candidate_within_a_radius_everywhere(study: Path) -> None:
    found, area = read(study, "candidates.spacing_share_of_radius=0.5")
    assert 0 < found.allowed.sum() < 0.2 * area.land_cells
    assert (area.zone_index[found.allowed] >= 0).all()


@pytest.mark.parametrize("suffix", ["csv", "geojson", "gpkg", "shp"])
def test_sites_in_every_format(study: Path, suffix: str) -> None:
    lonlat = [(113.05, 23.05), (113.2, 23.1)]
    csv = points(study.parent / "sites.csv", lonlat)
    file = csv
    if suffix != "csv":
        file = study.parent / f"sites.{suffix}"
        table = gpd.read_file(csv).drop(columns="geometry", errors="ignore")
        geometry = gpd.points_from_xy(*zip(*lonlat, strict=True))
        gpd.GeoDataFrame({"name": table["name"]}, geometry=geometry, crs=4326).to_crs(
            4326 if suffix == "geojson" else 32649
        ).to_file(file)
    found, area = read(study, f"sites.existing={file}")
    assert found.existing.name == ("site 0", "site 1")
    lon, lat = area.grid.lonlat(*area.grid.xy_m(found.existing.cell))
    assert lon == pytest.approx([113.05, 113.2], abs=0.002)
    assert lat == pytest.approx([23.05, 23.1], abs=0.002)


def refusal(study: Path, *overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        read(study, *overrides)
    return str(caught.value)


def test_sites_outside_are_listed_or_dropped_with_the_list(study: Path) -> None:
    file = points(study.parent / "s.csv", [(113.05, 23.05), (112.0, 23.0), (114.0, 30.0)])
    text = refusal(study, f"sites.existing={file}")
    assert "2 sites outside the study area: feature 2 at 112.000000, 23.000000; feature 3" in text
    with pytest.warns(PlannerWarning, match=r"feature 2 at 112\.0.*dropped"):
        found, _ = read(study, f"sites.existing={file}", "sites.outside_area=drop")
    assert found.existing.name == ("site 0",)


def test_all_sites_outside_is_refused_even_where_dropping_is_allowed(study: Path) -> None:
    file = points(study.parent / "s.csv", [(112.0, 23.0)])
    assert "outside" in refusal(study, f"sites.existing={file}", "sites.outside_area=drop")


def test_duplicate_sites_are_listed(study: Path) -> None:
    file = points(study.parent / "s.csv", [(113.05, 23.05), (113.1, 23.1), (113.05, 23.05)])
    assert "1 sites at the same place as an earlier site: feature 3" in refusal(
        study, f"sites.must_have={file}"
    )


def test_duplicates_are_dropped_and_counted_where_that_is_asked(study: Path) -> None:
    file = points(study.parent / "s.csv", [(113.05, 23.05), (113.1, 23.1), (113.05, 23.0500001)])
    said = r"1 sites at the same place as an earlier site: feature 3.*dropped"
    with pytest.warns(PlannerWarning, match=said):
        found, _ = read(study, f"sites.existing={file}", "sites.duplicates=drop")
    assert found.existing.name == ("site 0", "site 1")
    with pytest.warns(PlannerWarning, match=said):
        found, _ = read(study, f"candidates.file={file}")
    assert found.listed is not None
    assert len(found.listed) == 2
    assert "same place" in refusal(study, f"candidates.file={file}", "candidates.duplicates=refuse")


def test_many_sites_in_a_boundary_of_many_vertices_take_seconds(study: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 100_001)
    radius = 0.06 + 0.01 * np.sin(501 * angle)
    ring = np.column_stack([113.12 + radius * np.cos(angle), 23.08 + radius * np.sin(angle)])
    ring[-1] = ring[0]
    polygon = {"type": "Polygon", "coordinates": [ring.tolist()]}
    boundary = write_geojson(study.parent / "many.geojson", [(polygon, {})])
    draw = np.random.default_rng(1).random((2, 3_000))
    near = np.column_stack([113.1 + 0.04 * draw[0], 23.06 + 0.04 * draw[1]])
    file = points(study.parent / "s.csv", [tuple(place) for place in near.tolist()])
    scenario = load_scenario(
        study, [f"area.boundary={boundary}", f"sites.existing={file}", "sites.duplicates=drop"]
    )
    area = study_area(scenario, 250.0)
    demand = demand_on_grid(scenario, area)
    began = time.process_time()
    found = candidate_sites(scenario, area, demand, RADII_M)
    assert time.process_time() - began < 3.0
    assert len(found.existing) > 2_900


def test_csv_without_positions_or_with_damaged_ones(study: Path) -> None:
    file = study.parent / "s.csv"
    file.write_text("a,b\n1,2\n")
    assert "columns lon and lat" in refusal(study, f"sites.existing={file}")
    file.write_text("lon,lat\n113.05,23.05\n113.1,north\n")
    assert "line 3 has no position" in refusal(study, f"sites.existing={file}")
    file.write_text("lon,lat\n23.05,113.05\n")
    assert "swapped" in refusal(study, f"sites.existing={file}")


def test_sites_must_be_points(study: Path) -> None:
    assert "must be points" in refusal(study, f"sites.existing={study.parent / 'zones.geojson'}")


def test_more_must_have_sites_than_new_stations(study: Path) -> None:
    file = points(study.parent / "s.csv", [(113.05 + i / 100, 23.05) for i in range(8)])
    assert "8 must-have sites" in refusal(study, f"sites.must_have={file}")


def exclusion(study: Path, file: Path, extra: str = "") -> Path:
    text = study.read_text() + f'\n[[exclusions]]\nfile = "{file.name}"\n{extra}\n'
    study.write_text(text)
    return study


def test_excluded_polygons_with_a_buffer_take_no_station(study: Path) -> None:
    road = study.parent / "road.geojson"
    line = LineString([(WEST, 23.08), (EAST, 23.08)])
    gpd.GeoDataFrame(geometry=[line], crs=4326).to_file(road)
    found, area = read(exclusion(study, road, "buffer_m = 1000"))
    cells = np.flatnonzero(area.zone_index.ravel() >= 0)
    _, lat = area.grid.lonlat(*area.grid.xy_m(cells))
    allowed = found.allowed.ravel()[cells]
    assert not allowed[np.abs(lat - 23.08) < 0.009].any()
    assert allowed[np.abs(lat - 23.08) > 0.013].all()


def test_excluded_values_of_a_raster(study: Path) -> None:
    classes = np.zeros((20, 30), np.uint8)
    classes[:10] = 5
    classes[10:12] = 7
    file = study.parent / "land.tif"
    transform = Affine((EAST - WEST) / 30, 0, WEST, 0, -(NORTH - SOUTH) / 20, NORTH)
    with rasterio.open(
        file, "w", driver="GTiff", height=20, width=30, count=1, dtype="uint8",
        crs="EPSG:4326", transform=transform,
    ) as target:  # fmt: skip
        target.write(classes, 1)
    found, area = read(exclusion(study, file, "exclude_values = [5]"))
    share = found.allowed.sum() / area.land_cells
    assert share == pytest.approx(0.5, abs=0.02)


def test_excluded_ranges_of_a_raster_with_a_buffer(study: Path) -> None:
    heights = np.full((20, 30), 100.0, np.float32)
    heights[:, :3] = 2500.0
    heights[:, 27:] = 3000.5
    file = study.parent / "heights.tif"
    transform = Affine((EAST - WEST) / 30, 0, WEST, 0, -(NORTH - SOUTH) / 20, NORTH)
    with rasterio.open(
        file, "w", driver="GTiff", height=20, width=30, count=1, dtype="float32",
        crs="EPSG:4326", transform=transform,
    ) as target:  # fmt: skip
        target.write(heights, 1)
    plain, area = read(exclusion(study, file, "exclude_ranges = [[2500, 3000]]"))
    assert plain.allowed.sum() / area.land_cells == pytest.approx(0.9, abs=0.02)
    study.write_text(study.read_text().replace("3000]]", "3000]]\nbuffer_m = 1000"))
    wider, _ = read(study)
    x, _ = area.grid.xy_m(np.flatnonzero(plain.allowed))
    kept, _ = area.grid.xy_m(np.flatnonzero(wider.allowed))
    assert (wider.allowed <= plain.allowed).all()
    assert kept.min() - x.min() == pytest.approx(1000.0, abs=2 * area.grid.cell_size_m)
    assert kept.max() == x.max()


def test_a_range_that_falls_is_refused(study: Path) -> None:
    file = study.parent / "people.tif"
    said = refusal(exclusion(study, file, "exclude_ranges = [[5, 2]]"))
    assert "first value is above its second" in said


def test_must_have_sites_on_excluded_land(study: Path) -> None:
    lake = write_geojson(study.parent / "lake.geojson", [(rectangle(113, 23, 113.1, 23.1), {})])
    file = points(study.parent / "s.csv", [(113.05, 23.05)])
    assert "on excluded land" in refusal(exclusion(study, lake), f"sites.must_have={file}")


def test_exclusions_that_leave_nothing(study: Path) -> None:
    lake = write_geojson(study.parent / "lake.geojson", [(rectangle(112, 22, 115, 25), {})])
    assert "no cell is left" in refusal(exclusion(study, lake))


def test_an_exclusion_elsewhere_is_reported(study: Path) -> None:
    lake = write_geojson(study.parent / "lake.geojson", [(rectangle(100, 22, 101, 25), {})])
    with pytest.warns(PlannerWarning, match="excludes no land"):
        read(exclusion(study, lake))


def test_only_listed_candidates_may_be_chosen(study: Path) -> None:
    file = points(study.parent / "c.csv", [(113.05, 23.05), (113.2, 23.1)])
    found, _ = read(study, f"candidates.file={file}")
    assert set(np.flatnonzero(found.allowed)) == set(found.listed.cell)


def test_sites_on_the_border_stand_in_the_nearest_cell_inside(study: Path) -> None:
    lonlat = [(WEST + 0.0001, SOUTH + 0.0001), (113.12, SOUTH + 0.0001), (EAST, NORTH)]
    file = points(study.parent / "s.csv", lonlat)
    found, area = read(study, f"sites.existing={file}")
    assert found.existing.lon == pytest.approx([lon for lon, _ in lonlat])
    assert (area.zone_index.ravel()[found.existing.cell] >= 0).all()
    lon, lat = area.grid.lonlat(*area.grid.xy_m(found.existing.cell))
    assert np.hypot(lon - found.existing.lon, lat - found.existing.lat).max() < 0.006


def test_ragged_csv_rows_are_refused_by_line(study: Path) -> None:
    file = study.parent / "s.csv"
    file.write_text("lon,lat\n113.05,23.05\n113.05,23.06,30.5\n")
    assert "the first is line 3" in refusal(study, f"sites.existing={file}")
    file.write_text("lon;lat\n113.05;23.05\n113.06\n")
    assert "2 values separated by semicolons" in refusal(study, f"sites.existing={file}")


def test_chinese_headers_and_byte_order_mark(study: Path) -> None:
    file = study.parent / "s.csv"
    file.write_text("\ufeff经度,纬度,名称\n113.05,23.05,一号站\n", encoding="utf-8")
    found, _ = read(study, f"sites.existing={file}")
    assert found.existing.name == ("一号站",)


def test_a_must_have_site_where_a_station_stands(study: Path) -> None:
    file = points(study.parent / "s.csv", [(113.05, 23.05)])
    assert "at the position of an existing site" in refusal(
        study, f"sites.must_have={file}", f"sites.existing={file}"
    )


def test_options_of_exclusions_that_have_no_meaning(study: Path) -> None:
    lake = write_geojson(study.parent / "lake.geojson", [(rectangle(113, 23, 113.1, 23.1), {})])
    assert "exclusions.0.exclude_values" in refusal(exclusion(study, lake, "exclude_values = [1]"))
    study.write_text(study.read_text().replace("exclude_values = [1]", "exclude_ranges = [[1, 2]]"))
    assert "exclusions.0.exclude_ranges" in refusal(study)


def test_candidates_that_share_a_cell_are_reported(study: Path) -> None:
    lonlat = [(113.05, 23.05), (113.0501, 23.0501), (113.2, 23.1)]
    file = points(study.parent / "c.csv", lonlat)
    with pytest.warns(PlannerWarning, match="1 candidates share a .* m grid cell"):
        read(study, f"candidates.file={file}")


@pytest.mark.parametrize("key", ["sites.existing", "sites.must_have", "candidates.file"])
def test_columns_of_antennas_are_reported_as_not_read(study: Path, key: str) -> None:
    rows = "lon,lat,name,azimuth_deg,Height\n113.05,23.05,A,120,30\n"
    (study.parent / "s.csv").write_text(rows, encoding="utf-8")
    with pytest.warns(
        PlannerWarning, match=r"s\.csv: columns not read: azimuth_deg, Height; every"
    ):
        read(study, f"{key}={study.parent / 's.csv'}")
