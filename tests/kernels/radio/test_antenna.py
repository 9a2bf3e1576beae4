"""Antenna patterns against 3GPP TR 38.901 Table 7.3-1, and tilt as a rotation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.antenna import (
    CUT_SIZE,
    PROJECTION,
    SUM,
    antenna_loss_db,
    antenna_losses_db,
    cut_loss_db,
    parabolic_loss_db,
    projected_loss_db,
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


def panel_loss_db(azimuth_deg, below_deg):
    """A panel of ten elements before a reflector, over all directions: its full pattern.

    Behind, what is bent around the reflector's rim adds, of three sources: a wider beam.
    """
    azimuth, below = np.radians(azimuth_deg), np.radians(below_deg)
    forwards = np.cos(azimuth) * np.cos(below)

    def array(elements):
        phase = 2.0 * np.pi * 0.8 * np.sin(below)
        sources = np.exp(1j * phase[..., None] * np.arange(elements)).sum(axis=-1)
        return np.abs(sources / elements) ** 2

    front = array(10) * ((1.0 + forwards) / 2.0) ** 4
    power = front + 10.0**-2.5 * array(3) * ((1.0 - forwards) / 2.0) ** 2
    return -10.0 * np.log10(np.maximum(power, 1e-4))


def panel_cuts():
    angle = np.arange(CUT_SIZE) * 360.0 / CUT_SIZE
    # Straight down is 90, the horizon behind 180.
    behind = (angle > 90.0) & (angle < 270.0)
    below = np.where(behind, 180.0 - angle, np.where(angle >= 270.0, angle - 360.0, angle))
    horizontal = panel_loss_db(angle, np.zeros(CUT_SIZE))
    return np.stack([horizontal, panel_loss_db(np.where(behind, 180.0, 0.0), below)])


def test_projection_is_nearer_to_a_full_pattern_than_the_sum() -> None:
    cuts = panel_cuts()
    azimuth, below = np.meshgrid(np.arange(-180.0, 180.0, 4.0), np.arange(-60.0, 60.5, 1.5))
    azimuth, below = azimuth.ravel(), below.ravel()
    true_db = panel_loss_db(azimuth, below)
    off = {
        pattern: antenna_losses_db(cuts, 40.0, azimuth, below, 0.0, 0.0, pattern) - true_db
        for pattern in (SUM, PROJECTION)
    }
    for where, factor in ((np.abs(azimuth) > 120.0, 0.5), (np.abs(azimuth) <= 180.0, 0.8)):
        rms = {key: np.sqrt(np.mean(value[where] ** 2)) for key, value in off.items()}
        assert rms[PROJECTION] < factor * rms[SUM]
    assert np.sqrt(np.mean(off[PROJECTION] ** 2)) < 5.0


def test_projection_meets_both_cuts_with_the_back_half_behind() -> None:
    cuts = panel_cuts()
    for angle in np.arange(0.0, 360.0, 7.3):
        assert projected_loss_db(cuts, angle, 0.0) == pytest.approx(
            cut_loss_db(cuts[0], angle), abs=1e-9
        )
    for below in np.arange(-88.0, 88.0, 5.7):
        assert projected_loss_db(cuts, 0.0, below) == pytest.approx(cut_loss_db(cuts[1], below))
        assert projected_loss_db(cuts, 180.0, below) == pytest.approx(
            cut_loss_db(cuts[1], 180.0 - below)
        )


def test_electrical_tilt_lowers_the_beam_behind_too() -> None:
    cuts = panel_cuts()
    at = np.array([-3.0, 3.0, 9.0])
    behind = np.full(3, 180.0)
    found = antenna_losses_db(cuts, 40.0, behind, at, 6.0, 0.0, PROJECTION)
    level = antenna_losses_db(cuts, 40.0, behind, at - 6.0, 0.0, 0.0, PROJECTION)
    assert found == pytest.approx(level)


@given(angles, depressions, tilts, tilts)
def test_projection_stays_between_nothing_and_the_deepest(azimuth, depression, ret, tilt) -> None:
    cuts = PANEL
    found = antenna_loss_db(cuts, 40.0, azimuth, depression, ret, tilt, PROJECTION)
    assert 0.0 <= found <= 40.0
    assert found == antenna_losses_db(
        cuts, 40.0, np.array([azimuth]), np.array([depression]), ret, tilt, PROJECTION
    )


PANEL = panel_cuts()
