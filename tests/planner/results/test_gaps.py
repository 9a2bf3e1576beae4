"""Gaps: uncovered settled land as polygons whose people and area add up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy import ndimage

from planner.columns import GAPS
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.results.gaps import find_gaps, outlines
from planner.scenario import load_scenario
from tests.planner.study import write_study


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory):
    path = write_study(tmp_path_factory.mktemp("study"))
    scenario = load_scenario(path, ["gaps.min_people=0"])
    area = study_area(scenario, 250.0)
    return path, scenario, area, demand_on_grid(scenario, area)


def half_covered(area) -> np.ndarray:
    covered = area.zone_index >= 0
    covered[:, covered.shape[1] // 3 :] = False
    return covered


def test_gaps_hold_all_uncovered_settled_people_and_land(parts) -> None:
    _, scenario, area, demand = parts
    covered = half_covered(area)
    gaps = find_gaps(scenario, area, demand, covered)
    density = demand.people / area.grid.cell_area_km2
    least = scenario.gaps.settled_people_per_km2 * (1 - 1e-6)
    dense = density >= least
    at_edge = np.zeros_like(dense)
    rows, columns = np.nonzero(dense)
    for down, along in np.ndindex(3, 3):
        row = np.clip(rows + down - 1, 0, dense.shape[0] - 1)
        column = np.clip(columns + along - 1, 0, dense.shape[1] - 1)
        at_edge[row, column] = True
    settled = dense | (at_edge & (density >= least / 4))
    settled &= ~covered & (area.zone_index >= 0)
    assert gaps.people == pytest.approx(demand.people[settled].sum(dtype=float), rel=1e-6)
    assert gaps.area_km2 == pytest.approx(settled.sum() * area.grid.cell_area_km2)
    assert gaps.count == len(gaps.table)
    assert gaps.table["people"].sum() == pytest.approx(gaps.people, rel=1e-9)
    assert gaps.table["area_km2"].sum() == pytest.approx(gaps.area_km2)


def test_polygons_are_valid_disjoint_and_have_the_area_they_say(parts) -> None:
    _, scenario, area, demand = parts
    gaps = find_gaps(scenario, area, demand, half_covered(area)).table
    assert gaps.geometry.is_valid.all()
    metric = gaps.to_crs(area.grid.crs)
    assert metric.area.to_numpy() / 1e6 == pytest.approx(gaps["area_km2"].to_numpy(), rel=1e-3)
    assert metric.geometry.union_all().area / 1e6 == pytest.approx(gaps["area_km2"].sum(), rel=1e-3)


def test_ranked_by_people_and_named_by_the_zone_they_lie_in(parts) -> None:
    _, scenario, area, demand = parts
    gaps = find_gaps(scenario, area, demand, half_covered(area)).table
    assert list(gaps.columns) == [*GAPS, "geometry"]
    assert list(gaps["rank"]) == list(range(1, len(gaps) + 1))
    assert (np.diff(gaps["people"]) <= 0).all()
    zones = area.zones.set_index("adcode").geometry
    for row in gaps.head(20).itertuples():
        assert zones[row.adcode].buffer(1e-6).contains(row.geometry.representative_point())


def test_the_label_point_lies_in_the_gap(parts) -> None:
    import shapely

    _, scenario, area, demand = parts
    gaps = find_gaps(scenario, area, demand, half_covered(area)).table
    inside = shapely.dwithin(gaps.geometry.values, shapely.points(gaps["lon"], gaps["lat"]), 1e-9)
    assert inside.all()


def test_small_gaps_count_and_are_not_listed(parts) -> None:
    path, scenario, area, demand = parts
    nothing = np.zeros(area.grid.shape, dtype=bool)
    everything = find_gaps(scenario, area, demand, nothing)
    some = find_gaps(
        load_scenario(path, ["gaps.min_people=500", "gaps.max_listed=2"]), area, demand, nothing
    )
    assert len(some.table) <= 2
    assert (some.table["people"] >= 500).all()
    assert (some.count, some.people) == (everything.count, everything.people)


def test_no_gap_where_everybody_is_covered(parts) -> None:
    _, scenario, area, demand = parts
    gaps = find_gaps(scenario, area, demand, np.ones(area.grid.shape, dtype=bool))
    assert (gaps.count, gaps.people, gaps.area_km2, len(gaps.table)) == (0, 0.0, 0.0, 0)
    assert list(gaps.table.columns) == [*GAPS, "geometry"]


def test_wide_cells_are_settled_by_their_own_density(parts) -> None:
    _, scenario, _, _ = parts
    area = study_area(scenario, 1_000.0)
    demand = demand_on_grid(scenario, area)
    gaps = find_gaps(scenario, area, demand, np.zeros(area.grid.shape, dtype=bool))
    least = scenario.gaps.settled_people_per_km2 * (1 - 1e-6)
    assert gaps.area_km2 == (demand.people >= least).sum()


def test_large_gaps_are_divided_and_lose_nobody(parts) -> None:
    path, _, area, demand = parts
    nothing = np.zeros(area.grid.shape, dtype=bool)
    whole = find_gaps(load_scenario(path, ["gaps.max_km2=1e9"]), area, demand, nothing)
    divided = find_gaps(load_scenario(path, ["gaps.max_km2=20"]), area, demand, nothing)
    assert whole.table["area_km2"].max() > 60
    assert divided.table["area_km2"].max() <= 20 + 1e-9
    assert divided.count == len(divided.table) > whole.count
    assert divided.people == pytest.approx(whole.people, rel=1e-12)
    assert divided.area_km2 == whole.area_km2
    metric = divided.table.to_crs(area.grid.crs)
    assert metric.area.sum() == pytest.approx(metric.geometry.union_all().area, rel=1e-9)
    # Each cell belongs to the nearest centre, so a gap around a town holds the town.
    densest = np.unravel_index(np.argmax(demand.people), area.grid.shape)
    first = divided.table.iloc[0]
    lon, lat = area.grid.lonlat(*area.grid.xy_m(np.ravel_multi_index(densest, area.grid.shape)))
    assert (first.lon, first.lat) == (pytest.approx(lon), pytest.approx(lat))


def test_a_gap_says_its_nearest_station_and_what_closing_it_takes(parts) -> None:
    path, _, area, demand = parts
    scenario = load_scenario(path, ["cost.station_cny=300000", "gaps.max_km2=20"])
    cells = np.array([area.grid.width * 30 + 20, area.grid.width * 50 + 80])
    gaps = find_gaps(scenario, area, demand, half_covered(area), cells).table
    x, y = area.grid.xy_m(cells)
    middle = gpd.points_from_xy(gaps["lon"], gaps["lat"], crs=4326).to_crs(area.grid.crs)
    km = np.hypot(middle.x[:, None] - x, middle.y[:, None] - y) / 1000
    assert gaps["nearest_station_km"].to_numpy() == pytest.approx(km.min(axis=1))
    assert list(gaps["nearest_station"]) == [f"S{row + 1:06d}" for row in km.argmin(axis=1)]
    # Radii of the study: 0.8 to 2 km, hexagons of 1.66 to 10.4 km2.
    assert (gaps["closing_stations"] >= np.ceil(gaps["area_km2"] / 10.4)).all()
    assert (gaps["closing_stations"] <= np.ceil(gaps["area_km2"] / 1.66)).all()
    assert list(gaps["closing_cost_cny"]) == list(gaps["closing_stations"] * 300_000.0)
    free = find_gaps(load_scenario(path), area, demand, half_covered(area), cells).table
    assert free["closing_cost_cny"].isna().all()


@pytest.mark.parametrize("share", [0.3, 0.5, 0.65])
def test_outlines_are_the_squares_of_their_cells(parts, share: float) -> None:
    grid = parts[2].grid
    some = np.random.default_rng(2).random(grid.shape) < share
    label, _ = ndimage.label(some, np.ones((3, 3)))
    label[label % 7 == 0] = 0
    label = np.searchsorted(np.unique(label), label).astype(np.int32)
    found = outlines(label, grid)
    assert len(found) == label.max() > 0
    assert shapely.is_valid(found).all()
    left, _, _, top = grid.bounds_m
    cell_m = grid.cell_size_m
    row, column = np.nonzero(label)
    west, north = left + column * cell_m, top - row * cell_m
    cells = shapely.box(west, north - cell_m, west + cell_m, north)
    for number in range(1, len(found) + 1, 5):
        whole = shapely.union_all(cells[label[row, column] == number])
        assert shapely.equals(found[number - 1], whole)
