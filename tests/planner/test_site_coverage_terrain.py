"""Radio maps of given sites where the scenario has terrain: a ridge, mountains, files, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from matplotlib import cbook

import planner
from planner.errors import InputError, PlannerWarning
from planner.outputs.pages.radio_maps import save_radio_maps
from planner.radio.radio_map import RadioMaps
from planner.radio.tier_names import FAST_TIER, REFERENCE_TIER
from tests.planner.command import command
from tests.planner.hills import hills_m, write_hilly_study, write_tile
from tests.planner.study import (
    SCENARIO,
    points,
    rectangle,
    write_geojson,
    write_people,
)

# One site on the plain west of the ridge, which stands at 113.10.
PLACES = [(113.07, 23.08)]
REFERENCE = {"terrain.tier": "reference"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hilly_study(tmp_path_factory.mktemp("hills"))


@pytest.fixture(scope="module")
def sites(study: Path) -> Path:
    return points(study.parent / "given.csv", PLACES)


# One class of users everywhere, so that only the terrain differs.
ALL_RURAL = {
    "area_classes.dense_urban_people_per_km2": 3e6,
    "area_classes.urban_people_per_km2": 2e6,
    "area_classes.suburban_people_per_km2": 1e6,
}


@pytest.fixture(scope="module")
def maps(study: Path, sites: Path) -> RadioMaps:
    return planner.site_coverage(sites, study, ALL_RURAL)


def at(maps: RadioMaps, lon: float, lat: float, key: str = "rsrp") -> float:
    from pyproj import Transformer

    to_grid = Transformer.from_crs("EPSG:4326", maps.grid.crs, always_xy=True)
    x, y = to_grid.transform(lon, lat)
    return float(maps.values[key].ravel()[maps.grid.cells([x], [y])[0]])


def test_behind_the_ridge_is_weaker_than_before_it_and_as_far_away(maps) -> None:
    before, behind = at(maps, 113.07 - 0.045, 23.08), at(maps, 113.07 + 0.045, 23.08)
    assert behind < before - 20.0
    assert at(maps, 113.07 - 0.02, 23.08) == pytest.approx(at(maps, 113.07 + 0.02, 23.08), abs=6.0)


def test_the_reference_tier_has_the_shadow_too_and_says_its_name(study, sites, maps) -> None:
    found = planner.site_coverage(sites, study, REFERENCE)
    assert at(found, 113.115, 23.08) < at(found, 113.025, 23.08) - 20.0
    assert found.summary["radio_tier"] == REFERENCE_TIER
    assert found.summary["terrain"]["tier"] == "reference"
    assert maps.summary["radio_tier"] == FAST_TIER
    assert maps.summary["terrain"]["tiles"] == ["hills.tif"]
    assert maps.summary["terrain"]["highest_m"] > 450.0
    inputs = {one["role"]: one for one in maps.summary["provenance"]["inputs"]}
    assert len(inputs["terrain 1"]["sha256"]) == 64


def test_flat_land_is_the_smooth_earth(tmp_path, sites) -> None:
    path = write_hilly_study(tmp_path, np.full_like(hills_m(), 400.0))
    flat = planner.site_coverage(sites, path)
    (tmp_path / "smooth.toml").write_text(SCENARIO, encoding="utf-8")
    smooth = planner.site_coverage(sites, tmp_path / "smooth.toml")
    ground = smooth.best_server >= 0
    assert np.array_equal(flat.best_server >= 0, ground)
    assert flat.values["rsrp"][ground] == pytest.approx(smooth.values["rsrp"][ground], abs=0.25)


def test_every_file_declares_the_tier(maps, tmp_path) -> None:
    folder = save_radio_maps(maps, tmp_path / "radio")
    with rasterio.open(folder / "rsrp.tif") as raster:
        assert raster.tags()["RADIO_TIER"] == FAST_TIER
        assert raster.tags()["TERRAIN"].startswith("With terrain, fast tier")
    assert json.loads((folder / "radio_summary.json").read_text())["radio_tier"] == FAST_TIER
    page = (folder / "radio_maps.html").read_text(encoding="utf-8")
    assert "With terrain, fast tier" in page
    assert "含地形" in page
    assert "平滑地球" not in page


def test_the_command_says_the_tier(study, sites, tmp_path) -> None:
    given = ("coverage", sites, "--scenario", study, "--set", "terrain.tier=reference")
    done = command(*given, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "reference tier: ITU-R P.1812-8 (09/2025) on every pixel" in done.stdout


def test_the_reference_tier_is_valid_where_p1812_is(study, sites) -> None:
    """P.1812 ends at 6 GHz, where RMa goes on; and goes on at 20 km, where RMa has ended."""
    far_and_high = {**REFERENCE, "radio.carrier_mhz": 26_000, "radio.maps.reach_m": 200}
    with pytest.raises(InputError) as refused:
        planner.site_coverage(sites, study, far_and_high)
    assert {problem.key for problem in refused.value.problems} == {
        "radio.carrier_mhz",
        "radio.maps.reach_m",
    }
    assert all(problem.file == str(study) for problem in refused.value.problems)
    with pytest.warns(PlannerWarning, match="frequency_ghz outside the validity of ITU-R P.1812-8"):
        planner.site_coverage(sites, study, {**far_and_high, "radio.outside_validity": "flag"})
    with pytest.raises(InputError, match="RMa"):
        planner.site_coverage(sites, study, {"radio.maps.reach_m": 20_000})
    found = planner.site_coverage(sites, study, {**REFERENCE, "radio.maps.reach_m": 20_000})
    assert found.summary["reach_m"] == 20_000


def test_a_second_band_has_its_own_diffraction(study, tmp_path) -> None:
    table = tmp_path / "both.csv"
    table.write_text("lon,lat,band\n113.07,23.08,n41\n113.07,23.08,n28\n")
    both = planner.site_coverage(table, study, {"radio.outside_validity": "flag"})
    assert both.summary["bands"] == ["n28", "n41"]
    # Low frequencies bend round the ridge: there the low band serves.
    server = at_server(both, 113.115, 23.08)
    assert both.sectors["band"][server] == "n28"


def test_the_maps_of_a_plan_have_its_terrain(study) -> None:
    maps = planner.radio_maps(planner.run(study))
    assert maps.summary["radio_tier"] == FAST_TIER
    assert np.isfinite(maps.values["rsrp"][maps.inside]).any()


def at_server(maps: RadioMaps, lon: float, lat: float) -> int:
    from pyproj import Transformer

    to_grid = Transformer.from_crs("EPSG:4326", maps.grid.crs, always_xy=True)
    x, y = to_grid.transform(lon, lat)
    return int(maps.best_server.ravel()[maps.grid.cells([x], [y])[0]])


def test_terrain_with_holes_is_refused_with_the_place(tmp_path, sites) -> None:
    holed = hills_m()
    holed[40:70, 80:110] = np.nan
    path = write_hilly_study(tmp_path, holed)
    with pytest.raises(InputError, match="have no terrain within 500 m, the first at 113"):
        planner.site_coverage(sites, path)
    with pytest.warns(PlannerWarning, match="treated as sea"):
        found = planner.site_coverage(sites, path, {"terrain.missing": "sea"})
    assert found.summary["terrain"]["sea_cells"] > 100


def test_sites_beyond_the_tile_are_refused(tmp_path) -> None:
    path = write_hilly_study(tmp_path)
    write_tile(tmp_path / "hills.tif", hills_m()[:, :60])
    east = points(tmp_path / "east.csv", [(113.2, 23.08)])
    with pytest.raises(InputError, match=r"of the area .* have no terrain"):
        planner.site_coverage(east, path)


def test_an_unknown_tier_is_refused(study, sites) -> None:
    with pytest.raises(InputError, match=r"terrain.tier"):
        planner.site_coverage(sites, study, {"terrain.tier": "best"})


def fault_study(folder: Path) -> Path:
    """Write a study on the fault of Jacksboro, from the tile that matplotlib ships."""
    tile = cbook.get_sample_data("jacksboro_fault_dem.npz")
    heights, step = tile["elevation"].astype(np.float32), float(tile["dx"])
    # Coordinates are those of the middles of pixels, and the northern edge is called "ymin".
    west, north = float(tile["xmin"]) - step / 2, float(tile["ymin"]) + step / 2
    text = SCENARIO.replace('zones = "zones.geojson"\n', "").replace("= 200", "= 100")
    text += '[terrain]\ntiles = [{ file = "fault.tif" }]\n[radio.antenna]\npattern = "omni"\n'
    (folder / "fault.toml").write_text(text, encoding="utf-8")
    area = rectangle(-84.18, 36.63, -84.09, 36.71)
    write_geojson(folder / "boundary.geojson", [(area, {})])
    few = {"transform": rasterio.Affine(0.005, 0, west, 0, -0.005, north)}
    write_people(folder / "people.tif", np.full((60, 90), 3.0, np.float32), **few)
    place = {"transform": rasterio.Affine(step, 0, west, 0, -step, north)}
    write_tile(folder / "fault.tif", heights, **place)
    return folder / "fault.toml"


@pytest.mark.parametrize("tier", ["fast", "reference"])
def test_behind_the_mountain_of_jacksboro_is_weaker_than_in_front_of_it(tmp_path, tier) -> None:
    # A mast in the valley at 321 m; north-west of it a crest of 550 m at 1.1 km, behind which
    # the land falls to 380 m; along the valley there is nothing in the way.
    sites = points(tmp_path / "one.csv", [(-84.12125, 36.66875)])
    maps = planner.site_coverage(sites, fault_study(tmp_path), {"terrain.tier": tier})
    front, crest = at(maps, -84.1261, 36.6710), at(maps, -84.1310, 36.6733)
    behind, along = at(maps, -84.1377, 36.6764), at(maps, -84.1377, 36.6611)
    assert front > crest > behind + 30.0
    assert along > behind + 30.0


def test_maps_cut_off_by_the_reach_are_told(study, sites) -> None:
    """P.1812 over a plain in sight of the mast: far above -105 dBm where the reach ends."""
    near = {**REFERENCE, "radio.maps.reach_m": 1000}
    with pytest.warns(PlannerWarning, match="the maps end 1000 m from a sector"):
        cut = planner.site_coverage(sites, study, near)
    served = cut.best_server >= 0
    # Within the area about one kilometre away, with as much as anything there.
    assert cut.summary["strongest_at_reach_dbm"] > -80.0
    assert cut.summary["strongest_at_reach_dbm"] <= np.nanmax(cut.values["rsrp"][served])


def test_maps_that_end_by_loss_are_not(maps) -> None:
    assert maps.summary["strongest_at_reach_dbm"] < maps.summary["min_rsrp_dbm"]
