"""Antenna patterns against 3GPP TR 38.901 Table 7.3-1, and tilt as a rotation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.antenna import (
    CUT_SIZE,
    antenna_loss_db,
    cut_loss_db,
    parabolic_loss_db,
    sector_loss_db,
    tilted_angles_deg,
    wrapped_deg,
)

angles = st.floats(-720.0, 720.0)
depressions = st.floats(-90.0, 90.0)
tilts = st.floats(-20.0, 20.0)


def parabola(beamwidth_deg: float) -> np.ndarray:
    angle = np.arange(CUT_SIZE) * 360.0 / CUT_SIZE
    return 12.0 * (np.where(angle > 180.0, angle - 360.0, angle) / beamwidth_deg) ** 2


@pytest.mark.parametrize(
    ("azimuth", "zenith", "loss"),
    [
        # Table 7.3-1: 65 degrees both ways, SLA_V = A_max = 30 dB, by hand.
        (0.0, 90.0, 0.0),
        (32.5, 90.0, 3.0),
        (-32.5, 90.0, 3.0),
        (65.0, 90.0, 12.0),
        (0.0, 122.5, 3.0),
        (0.0, 57.5, 3.0),
        (32.5, 122.5, 6.0),
        (60.0, 100.0, 12.0 * (60.0 / 65.0) ** 2 + 12.0 * (10.0 / 65.0) ** 2),
        (180.0, 90.0, 30.0),
        (120.0, 170.0, 30.0),
    ],
)
def test_pattern_of_the_standard(azimuth, zenith, loss) -> None:
    assert sector_loss_db(azimuth, zenith - 90.0, 65.0, 65.0, 30.0) == pytest.approx(loss, abs=1e-9)
    cuts = np.stack([parabola(65.0), parabola(65.0)])
    found = antenna_loss_db(cuts, 30.0, azimuth, zenith - 90.0, 0.0, 0.0)
    assert found == pytest.approx(loss, abs=1e-4)


@given(angles, depressions)
def test_left_is_as_right_and_bounds_hold(azimuth, depression) -> None:
    loss = sector_loss_db(azimuth, depression, 65.0, 65.0, 30.0)
    assert 0.0 <= loss <= 30.0
    assert sector_loss_db(-azimuth, depression, 65.0, 65.0, 30.0) == pytest.approx(loss, abs=1e-6)
    assert sector_loss_db(azimuth + 360.0, depression, 65.0, 65.0, 30.0) == pytest.approx(
        loss, abs=1e-6
    )


def test_a_beam_without_width_has_no_loss() -> None:
    assert math.isnan(parabolic_loss_db(1.0, 0.0, 30.0))
    assert math.isnan(sector_loss_db(1.0, 1.0, 65.0, -1.0, 30.0))


@given(angles)
def test_wrapped(angle) -> None:
    wrapped = wrapped_deg(angle)
    assert -180.0 <= wrapped <= 180.0
    assert math.cos(math.radians(wrapped)) == pytest.approx(math.cos(math.radians(angle)), abs=1e-9)


@given(st.floats(-170.0, 170.0), st.floats(-80.0, 80.0), tilts)
def test_tilt_is_a_rotation_about_the_axis_to_the_right(azimuth, depression, tilt) -> None:
    a, d, t = map(math.radians, (azimuth, depression, tilt))
    place = np.array([math.cos(d) * math.cos(a), math.cos(d) * math.sin(a), -math.sin(d)])
    turn = np.array([[math.cos(t), 0, -math.sin(t)], [0, 1, 0], [math.sin(t), 0, math.cos(t)]])
    forwards, right, up = turn @ place
    seen_azimuth, seen_depression = tilted_angles_deg(azimuth, depression, tilt)
    assert seen_depression == pytest.approx(-math.degrees(math.asin(up)), abs=1e-6)
    if math.hypot(forwards, right) > 1e-6:
        assert seen_azimuth == pytest.approx(math.degrees(math.atan2(right, forwards)), abs=1e-6)


def test_mechanical_tilt_in_front_to_the_side_and_behind() -> None:
    assert tilted_angles_deg(0.0, 6.0, 6.0) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert tilted_angles_deg(90.0, 0.0, 6.0)[1] == pytest.approx(0.0, abs=1e-9)
    assert tilted_angles_deg(180.0, 0.0, 6.0)[1] == pytest.approx(6.0, abs=1e-9)


def test_electrical_tilt_shifts_the_vertical_cut_all_around() -> None:
    cuts = np.stack([np.zeros(CUT_SIZE), parabola(10.0)])
    for azimuth in (0.0, 90.0, 180.0):
        assert antenna_loss_db(cuts, 30.0, azimuth, 6.0, 6.0, 0.0) == pytest.approx(0.0, abs=1e-9)
        assert antenna_loss_db(cuts, 30.0, azimuth, 11.0, 6.0, 0.0) == pytest.approx(3.0, abs=1e-3)


def test_cut_is_linear_between_its_values_and_closes() -> None:
    cut = np.arange(CUT_SIZE, dtype=float)
    assert cut_loss_db(cut, 12.34) == pytest.approx(123.4)
    assert cut_loss_db(cut, -0.1) == pytest.approx(CUT_SIZE - 1.0)
    assert cut_loss_db(cut, 359.95) == pytest.approx((CUT_SIZE - 1) / 2)
