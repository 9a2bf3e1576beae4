"""Diffraction of Recommendation P.526: hand arithmetic, limits, and naive loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.radio.models import p526

MEDIAN_KM = 6371.0 * 157.0 / (157.0 - 45.0)


def naive_bullington_db(d, g, tx, rx, radius_km, frequency_ghz):
    """P.526 §4.5.1 written as the text reads: scan, then one equivalent edge."""
    c, wavelength, total = 1.0 / radius_km, 0.2998 / frequency_ghz, d[-1]
    inner = range(1, len(d) - 1)

    def raised(i):
        return g[i] + 500.0 * c * d[i] * (total - d[i])

    s_tim = max((raised(i) - tx) / d[i] for i in inner)
    if s_tim < (rx - tx) / total:
        nu = max(
            (raised(i) - (tx * (total - d[i]) + rx * d[i]) / total)
            * math.sqrt(0.002 * total / (wavelength * d[i] * (total - d[i])))
            for i in inner
        )
    else:
        s_rim = max((raised(i) - rx) / (total - d[i]) for i in inner)
        b = (rx - tx + s_rim * total) / (s_tim + s_rim)
        nu = (tx + s_tim * b - (tx * (total - b) + rx * b) / total) * math.sqrt(
            0.002 * total / (wavelength * b * (total - b))
        )
    luc = 0.0
    if nu > -0.78:
        luc = 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    return luc + (1.0 - math.exp(-luc / 6.0)) * (10.0 + 0.02 * total)


@pytest.mark.parametrize(
    ("nu", "expected_db"),
    [
        # 6.9 + 20 log10(sqrt(1.01) - 0.1) = 6.9 + 20 log10(0.904988)
        (0.0, 6.03285),
        # 6.9 + 20 log10(sqrt(1.81) + 0.9) = 6.9 + 20 log10(2.245362)
        (1.0, 13.92573),
        # far behind an edge the loss tends to 13 + 20 log10(nu), P.526 §4.1
        (100.0, 6.9 + 20.0 * math.log10(math.sqrt(99.9**2 + 1.0) + 99.9)),
        (-0.78, 0.0),
        (-5.0, 0.0),
    ],
)
def test_knife_edge(nu, expected_db):
    assert p526.knife_edge_loss_db(nu) == pytest.approx(expected_db, abs=1e-5)


def test_knife_edge_starts_near_zero():
    """The standard's approximation steps by some thousandths of a dB where it begins."""
    assert 0.0 <= p526.knife_edge_loss_db(-0.78 + 1e-9) < 0.02


def test_one_edge_half_way():
    """One 100 m edge half-way on 20 km, antennas at 10 m, at 0.2998 GHz (wavelength 1 m).

    Over a straight Earth nu = 90 sqrt(0.002 x 20 / (1 x 10 x 10)) = 1.8; J(1.8) = 18.1988 dB,
    and the loss is J + (1 - exp(-J / 6)) (10 + 0.02 x 20).
    """
    d, g = np.array([0.0, 10.0, 20.0]), np.array([0.0, 100.0, 0.0])
    edge_db = 6.9 + 20.0 * math.log10(math.sqrt(1.7**2 + 1.0) + 1.7)
    expected_db = edge_db + (1.0 - math.exp(-edge_db / 6.0)) * 10.4
    found_db = p526.bullington_profile_loss_db(d, g, 10.0, 10.0, 1e12, 0.2998)
    assert found_db == pytest.approx(expected_db, abs=1e-6)


def test_admittance_and_polarisation():
    """K of Eq. (29) over sea at 0.1 GHz: 18 sigma / f = 900, epsilon 80, radius 8500 km."""
    root = 8500.0 ** (1.0 / 3.0)
    k_h = p526.admittance_factor(0.1, p526.HORIZONTAL, 80.0, 5.0) / root
    k_v = p526.admittance_factor(0.1, p526.VERTICAL, 80.0, 5.0) / root
    assert k_h == pytest.approx(0.036 * 850.0 ** (-1 / 3) * (79.0**2 + 900.0**2) ** -0.25)
    assert k_v / k_h == pytest.approx(math.sqrt(80.0**2 + 900.0**2))


