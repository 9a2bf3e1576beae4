"""Mechanisms and spreads of Longley-Rice: typed numbers, regime edges, properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.itm import variability as spread
from kernels.radio.itm.diffraction import (
    clutter_loss_db,
    diffraction_line,
    height_gain_db,
    knife_edge_loss_db,
    smooth_earth_weight,
)
from kernels.radio.itm.line_of_sight import reflection_coefficient, two_ray_loss_db
from kernels.radio.itm.path import RANDOM, VERTICAL, Medium, area_path, roughness_m, smooth_reach_m
from kernels.radio.itm.reference import scatter_line
from kernels.radio.itm.scatter import (
    attenuation_function_db,
    frequency_gain_db,
    single_frequency_gain_db,
)

MEDIUM = Medium(2.6, VERTICAL, 15.0, 0.005, 301.0)


def path_of(f=2.6, base_m=30.0, ue_m=1.5, irregularity_m=90.0):
    medium = MEDIUM._replace(frequency_ghz=f)
    return area_path(base_m, ue_m, RANDOM, RANDOM, irregularity_m, medium)


paths = st.builds(
    path_of,
    f=st.floats(0.04, 10.0),
    base_m=st.floats(1.0, 200.0),
    ue_m=st.floats(1.0, 30.0),
    irregularity_m=st.floats(0.0, 500.0),
)


def test_knife_edge_by_hand():
    """Grazing: 6.02 dB; nu = 2.4 where the branches meet; 12.953 + 20 log10(10) at nu = 10."""
    assert knife_edge_loss_db(0.0) == pytest.approx(6.02)
    assert knife_edge_loss_db(100.0) == pytest.approx(32.953)
    below, above = knife_edge_loss_db(5.76 - 1e-9), knife_edge_loss_db(5.76)
    assert abs(above - below) < 0.02


@given(st.floats(0.0, 100.0))
def test_knife_edge_rises(nu_squared):
    assert knife_edge_loss_db(nu_squared * 1.05 + 1e-3) > knife_edge_loss_db(nu_squared) - 0.02


def test_height_gain_by_hand():
    """Far: x = 4000: 230.04 - 4.343 ln 4000; near with little ground: 17.372 ln 100 - 117."""
    assert height_gain_db(4000.0, 0.01) == pytest.approx(230.04 - 4.343 * math.log(4000.0))
    assert height_gain_db(100.0, 1e-6) == pytest.approx(17.372 * math.log(100.0) - 117.0)
    assert height_gain_db(0.5, 1e-6) == -117.0


@given(st.floats(0.0, 1000.0), st.floats(1.0, 1e6))
def test_roughness_grows_with_distance_to_its_limit(irregularity_m, distance_m):
    near, far = (roughness_m(d, irregularity_m) for d in (distance_m, 2.0 * distance_m))
    assert 0.2 * irregularity_m <= near <= far <= irregularity_m


@given(paths)
def test_diffraction_line_rises(path):
    assert diffraction_line(path).slope_db_per_m > 0.0
    assert 0.0 <= clutter_loss_db(path) <= 15.0
    assert 0.0 < smooth_earth_weight(path, 2.0 * smooth_reach_m(path)) <= 1.0


@given(paths)
def test_scatter_falls_slower_than_diffraction_and_meets_it(path):
    line = diffraction_line(path)
    scatter = scatter_line(path, line)
    assert scatter.line.slope_db_per_m <= line.slope_db_per_m
    assert scatter.from_m >= smooth_reach_m(path)
    here_db = line.intercept_db + line.slope_db_per_m * scatter.from_m
    there_db = scatter.line.intercept_db + scatter.line.slope_db_per_m * scatter.from_m
    assert there_db == pytest.approx(here_db, abs=1e-6)


@given(paths, st.floats(1000.0, 50_000.0))
def test_ground_reflects_no_more_than_all(path, distance_m):
    assert abs(reflection_coefficient(path, distance_m)) <= 1.0 + 1e-9
    assert two_ray_loss_db(path, distance_m) > -6.1


def test_attenuation_function_is_nearly_continuous():
    """Its three pieces meet within the decibel to which they were rounded."""
    for edge_m in (10_000.0, 70_000.0):
        step_db = attenuation_function_db(edge_m * 1.000001) - attenuation_function_db(edge_m)
        assert abs(step_db) < 1.0


def test_attenuation_function_by_hand():
    """5 km: 133.4 + 1.66 - 10 log10 5000; 100 km: 71.8 + 15.7 + 25."""
    assert attenuation_function_db(5000.0) == pytest.approx(135.06 - 36.9897, abs=1e-4)
    assert attenuation_function_db(100_000.0) == pytest.approx(112.5)


@pytest.mark.parametrize("efficiency", [0.5, 1.0, 2.0, 5.0, 7.0])
def test_frequency_gain_curves_by_hand(efficiency):
    """r = 1: 10 log10(1 + a + b) with the a and b of the nearest whole efficiency, 1 to 5."""
    whole = int(min(max(efficiency, 1.0), 5.0))
    total = 1.0 + (25.0, 80.0, 177.0, 395.0, 705.0)[whole - 1]
    total += (24.0, 45.0, 68.0, 80.0, 105.0)[whole - 1]
    expected = 10.0 * math.log10(total)
    assert single_frequency_gain_db(1.0, efficiency) == pytest.approx(expected)


def test_frequency_gain_between_curves():
    one, two = 10.0 * math.log10(50.0), 10.0 * math.log10(126.0)
    assert single_frequency_gain_db(1.0, 1.25) == pytest.approx(0.75 * one + 0.25 * two)


def test_low_antennas_and_long_waves_do_not_scatter():
    path = path_of(f=0.02, base_m=0.5, ue_m=0.5, irregularity_m=0.0)
    assert math.isnan(frequency_gain_db(path, 20_000.0))


@given(paths, st.floats(1000.0, 1e6))
def test_effective_distance_is_continuous_and_rises(path, distance_m):
    here = spread.effective_distance_m(path, distance_m)
    assert spread.effective_distance_m(path, distance_m * 1.01) > here > 0.0


@given(st.floats(0.0, 500.0), st.floats(1000.0, 1e6), st.floats(40.0, 10_000.0))
def test_location_spread_is_below_ten_decibels(irregularity_m, distance_m, frequency_mhz):
    found = spread.location_sigma_db(frequency_mhz, distance_m, irregularity_m)
    assert 0.0 <= found < 10.0


def test_location_spread_by_hand():
    """k x roughness of 13 gives half of the 10 dB."""
    irregularity_m = 13.0 * 47.7 / 1000.0 / (1.0 - 0.8 * math.exp(-1.0))
    found = spread.location_sigma_db(1000.0, 50_000.0, irregularity_m)
    assert found == pytest.approx(5.0)


@pytest.mark.parametrize("climate", range(1, 8))
@given(effective_m=st.floats(1000.0, 500_000.0), frequency_mhz=st.floats(40.0, 10_000.0))
def test_time_spread_is_positive_and_bends_at_ducting(climate, effective_m, frequency_mhz):
    for deviate in (-2.0, 0.0, 1.0, 3.0):
        found = spread.time_sigma_db(climate, frequency_mhz, effective_m, deviate)
        assert 0.0 <= found < 60.0
    edge = (1.282, 2.161, 1.282, 20.0, 1.282, 1.282, 1.282)[climate - 1]
    below, above = (
        at * spread.time_sigma_db(climate, frequency_mhz, effective_m, at)
        for at in (edge, edge * (1.0 + 1e-9))
    )
    assert above == pytest.approx(below, rel=1e-6, abs=1e-9)


def test_modes_join_the_deviates():
    wanted = spread.Quantiles(5, spread.BROADCAST, 0.9, 0.7, 0.3)
    time, location, situation = spread.deviates_of(wanted)
    assert (time, location, situation) == pytest.approx((-1.2816, -0.5244, 0.5244), abs=5e-4)

    def joined(mode):
        return tuple(spread.deviates_of(wanted._replace(mode=mode)))

    assert joined(spread.SINGLE_MESSAGE) == (situation, situation, situation)
    assert joined(spread.ACCIDENTAL + spread.NO_SITUATION_SPREAD) == (time, situation, situation)
    assert joined(spread.MOBILE + spread.NO_LOCATION_SPREAD) == (time, time, situation)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # Spreads 3, 4 and 12 dB at one deviate each: 13; 3 + sqrt(160); 5 + 12; 3 + 4 + 12.
        (spread.SINGLE_MESSAGE, 13.0),
        (spread.ACCIDENTAL, 3.0 + math.sqrt(160.0)),
        (spread.MOBILE, 17.0),
        (spread.BROADCAST, 19.0),
    ],
)
def test_modes_join_the_spreads(mode, expected):
    one = spread.Deviates(1.0, 1.0, 1.0)
    found = spread.deviation_db(spread.Spread(3.0, 4.0, 12.0), one, mode)
    assert found == pytest.approx(expected)


def test_a_gain_over_free_space_is_kept_small():
    """-1000 dB becomes -1000 x 1029 / 10029, some -103 dB; -10 dB becomes -3.02 dB."""
    path = path_of(irregularity_m=0.0)
    wanted = spread.Quantiles(5, spread.BROADCAST, 0.5, 0.5, 0.5)
    deviates = spread.deviates_of(wanted)
    found = [
        spread.quantile_loss_db(path, 2000.0, reference_db, wanted, deviates)
        for reference_db in (0.0, -10.0)
    ]
    assert found[0] == pytest.approx(0.0, abs=0.1)
    assert found[1] == pytest.approx(-10.0 * 39.0 / 129.0, abs=0.05)


def test_extremes_are_told():
    assert spread.extreme(spread.Deviates(0.0, -3.2, 0.0))
    assert not spread.extreme(spread.Deviates(3.0, -3.0, 0.0))
    assert np.isfinite(spread.time_sigma_db(5, 1000.0, 50_000.0, 3.2))
