"""Profiles: what a planner may give, and the great circle over a terrain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from kernels.radio.p1812.terms import INLAND, SEA
from planner.errors import InputError
from planner.ground.area import study_area
from planner.ground.terrain import terrain_on_grid
from planner.radio.path_profile import great_circle_profile, path_profile
from planner.scenario import load_scenario
from tests.planner.hills import RIDGE_LON, hills_m, write_hilly_study

WEST, EAST = (113.02, 23.08), (113.18, 23.08)


@pytest.fixture(scope="module")
def terrain(tmp_path_factory):
    scenario = load_scenario(write_hilly_study(tmp_path_factory.mktemp("hills")))
    return terrain_on_grid(scenario, study_area(scenario, 250.0))


def test_what_is_given_comes_back() -> None:
    found = path_profile([0, 1, 2], [5, 6, 7], clutter_m=[0, 10, 0], zones=[4, 1, 3])
    assert found.distance_km == 2.0
    assert found.heights_m.tolist() == [5.0, 6.0, 7.0]
    assert found.clutter_m.tolist() == [0.0, 10.0, 0.0]
    assert found.zones.tolist() == [4, 1, 3]
    assert found.zones.dtype == np.int8


def test_without_layers_there_is_no_clutter_and_no_sea() -> None:
    found = path_profile([0, 1, 2], [5, 6, 7])
    assert not found.clutter_m.any()
    assert set(found.zones.tolist()) == {INLAND}


@pytest.mark.parametrize(
    ("distances", "heights", "more", "key", "words"),
    [
        ([0.0], [5.0], {}, "distances_km", "too few points (found 1); expected at least 3"),
        ([], [], {}, "distances_km", "too few points"),
        ([0, 1], [5, 5], {}, "distances_km", "too few points"),
        ([0, 2, 1], [5, 5, 5], {}, "distances_km", "point 3 is no farther than the one before"),
        ([0, 1, 1], [5, 5, 5], {}, "distances_km", "point 3 is no farther"),
        ([0, 0, 0], [5, 5, 5], {}, "distances_km", "point 2 is no farther"),
        ([1, 2, 3], [5, 5, 5], {}, "distances_km", "point 1 is not the base station"),
        ([0, np.nan, 2], [5, 5, 5], {}, "distances_km", "point 2 is not a number (found nan)"),
        ([0, 1, np.inf], [5, 5, 5], {}, "distances_km", "point 3 is not a number"),
        ([0, 1, 2], [5, np.nan, 5], {}, "heights_m", "point 2 is not a number (found nan)"),
        ([0, 1, 2], [5, 5], {}, "heights_m", "not as long"),
        ([0, 1, 2], [5, 5, 5], {"clutter_m": [0, -1, 0]}, "clutter_m", "point 2 is below ground"),
        ([0, 1, 2], [5, 5, 5], {"clutter_m": [0, 1]}, "clutter_m", "not as long"),
        ([0, 1, 2], [5, 5, 5], {"zones": [4, 2, 4]}, "zones", "point 2 is not a zone (found 2.0)"),
        ([0, 1, 2], [5, 5, 5], {"zones": [4, np.nan, 4]}, "zones", "1 sea, 3 coastal land"),
        ([0, 1, 2], [5, 5, 5], {"latitude_deg": 91.0}, "latitude_deg", "-90 to 90"),
    ],
)
def test_what_is_no_profile_is_refused(distances, heights, more, key, words) -> None:
    with pytest.raises(InputError) as caught:
        path_profile(distances, heights, **more)
    assert key in [problem.key for problem in caught.value.problems]
    assert words in str(caught.value)


def test_all_problems_at_once() -> None:
    with pytest.raises(InputError) as caught:
        path_profile([0, 2, 1], [5, np.nan, 5], clutter_m=[0, -1, 0], zones=[9, 4, 4])
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["heights_m", "distances_km", "clutter_m", "zones"]


def test_the_great_circle_crosses_the_ridge(terrain) -> None:
    found = great_circle_profile(terrain, WEST, EAST)
    _, _, length_m = Geod(ellps="WGS84").inv(*WEST, *EAST)
    assert found.distance_km == pytest.approx(length_m / 1000.0)
    assert np.diff(found.distances_km).max() <= 0.250 + 1e-9
    assert np.ptp(np.diff(found.distances_km)) < 1e-9
    top = found.distances_km[found.heights_m.argmax()] / found.distance_km
    assert top == pytest.approx((RIDGE_LON - 113.02) / 0.16, abs=0.02)
    assert found.heights_m.max() > 450.0
    assert found.latitude_deg == pytest.approx(23.08, abs=1e-3)
    finer = great_circle_profile(terrain, WEST, EAST, step_m=50.0)
    assert finer.distances_km.size == pytest.approx(5 * found.distances_km.size, rel=0.03)


def test_both_ways_it_is_the_same_ground(terrain) -> None:
    there = great_circle_profile(terrain, WEST, EAST)
    back = great_circle_profile(terrain, EAST, WEST)
    assert back.heights_m[::-1] == pytest.approx(there.heights_m, abs=0.05)


def test_two_places_in_one_cell_have_three_points(terrain) -> None:
    assert great_circle_profile(terrain, WEST, (113.0205, 23.08)).distances_km.size == 3


def test_holes_that_are_the_sea_are_zones(tmp_path: Path) -> None:
    heights = hills_m()
    heights[40:, 70:110] = np.nan
    scenario = load_scenario(write_hilly_study(tmp_path, heights), ["terrain.missing=sea"])
    with pytest.warns(UserWarning, match="treated as sea"):
        ground = terrain_on_grid(scenario, study_area(scenario, 250.0))
    found = great_circle_profile(ground, (113.02, 23.05), (113.22, 23.05))
    assert SEA in found.zones
    assert (found.heights_m[found.zones == SEA][1:-1] < 60.0).all()
    assert found.zones[0] == INLAND


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (WEST, WEST, "same place"),
        (WEST, (120.0, 23.08), "1 sites outside the terrain: site 2 at 120.000000"),
        ((np.nan, 23.08), EAST, "no position"),
        (WEST, (113.1, 100.0), "end: no position"),
    ],
)
def test_ends_that_are_refused(terrain, start, end, words) -> None:
    with pytest.raises(InputError, match=words):
        great_circle_profile(terrain, start, end)


def test_a_step_that_is_none(terrain) -> None:
    with pytest.raises(InputError, match="step_m"):
        great_circle_profile(terrain, WEST, EAST, step_m=0.0)


def test_a_path_that_leaves_the_terrain(terrain) -> None:
    from dataclasses import replace

    known = terrain.known.copy()
    known[:, known.shape[1] // 2] = False
    with pytest.raises(InputError, match=r"the path leaves the terrain at 113\.1"):
        great_circle_profile(replace(terrain, known=known), WEST, EAST)
