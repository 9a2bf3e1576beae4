"""What Longley-Rice reads from a profile, against naive twins and profiles known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.itm.path import VERTICAL, Medium, air_over, ground_impedance, smooth_horizon_m
from kernels.radio.itm.profile import (
    fitted_line,
    mean_height_m,
    profile_path,
    radio_horizons,
    terrain_irregularity_m,
)

RADIUS_M = 8_500_000.0
MEDIUM = Medium(2.6, VERTICAL, 15.0, 0.005, 301.0)

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(2, 400)


def terrain(seed, points):
    return np.cumsum(np.random.default_rng(seed).normal(0.0, 8.0, points))


@given(seeds, sizes)
def test_horizon_twin(seed, points):
    def naive(heights_m, near_m, far_m):
        distances_m = step_m * np.arange(1, points)
        tops_m = heights_m[1:].copy()
        tops_m[-1] += far_m
        angles = (tops_m - heights_m[0] - near_m) / distances_m - distances_m / (2 * RADIUS_M)
        return distances_m[angles.argmax()], angles.max()

    heights_m, step_m = terrain(seed, points), 90.0
    horizons = radio_horizons(heights_m, step_m, 30.0, 2.0, RADIUS_M)
    assert horizons[0] == pytest.approx(naive(heights_m, 30.0, 2.0), abs=1e-9)
    assert horizons[1] == pytest.approx(naive(heights_m[::-1], 2.0, 30.0), abs=1e-9)


@given(seeds, st.integers(3, 400), st.floats(0.0, 0.4), st.floats(0.6, 1.0))
def test_fitted_line_twin(seed, points, start, end):
    """Least squares with half weight at both ends of the part."""
    heights_m, step_m = terrain(seed, points), 50.0
    length_m = step_m * (points - 1)
    found = fitted_line(heights_m, step_m, start * length_m, end * length_m)
    first = int(start * length_m / step_m)
    last = points - 1 - int(points - 1 - end * length_m / step_m)
    weights = np.ones(last - first + 1)
    weights[[0, -1]] = 0.5
    positions = np.arange(first, last + 1)
    slope, intercept = np.polyfit(positions, heights_m[first : last + 1], 1, w=np.sqrt(weights))
    assert found.start_m == pytest.approx(intercept, abs=1e-6)
    assert found.end_m == pytest.approx(intercept + slope * (points - 1), abs=1e-6)


@given(seeds, st.integers(10, 400))
def test_irregularity_twin(seed, points):
    heights_m, step_m = terrain(seed, points), 50.0
    start_m, end_m = 60.0, step_m * (points - 1) - 40.0
    first, last = start_m / step_m, end_m / step_m
    tenth = int(np.clip(int(0.1 * (last - first + 8.0)), 4, 25))
    count = 10 * tenth - 5
    positions = np.linspace(first, last, count)
    sampled_m = np.interp(positions, np.arange(points), heights_m)
    weights = np.ones(count)
    weights[[0, -1]] = 0.5
    line = np.polyfit(np.arange(count), sampled_m, 1, w=np.sqrt(weights))
    over_m = np.sort(sampled_m - np.polyval(line, np.arange(count)))[::-1]
    interdecile_m = over_m[tenth - 1] - over_m[count - tenth]
    expected = interdecile_m / (1.0 - 0.8 * np.exp(-(end_m - start_m) / 50e3))
    found = terrain_irregularity_m(heights_m, step_m, start_m, end_m)
    assert found == pytest.approx(expected, abs=1e-6)


@given(seeds, sizes)
def test_mean_height_twin(seed, points):
    heights_m = terrain(seed, points)
    tenth = int(0.1 * (points - 1))
    expected = heights_m[tenth : points - tenth].mean()
    assert mean_height_m(heights_m) == pytest.approx(expected, abs=1e-9)


@given(st.floats(-500.0, 500.0), st.floats(-0.2, 0.2), st.integers(5, 200))
def test_a_slope_has_no_irregularity(height_m, slope, points):
    heights_m = height_m + slope * 50.0 * np.arange(points)
    end_m = 50.0 * (points - 1)
    assert terrain_irregularity_m(heights_m, 50.0, 0.0, end_m) == pytest.approx(0.0, abs=1e-6)


def test_few_points_have_no_irregularity():
    assert terrain_irregularity_m(np.array([0.0, 50.0, 0.0]), 50.0, 10.0, 90.0) == 0.0


def test_horizon_on_a_ridge_by_hand():
    """An edge of 100 m, 5 km from an antenna of 30 m, with a radius of 8500 km."""
    heights_m = np.zeros(101)
    heights_m[50] = 100.0
    found, _ = radio_horizons(heights_m, 100.0, 30.0, 1.5, RADIUS_M)
    assert found.distance_m == 5000.0
    assert found.angle_rad == pytest.approx(70.0 / 5000.0 - 5000.0 / 17_000_000.0)


def test_horizons_of_a_path_meet_at_the_ridge():
    heights_m = np.zeros(101)
    heights_m[60] = 100.0
    path = profile_path(heights_m, 100.0, 30.0, 1.5, MEDIUM)
    assert path.horizon_1_m == pytest.approx(6000.0)
    assert path.horizon_2_m == pytest.approx(4000.0)
    assert path.effective_1_m >= 30.0
    assert path.effective_2_m >= 1.5


def test_a_mast_on_a_hill_is_effectively_higher():
    """A hill as wide as what counts as the mast's site: all of it adds to the height."""
    heights_m = np.zeros(401)
    heights_m[:2] = 80.0
    path = profile_path(heights_m, 100.0, 30.0, 10.0, MEDIUM)
    assert path.effective_1_m > 100.0
    assert path.effective_2_m == pytest.approx(10.0, abs=0.5)


@given(st.floats(250.0, 400.0), st.floats(0.0, 3000.0))
def test_air_thins_with_height(refractivity, height_m):
    low, high = air_over(refractivity, height_m), air_over(refractivity, height_m + 100.0)
    assert high.refractivity < low.refractivity
    assert 6_370_000.0 < high.earth_radius_m < low.earth_radius_m


def test_average_air_by_hand():
    """301 N-units: 1 / (157e-9 (1 - 0.04665 exp(301 / 179.3))), some four thirds of the earth."""
    found = air_over(301.0, 0.0)
    assert found.earth_radius_m == pytest.approx(8_493_000.0, rel=1e-3)
    assert smooth_horizon_m(30.0, found.earth_radius_m) == pytest.approx(22_574.0, rel=1e-3)


def test_average_ground_by_hand():
    """15 - and 18000 x 0.005 / 2600 for the loss: sqrt(14 + 0.0346i) / (15 + 0.0346i)."""
    expected = np.sqrt(14.0 + 0.034615j) / (15.0 + 0.034615j)
    assert ground_impedance(MEDIUM) == pytest.approx(expected, rel=1e-5)
    horizontal = ground_impedance(MEDIUM._replace(polarisation=0))
    assert horizontal == pytest.approx(np.sqrt(14.0 + 0.034615j), rel=1e-5)
