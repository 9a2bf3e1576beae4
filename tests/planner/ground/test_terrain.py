"""Terrain: any tiles on the grid, holes filled or refused with the place, sea, profiles."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer
from rasterio.warp import calculate_default_transform, reproject

from planner.errors import InputError, PlannerWarning
from planner.ground.area import study_area
from planner.ground.terrain import terrain_on_grid
from planner.scenario import load_scenario
from tests.planner.hills import (
    MARGIN,
    RIDGE_LON,
    STEP,
    TERRAIN,
    hills_m,
    write_hilly_study,
    write_tile,
)
from tests.planner.study import EAST, NORTH, SCENARIO, SOUTH, WEST

CELL_M = 250.0


def ground(path: Path, *overrides: str):
    scenario = load_scenario(path, overrides)
    area = study_area(scenario, CELL_M)
    return area, terrain_on_grid(scenario, area)


def expected_m(area):
    lon, _ = area.grid.lonlat(*area.grid.xy_m(np.arange(area.zone_index.size)))
    ridge = 500.0 * np.exp(-(((lon - RIDGE_LON) / 0.004) ** 2))
    return (50.0 + ridge).reshape(area.grid.shape)


def test_a_scenario_without_terrain_has_none(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, text=SCENARIO)
    assert ground(path)[1] is None


def test_heights_arrive_where_they_belong(tmp_path: Path) -> None:
    area, terrain = ground(write_hilly_study(tmp_path))
    inside = area.zone_index >= 0
    assert np.abs(terrain.height_m - expected_m(area))[inside].max() < 25.0
    assert terrain.known[inside].all()
    assert not terrain.sea.any()
    assert terrain.clutter_m is None
    assert terrain.effective_radius_km == pytest.approx(6371.0 * 4.0 / 3.0)


def test_another_crs_and_resolution_are_the_same_ground(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path)
    area, terrain = ground(path)
    heights = hills_m()
    bounds = (WEST - MARGIN, SOUTH - MARGIN, EAST + MARGIN, NORTH + MARGIN)
    source = {"src_crs": "EPSG:4326", "src_transform": _transform()}
    transform, width, height = calculate_default_transform(
        "EPSG:4326", "EPSG:32649", heights.shape[1], heights.shape[0], *bounds, resolution=60.0
    )
    utm = np.full((height, width), np.nan, np.float32)
    reproject(
        heights, utm, **source, dst_crs="EPSG:32649", dst_transform=transform,
        dst_nodata=np.nan, resampling=1,
    )  # fmt: skip
    write_tile(tmp_path / "hills.tif", utm, crs="EPSG:32649", transform=transform, nodata=np.nan)
    _, other = ground(path)
    inside = area.zone_index >= 0
    assert np.abs(terrain.height_m - other.height_m)[inside].max() < 25.0


def _transform():
    from affine import Affine

    return Affine(STEP, 0, WEST - MARGIN, 0, -STEP, NORTH + MARGIN)


def test_tiles_join_without_a_seam(tmp_path: Path) -> None:
    text = SCENARIO + '[terrain]\ntiles = [{ file = "west.tif" }, { file = "east.tif" }]\n'
    path = write_hilly_study(tmp_path, text=text)
    heights = hills_m()
    heights += np.arange(heights.shape[1], dtype=np.float32) * 2.0
    cut = 100
    write_tile(tmp_path / "west.tif", heights[:, :cut])
    write_tile(tmp_path / "east.tif", heights[:, cut:], west=WEST - MARGIN + cut * STEP)
    area, joined = ground(path)
    whole = ground(write_hilly_study(tmp_path / "whole", heights))[1]
    inside = area.zone_index >= 0
    assert np.abs(joined.height_m - whole.height_m)[inside].max() < 2.0
    assert joined.filled_cells == 0


def holed(width_pixels):
    heights = hills_m()
    row, column = heights.shape[0] // 2, 90
    heights[row : row + width_pixels, column : column + width_pixels] = np.nan
    return heights


def test_small_holes_are_filled_from_their_neighbours(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, holed(3))
    with pytest.warns(PlannerWarning, match="filled from nearby heights"):
        area, terrain = ground(path)
    inside = area.zone_index >= 0
    assert terrain.filled_cells > 0
    assert np.abs(terrain.height_m - expected_m(area))[inside].max() < 25.0


def test_a_large_hole_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="have no terrain within 500 m, the first at") as caught:
        ground(write_hilly_study(tmp_path, holed(20)))
    lon, lat = str(caught.value).split("the first at ")[1].split(";")[0].split(", ")
    assert 113.13 < float(lon) < 113.21
    assert SOUTH < float(lat) < NORTH


def test_a_hole_may_be_the_sea(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, holed(20))
    with pytest.warns(PlannerWarning, match=r"treated as sea \(0 m\)"):
        area, terrain = ground(path, "terrain.missing=sea")
    assert terrain.sea[area.zone_index >= 0].any()
    assert (terrain.height_m[terrain.sea] == 0.0).all()


def test_a_longer_distance_fills_the_large_hole(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, holed(20))
    with pytest.warns(PlannerWarning, match="filled"):
        _, terrain = ground(path, "terrain.fill_holes_m=5000")
    assert not terrain.sea.any()


@pytest.mark.parametrize(
    ("profile", "heights", "message"),
    [
        ({"crs": None}, hills_m(), "has no CRS"),
        ({}, np.stack([hills_m()] * 2), "has several bands"),
        ({}, np.where(hills_m() > 400, np.float32(-32768), hills_m()), "impossible heights"),
        ({"west": 10.0}, hills_m(), "no tile touches the study area"),
    ],
)
def test_bad_tiles_are_refused(tmp_path: Path, profile, heights, message) -> None:
    path = write_hilly_study(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write_tile(tmp_path / "hills.tif", heights.astype(np.float32), **profile)
        with pytest.raises(InputError, match=message):
            ground(path)


def test_a_file_that_is_no_raster_and_one_that_is_missing(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path)
    (tmp_path / "hills.tif").write_text("no raster")
    with pytest.raises(InputError, match="cannot be read as a raster"):
        ground(path)
    (tmp_path / "hills.tif").unlink()
    with pytest.raises(InputError, match=r"terrain.tiles.0.file: no such file"):
        ground(path)


def test_clutter_is_a_layer_of_its_own(tmp_path: Path) -> None:
    path = write_hilly_study(tmp_path, text=SCENARIO + TERRAIN + 'clutter = [{ file = "c.tif" }]\n')
    write_tile(tmp_path / "c.tif", np.full_like(hills_m(), 12.0))
    area, terrain = ground(path)
    assert terrain.clutter_m[area.zone_index >= 0] == pytest.approx(12.0)


def test_a_profile_crosses_the_ridge(tmp_path: Path) -> None:
    _, terrain = ground(write_hilly_study(tmp_path))
    profile = terrain.profile((113.02, 23.08), (113.18, 23.08))
    east_m = Transformer.from_crs("EPSG:4326", "EPSG:32649", always_xy=True)
    ends = [east_m.transform(lon, 23.08)[0] for lon in (113.02, 113.18)]
    assert profile.distances_km[-1] == pytest.approx(abs(ends[1] - ends[0]) / 1000.0, rel=2e-3)
    top = profile.distances_km[profile.heights_m.argmax()] / profile.distances_km[-1]
    assert top == pytest.approx((RIDGE_LON - 113.02) / 0.16, abs=0.02)
    assert profile.heights_m.max() > 450.0


def test_sites_outside_the_terrain_are_listed(tmp_path: Path) -> None:
    _, terrain = ground(write_hilly_study(tmp_path))
    with pytest.raises(InputError, match=r"1 sites outside the terrain: site 2 at 120.0000"):
        terrain.check_sites([113.1, 120.0], [23.08, 23.08], "sites.csv")
    with pytest.raises(InputError, match="outside the terrain"):
        terrain.profile((113.1, 23.08), (120.0, 23.08))
    with pytest.raises(InputError, match="same place"):
        terrain.profile((113.1, 23.08), (113.1, 23.08))
