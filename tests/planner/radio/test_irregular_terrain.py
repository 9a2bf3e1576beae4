"""Longley-Rice in a planner's terms: defaults, refusals by the names of inputs, warnings."""

from __future__ import annotations

import math

import numpy as np
import pytest

from planner.errors import InputError
from planner.radio.irregular_terrain import (
    HILLS_M,
    MOUNTAINS_M,
    PLAINS_M,
    Reliability,
    Surroundings,
    area_loss,
    area_median_losses_db,
    point_to_point_loss,
)
from planner.radio.propagation_model import Link

LINK = Link(2.6, 30.0)
FLAT = np.zeros(101)


def keys_of(caught):
    return [problem.key for problem in caught.value.problems]


def test_published_example():
    """NTIA, documentation of version 1.5: 134.5 dB over 10 km of plains at 3.5 GHz."""
    found = area_loss(
        10_000.0,
        20.0,
        Link(3.5, 15.0, ue_height_m=3.0),
        base_siting="random",
        wanted=Reliability(mode="accidental"),
    )
    assert found.loss_db == pytest.approx(134.5, abs=0.05)
    assert found.mechanism == "line_of_sight"
    assert found.warnings == ()


def test_rougher_land_loses_more():
    losses_db = [
        area_loss(10_000.0, land, LINK).loss_db for land in (PLAINS_M, HILLS_M, MOUNTAINS_M)
    ]
    assert losses_db == sorted(losses_db)


def test_climate_counts_for_little_near_a_station():
    climates = ("equatorial", "continental_subtropical", "maritime_subtropical", "desert")
    climates += ("maritime_temperate_land", "maritime_temperate_sea")
    for distance_m, most_db in ((5000.0, 0.1), (30_000.0, 1.0)):
        usual = area_loss(distance_m, HILLS_M, Link(0.7, 45.0)).loss_db
        for climate in climates:
            there = Surroundings(climate=climate)
            found = area_loss(distance_m, HILLS_M, Link(0.7, 45.0), surroundings=there)
            assert abs(found.loss_db - usual) < most_db


def test_medians_over_distance():
    distances_m = np.array([2000.0, 20_000.0, 200_000.0])
    found = area_median_losses_db(distances_m, HILLS_M, LINK)
    expected = [area_loss(distance_m, HILLS_M, LINK).loss_db for distance_m in distances_m]
    assert found == pytest.approx(expected)
    assert math.isnan(area_median_losses_db(np.array([0.0]), HILLS_M, LINK)[0])


def test_a_ridge_is_in_the_way():
    ridge = FLAT.copy()
    ridge[50] = 150.0
    flat, blocked = (point_to_point_loss(t, 100.0, LINK) for t in (FLAT, ridge))
    assert flat.mechanism == "line_of_sight"
    assert blocked.loss_db > flat.loss_db + 15.0
    assert blocked.irregularity_m >= flat.irregularity_m == 0.0


def test_reliability_costs():
    sure = point_to_point_loss(FLAT, 100.0, LINK, wanted=Reliability(location_share=0.9))
    surer = point_to_point_loss(
        FLAT, 100.0, LINK, wanted=Reliability(location_share=0.9, situation_share=0.9)
    )
    unspread = point_to_point_loss(
        FLAT,
        100.0,
        LINK,
        wanted=Reliability(situation_share=0.9, situation_spread=False, location_spread=False),
    )
    assert surer.loss_db > sure.loss_db
    assert surer.loss_db > unspread.loss_db


def test_all_problems_at_once_by_the_names_of_inputs():
    with pytest.raises(InputError) as caught:
        point_to_point_loss(
            [0.0, np.nan, 3.0],
            0.0,
            Link(26.0, 0.1),
            surroundings=Surroundings(refractivity=100.0),
            wanted=Reliability(time_share=1.0),
        )
    expected = ["base_height_m", "frequency_ghz", "refractivity", "time_share"]
    assert keys_of(caught) == [*expected, "step_m", "terrain_m"]
    assert "found 26" in str(caught.value)
    assert "0.02 to 20" in str(caught.value)


@pytest.mark.parametrize("profile", [[], [5.0], [1.0, np.inf]])
def test_profiles_that_are_none(profile):
    with pytest.raises(InputError) as caught:
        point_to_point_loss(profile, 90.0, LINK)
    assert keys_of(caught) == ["terrain_m"]


def test_antenna_below_ground_and_no_distance():
    with pytest.raises(InputError) as caught:
        area_loss(0.0, -1.0, Link(2.6, 30.0, ue_height_m=-1.5))
    assert keys_of(caught) == ["ue_height_m", "irregularity_m", "distance_m"]


@pytest.mark.parametrize(
    ("key", "call"),
    [
        ("climate", lambda: area_loss(1e4, 90.0, LINK, surroundings=Surroundings(climate="wet"))),
        ("mode", lambda: area_loss(1e4, 90.0, LINK, wanted=Reliability(mode="telegraph"))),
        ("base_siting", lambda: area_loss(1e4, 90.0, LINK, base_siting="lucky")),
        (
            "polarisation",
            lambda: area_loss(1e4, 90.0, LINK, surroundings=Surroundings(polarisation="round")),
        ),
    ],
)
def test_unknown_names(key, call):
    with pytest.raises(InputError, match="expected one of") as caught:
        call()
    assert keys_of(caught) == [key]


def test_warnings_in_words():
    found = point_to_point_loss(np.zeros(6), 100.0, Link(15.0, 30.0))
    assert "path shorter than 1 km" in found.warnings
    assert "frequency below 40 MHz or above 10 GHz" in found.warnings
