"""Building entry loss of P.2109 against hand arithmetic and the reference folder."""

from __future__ import annotations

import csv
import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.models import p2109

BUILDINGS = st.sampled_from([p2109.TRADITIONAL, p2109.THERMALLY_EFFICIENT])


def test_reference_rows(reference_dir):
    path = reference_dir / "radio" / "p2109" / "building_entry_loss.csv"
    with path.open() as file:
        rows = [[float(value) for value in row] for row in list(csv.reader(file))[1:]]
    for f, percent, building, elevation, expected in rows:
        found = p2109.entry_loss_db(int(building), f, elevation, percent / 100.0)
        assert found == pytest.approx(expected, abs=1e-6)
    assert len(rows) == 1250


@pytest.mark.parametrize(
    ("building", "f", "expected_db"),
    [
        # At 1 GHz the logarithms vanish: 10 log10(10^1.264 + 10^0.91 + 10^-0.3) = 10 log10(26.995)
        (p2109.TRADITIONAL, 1.0, 14.3130),
        # 10 log10(10^2.819 + 10^2.78 + 10^-0.3) = 10 log10(1262.24)
        (p2109.THERMALLY_EFFICIENT, 1.0, 31.0114),
        # 10 GHz: mu_1 = 12.64 + 3.72 + 0.96 = 17.32, mu_2 = 9.1 - 3 = 6.1
        (p2109.TRADITIONAL, 10.0, 17.6735),
        # 10 GHz: mu_1 = 28.19 - 3 + 8.48 = 33.67, mu_2 = 27.8 - 2.9 = 24.9
        (p2109.THERMALLY_EFFICIENT, 10.0, 34.2125),
    ],
)
def test_median_by_hand(building, f, expected_db):
    assert p2109.entry_loss_db(building, f, 0.0, 0.5) == pytest.approx(expected_db, abs=2e-3)


def test_inclined_paths_lose_more():
    """Eq. (10): 0.212 dB for each degree, up or down."""
    assert p2109.elevation_loss_db(10.0) == pytest.approx(2.12)
    assert p2109.elevation_loss_db(-10.0) == pytest.approx(2.12)


@given(BUILDINGS, st.floats(0.08, 100.0), st.floats(-89.0, 89.0), st.floats(1e-6, 1.0 - 1e-6))
def test_naive_twin(building, f, elevation, probability):
    coefficients = {
        p2109.TRADITIONAL: (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
        p2109.THERMALLY_EFFICIENT: (28.19, -3.0, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1),
    }
    r, s, t, u, v, w, x, y, z = coefficients[building]
    log_f, deviate = np.log10(f), NormalDist().inv_cdf(probability)
    first = deviate * (u + v * log_f) + r + s * log_f + t * log_f**2 + 0.212 * abs(elevation)
    second = deviate * (y + z * log_f) + w + x * log_f
    expected = 10 * np.log10(10 ** (first / 10) + 10 ** (second / 10) + 10**-0.3)
    found = p2109.entry_loss_db(building, f, elevation, probability)
    assert found == pytest.approx(expected, abs=1e-9)


@given(BUILDINGS, st.floats(0.08, 100.0), st.floats(0.0, 80.0), st.floats(0.01, 0.9))
def test_loss_rises_with_probability_and_elevation(building, f, elevation, probability):
    here = p2109.entry_loss_db(building, f, elevation, probability)
    assert here >= -3.0
    assert p2109.entry_loss_db(building, f, elevation + 5.0, probability) > here
    more = p2109.entry_losses_db(
        building, f, elevation, np.array([probability, probability + 0.05])
    )
    assert more[0] == here < more[1]


@pytest.mark.parametrize(
    ("building", "f", "elevation", "probability"),
    [
        (0, 1.0, 0.0, 0.5),
        (1, 0.0, 0.0, 0.5),
        (1, math.nan, 0.0, 0.5),
        (1, 1.0, 91.0, 0.5),
        (1, 1.0, 0.0, 0.0),
        (1, 1.0, 0.0, 1.0),
        (1, 1.0, 0.0, math.nan),
    ],
)
def test_no_loss_where_it_has_no_meaning(building, f, elevation, probability):
    assert math.isnan(p2109.entry_loss_db(building, f, elevation, probability))
