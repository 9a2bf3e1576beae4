"""Longley-Rice against NTIA's published examples, the reference folder and its own properties."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.itm import losses as itm
from kernels.radio.itm.path import (
    CAREFUL,
    HORIZONTAL,
    RANDOM,
    VERTICAL,
    VERY_CAREFUL,
    Medium,
    area_path,
)
from kernels.radio.itm.reference import DIFFRACTION, LINE_OF_SIGHT, SCATTER, reference_attenuation
from kernels.radio.itm.variability import ACCIDENTAL, BROADCAST, CONTINENTAL_TEMPERATE, Quantiles

MEDIUM = Medium(3.5, VERTICAL, 15.0, 0.005, 301.0)
MEDIAN = Quantiles(CONTINENTAL_TEMPERATE, BROADCAST, 0.5, 0.5, 0.5)

seeds = st.integers(0, 2**32 - 1)
frequencies_ghz = st.floats(0.1, 10.0)


def reference_rows(reference_dir, name):
    path = reference_dir / "radio" / "itm" / name
    for row in csv.DictReader(path.read_text().splitlines()):
        values = {key: float(text) for key, text in row.items()}
        medium = Medium(
            values["f__mhz"] / 1000.0,
            int(values["pol"]),
            values["epsilon"],
            values["sigma"],
            values["N_0"],
        )
        shares = (values[key] / 100.0 for key in ("time", "location", "situation"))
        yield values, medium, Quantiles(int(values["climate"]), int(values["mdvar"]), *shares)


def terrain(seed, points=120, roughness_m=8.0):
    heights_m = np.cumsum(np.random.default_rng(seed).normal(0.0, roughness_m, points))
    return heights_m - heights_m.min() + 20.0


def test_reference_point_to_point(reference_dir):
    text = (reference_dir / "radio" / "itm" / "pfls.csv").read_text().split()
    profiles = [np.array(line.split(","), dtype=np.float64) for line in text]
    rows = list(reference_rows(reference_dir, "p2p.csv"))
    for (row, medium, quantiles), (steps, step_m, *heights_m) in zip(rows, profiles, strict=True):
        assert len(heights_m) == steps + 1
        found = itm.point_to_point_loss(
            np.array(heights_m),
            step_m,
            row["h_tx__meter"],
            row["h_rx__meter"],
            medium,
            quantiles,
        )
        assert found.errors == 0
        assert found.loss_db == pytest.approx(row["A__db"], abs=0.01)
    assert len(rows) == 5


def test_reference_area(reference_dir):
    rows = list(reference_rows(reference_dir, "area.csv"))
    for row, medium, quantiles in rows:
        found = itm.area_loss(
            row["d__km"] * 1000.0,
            row["h_tx__meter"],
            row["h_rx__meter"],
            int(row["tx_siting_criteria"]),
            int(row["rx_siting_criteria"]),
            row["delta_h__meter"],
            medium,
            quantiles,
        )
        assert found.errors == 0
        assert found.loss_db == pytest.approx(row["A__db"], abs=0.1)
    assert len(rows) == 5


class TestPublishedExamples:
    """Worked examples of NTIA's documentation of version 1.5 (public domain), area mode."""

    def test_plains_at_3500_mhz(self):
        """15 m to 3 m over 10 km, irregularity 20 m: loss, horizons and reference attenuation."""
        quantiles = Quantiles(CONTINENTAL_TEMPERATE, ACCIDENTAL, 0.5, 0.5, 0.5)
        path = area_path(15.0, 3.0, RANDOM, RANDOM, 20.0, MEDIUM)
        found = itm.area_loss(10_000.0, 15.0, 3.0, RANDOM, RANDOM, 20.0, MEDIUM, quantiles)
        assert found.loss_db == pytest.approx(134.5, abs=0.05)
        assert found.free_space_db == pytest.approx(123.3, abs=0.05)
        assert found.reference_db == pytest.approx(11.2, abs=0.05)
        assert found.mechanism == LINE_OF_SIGHT
        assert found.warnings == 0
        assert path.horizon_1_m == pytest.approx(14_722.0, abs=0.5)
        assert path.horizon_2_m == pytest.approx(6206.0, abs=0.5)
        assert path.angle_1_rad == pytest.approx(-1.811e-3, abs=5e-7)
        assert path.angle_2_rad == pytest.approx(-0.567e-3, abs=5e-7)

    @pytest.mark.parametrize(
        ("distance_km", "mechanism", "losses_db"),
        [
            (10.0, LINE_OF_SIGHT, (147.0, 151.7, 155.9)),
            (20.0, DIFFRACTION, (174.9, 179.2, 183.1)),
            (30.0, DIFFRACTION, (198.7, 202.9, 206.7)),
            (40.0, SCATTER, (213.0, 217.3, 221.0)),
            (100.0, SCATTER, (224.8, 229.0, 232.7)),
            (500.0, SCATTER, (260.0, 263.5, 266.6)),
            (1000.0, SCATTER, (295.6, 299.1, 302.2)),
        ],
    )
    def test_smooth_earth_at_10_ghz(self, distance_km, mechanism, losses_db):
        """3 m to 3 m, reliability 90 %, confidence 50, 75 and 90 %, broadcast mode."""
        medium = Medium(10.0, VERTICAL, 15.0, 0.005, 301.0)
        for confidence, expected in zip((0.5, 0.75, 0.9), losses_db, strict=True):
            wanted = Quantiles(CONTINENTAL_TEMPERATE, BROADCAST, 0.9, 0.5, confidence)
            found = itm.area_loss(
                distance_km * 1000.0, 3.0, 3.0, RANDOM, RANDOM, 0.0, medium, wanted
            )
            assert found.loss_db == pytest.approx(expected, abs=0.06)
            assert found.mechanism == mechanism


