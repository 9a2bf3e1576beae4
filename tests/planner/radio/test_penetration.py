"""Loss into buildings: the mix against its own definition and against a simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from planner.radio.penetration import OUTDOORS, building_losses, loss_sigma_db, mean_loss_db


def test_outdoors_costs_nothing():
    assert mean_loss_db(OUTDOORS) == 0.0
    assert loss_sigma_db(OUTDOORS) == 0.0


def test_low_loss_buildings_alone():
    """2.6 GHz: wall 12.2558 dB, mean depth 25/3 m at 0.5 dB/m; sigma 4.4 and 25/sqrt(18) x 0.5."""
    (building,) = building_losses(2.6, 0.0, 25.0)
    assert building.share == 1.0
    assert building.mean_db == pytest.approx(12.2558 + 4.1667, abs=1e-3)
    assert building.sigma_db == pytest.approx(math.hypot(4.4, 2.9463), abs=1e-3)


def test_mix_against_a_simulation():
    rng = np.random.default_rng(1)
    n = 400_000
    high = rng.random(n) < 0.2
    depth_m = np.minimum(rng.uniform(0.0, 25.0, n), rng.uniform(0.0, 25.0, n))
    wall_db = np.where(high, 24.3615, 12.2558)
    loss_db = wall_db + 0.5 * depth_m + rng.normal(0.0, np.where(high, 6.5, 4.4))
    buildings = building_losses(2.6, 0.2, 25.0)
    assert mean_loss_db(buildings) == pytest.approx(loss_db.mean(), abs=0.05)
    assert loss_sigma_db(buildings) == pytest.approx(loss_db.std(), abs=0.05)


def test_high_loss_buildings_cost_more():
    losses = [mean_loss_db(building_losses(2.6, share, 25.0)) for share in (0.0, 0.3, 1.0)]
    assert losses == sorted(losses)
    assert losses[2] - losses[0] == pytest.approx(24.3615 - 12.2558, abs=1e-3)
