"""Climate, spread and scatter of Recommendation P.1812 against hand arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.radio.p1812 import climate, variability
from kernels.radio.p1812.shore import climate_at, shore_of
from kernels.radio.p1812.terms import COASTAL, FROM_ZONES, INLAND, SEA, Conditions
from kernels.radio.p1812.troposcatter import scatter_loss_db

CODES = {"s": SEA, "c": COASTAL, "i": INLAND}


def zones_of(text):
    return np.array([CODES[letter] for letter in text], np.int8)


@pytest.mark.parametrize(
    ("latitude", "land", "inland", "expected"),
    [
        # All sea: tau = 0, mu1 = (1 + 10^-2.48)^0.2 held to 1, beta0 = 10^1.67 at the equator
        (0.0, 0.0, 0.0, 10**1.67),
        # 40 degrees over sea: 10^(1.67 - 0.6)
        (-40.0, 0.0, 0.0, 10**1.07),
        # Deep inland: tau = 1, mu1 = 10^-0.85, and mu1 x mu4 = mu1^0.065
        (0.0, 1000.0, 1000.0, 10 ** (1.67 - 0.85 * 0.065)),
        # Beyond 70 degrees: 4.17 mu1^1.3
        (80.0, 1000.0, 1000.0, 4.17 * 10 ** (-0.85 * 1.3)),
    ],
)
def test_beta0(latitude, land, inland, expected):
    assert climate.beta0_percent(latitude, land, inland) == pytest.approx(expected, rel=1e-9)


def test_beta0_is_nearly_continuous_at_70_degrees():
    below, above = (climate.beta0_percent(x, 300.0, 300.0) for x in (70.0, 70.0001))
    assert below == pytest.approx(above, rel=0.01)


@pytest.mark.parametrize("wrong", [(91.0, 1.0, 1.0), (0.0, -1.0, 0.0), (0.0, 1.0, math.nan)])
def test_beta0_outside_the_domain(wrong):
    assert math.isnan(climate.beta0_percent(*wrong))


def test_median_radius():
    """Delta-N of 45 gives k = 157 / 112 and 8,930.78 km; 157 has no radius."""
    assert climate.median_radius_km(45.0) == pytest.approx(8930.776786)
    assert math.isnan(climate.median_radius_km(157.0))


@pytest.mark.parametrize(
    ("zones", "land", "inland", "sea", "tx_coast", "rx_coast"),
    [
        ("iiiii", 4.0, 4.0, 0.0, 500.0, 500.0),
        ("sssss", 0.0, 0.0, 1.0, 0.0, 0.0),
        # Sea at the two middle points of six reaches half-way: 1.5 to 3.5 km of 5
        ("iissii", 1.5, 1.5, 0.4, 1.5, 1.5),
        ("ccissi", 2.5, 1.0, 0.4, 2.5, 0.5),
        ("siiiis", 4.0, 4.0, 0.2, 0.0, 0.0),
    ],
)
def test_zones_of_a_path(zones, land, inland, sea, tx_coast, rx_coast):
    d = np.arange(float(len(zones)))
    found = climate.path_climate(d, zones_of(zones), FROM_ZONES, FROM_ZONES)
    assert found == pytest.approx((land, inland, sea, tx_coast, rx_coast, zones[-1] == "s"))


def test_coasts_that_are_given_are_kept_but_at_sea():
    d = np.arange(4.0)
    assert climate.path_climate(d, zones_of("issi"), 3.0, 7.0)[3:5] == (3.0, 7.0)
    assert climate.path_climate(d, zones_of("sisi"), 3.0, 7.0)[3:5] == (0.0, 7.0)


@given(
    letters=st.lists(st.sampled_from("iiics"), min_size=3, max_size=40).map("".join),
    step=st.sampled_from([0.03, 0.1, 2.0]),
    beyond=st.floats(0.3, 1.4),
    rx_zone=st.sampled_from("ics"),
)
@settings(deadline=None, max_examples=120)
def test_one_walk_along_the_shore_serves_every_receiver(letters, step, beyond, rx_zone):
    """A receiver off the points, too: ``beyond`` steps after any point of the radial."""
    zones = zones_of(letters)
    conditions = Conditions(1.0, 1, 10.0, 10.0)
    shore = shore_of(step, zones)
    for last in range(1, len(letters)):
        d = np.append(step * np.arange(last + 1.0), step * (last + beyond))
        path = np.append(zones[: last + 1], CODES[rx_zone]).astype(np.int8)
        expected = climate.path_climate(d, path, FROM_ZONES, FROM_ZONES)
        found = climate_at(shore, last, d[-1], CODES[rx_zone], conditions)
        assert found == pytest.approx(expected, abs=1e-9)


def test_middle_latitude_of_a_meridian_and_of_a_parallel():
    arc_km = 6371.0 * math.radians(10.0)
    assert climate.middle_latitude_deg(20.0, 5.0, 30.0, 5.0, arc_km) == pytest.approx(25.0)
    r = math.sin(math.radians(50.0)) ** 2
    r += math.cos(math.radians(50.0)) ** 2 * math.cos(math.radians(20.0))
    length_km = 6371.0 * math.acos(r)
    assert climate.middle_latitude_deg(50.0, 0.0, 50.0, 20.0, length_km) > 50.3


@pytest.mark.parametrize(
    ("share", "deviate"), [(0.5, 0.0), (0.1586553, 1.0), (0.0227501, 2.0), (0.9, -1.2815516)]
)
def test_deviate_within_the_error_of_the_approximation(share, deviate):
    assert variability.complementary_deviate(share) == pytest.approx(deviate, abs=5.4e-4)


def test_deviate_is_held_at_its_ends_and_odd():
    assert variability.complementary_deviate(0.0) == variability.complementary_deviate(1e-6)
    assert variability.complementary_deviate(0.3) == -variability.complementary_deviate(0.7)
    assert math.isnan(variability.complementary_deviate(-0.1))
    assert variability.log_percent_deviate(math.log10(3.0)) == pytest.approx(
        variability.complementary_deviate(0.03)
    )


@pytest.mark.parametrize(
    ("height", "clutter", "share"),
    [(1.5, 10.0, 1.0), (10.0, 10.0, 1.0), (15.0, 10.0, 0.5), (20.0, 10.0, 0.0)],
)
def test_location_sigma(height, clutter, share):
    """(0.52 + 0.024 f) w^0.28 at 2 GHz over 500 m: 0.568 x 5.6967 = 3.2358 dB among clutter."""
    found = variability.location_sigma_db(2.0, height, clutter, 500.0)
    assert found == pytest.approx(share * 3.2358, abs=1e-3)


def test_location_sigma_outside_the_domain():
    assert math.isnan(variability.location_sigma_db(2.0, -1.0, 10.0, 100.0))
    assert math.isnan(variability.location_sigma_db(0.0, 1.0, 10.0, 100.0))


def test_scatter_by_hand():
    """2 GHz, 100 km, 20 mrad, N0 320, 50 %: 190.1 + 25 log10 2 + 40 + 11.46 - 48."""
    assert scatter_loss_db(100.0, 20.0, 2.0, 320.0, 50.0) == pytest.approx(
        190.1 + 25.0 * math.log10(2.0) + 40.0 + 11.46 - 48.0
    )
    assert math.isnan(scatter_loss_db(0.0, 20.0, 2.0, 320.0, 50.0))
    assert math.isnan(scatter_loss_db(100.0, 20.0, 2.0, 320.0, 51.0))
