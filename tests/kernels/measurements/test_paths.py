"""Terms of paths, by hand, and against a plain twin."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels.measurements.paths import PATH_TERMS, path_terms, surroundings
from kernels.radio.models.p526 import knife_edge_loss_db

FRAME = (0.0, 0.0, 10.0)
WAVE_M = 0.1153


def land(rng=None):
    ground = np.zeros((40, 60), np.float32)
    building = np.zeros((40, 60), np.float32)
    if rng is not None:
        ground[:] = rng.uniform(0, 5, ground.shape)
        building[:] = np.where(rng.random(ground.shape) < 0.3, rng.uniform(3, 40, ground.shape), 0)
        building[rng.random(ground.shape) < 0.2] = np.nan
    return ground, building


def terms(ground, building, antenna, sample):
    found = path_terms(
        ground, building, FRAME, np.array([antenna]), np.array([sample]), np.array([WAVE_M])
    )
    return dict(zip(PATH_TERMS, found[0], strict=True))


def test_one_building_in_the_way_is_one_knife_edge() -> None:
    ground, building = land()
    building[20, 30] = 40.0
    found = terms(ground, building, (105.0, 205.0, 20.0), (505.0, 205.0, 1.5))
    share = 20 / 40
    line = 20.0 + share * (1.5 - 20.0)
    nu = (40.0 - line) * math.sqrt(2.0 * 400.0 / (WAVE_M * 200.0 * 200.0))
    assert found["main_edge_nu"] == pytest.approx(nu)
    # Beside the edge the ground lies far below both lines.
    assert found["edges_loss_db"] == pytest.approx(knife_edge_loss_db(nu), abs=1e-6)
    assert found["blocked_m"] == 10.0
    assert found["last_roof_m"] == pytest.approx(200.0)
    assert found["built_height_m"] == 40.0


def test_open_ground_takes_nothing_away() -> None:
    found = terms(*land(), (105.0, 205.0, 50.0), (305.0, 205.0, 1.5))
    assert found["blocked_m"] == 0.0
    assert found["built_share"] == 0.0
    assert found["known_share"] == pytest.approx(19 / 20)


def test_the_loss_of_an_obstacle_rises_with_its_height() -> None:
    losses = []
    for height in (5.0, 15.0, 30.0, 60.0):
        ground, building = land()
        building[20, 30] = height
        found = terms(ground, building, (105.0, 205.0, 20.0), (505.0, 205.0, 1.5))
        losses.append(found["edges_loss_db"])
    assert losses == sorted(losses)
    assert losses[-1] > 20.0


def test_surroundings_against_a_plain_twin() -> None:
    rng = np.random.default_rng(3)
    _, building = land(rng)
    green = (rng.random(building.shape) < 0.2).astype(np.int8)
    places = rng.uniform((5, 5), (590, 390), (30, 2))
    reach = np.array([15.0, 40.0, 90.0])
    found = surroundings(building, green, FRAME, places, reach)
    for place, row in zip(places, found, strict=True):
        c, r = (place // 10).astype(int)
        for k, side in enumerate((reach // 10).astype(int)):
            part = (slice(max(r - side, 0), r + side + 1), slice(max(c - side, 0), c + side + 1))
            known = np.isfinite(building[part])
            inside = building[part][known]
            expected = (inside.mean(), (inside > 2).mean(), green[part][known].mean())
            assert row[3 * k : 3 * k + 3] == pytest.approx(expected, rel=1e-5)


def test_a_path_within_one_pixel_has_finite_terms() -> None:
    found = terms(*land(), (105.0, 205.0, 20.0), (106.0, 205.0, 1.5))
    assert all(math.isfinite(value) for value in found.values())
