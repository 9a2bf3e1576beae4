"""Clutter loss of P.2108 against hand arithmetic, a naive twin and the reference folder."""

from __future__ import annotations

import csv
import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.models import p2108

CODES = range(p2108.WATER, p2108.DENSE_URBAN + 1)


def reference_rows(reference_dir, name):
    path = reference_dir / "radio" / "p2108" / f"{name}ModelTestData.csv"
    for row in csv.DictReader(path.read_text().splitlines()):
        yield [float(value) for value in row.values()]


def test_reference_terminal(reference_dir):
    for f, h, width, top, clutter, refused, expected in reference_rows(
        reference_dir, "HeightGainTerminalCorrection"
    ):
        if not refused:
            found = p2108.terminal_clutter_loss_db(int(clutter), f, h, top, width)
            assert found == pytest.approx(expected, abs=0.1)


def test_reference_terrestrial(reference_dir):
    for f, d, percent, refused, expected in reference_rows(reference_dir, "TerrestrialStatistical"):
        if not refused:
            found = p2108.terrestrial_clutter_loss_db(f, d * 1000.0, percent / 100.0)
            assert found == pytest.approx(expected, abs=0.1)


def test_reference_slant(reference_dir):
    for f, angle, percent, refused, expected in reference_rows(
        reference_dir, "AeronauticalStatistical"
    ):
        if not refused:
            found = p2108.slant_clutter_loss_db(f, angle, percent / 100.0)
            assert found == pytest.approx(expected, abs=0.1)


def test_open_land_by_hand():
    """Eq. (2b), 1 GHz, 1 m below clutter of 10 m: 21.8 x log10(10)."""
    for clutter in (p2108.WATER, p2108.OPEN_RURAL):
        found = p2108.terminal_clutter_loss_db(clutter, 1.0, 1.0, 10.0, 27.0)
        assert found == pytest.approx(21.8)


def test_urban_by_hand():
    """Eqs. (2a) to (2g), 1 GHz, 2 m below clutter of 12 m across 10 m: the angle is 45 degrees.

    nu = 0.342 x sqrt(10 x 45) = 7.25491; J = 6.9 + 20 log10(sqrt(52.1927) + 7.15491) = 30.0546.
    """
    found = p2108.terminal_clutter_loss_db(p2108.URBAN, 1.0, 2.0, 12.0, 10.0)
    assert found == pytest.approx(30.0546 - 6.03, abs=1e-3)


def test_terrestrial_by_hand():
    """Eqs. (3) to (5) at 1 GHz, 2 km, median.

    L_l = -2 log10(10^-12.5 + 10^-16.5) = 24.99991; L_s = 32.98 + 23.9 x 0.30103 = 40.17462;
    -5 log10(10^-4.99998 + 10^-8.03492) = 24.99791.
    """
    found = p2108.terrestrial_clutter_loss_db(1.0, 2000.0, 0.5)
    assert found == pytest.approx(24.99791, abs=1e-4)


def test_slant_by_hand():
    """Section 3.3 at the horizon, median: sqrt(93 f^0.175 ln 2 / tan 0.05) - 1."""
    expected = math.sqrt(93.0 * 20.0**0.175 * math.log(2.0) / math.tan(0.05)) - 1.0
    assert p2108.slant_clutter_loss_db(20.0, 0.0, 0.5) == pytest.approx(expected)
    assert p2108.slant_clutter_loss_db(20.0, 90.0, 0.5) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.5, 67.0), st.floats(250.0, 50_000.0), st.floats(0.001, 0.999))
def test_terrestrial_naive_twin(f, d, share):
    def at(km):
        long_db = -2 * np.log10(10 ** (-5 * np.log10(f) - 12.5) + 10**-16.5)
        short_db = 32.98 + 23.9 * np.log10(km) + 3 * np.log10(f)
        weights = 10 ** (-0.2 * np.array([long_db, short_db]))
        sigma = np.sqrt(weights @ np.array([16.0, 36.0]) / weights.sum())
        return -5 * np.log10(weights.sum()) + sigma * NormalDist().inv_cdf(share)

    expected = min(at(d / 1000.0), at(2.0))
    found = p2108.terrestrial_clutter_loss_db(f, d, share)
    assert found == pytest.approx(expected, abs=1e-9)
    assert p2108.terrestrial_clutter_losses_db(f, np.array([d, d]), share).tolist() == [found] * 2


@given(
    st.sampled_from(list(CODES)),
    st.floats(0.03, 3.0),
    st.floats(0.5, 30.0),
    st.floats(1.0, 30.0),
    st.floats(5.0, 100.0),
)
def test_terminal_loss_is_never_negative_and_falls_with_height(clutter, f, h, top, width):
    low, high = (p2108.terminal_clutter_loss_db(clutter, f, at, top, width) for at in (h, h * 1.05))
    assert low >= -0.01
    assert high <= low + 0.01
    assert h < top or low == 0.0


@given(st.floats(0.5, 67.0), st.floats(250.0, 50_000.0), st.floats(0.01, 0.9))
def test_terrestrial_loss_rises_with_share_of_locations(f, d, share):
    less = p2108.terrestrial_clutter_loss_db(f, d, share)
    assert p2108.terrestrial_clutter_loss_db(f, d, share + 0.05) > less


@given(st.floats(0.5, 67.0), st.floats(2000.0, 1e5))
def test_terrestrial_median_is_that_at_two_kilometres_from_there_on(f, d):
    near, far = p2108.terrestrial_clutter_losses_db(f, np.array([2000.0, d]), 0.5)
    assert far == near


@given(st.floats(10.0, 100.0), st.floats(0.0, 89.0), st.floats(0.01, 0.99))
def test_slant_loss_rises_with_frequency_and_share(f, angle, share):
    here = p2108.slant_clutter_loss_db(f, angle, share)
    assert p2108.slant_clutter_loss_db(f * 1.05, angle, share) >= here
    assert p2108.slant_clutter_loss_db(f, angle, share + 0.005) > here


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan])
@pytest.mark.parametrize("position", range(4))
def test_no_terminal_loss_where_it_has_no_meaning(position, bad):
    values = [1.0, 2.0, 10.0, 27.0]
    values[position] = bad
    assert math.isnan(p2108.terminal_clutter_loss_db(p2108.URBAN, *values))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, math.nan])
def test_no_loss_for_a_share_that_is_none(share):
    assert math.isnan(p2108.terrestrial_clutter_loss_db(2.0, 2000.0, share))
    assert math.isnan(p2108.slant_clutter_loss_db(20.0, 10.0, share))


def test_no_loss_for_impossible_paths():
    assert math.isnan(p2108.terrestrial_clutter_loss_db(2.0, 0.0, 0.5))
    assert math.isnan(p2108.slant_clutter_loss_db(20.0, 91.0, 0.5))
    assert math.isnan(p2108.terminal_clutter_loss_db(7, 1.0, 2.0, 10.0, 27.0))


def test_default_heights():
    """P.2108-1, section 3.1.1."""
    heights_m = [p2108.default_clutter_height_m(code) for code in CODES]
    assert heights_m == [10.0, 10.0, 10.0, 15.0, 15.0, 20.0]
    assert math.isnan(p2108.default_clutter_height_m(0))
