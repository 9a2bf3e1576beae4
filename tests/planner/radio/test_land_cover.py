"""Classes of land cover in both tiers, and how waves go over terrain."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.errors import InputError, PlannerWarning
from planner.ground.land_cover import TABLES, height_and_loss
from planner.radio.terrain_conditions import terrain_conditions
from planner.scenario.terrain import LandCover
from tests.planner.hills import TERRAIN, hills_m, write_hilly_study, write_tile
from tests.planner.study import SCENARIO, points

MIDDLE = (113.12, 23.08)
COVER = """
[terrain.land_cover]
file = "cover.tif"
classes = [
  { codes = [1], name = "fields" },
  { codes = [2, 3], name = "woods", height_m = 15, loss_db = 12 },
]
"""
MAPS = """
[radio.maps]
reach_m = 4000
"""


def cover_codes():
    """Woods east of the middle, fields west of it."""
    codes = np.ones(hills_m().shape, np.uint8)
    codes[:, codes.shape[1] // 2 :] = 2
    return codes


def study(folder, more="", keys=""):
    text = SCENARIO.replace("cell_size_m = 200", "cell_size_m = 400") + TERRAIN + keys + more + MAPS
    folder.mkdir(exist_ok=True)
    write_tile(folder / "cover.tif", cover_codes())
    path = write_hilly_study(folder, np.full_like(hills_m(), 50.0), text)
    points(folder / "sites.csv", [MIDDLE])
    return path


def mapped(folder, more="", keys=""):
    path = study(folder, more, keys)
    return planner.site_coverage(folder / "sites.csv", path)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return mapped(tmp_path_factory.mktemp("bare"))


def halves(maps, other):
    """Median difference of power west and east of the middle."""
    away = other.values["rsrp"] - maps.values["rsrp"]
    middle = away.shape[1] // 2
    return [float(np.nanmedian(part)) for part in (away[:, : middle - 3], away[:, middle + 3 :])]


def test_a_class_takes_its_loss_in_the_fast_tier_and_nowhere_else(bare, tmp_path) -> None:
    assert halves(bare, mapped(tmp_path / "cover", COVER)) == pytest.approx([0.0, -12.0], abs=0.05)
    half = COVER + "weight = 0.5\n"
    assert halves(bare, mapped(tmp_path / "half", half)) == pytest.approx([0.0, -6.0], abs=0.05)


def test_the_reference_tier_takes_heights_and_warns_without_them(tmp_path) -> None:
    tier = 'tier = "reference"\n'
    with pytest.warns(PlannerWarning, match="some 30 dB too small"):
        plain = mapped(tmp_path / "plain", keys=tier)
    west, east = halves(plain, mapped(tmp_path / "cover", COVER, tier))
    assert abs(west) < 0.5
    assert east < -5.0


def test_footprints_lose_cells_of_classes_with_a_loss(tmp_path) -> None:
    quick = {"siting.improvement_rounds": 0, "siting.certificate_iterations": 0,
             "target.stations_new": 3, "target.stations_baseline": 0}  # fmt: skip
    shares = []
    for name, more in (("plain", ""), ("cover", COVER)):
        plan = planner.run(study(tmp_path / name, more), quick)
        shares.append(plan.summary["people_by_siting"])
    assert shares[1] < 0.98 * shares[0]


def test_heights_without_losses_say_that_the_fast_tier_takes_none(tmp_path) -> None:
    more = COVER.replace(", loss_db = 12", "")
    with pytest.warns(PlannerWarning, match="takes no heights of clutter"):
        mapped(tmp_path / "cover", more)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (COVER.replace("[2, 3]", "[3]"), "pixels are of no known class"),
        (COVER.replace("[2, 3]", "[1]"), "names a code twice"),
        ('[terrain.land_cover]\nfile = "cover.tif"\n', "give classes, or the table"),
        (COVER.replace("cover.tif", "none.tif"), "no such file"),
    ],
)
def test_bad_land_cover_is_refused(tmp_path, more, words) -> None:
    with pytest.raises(InputError, match=words):
        mapped(tmp_path / "bad", more)


def test_known_tables_have_heights_and_own_classes_go_before() -> None:
    assert TABLES["worldcover"][10] == TABLES["glc_fcs30"][51] == 15.0
    own = LandCover.model_validate_json(
        '{"file": "a.tif", "table": "worldcover", "weight": 2.0,'
        ' "classes": [{"codes": [10], "height_m": 22.0, "loss_db": 5.0}]}'
    )
    found = height_and_loss(own)
    assert found[10] == (22.0, 10.0)
    assert found[50] == (10.0, 0.0)


def test_keys_of_the_waves_reach_p1812(tmp_path) -> None:
    keys = (
        'polarisation = "horizontal"\ntime_percent = 10\nlocation_percent = 90\n'
        "refractivity = 340\nlapse_rate = 60\n"
    )
    scenario = planner.load_scenario(study(tmp_path / "keys", COVER, keys))
    ground = planner.ground_of(scenario, 400.0)
    asked = terrain_conditions(ground.terrain, 2.6, (30.0, 1.5), 23.0)
    assert (asked.polarisation, asked.time_percent, asked.location_percent) == (1, 10.0, 90.0)
    assert asked.refractivity == 340.0
    assert asked.lapse_rate == pytest.approx(60.0)
    assert asked.area_width_m == 400.0
    both = study(tmp_path / "both", "", keys + "earth_radius_factor = 1.3\n")
    with pytest.raises(InputError, match="lapse_rate and earth_radius_factor"):
        planner.load_scenario(both)


def test_more_places_mean_more_loss(tmp_path) -> None:
    tier = 'tier = "reference"\n'
    maps = [
        mapped(tmp_path / str(share), COVER, f"{tier}location_percent = {share}\n")
        for share in (50, 90)
    ]
    assert max(halves(*maps)) < -1.0
