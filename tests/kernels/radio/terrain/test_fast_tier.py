"""The fast tier beside its naive twin, on flat land, on ridges, on hills and at holes."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.radio.models.p526 import VERTICAL
from kernels.radio.terrain.fast_tier import (
    fast_losses_db,
    terrain_diffraction_db,
    terrain_diffraction_parallel_db,
)
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from tests.kernels.fractal_terrain import fractal_terrain_m, naive_diffraction_db

RADIUS_KM, CELL_KM, GHZ, MAST_M, RX_M = 8500.0, 0.1, 2.6, 30.0, 1.5
REACH = 80
RAYS = rays_of(float(REACH), CELL_KM)
MEDIUM = terrain_medium(GHZ, VERTICAL, RADIUS_KM, REACH * CELL_KM, CELL_KM)
Y, X = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1]
DISTANCE = np.hypot(Y, X)
INSIDE = (DISTANCE <= REACH) & (DISTANCE > 0)


def sweep(terrain_m, row=REACH + 5, column=REACH + 5, kernel=terrain_diffraction_db):
    station = (row, column, float(terrain_m[row, column]) + MAST_M)
    return kernel(terrain_m, station, RX_M, RAYS, MEDIUM)


def land(height_m=0.0):
    side = 2 * REACH + 11
    return np.full((side, side), height_m, np.float32)


def flat_db():
    distances_km = np.sqrt(np.arange(REACH * REACH + 1)) * CELL_KM
    return flat_losses_db(distances_km, MAST_M, RX_M, RADIUS_KM, CELL_KM, GHZ, VERTICAL)


def test_the_error_against_profiles_of_every_pixel_is_small() -> None:
    side = 2 * REACH + 11
    terrain_m = np.ascontiguousarray(fractal_terrain_m(1000)[300 : 300 + side, 300 : 300 + side])
    losses_db, flat = sweep(terrain_m), flat_db()
    rng = np.random.default_rng(5)
    errors = []
    for y, x in rng.integers(-REACH, REACH + 1, (2500, 2)):
        square = y * y + x * x
        if not 4 <= square <= REACH * REACH:
            continue
        exact = naive_diffraction_db(
            terrain_m,
            (REACH + 5, REACH + 5),
            (REACH + 5 + y, REACH + 5 + x),
            mast_m=MAST_M,
            rx_height_m=RX_M,
            cell_km=CELL_KM,
            radius_km=RADIUS_KM,
            frequency_ghz=GHZ,
        )
        fast = losses_db[y + REACH, x + REACH]
        errors.append(max(fast - flat[square], 0.0) - max(exact - flat[square], 0.0))
    assert np.std(errors) < 1.2
    assert abs(np.mean(errors)) < 0.4


def test_flat_land_adds_nothing() -> None:
    losses_db = sweep(land(350.0))
    flat = flat_db()
    assert np.abs(losses_db[INSIDE] - flat[(Y**2 + X**2)[INSIDE]]).max() < 0.2


def test_a_raised_land_changes_nothing() -> None:
    terrain_m = fractal_terrain_m(2 * REACH + 11)
    low, high = sweep(terrain_m), sweep(terrain_m + np.float32(1024.0))
    np.testing.assert_allclose(low[INSIDE], high[INSIDE], atol=0.05)


def test_all_cores_give_the_same_to_the_last_bit() -> None:
    terrain_m = fractal_terrain_m(2 * REACH + 11)
    np.testing.assert_array_equal(
        sweep(terrain_m), sweep(terrain_m, kernel=terrain_diffraction_parallel_db)
    )


def test_a_ridge_throws_a_shadow_behind_it_and_none_before() -> None:
    terrain_m = land()
    terrain_m[:, REACH + 25] = 150.0
    losses_db = sweep(terrain_m)
    row = losses_db[REACH]
    assert row[REACH + 1 : REACH + 19].max() == 0.0
    assert row[REACH + 21 : REACH + 40].min() > 25.0
    # The shadow fades with the distance from the ridge.
    assert row[REACH + 21] > row[REACH + 40] > row[REACH + 75]
    before = INSIDE & (X <= 0)
    assert (losses_db[before] - flat_db()[(Y**2 + X**2)[before]]).max() < 0.2


def test_one_edge_has_the_loss_of_bullington_over_it() -> None:
    # P.1812-6 Eq. (20) and (21) by hand: d = 4 km, edge of 50 m midway, 30 and 1.5 m antennas.
    terrain_m = land()
    terrain_m[:, REACH + 25] = 50.0
    bulge_m = 500.0 / RADIUS_KM * 2.0 * 2.0
    over_m = 50.0 + bulge_m - (MAST_M + RX_M) / 2.0
    nu = over_m * np.sqrt(0.002 * 4.0 / (0.2998 / GHZ * 2.0 * 2.0))
    edge_db = 6.9 + 20.0 * np.log10(np.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    loss_db = edge_db + (1.0 - np.exp(-edge_db / 6.0)) * (10.0 + 0.02 * 4.0)
    assert sweep(terrain_m)[REACH, REACH + 40] == pytest.approx(loss_db, abs=0.3)


def test_a_round_hill_gives_round_shadows_without_spokes() -> None:
    terrain_m = land()
    y, x = np.indices(terrain_m.shape)
    ring = np.hypot(y - REACH - 5, x - REACH - 5)
    terrain_m += (120.0 * np.exp(-(((ring - 30.0) / 6.0) ** 2))).astype(np.float32)
    losses_db = sweep(terrain_m)
    for inner in range(40, REACH - 2, 6):
        ring_db = losses_db[np.abs(DISTANCE - inner - 0.25) <= 0.25]
        assert ring_db.std() < 0.5


def test_beyond_the_raster_and_behind_holes_there_is_no_answer() -> None:
    terrain_m = land()
    terrain_m[REACH + 5, REACH + 15] = np.nan
    losses_db = sweep(terrain_m)
    assert np.isfinite(losses_db[REACH, REACH + 9])
    assert np.isnan(losses_db[REACH, REACH + 10 :]).all()
    assert np.isfinite(losses_db[REACH - 10, REACH + 9])
    corner = sweep(land(), row=0, column=0)
    assert np.isnan(corner[:REACH]).all()
    assert np.isfinite(corner[REACH:, REACH:][INSIDE[REACH:, REACH:]]).all()


def test_the_fast_tier_is_the_median_where_the_terrain_adds_nothing() -> None:
    median_db = 100.0 + np.arange(REACH * REACH + 1) * 0.01
    losses_db = fast_losses_db(sweep(land()), flat_db(), median_db, 20.0)
    near = INSIDE & (DISTANCE <= 20.0)
    np.testing.assert_allclose(losses_db[near], median_db[(Y**2 + X**2)[near]], atol=0.05)
    assert np.isnan(losses_db[DISTANCE > 20.0]).all()