@given(st.integers(20, 120), st.floats(20.0, 60.0), st.floats(10.0, 40.0), frequencies_ghz)
def test_flat_profile_is_an_area_without_irregularity(points, base_m, ue_m, f):
    """Over flat ground in line of sight both modes know the same of the path."""
    medium = MEDIUM._replace(frequency_ghz=f)
    profile = itm.point_to_point_loss(np.zeros(points), 100.0, base_m, ue_m, medium, MEDIAN)
    distance_m = 100.0 * (points - 1)
    area = itm.area_loss(distance_m, base_m, ue_m, RANDOM, RANDOM, 0.0, medium, MEDIAN)
    assert profile.mechanism == area.mechanism == LINE_OF_SIGHT
    assert profile.loss_db == pytest.approx(area.loss_db, abs=1e-9)


@given(seeds, st.integers(3, 200), frequencies_ghz, st.floats(10.0, 60.0))
def test_reciprocal(seed, points, f, base_m):
    """Also where the foreground of an end ends on a point: with 91.3 m only up to rounding."""
    medium, heights_m = MEDIUM._replace(frequency_ghz=f), terrain(seed, points)
    there = itm.point_to_point_loss(heights_m, 91.3, base_m, 2.0, medium, MEDIAN)
    back = itm.point_to_point_loss(heights_m[::-1].copy(), 91.3, 2.0, base_m, medium, MEDIAN)
    assert there.loss_db == pytest.approx(back.loss_db, abs=1e-6)


@given(seeds, frequencies_ghz)
def test_finite_and_not_below_what_the_median_allows(seed, f):
    medium = MEDIUM._replace(frequency_ghz=f)
    found = itm.point_to_point_loss(terrain(seed), 90.0, 30.0, 1.5, medium, MEDIAN)
    assert found.errors == 0
    assert found.loss_db > found.free_space_db - 3.0
    assert found.loss_db < found.free_space_db + 150.0


@pytest.mark.parametrize("ridge_m", [50.0, 100.0, 200.0])
def test_a_higher_ridge_loses_more(ridge_m):
    low_m, high_m = np.zeros(101), np.zeros(101)
    low_m[50], high_m[50] = ridge_m, 1.5 * ridge_m
    low, high = (
        itm.point_to_point_loss(heights_m, 100.0, 30.0, 1.5, MEDIUM, MEDIAN)
        for heights_m in (low_m, high_m)
    )
    flat = itm.point_to_point_loss(np.zeros(101), 100.0, 30.0, 1.5, MEDIUM, MEDIAN)
    assert flat.loss_db < low.loss_db < high.loss_db


@given(
    st.floats(1000.0, 500_000.0),
    st.floats(0.0, 300.0),
    frequencies_ghz,
    st.floats(5.0, 100.0),
)
def test_area_loss_does_not_fall_with_distance(distance_m, irregularity_m, f, base_m):
    medium = MEDIUM._replace(frequency_ghz=f)
    distances_m = np.array([distance_m, distance_m * 1.05])
    before, after = itm.area_losses_db(
        distances_m, base_m, 1.5, CAREFUL, RANDOM, irregularity_m, medium, MEDIAN
    )
    assert after >= before - 0.01


