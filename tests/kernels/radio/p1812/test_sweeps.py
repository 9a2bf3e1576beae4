"""Sweeps of P.1812 along radials and over rasters: the same as path by path."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.radio.p1812.path import path_loss_db
from kernels.radio.p1812.radial import radial_losses_db
from kernels.radio.p1812.raster import raster_losses_db, raster_losses_parallel_db
from kernels.radio.p1812.terms import FROM_CLUTTER, INLAND, SEA, SMOOTH_ANALYTIC, Conditions

EXACT_DB = 1e-9
NO_CLUTTER = np.empty((0, 0))
NO_ZONES = np.empty((0, 0), np.int8)
PLAIN = Conditions(2.6, 2, 30.0, 1.5)


def path_by_path(step, terrain, clutter, zones, conditions):
    """Loss to every point of a radial, each from its own profile."""
    d = step * np.arange(terrain.size)
    losses = np.full(terrain.size, np.nan)
    for end in range(3, terrain.size + 1):
        profile = (x[:end].copy() for x in (d, terrain, clutter, zones))
        losses[end - 1] = path_loss_db(*profile, conditions)
    return losses


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(3, 90),
    relief=st.sampled_from([0.0, 1.0, 8.0, 25.0]),
    rounded=st.booleans(),
    built=st.booleans(),
    coast=st.booleans(),
    step=st.sampled_from([0.03, 0.1, 0.9]),
    mast=st.sampled_from([5.0, 30.0, 400.0]),
    percent=st.sampled_from([1.0, 10.0, 50.0]),
    method=st.sampled_from([0, 0, SMOOTH_ANALYTIC]),
)
@settings(deadline=None, max_examples=120)
def test_radial_is_exact(seed, count, relief, rounded, built, coast, step, mast, percent, method):
    """Ties (whole metres), plains, clutter, coasts, high masts: below 1e-9 dB everywhere."""
    rng = np.random.default_rng(seed)
    terrain = np.cumsum(rng.normal(scale=relief, size=count)) + 300.0
    terrain = np.round(terrain) if rounded else terrain
    clutter = rng.choice([0.0, 10.0, 20.0], count) if built else np.zeros(count)
    zones = np.full(count, INLAND, np.int8)
    if coast:
        zones = np.repeat(rng.choice([1, 1, 3, 4], count), 9)[:count].astype(np.int8)
    conditions = Conditions(
        0.7, 1, mast, 1.5, percent, 80.0, location_sigma_db=FROM_CLUTTER, smooth_method=method
    )
    expected = path_by_path(step, terrain, clutter, zones, conditions)
    found = radial_losses_db(step, terrain, clutter, zones, conditions)
    np.testing.assert_allclose(found, expected, rtol=0, atol=EXACT_DB, equal_nan=True)


def test_long_radial_is_exact():
    """600 points over hills: hulls of many vertices, horizons that change."""
    rng = np.random.default_rng(5)
    terrain = 400.0 + 80.0 * np.sin(np.arange(600) / 40.0) + np.cumsum(rng.normal(size=600))
    clutter, zones = np.zeros(600), np.full(600, INLAND, np.int8)
    conditions = Conditions(0.4, 1, 60.0, 3.0, 5.0)
    expected = path_by_path(0.1, terrain, clutter, zones, conditions)
    found = radial_losses_db(0.1, terrain, clutter, zones, conditions)
    np.testing.assert_allclose(found, expected, rtol=0, atol=EXACT_DB, equal_nan=True)


@pytest.mark.parametrize("spoil", ["terrain", "step", "clutter", "zones", "conditions"])
def test_radial_outside_the_domain_gives_nan(spoil):
    terrain, clutter, zones = np.zeros(9), np.zeros(9), np.full(9, INLAND, np.int8)
    step, conditions = 0.1, PLAIN
    if spoil == "terrain":
        terrain[4] = math.nan
    elif spoil == "step":
        step = 0.0
    elif spoil == "clutter":
        clutter[4] = -1.0
    elif spoil == "zones":
        zones[4] = 7
    else:
        conditions = PLAIN._replace(tx_height_m=-1.0)
    assert np.isnan(radial_losses_db(step, terrain, clutter, zones, conditions)).all()


def hills(size, seed=3):
    rng = np.random.default_rng(seed)
    row, column = np.mgrid[:size, :size]
    waves = sum(
        a * np.sin(row / p + 2.0 * u) * np.cos(column / q + 3.0 * v)
        for a, p, q, u, v in zip(
            (60, 30, 12, 5),
            (9, 5, 3, 1.5),
            (8, 6, 2.5, 1.2),
            rng.random(4),
            rng.random(4),
            strict=True,
        )
    )
    return waves + 200.0


def ray_profile(rasters, station, offset, cell_km, rim):
    """Points on the way to a cell, built as the raster sweep's documentation says.

    The four sides are quarter turns of one: a cell belongs to the side from which it lies at
    ``-along <= across < along``.
    """
    d_row, d_column = offset
    for turn in range(4):
        along, across = (
            (d_column, d_row),
            (d_row, -d_column),
            (-d_column, -d_row),
            (-d_row, d_column),
        )[turn]
        if -along <= across < along:
            break

    def cell(i, k):
        row, column = ((k, i), (i, -k), (-k, -i), (-i, k))[turn]
        return station[0] + row, station[1] + column

    slope = math.floor(across * rim / along + 0.5) / rim
    terrain, clutter, zones = rasters
    points = [[raster[station] for raster in rasters]]
    for i in range(1, along):
        low = math.floor(i * slope)
        share = i * slope - low
        first, second = cell(i, low), cell(i, low + (share > 0))
        near = second if share >= 0.5 else first
        height = (1.0 - share) * terrain[first] + share * terrain[second]
        points.append([height, clutter[near], zones[near]])
    points.append([raster[cell(along, across)] for raster in rasters])
    step_km = cell_km * math.sqrt(1.0 + slope**2)
    d = [step_km * i for i in range(along)] + [cell_km * math.hypot(*offset)]
    heights, covers, codes = zip(*points, strict=True)
    return np.array(d), np.array(heights), np.array(covers), np.array(codes, np.int8)


@pytest.mark.parametrize("rays_per_cell", [1, 2, 3])
@pytest.mark.parametrize("percent", [50.0, 5.0])
def test_every_cell_of_a_raster_is_its_path(rays_per_cell, percent):
    terrain = hills(41)
    rng = np.random.default_rng(1)
    clutter = rng.choice([0.0, 0.0, 12.0], terrain.shape)
    zones = np.where(terrain < 150.0, SEA, INLAND).astype(np.int8)
    conditions = PLAIN._replace(time_percent=percent)
    station, reach, cell_m = (20, 19), 15, 100.0
    losses = raster_losses_db(
        terrain, clutter, zones, station, cell_m, 1500.0, conditions, rays_per_cell
    )
    assert losses.shape == (31, 31)
    for d_row in range(-reach, reach + 1):
        for d_column in range(-reach, reach + 1):
            found = losses[d_row + reach, d_column + reach]
            far = math.hypot(d_row, d_column)
            if far == 0 or far > reach:
                assert math.isnan(found)
            elif max(abs(d_row), abs(d_column)) >= 2:
                rasters = (terrain, clutter, zones)
                rim = rays_per_cell * reach
                profile = ray_profile(rasters, station, (d_row, d_column), 0.1, rim)
                expected = path_loss_db(*profile, conditions)
                assert found == pytest.approx(expected, abs=EXACT_DB), (d_row, d_column)


def test_cells_next_to_the_station_have_one_point_half_way():
    terrain = hills(5)
    losses = raster_losses_db(terrain, NO_CLUTTER, NO_ZONES, (2, 2), 100.0, 200.0, PLAIN)
    zones = np.full(3, INLAND, np.int8)
    for d_row, d_column in ((0, 1), (1, 1), (-1, 0), (-1, 1)):
        far = 0.1 * math.hypot(d_row, d_column)
        ends = terrain[2, 2], terrain[2 + d_row, 2 + d_column]
        heights = np.array([ends[0], 0.5 * sum(ends), ends[1]])
        expected = path_loss_db(np.array([0, far / 2, far]), heights, np.zeros(3), zones, PLAIN)
        assert losses[2 + d_row, 2 + d_column] == pytest.approx(expected, abs=EXACT_DB)


def test_all_cores_give_the_same():
    terrain = hills(80)
    alone = raster_losses_db(terrain, NO_CLUTTER, NO_ZONES, (40, 40), 50.0, 1900.0, PLAIN)
    together = raster_losses_parallel_db(
        terrain, NO_CLUTTER, NO_ZONES, (40, 40), 50.0, 1900.0, PLAIN
    )
    np.testing.assert_array_equal(alone, together)


def test_a_turned_raster_gives_turned_losses():
    """No direction is special: no seams between the four sides of the sweep."""
    terrain = hills(61, seed=8)
    losses = raster_losses_db(terrain, NO_CLUTTER, NO_ZONES, (30, 30), 100.0, 3000.0, PLAIN)
    turned = np.rot90(terrain).copy()
    found = raster_losses_db(turned, NO_CLUTTER, NO_ZONES, (30, 30), 100.0, 3000.0, PLAIN)
    np.testing.assert_allclose(found, np.rot90(losses), atol=EXACT_DB)


def test_beyond_the_raster_and_behind_a_gap_is_nan():
    terrain = hills(40)
    terrain[20, 30] = math.nan
    losses = raster_losses_db(terrain, NO_CLUTTER, NO_ZONES, (20, 20), 100.0, 3000.0, PLAIN)
    rows, columns = np.mgrid[-30:31, -30:31]
    outside = (rows + 20 < 0) | (rows + 20 >= 40) | (columns + 20 < 0) | (columns + 20 >= 40)
    assert np.isnan(losses[outside]).all()
    assert np.isnan(losses[30, 40:]).all()
    assert np.isfinite(losses[30, 31:40]).all()
    assert np.isfinite(losses[29:32, 22:29]).all()


@pytest.mark.parametrize(
    ("row", "column", "cell_m", "radius_m", "conditions"),
    [
        (-1, 5, 100.0, 500.0, PLAIN),
        (5, 40, 100.0, 500.0, PLAIN),
        (5, 5, 0.0, 500.0, PLAIN),
        (5, 5, 100.0, 50.0, PLAIN),
        (5, 5, 100.0, math.nan, PLAIN),
        (5, 5, 100.0, 500.0, PLAIN._replace(frequency_ghz=-1.0)),
    ],
)
def test_a_senseless_sweep_is_all_nan(row, column, cell_m, radius_m, conditions):
    terrain = np.zeros((11, 11))
    for kernel in (raster_losses_db, raster_losses_parallel_db):
        losses = kernel(terrain, NO_CLUTTER, NO_ZONES, (row, column), cell_m, radius_m, conditions)
        assert np.isnan(losses).all()


def test_a_raster_in_single_precision_is_taken():
    terrain = np.round(hills(31))
    expected = raster_losses_db(terrain, NO_CLUTTER, NO_ZONES, (15, 15), 100.0, 1000.0, PLAIN)
    single = terrain.astype(np.float32)
    found = raster_losses_db(single, NO_CLUTTER, NO_ZONES, (15, 15), 100.0, 1000.0, PLAIN)
    np.testing.assert_allclose(found, expected, atol=1e-3)