def test_vertical_polarisation_loses_less_over_sea():
    loss = [
        p526.spherical_earth_loss_db(100.0, 10.0, 10.0, MEDIAN_KM, 0.03, pol, 1.0)
        for pol in (p526.HORIZONTAL, p526.VERTICAL)
    ]
    assert loss[1] < loss[0]


def test_spherical_earth_first_term_by_hand():
    """K below 0.001 makes beta 1: X, Y and G of Eq. (31) to (35) by hand, land, 3 GHz."""
    radius, f, d, h = 8500.0, 3.0, 100.0, (20.0, 30.0)
    x = 21.88 * (f / radius**2) ** (1 / 3) * d
    y = [0.9575 * (f * f / radius) ** (1 / 3) * v for v in h]
    gain = [
        17.6 * math.sqrt(v - 1.1) - 5 * math.log10(v - 1.1) - 8
        if v > 2
        else 20 * math.log10(v + 0.1 * v**3)
        for v in y
    ]
    expected_db = -(11.0 + 10.0 * math.log10(x) - 17.6 * x) - sum(gain)
    found_db = p526.spherical_earth_loss_db(d, *h, radius, f, p526.HORIZONTAL)
    assert found_db == pytest.approx(expected_db, abs=0.02)


def test_spherical_earth_vanishes_with_clearance():
    assert p526.spherical_earth_loss_db(5.0, 100.0, 100.0, MEDIAN_KM, 1.0, 1) == 0.0


@given(
    tx=st.floats(2.0, 300.0),
    rx=st.floats(2.0, 300.0),
    frequency=st.floats(0.03, 6.0),
    pol=st.sampled_from([1, 2]),
    sea=st.floats(0.0, 1.0),
)
@settings(deadline=None, max_examples=60)
def test_spherical_earth_is_reciprocal_and_continuous_at_the_horizon(tx, rx, frequency, pol, sea):
    edge_km = p526.smooth_horizon_km(tx, rx, MEDIAN_KM)
    args = (MEDIAN_KM, frequency, pol, sea)
    before = p526.spherical_earth_loss_db(edge_km * (1 - 1e-9), tx, rx, *args)
    behind = p526.spherical_earth_loss_db(edge_km * (1 + 1e-9), tx, rx, *args)
    # Inside the horizon a negative first term counts as none, Eq. (27).
    assert before == pytest.approx(max(behind, 0.0), abs=1e-4)
    for distance_km in (0.5 * edge_km, 2.0 * edge_km):
        there = p526.spherical_earth_loss_db(distance_km, tx, rx, *args)
        back = p526.spherical_earth_loss_db(distance_km, rx, tx, *args)
        assert there == pytest.approx(back, abs=1e-8)


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(3, 60),
    relief=st.sampled_from([0.0, 5.0, 60.0]),
    frequency=st.floats(0.03, 6.0),
    radius_km=st.sampled_from([MEDIAN_KM, 19113.0]),
)
@settings(deadline=None, max_examples=80)
def test_bullington_against_naive_twin_and_reciprocal(seed, count, relief, frequency, radius_km):
    rng = np.random.default_rng(seed)
    d = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 1.0, count - 1))])
    g = rng.normal(scale=relief, size=count) + 100.0
    tx, rx = g[0] + rng.uniform(1, 80), g[-1] + rng.uniform(1, 80)
    found = p526.bullington_profile_loss_db(d, g, tx, rx, radius_km, frequency)
    assert found == pytest.approx(naive_bullington_db(d, g, tx, rx, radius_km, frequency), abs=1e-9)
    back = (d[-1] - d[::-1]).copy()
    assert p526.bullington_profile_loss_db(
        back, g[::-1].copy(), rx, tx, radius_km, frequency
    ) == pytest.approx(found, abs=1e-8)
    delta = p526.delta_bullington_loss_db(d, g, tx, rx, radius_km, frequency, 1)
    assert delta >= found - 1e-12
    assert p526.delta_bullington_loss_db(
        back, g[::-1].copy(), rx, tx, radius_km, frequency, 1
    ) == pytest.approx(delta, abs=1e-8)