@given(st.floats(0.0, 300.0), frequencies_ghz, st.floats(5.0, 100.0))
def test_reference_attenuation_is_continuous(irregularity_m, f, base_m):
    medium = MEDIUM._replace(frequency_ghz=f)
    path = area_path(base_m, 1.5, CAREFUL, RANDOM, irregularity_m, medium)
    distances_m = np.geomspace(2000.0, 600_000.0, 4000)
    found = [reference_attenuation(path, d) for d in distances_m]
    losses_db = np.array([attenuation.loss_db for attenuation in found])
    mechanisms = np.array([attenuation.mechanism for attenuation in found])
    assert np.all(np.diff(mechanisms) >= 0)
    # A step of 0.14 % in distance changes each regime by a part of a decibel only.
    assert np.abs(np.diff(losses_db)).max() < 0.02 * losses_db.max() + 0.5


@pytest.mark.parametrize("share", ["time_share", "location_share", "situation_share"])
def test_more_reliability_needs_more_loss(share):
    losses_db = []
    for value in (0.1, 0.5, 0.9, 0.99):
        wanted = MEDIAN._replace(**{share: value})
        found = itm.area_loss(30_000.0, 30.0, 1.5, CAREFUL, RANDOM, 90.0, MEDIUM, wanted)
        losses_db.append(found.loss_db)
    assert losses_db == sorted(losses_db)


def test_eliminated_spreads_narrow_the_loss():
    at_99 = MEDIAN._replace(location_share=0.99, situation_share=0.99)
    all_db, no_location_db, no_situation_db, neither_db = (
        itm.area_loss(
            30_000.0, 30.0, 1.5, CAREFUL, RANDOM, 90.0, MEDIUM, at_99._replace(mode=mode)
        ).loss_db
        for mode in (3, 13, 23, 33)
    )
    assert all_db > no_location_db > neither_db
    assert all_db > no_situation_db > neither_db


@pytest.mark.parametrize("mode", range(3))
def test_every_mode_has_the_same_median(mode):
    def loss_db(mode):
        wanted = MEDIAN._replace(mode=mode)
        found = itm.area_loss(20_000.0, 30.0, 1.5, RANDOM, RANDOM, 90.0, MEDIUM, wanted)
        return found.loss_db

    # The approximated deviate of one half is not quite zero.
    assert loss_db(mode) == pytest.approx(loss_db(BROADCAST), abs=1e-4)


def test_care_in_siting_gains():
    random_db, careful_db, very_careful_db = (
        itm.area_loss(20_000.0, 10.0, 1.5, siting, RANDOM, 90.0, MEDIUM, MEDIAN).loss_db
        for siting in (RANDOM, CAREFUL, VERY_CAREFUL)
    )
    assert random_db > careful_db > very_careful_db


PROFILE_ERRORS = [
    ({"terrain_m": np.array([1.0])}, itm.ERROR_PROFILE),
    ({"terrain_m": np.array([1.0, np.nan, 2.0])}, itm.ERROR_PROFILE),
    ({"terrain_m": np.array([1.0, np.inf])}, itm.ERROR_PROFILE),
    ({"step_m": 0.0}, itm.ERROR_DISTANCE),
    ({"step_m": math.nan}, itm.ERROR_DISTANCE),
    ({"height_1_m": 0.4}, itm.ERROR_HEIGHT_1),
    ({"height_1_m": math.nan}, itm.ERROR_HEIGHT_1),
    ({"height_2_m": 3001.0}, itm.ERROR_HEIGHT_2),
    ({"medium": MEDIUM._replace(frequency_ghz=0.019)}, itm.ERROR_FREQUENCY),
    ({"medium": MEDIUM._replace(frequency_ghz=21.0)}, itm.ERROR_FREQUENCY),
    ({"medium": MEDIUM._replace(polarisation=2)}, itm.ERROR_POLARISATION),
    ({"medium": MEDIUM._replace(permittivity=0.9)}, itm.ERROR_PERMITTIVITY),
    ({"medium": MEDIUM._replace(conductivity_s_m=0.0)}, itm.ERROR_CONDUCTIVITY),
    ({"medium": MEDIUM._replace(refractivity=240.0)}, itm.ERROR_REFRACTIVITY),
    ({"medium": MEDIUM._replace(refractivity=math.nan)}, itm.ERROR_REFRACTIVITY),
    ({"quantiles": MEDIAN._replace(climate=8)}, itm.ERROR_CLIMATE),
    ({"quantiles": MEDIAN._replace(mode=4)}, itm.ERROR_MODE),
    ({"quantiles": MEDIAN._replace(mode=43)}, itm.ERROR_MODE),
    ({"quantiles": MEDIAN._replace(time_share=0.0)}, itm.ERROR_TIME),
    ({"quantiles": MEDIAN._replace(location_share=1.0)}, itm.ERROR_LOCATION),
    ({"quantiles": MEDIAN._replace(situation_share=math.nan)}, itm.ERROR_SITUATION),
    ({"terrain_m": np.full(9, 8000.0)}, itm.ERROR_SURFACE_REFRACTIVITY_SMALL),
    ({"terrain_m": np.full(9, -3500.0)}, itm.ERROR_SURFACE_REFRACTIVITY_LARGE),
    (
        {"medium": Medium(0.02, HORIZONTAL, 1.0, 5.0, 301.0)},
        itm.ERROR_IMPEDANCE,
    ),
]


