"""Tables of the fast tier beside the relations that they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.radio.models.p526 import VERTICAL, delta_bullington_loss_db, ground_of
from kernels.radio.terrain.tables import (
    flat_losses_db,
    smooth_part_db,
    smooth_part_from_table_db,
    terrain_medium,
)

RADIUS_KM, STEP_KM, GHZ = 8500.0, 0.1, 2.6
MEDIUM = terrain_medium(GHZ, VERTICAL, RADIUS_KM, 30.0, STEP_KM)
GROUND = ground_of(GHZ, VERTICAL)


def test_the_table_follows_the_relation() -> None:
    rng = np.random.default_rng(3)
    errors = []
    for _ in range(400):
        distance_km = rng.uniform(0.5, 30.0)
        tx_m, rx_m = np.exp(rng.uniform(np.log(1.5), np.log(500.0), 2))
        exact = max(smooth_part_db(distance_km, tx_m, rx_m, RADIUS_KM, STEP_KM, GROUND), 0.0)
        errors.append(smooth_part_from_table_db(MEDIUM, distance_km, tx_m, rx_m) - exact)
    assert np.abs(errors).mean() < 0.05
    assert np.abs(errors).max() < 0.7


@pytest.mark.parametrize("heights", [(30.0, 1.5), (4.0, 90.0)])
def test_the_table_is_the_same_either_way_round(heights) -> None:
    for distance_km in (3.0, 12.0, 29.0):
        there = smooth_part_from_table_db(MEDIUM, distance_km, *heights)
        back = smooth_part_from_table_db(MEDIUM, distance_km, *heights[::-1])
        assert there == pytest.approx(back, abs=1e-5)


def test_flat_land_is_the_whole_relation_on_a_flat_profile() -> None:
    distances_km = np.array([0.0, 0.1, 0.5, 4.0, 20.0, 29.0])
    flat = flat_losses_db(distances_km, 30.0, 1.5, RADIUS_KM, STEP_KM, GHZ, VERTICAL)
    assert flat[:2].tolist() == [0.0, 0.0]
    for distance_km, loss_db in zip(distances_km[2:], flat[2:], strict=True):
        points_km = np.linspace(0.0, distance_km, round(distance_km / STEP_KM) + 1)
        heights_m = np.zeros(points_km.size)
        whole = delta_bullington_loss_db(points_km, heights_m, 30.0, 1.5, RADIUS_KM, GHZ, VERTICAL)
        assert loss_db == pytest.approx(whole, abs=1e-9)
