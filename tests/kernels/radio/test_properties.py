"""What holds for losses whatever the model: not less for more distance, no step at an edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernels.radio.models import p526, p2108, tr38901
from kernels.radio.p1812 import path as p1812
from kernels.radio.p1812.climate import beta0_percent
from kernels.radio.p1812.terms import INLAND, SEA, Conditions

MEDIAN_KM = 6371.0 * 157.0 / (157.0 - 45.0)

heights_m = st.floats(2.0, 200.0)
frequencies_ghz = st.floats(0.03, 6.0)
polarisations = st.sampled_from([p526.HORIZONTAL, p526.VERTICAL])


@given(st.floats(-0.77, 50.0))
def test_a_higher_edge_loses_more(nu):
    assert p526.knife_edge_loss_db(nu * 1.01 + 0.01) > p526.knife_edge_loss_db(nu)


@given(st.floats(1.0, 200.0), heights_m, heights_m, frequencies_ghz, polarisations)
@settings(max_examples=60)
def test_spherical_earth_does_not_lose_less_farther_away(distance_km, tx, rx, f, pol):
    near, far = (
        p526.spherical_earth_loss_db(d, tx, rx, MEDIAN_KM, f, pol, 0.3)
        for d in (distance_km, distance_km * 1.02)
    )
    assume(distance_km > 1.02 * p526.smooth_horizon_km(tx, rx, MEDIAN_KM))
    assert far >= near


@given(st.integers(0, 10_000), st.floats(0.1, 6.0), st.floats(10.0, 300.0))
@settings(max_examples=60)
def test_bullington_has_no_step_where_sight_begins(seed, f, top_m):
    """A receiver that rises through the ray grazing a random ridge."""
    rng = np.random.default_rng(seed)
    d = np.linspace(0.0, rng.uniform(2.0, 40.0), 80)
    g = top_m * np.exp(-(((d - rng.uniform(0.2, 0.8) * d[-1]) / (0.1 * d[-1])) ** 2))
    raised = g + 500.0 / MEDIAN_KM * d * (d[-1] - d)
    tx = g[0] + 20.0
    grazing = tx + d[-1] * np.max((raised[1:-1] - tx) / d[1:-1])
    below, above = (
        p526.bullington_profile_loss_db(d, g, tx, grazing + x, MEDIAN_KM, f) for x in (-1e-7, 1e-7)
    )
    assert below == pytest.approx(above, abs=1e-4)


def sea_and_land(count=81, length_km=80.0):
    zones = np.full(count, INLAND, np.int8)
    zones[20:60] = SEA
    return np.linspace(0.0, length_km, count), zones


@given(frequencies_ghz, st.floats(10.0, 300.0), st.floats(0.0, 70.0))
@settings(max_examples=40)
def test_p1812_has_no_step_at_beta0(f, mast_m, latitude_deg):
    """Below beta0 percent of time diffraction is that of the enhanced Earth, Eq. (40)."""
    d, zones = sea_and_land()
    flat = np.zeros(d.size)
    edge = beta0_percent(latitude_deg, 20.5, 20.5)
    assume(1.0 < edge < 50.0)
    below, above = (
        p1812.path_loss_db(
            d, flat, flat, zones, Conditions(f, 2, mast_m, 10.0, p, latitude_deg=latitude_deg)
        )
        for p in (edge * (1 - 1e-9), edge * (1 + 1e-9))
    )
    assert below == pytest.approx(above, abs=1e-4)


@given(frequencies_ghz, st.floats(10.0, 300.0), st.floats(5.0, 100.0), polarisations)
@settings(max_examples=40)
def test_p1812_over_the_sea_is_the_same_both_ways_and_grows(f, tx, rx, pol):
    def loss_db(length_km, a, b):
        d = np.linspace(0.0, length_km, 101)
        zones = np.full(101, SEA, np.int8)
        return p1812.path_loss_db(d, np.zeros(101), np.zeros(101), zones, Conditions(f, pol, a, b))

    assert loss_db(60.0, tx, rx) == pytest.approx(loss_db(60.0, rx, tx), abs=1e-7)
    assert loss_db(90.0, tx, rx) > loss_db(60.0, tx, rx)


@given(st.floats(0.5, 67.0), st.floats(250.0, 10_000.0), st.floats(0.01, 0.99))
def test_clutter_loss_does_not_fall_with_distance_and_has_no_step_at_two_kilometres(f, d, share):
    near, far = p2108.terrestrial_clutter_losses_db(f, np.array([d, 1.05 * d]), 0.5)
    assert far >= near
    edge = np.array([2000.0 * (1 - 1e-9), 2000.0, 2000.0 * (1 + 1e-9)])
    losses = p2108.terrestrial_clutter_losses_db(f, edge, share)
    assert np.ptp(losses) < 1e-6


@given(
    st.sampled_from([tr38901.RMA, tr38901.UMA, tr38901.UMI, tr38901.INH_MIXED]),
    st.floats(1.0, 4000.0),
    st.floats(1.5, 13.0),
)
def test_line_of_sight_does_not_become_likelier_farther_away(scenario, distance_m, ue_height_m):
    here, there = tr38901.los_probabilities(
        scenario, np.array([distance_m, 1.05 * distance_m]), ue_height_m
    )
    assert there <= here + 1e-12


@pytest.mark.parametrize(
    ("scenario", "edge_m"), [(tr38901.RMA, 10.0), (tr38901.UMA, 18.0), (tr38901.UMI, 18.0)]
)
def test_line_of_sight_has_no_step_where_it_ceases_to_be_sure(scenario, edge_m):
    """Table 7.4.2-1: the terms beyond the edge are 1 at it."""
    before, after = tr38901.los_probabilities(
        scenario, np.array([edge_m, edge_m * (1 + 1e-9)]), 1.5
    )
    assert before == 1.0
    assert after == pytest.approx(1.0, abs=1e-6)


def test_p1812_free_space_and_short_term_term_by_hand():
    """Eq. (8) to (10), P.1812: 50 km of sea at 0.6 GHz, antennas 100 m and 10 m, 1 % of time.

    Free space: 92.4 + 20 log10 0.6 + 20 log10 50 = 92.4 - 4.4370 + 33.9794 = 121.9424. In sight
    (the horizon is at 42.26 + 13.36 km) both horizon distances make up the path:
    2.6 (1 - exp(-0.1 x 50)) log10(1 / 50) = 2.6 x 0.993262 x -1.698970 = -4.3876.
    """
    d = np.linspace(0.0, 50.0, 501)
    flat, zones = np.zeros(501), np.full(501, SEA, np.int8)
    conditions = Conditions(0.6, 1, 100.0, 10.0, time_percent=1.0, latitude_deg=30.0)
    _, _, losses = p1812.analysed_path(d, flat, flat, zones, conditions)
    assert losses.lbfs == pytest.approx(121.9424, abs=1e-3)
    assert losses.lb0p == pytest.approx(121.9424 - 4.3876, abs=1e-3)