@pytest.mark.parametrize(("change", "flag"), PROFILE_ERRORS)
def test_errors_have_a_flag_and_no_loss(change, flag):
    inputs = {
        "terrain_m": terrain(1),
        "step_m": 90.0,
        "height_1_m": 30.0,
        "height_2_m": 1.5,
        "medium": MEDIUM,
        "quantiles": MEDIAN,
    }
    found = itm.point_to_point_loss(*(inputs | change).values())
    assert found.errors & flag
    assert math.isnan(found.loss_db)


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"distance_m": 0.0}, itm.ERROR_DISTANCE),
        ({"irregularity_m": -1.0}, itm.ERROR_IRREGULARITY),
        ({"siting_1": 3}, itm.ERROR_SITING_1),
        ({"siting_2": -1}, itm.ERROR_SITING_2),
    ],
)
def test_errors_of_the_area_mode(change, flag):
    inputs = {
        "distance_m": 5000.0,
        "height_1_m": 30.0,
        "height_2_m": 1.5,
        "siting_1": RANDOM,
        "siting_2": RANDOM,
        "irregularity_m": 90.0,
    }
    found = itm.area_loss(*(inputs | change).values(), MEDIUM, MEDIAN)
    assert found.errors == flag
    assert math.isnan(found.loss_db)


def test_all_errors_at_once():
    found = itm.area_loss(-1.0, 0.1, 1.5, RANDOM, RANDOM, -5.0, MEDIUM, MEDIAN)
    assert found.errors == itm.ERROR_DISTANCE | itm.ERROR_HEIGHT_1 | itm.ERROR_IRREGULARITY


@pytest.mark.parametrize(
    ("inputs", "flag"),
    [
        ((500.0, 30.0, 1.5), itm.WARNING_DISTANCE_TOO_SMALL),
        ((1_100_000.0, 30.0, 1.5), itm.WARNING_DISTANCE_LARGE),
        ((2_100_000.0, 30.0, 1.5), itm.WARNING_DISTANCE_TOO_LARGE),
        ((2000.0, 1500.0, 1.5), itm.WARNING_HEIGHT_1 | itm.WARNING_DISTANCE_SMALL),
        ((20_000.0, 30.0, 0.7), itm.WARNING_HEIGHT_2),
    ],
)
def test_warnings(inputs, flag):
    found = itm.area_loss(*inputs, RANDOM, RANDOM, 90.0, MEDIUM, MEDIAN)
    assert found.warnings & flag == flag
    assert math.isfinite(found.loss_db)


def test_warnings_of_frequency_quantiles_and_terrain():
    slow = MEDIUM._replace(frequency_ghz=0.03)
    rare = MEDIAN._replace(time_share=0.9995)
    found = itm.area_loss(20_000.0, 30.0, 1.5, RANDOM, RANDOM, 90.0, slow, rare)
    assert found.warnings == itm.WARNING_FREQUENCY | itm.WARNING_EXTREME_QUANTILES
    walled = np.zeros(101)
    walled[2] = walled[98] = 300.0
    found = itm.point_to_point_loss(walled, 100.0, 30.0, 1.5, MEDIUM, MEDIAN)
    steep = itm.WARNING_HORIZON_ANGLE_1 | itm.WARNING_HORIZON_ANGLE_2
    near = itm.WARNING_HORIZON_NEAR_1 | itm.WARNING_HORIZON_NEAR_2
    assert found.warnings == steep | near
    high = itm.point_to_point_loss(np.full(50, 3000.0), 100.0, 30.0, 1.5, MEDIUM, MEDIAN)
    assert high.warnings == itm.WARNING_SURFACE_REFRACTIVITY
