"""Losses over one path: against the kernels, against each other, and what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.models import p526
from kernels.radio.p1812 import path as p1812
from kernels.radio.p1812.terms import Conditions
from planner.cli import cli
from planner.errors import InputError
from planner.radio.path_loss import (
    P1812Options,
    diffraction_loss_db,
    fast_tier_loss_db,
    in_line_of_sight,
    irregular_terrain_loss,
    p1812_loss,
)
from planner.radio.path_profile import path_profile
from planner.radio.propagation_model import Link
from planner.radio.service_area import environment_of
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection
from tests.planner.hills import write_hilly_study
from tests.planner.study import write_study

LINK = Link(0.7, 45.0)


def ridge(height_m=0.0, length_km=10.0, count=101):
    d = np.linspace(0.0, length_km, count)
    return path_profile(d, height_m * np.exp(-((d - 0.4 * length_km) ** 2)), latitude_deg=23.0)


def test_p1812_is_the_kernel() -> None:
    profile = ridge(120.0)
    wanted = P1812Options(time_percent=10.0, location_percent=90.0, location_sigma_db=5.5)
    found = p1812_loss(profile, LINK, wanted=wanted, polarisation="horizontal")
    conditions = Conditions(
        0.7, p526.HORIZONTAL, 45.0, 1.5, 10.0, 90.0, 23.0, location_sigma_db=5.5
    )
    arrays = profile.distances_km, profile.heights_m, profile.clutter_m, profile.zones
    assert found.loss_db == p1812.path_loss_db(*arrays, conditions)
    assert found.valid
    assert found.diffraction_db > 0.0
    assert found.loss_db > found.free_space_db


@given(st.floats(100.0, 400.0), st.floats(0.7, 6.0), st.floats(5.0, 40.0))
def test_a_high_ridge_adds_to_every_model(height_m, frequency_ghz, base_height_m):
    link = Link(frequency_ghz, base_height_m)
    flat, hilly = ridge(), ridge(height_m)
    assert not in_line_of_sight(hilly, link)
    # Grazing an edge costs 6 dB.
    assert diffraction_loss_db(hilly, link) > 6.0
    for loss in (p1812_loss, irregular_terrain_loss):
        assert loss(hilly, link).loss_db > loss(flat, link).loss_db


def test_fast_tier_is_the_statistical_model_on_flat_land() -> None:
    environment = environment_of(RadioSection(), ServiceSection(), "rural")
    flat = fast_tier_loss_db(ridge(length_km=2.0), environment)
    median = environment.model.loss_db(2000.0, environment.link).loss_db[0]
    assert flat == pytest.approx(median, abs=0.3)
    hilly = ridge(300.0, length_km=4.0)
    over = (
        fast_tier_loss_db(hilly, environment)
        - environment.model.loss_db(4000.0, environment.link).loss_db[0]
    )
    assert over == pytest.approx(
        diffraction_loss_db(hilly, environment.link)
        - diffraction_loss_db(ridge(length_km=4.0), environment.link),
        abs=0.5,
    )


def test_longley_rice_needs_even_steps() -> None:
    assert irregular_terrain_loss(ridge(100.0), LINK).loss_db > 90.0
    with pytest.raises(InputError, match="points at equal steps") as caught:
        irregular_terrain_loss(path_profile([0, 1, 3], [0, 0, 0]), LINK)
    assert caught.value.problems[0].key == "distances_km"


@pytest.mark.parametrize(
    ("link", "wanted", "key"),
    [
        (Link(0.02, 45.0), {}, "frequency_ghz"),
        (Link(6.1, 45.0), {}, "frequency_ghz"),
        (Link(math.nan, 45.0), {}, "frequency_ghz"),
        (Link(0.7, -5.0), {}, "base_height_m"),
        (Link(0.7, 0.0), {}, "base_height_m"),
        (Link(0.7, 45.0, ue_height_m=-1.5), {}, "ue_height_m"),
        (Link(0.7, 3001.0), {}, "base_height_m"),
        (LINK, {"time_percent": 0.5}, "time_percent"),
        (LINK, {"time_percent": 51.0}, "time_percent"),
        (LINK, {"location_percent": 99.5}, "location_percent"),
        (LINK, {"lapse_rate": 157.0}, "lapse_rate"),
        (LINK, {"location_sigma_db": -1.0}, "location_sigma_db"),
        (LINK, {"refractivity": math.nan}, "refractivity"),
    ],
)
def test_p1812_refuses_what_its_ranges_leave_out(link, wanted, key) -> None:
    with pytest.raises(InputError, match=r"outside the validity of ITU-R P\.1812") as caught:
        p1812_loss(ridge(), link, wanted=P1812Options(**wanted))
    (problem,) = caught.value.problems
    assert problem.key == key
    assert problem.expected


def test_a_path_too_short_for_p1812() -> None:
    short = ridge(length_km=0.2)
    with pytest.raises(InputError, match=r"distance_km: .*found 0\.2.*0\.25 to 3000"):
        p1812_loss(short, LINK)
    flagged = p1812_loss(short, LINK, outside="flag")
    assert not flagged.valid
    assert math.isfinite(flagged.loss_db)


def test_what_has_no_meaning_is_refused_even_if_flagged() -> None:
    with pytest.raises(InputError, match="base_height_m"):
        p1812_loss(ridge(), Link(0.7, -1.0), outside="flag")


@pytest.mark.parametrize(
    ("link", "factor", "key"),
    [
        (Link(0.7, 0.0), 4 / 3, "base_height_m"),
        (Link(0.7, 10.0, ue_height_m=-2.0), 4 / 3, "ue_height_m"),
        (Link(0.0, 10.0), 4 / 3, "frequency_ghz"),
        (Link(0.7, 10.0), math.nan, "earth_radius_factor"),
    ],
)
def test_diffraction_refuses_antennas_below_ground(link, factor, key) -> None:
    with pytest.raises(InputError, match="above 0") as caught:
        diffraction_loss_db(ridge(), link, earth_radius_factor=factor)
    assert [problem.key for problem in caught.value.problems] == [key]


def test_unknown_polarisation() -> None:
    for call in (p1812_loss, diffraction_loss_db):
        with pytest.raises(InputError, match="one of horizontal, vertical"):
            call(ridge(), LINK, polarisation="round")


def invoke(*arguments: str):
    return CliRunner().invoke(cli, ["path", *arguments])


class TestCommand:
    def test_behind_the_ridge(self, tmp_path: Path) -> None:
        study = str(write_hilly_study(tmp_path))
        found = invoke("113.02", "23.08", "113.18", "23.08", "--scenario", study, "--json")
        assert found.exit_code == 0, found.output
        losses = json.loads(found.stdout)
        assert not losses["line_of_sight"]
        assert losses["distance_km"] == pytest.approx(16.39, abs=0.01)
        for model in ("fast_tier_db", "p1812_db", "irregular_terrain_db"):
            assert losses[model] > losses["free_space_db"] + 20.0
        text = invoke("113.02", "23.08", "113.06", "23.08", "--scenario", study).output
        assert "in line of sight" in text
        assert "ITU-R P.1812-8" in text

    def test_the_scenario_says_refuse_or_flag(self, tmp_path: Path) -> None:
        study = str(write_hilly_study(tmp_path))
        near = ("113.02", "23.08", "113.0215", "23.08", "--scenario", study)
        refused = invoke(*near)
        assert "distance_km: outside the validity of ITU-R P.1812" in str(refused.exception)
        flagged = invoke(*near, "--set", "radio.outside_validity=flag")
        assert flagged.exit_code == 0, flagged.output
        assert "warning: reference tier: distance_km: outside the validity" in flagged.output

    def test_bad_input(self, tmp_path: Path) -> None:
        study = str(write_hilly_study(tmp_path))
        far = invoke("113.02", "23.08", "-0.5", "51.5", "--scenario", study)
        assert isinstance(far.exception, InputError)
        assert "outside the terrain" in str(far.exception)
        bare = str(write_study(tmp_path / "bare"))
        none = invoke("113.02", "23.08", "113.06", "23.08", "--scenario", bare)
        assert "the scenario has no terrain" in str(none.exception)
        assert invoke("113.02", "23.08", "--scenario", study).exit_code == 2
