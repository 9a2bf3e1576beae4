"""People on the grid: conserved, classed, and refused when they cannot be right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import CRS

from kernels.numbers.zones import zone_sum
from planner.errors import InputError, PlannerWarning
from planner.ground.area import study_area
from planner.ground.degurba import degree_of_urbanisation
from planner.ground.demand import (
    area_classes,
    demand_on_grid,
    demand_otherwise,
    inhabited_land,
)
from planner.ground.grid import Grid
from planner.ground.people_blocks import PeopleBlocks
from planner.ground.people_sample import PeopleSample
from planner.scenario import load_scenario
from planner.scenario.area import AreaClassesSection
from tests.planner.study import (
    EAST,
    NORTH,
    PIXEL,
    SOUTH,
    WEST,
    people_array,
    write_people,
    write_study,
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def demand_of(path: Path, *overrides: str, cell_size_m: float = 250.0):
    scenario = load_scenario(path, overrides)
    area = study_area(scenario, cell_size_m)
    return area, demand_on_grid(scenario, area)


def naive_zone_people(people: np.ndarray, west: float, east: float) -> float:
    """Each pixel weighs by the share of it inside a rectangle of longitude and latitude."""
    rows, cols = people.shape
    top, left = NORTH + 2 * PIXEL, WEST - 2 * PIXEL
    row_edge = top - PIXEL * np.arange(rows + 1)
    col_edge = left + PIXEL * np.arange(cols + 1)
    tall = np.clip(np.minimum(row_edge[:-1], NORTH) - np.maximum(row_edge[1:], SOUTH), 0, None)
    wide = np.clip(np.minimum(col_edge[1:], east) - np.maximum(col_edge[:-1], west), 0, None)
    return float((people * np.outer(tall, wide) / PIXEL**2).sum())


@given(seed=st.integers(0, 1000), cell_size_m=st.sampled_from([90.0, 250.0, 613.0, 1500.0]))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_people_are_conserved_zone_by_zone_at_any_cell_size(
    study: Path, seed: int, cell_size_m: float
) -> None:
    people = people_array(seed)
    write_people(study.parent / "people.tif", people)
    area, found = demand_of(study, cell_size_m=cell_size_m)
    middle = (WEST + EAST) / 2
    exact = [naive_zone_people(people, WEST, middle), naive_zone_people(people, middle, EAST)]
    assert found.zone_people == pytest.approx(exact, rel=1e-6)
    assert zone_sum(found.people, area.zone_index, 2) == pytest.approx(exact, rel=1e-6)
    assert found.people.sum(dtype=float) == pytest.approx(sum(exact), rel=1e-6)
    assert (found.people[area.zone_index < 0] == 0).all()
    assert (found.people >= 0).all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32649", "EPSG:3857"])
def test_any_crs_and_resolution_gives_the_same_people(study: Path, crs: str) -> None:
    from rasterio.warp import Resampling, calculate_default_transform, reproject

    fine = np.repeat(np.repeat(people_array() / 100, 10, 0), 10, 1).astype(np.float32)
    transform = Affine(PIXEL / 10, 0, WEST - 2 * PIXEL, 0, -PIXEL / 10, NORTH + 2 * PIXEL)
    bounds = (WEST - 2 * PIXEL, SOUTH - 2 * PIXEL, EAST + 2 * PIXEL, NORTH + 2 * PIXEL)
    to, width, height = calculate_default_transform(
        "EPSG:4326", crs, fine.shape[1], fine.shape[0], *bounds
    )
    warped = np.zeros((height, width), np.float32)
    reproject(
        fine, warped, src_transform=transform, src_crs="EPSG:4326", dst_transform=to,
        dst_crs=crs, resampling=Resampling.sum,
    )  # fmt: skip
    write_people(study.parent / "people.tif", warped, crs=crs, transform=to)
    _, found = demand_of(study)
    exact = naive_zone_people(people_array(), WEST, EAST)
    assert found.people_total == pytest.approx(exact, rel=0.01)


def test_towns_are_denser_classes_than_countryside(study: Path) -> None:
    area, found = demand_of(study)
    x, y = area.grid.xy_m(np.arange(area.grid.height * area.grid.width))
    lon, lat = area.grid.lonlat(x, y)
    town = np.argmin(np.hypot(lon - (WEST + 12.5 * PIXEL), lat - (NORTH - 10.5 * PIXEL)))
    corner = np.argmin(np.hypot(lon - WEST - 0.01, lat - SOUTH - 0.01))
    assert found.area_class.ravel()[town] <= 1
    assert found.area_class.ravel()[corner] == 3
    assert (found.area_class[area.zone_index < 0] == 255).all()
    assert set(np.unique(found.area_class[area.zone_index >= 0])) <= {0, 1, 2, 3}


def test_higher_thresholds_never_make_a_cell_denser(study: Path) -> None:
    area, found = demand_of(study)
    low = area_classes(found.people, area, AreaClassesSection(rule="density"))
    high = area_classes(
        found.people,
        area,
        AreaClassesSection(
            rule="density",
            dense_urban_people_per_km2=30000,
            urban_people_per_km2=8000,
            suburban_people_per_km2=1600,
        ),
    )
    assert (high >= low).all()


def test_an_even_density_is_one_class_to_the_border(study: Path) -> None:
    area, found = demand_of(study)
    even = np.where(area.zone_index >= 0, np.float32(5000 * area.grid.cell_area_km2), np.float32(0))
    del found
    for rule in ("density", "degurba"):
        codes = area_classes(even, area, AreaClassesSection(rule=rule))
        assert (codes[area.zone_index >= 0] == 1).all()


def test_area_classes_by_the_degree_of_urbanisation(study: Path) -> None:
    """Cells of 250 m get the class of their block of 1 km, with the people and land of all 16."""
    area, found = demand_of(study)
    section = AreaClassesSection(dense_urban_people_per_km2=6000.0)
    codes = area_classes(found.people, area, section)
    rows, columns = (-(-side // 4) for side in codes.shape)
    people, land_km2 = np.zeros((rows, columns)), np.zeros((rows, columns))
    for y in range(rows):
        for x in range(columns):
            block = (slice(4 * y, 4 * y + 4), slice(4 * x, 4 * x + 4))
            people[y, x] = found.people[block].sum(dtype=float)
            land_km2[y, x] = (area.zone_index[block] >= 0).sum() * 0.0625
    degree = degree_of_urbanisation(people, land_km2)
    seen = set()
    for y, x in zip(*np.nonzero(area.zone_index >= 0), strict=True):
        at = (y // 4, x // 4)
        expected = {30: 1, 23: 1, 22: 2, 21: 2}.get(int(degree[at]), 3)
        if degree[at] == 30 and people[at] / land_km2[at] >= 6000.0:
            expected = 0
        assert codes[y, x] == expected
        seen.add(expected)
    assert seen == {0, 1, 2, 3}
    whole = AreaClassesSection(dense_urban_people_per_km2=1500.0)
    assert (area_classes(found.people, area, whole) <= codes).all()


def test_a_sample_lives_closer_together_as_all_people_do(study: Path) -> None:
    """Worked out by blocks: the weights and classes that the whole grid gives."""
    area, found = demand_of(study)
    sample, section = PeopleSample.of(found, 2_000), AreaClassesSection()
    for exponent in (0.7, 1.0, 1.4):
        whole = sample.among(demand_otherwise(found, area, section, exponent))
        blocks = PeopleBlocks.of(found.people, area)
        quick = sample.crowded(area, blocks, exponent, section)
        np.testing.assert_allclose(quick.weight, whole.weight, rtol=1e-6)
        assert (quick.area_class == whole.area_class).all()


def refusal(study: Path, *overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        demand_of(study, *overrides)
    assert "people.tif" in str(caught.value)
    return str(caught.value)


def test_unreadable_file(study: Path) -> None:
    (study.parent / "people.tif").write_bytes(b"not a raster")
    assert "cannot be read as a raster" in refusal(study)


def test_raster_without_crs(study: Path) -> None:
    write_people(study.parent / "people.tif", crs=None)
    assert "has no CRS" in refusal(study)


def test_several_bands(study: Path) -> None:
    write_people(study.parent / "people.tif", np.stack([people_array()] * 2))
    assert "several bands" in refusal(study)


def test_raster_elsewhere(study: Path) -> None:
    write_people(study.parent / "people.tif", transform=Affine(PIXEL, 0, 10, 0, -PIXEL, 50))
    assert "does not touch the study area" in refusal(study)


def test_raster_with_lon_lat_swapped(study: Path) -> None:
    swapped = Affine(PIXEL, 0, SOUTH - PIXEL, 0, -PIXEL, EAST + PIXEL)
    write_people(study.parent / "people.tif", people_array().T.copy(), transform=swapped)
    assert "swapped" in refusal(study)


def test_raster_that_covers_a_part_says_how_much_land_is_missing(study: Path) -> None:
    half = people_array()[:, : people_array().shape[1] // 2]
    write_people(study.parent / "people.tif", half)
    text = refusal(study)
    assert "covers only a part" in text
    missing = float(text.split("study area: ")[1].split(" km²")[0])
    area = study_area(load_scenario(study), 250.0)
    assert missing == pytest.approx(area.area_km2 / 2, rel=0.1)


def test_all_nodata(study: Path) -> None:
    write_people(study.parent / "people.tif", np.full((40, 60), -1, np.float32), nodata=-1)
    assert "holds no data" in refusal(study)


def test_nobody_anywhere(study: Path) -> None:
    write_people(study.parent / "people.tif", np.zeros((40, 60), np.float32))
    assert "holds no people" in refusal(study)


def test_negative_people(study: Path) -> None:
    people = people_array()
    people[10, 10] = -99999
    write_people(study.parent / "people.tif", people)
    text = refusal(study)
    assert "1 cells inside the area have negative people" in text
    assert "-99999" in text


def test_nan_people(study: Path) -> None:
    people = people_array()
    people[10:12, 10] = np.nan
    write_people(study.parent / "people.tif", people)
    assert "2 cells inside the area are not finite" in refusal(study)


def test_negative_people_outside_the_area_do_not_matter(study: Path) -> None:
    _, clean = demand_of(study)
    people = people_array()
    people[0, :] = -5
    write_people(study.parent / "people.tif", people)
    _, demand = demand_of(study)
    np.testing.assert_array_equal(demand.people, clean.people)
    assert demand.people.min() >= 0


def test_nodata_inside_is_nobody_and_said_so_or_refused(study: Path) -> None:
    people = people_array()
    people[10, 10] = -1
    write_people(study.parent / "people.tif", people, nodata=-1)
    with pytest.warns(PlannerWarning, match="1 cells inside the area"):
        demand_of(study)
    assert "the first at" in refusal(study, "population.nodata=refuse")


def test_a_zone_smaller_than_a_pixel_keeps_its_people(study: Path) -> None:
    from tests.planner.study import rectangle, write_geojson

    tiny = rectangle(113.1, 23.08, 113.101, 23.081)
    rest = rectangle(WEST, SOUTH, WEST + 0.05, NORTH)
    write_geojson(
        study.parent / "zones.geojson", [(tiny, {"adcode": "1"}), (rest, {"adcode": "2"})]
    )
    people = people_array() + 10
    write_people(study.parent / "people.tif", people)
    with pytest.warns(PlannerWarning, match="belong to no zone"):
        area, found = demand_of(study, cell_size_m=40.0)
    assert found.zone_people[0] > 0
    assert zone_sum(found.people, area.zone_index, 2) == pytest.approx(found.zone_people, rel=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -3.4e38, -99999, -1])
def test_damaged_pixels_beside_the_area_do_not_leak_into_it(study: Path, value: float) -> None:
    _, sound = demand_of(study, cell_size_m=1000.0)
    people = people_array()
    people[0, :] = people[-1, :] = value
    people[:, 0] = people[:, -1] = value
    write_people(study.parent / "people.tif", people)
    with pytest.warns(PlannerWarning, match="cells outside the area hold negative"):
        _, found = demand_of(study, cell_size_m=1000.0)
    assert found.zone_people == pytest.approx(sound.zone_people)
    assert (found.people >= 0).all()
    assert found.people.sum(dtype=float) == pytest.approx(sound.people.sum(dtype=float), rel=1e-6)


def test_large_pixels_that_leave_out_a_part_are_refused(study: Path) -> None:
    coarse = np.full((2, 1), 1000.0, np.float32)
    transform = Affine(0.13, 0, WEST - 0.01, 0, -0.13, NORTH + 0.05)
    write_people(study.parent / "people.tif", coarse, transform=transform)
    text = refusal(study)
    missing = float(text.split("study area: ")[1].split(" km²")[0])
    assert missing == pytest.approx(0.12 / 0.24 * 436, rel=0.02)


def test_a_raster_in_no_place_on_earth(study: Path) -> None:
    local = 'LOCAL_CS["site grid",UNIT["metre",1]]'
    write_people(study.parent / "people.tif", crs=local)
    assert "people.tif" in refusal(study)


@pytest.mark.parametrize("cell_size_m", [50.0, 150.0, 333.0, 1_000.0])
def test_inhabited_land_is_that_within_half_a_kilometre(cell_size_m: float) -> None:
    side = int(10_000 / cell_size_m)
    people = np.zeros((side, side), dtype=np.float32)
    people[side // 2, side // 2] = 60.0
    grid = Grid(CRS("EPSG:6933"), Affine.scale(cell_size_m, -cell_size_m), side, side)
    found = inhabited_land(people, grid)
    assert found[side // 2, side // 2]
    assert found.sum() * cell_size_m**2 / 1e6 == pytest.approx(1.0, abs=0.2)
    assert not inhabited_land(people / 1e4, grid).any()