def test_delta_bullington_of_a_smooth_path_is_near_the_spherical_loss():
    """Without terrain the correction replaces Bullington's loss by the smooth Earth's."""
    d = np.linspace(0.0, 80.0, 801)
    found = p526.delta_bullington_loss_db(d, np.zeros(801), 30.0, 10.0, MEDIAN_KM, 2.0, 1)
    sphere = p526.spherical_earth_loss_db(80.0, 30.0, 10.0, MEDIAN_KM, 2.0, 1)
    assert found == pytest.approx(sphere, abs=1e-9)


def test_bullington_is_continuous_where_sight_begins():
    """A receiver rising through the ray that grazes a ridge: no step between the two cases."""
    d = np.linspace(0.0, 10.0, 101)
    g = 120.0 * np.exp(-((d - 4.0) ** 2))
    tx, radius_km = 30.0, MEDIAN_KM
    raised = g + 500.0 / radius_km * d * (10.0 - d)
    grazing = tx + 10.0 * np.max((raised[1:-1] - tx) / d[1:-1])
    below, above = (
        p526.bullington_profile_loss_db(d, g, tx, grazing + x, radius_km, 1.0)
        for x in (-1e-6, 1e-6)
    )
    assert below == pytest.approx(above, abs=1e-4)


def test_fitted_surface_of_a_straight_slope_is_the_slope():
    d = np.array([0.0, 0.3, 1.0, 2.5, 4.0])
    assert p526.fitted_surface_m(d, 50.0 + 10.0 * d) == pytest.approx((50.0, 90.0))


@pytest.mark.parametrize(
    ("d", "h"),
    [
        ([0.0, 1.0], [0.0, 0.0]),
        ([0.0, 2.0, 1.0], [0.0, 0.0, 0.0]),
        ([0.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
        ([0.5, 1.0, 2.0], [0.0, 0.0, 0.0]),
        ([0.0, 1.0, math.nan], [0.0, 0.0, 0.0]),
        ([0.0, 1.0, 2.0], [0.0, math.nan, 0.0]),
        ([0.0, 1.0, math.inf], [0.0, 0.0, 0.0]),
        ([0.0, 1.0, 2.0], [0.0, 0.0]),
    ],
)
def test_what_is_no_profile_gives_nan(d, h):
    d, h = np.array(d), np.array(h)
    assert math.isnan(p526.bullington_profile_loss_db(d, h, 10.0, 10.0, MEDIAN_KM, 1.0))
    assert math.isnan(p526.delta_bullington_loss_db(d, h, 10.0, 10.0, MEDIAN_KM, 1.0, 1))


@pytest.mark.parametrize(
    "arguments",
    [
        (0.0, 10.0, 10.0, MEDIAN_KM, 1.0, 1),
        (10.0, 0.0, 10.0, MEDIAN_KM, 1.0, 1),
        (10.0, 10.0, -1.0, MEDIAN_KM, 1.0, 1),
        (10.0, 10.0, 10.0, 0.0, 1.0, 1),
        (10.0, 10.0, 10.0, MEDIAN_KM, 0.0, 1),
        (10.0, 10.0, 10.0, MEDIAN_KM, 1.0, 1, 1.5),
        (math.nan, 10.0, 10.0, MEDIAN_KM, 1.0, 1),
    ],
)
def test_spherical_earth_outside_its_domain_gives_nan(arguments):
    assert math.isnan(p526.spherical_earth_loss_db(*arguments))
