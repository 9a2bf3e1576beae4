"""Share of a cell's area served, against Jakes' formula and a simulation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.radio.penetration import OUTDOORS, building_losses
from planner.radio.propagation import propagation_model
from planner.radio.propagation_model import Link
from planner.radio.service_area import area_shares, served_shares


def power_law(intercept_db, exponent, sigma_db):
    """A model with no line of sight anywhere: what Jakes' formula assumes."""
    return replace(
        propagation_model("uma"),
        sight_loss_db=lambda d, link, sight: intercept_db + 10.0 * exponent * np.log10(d),
        los_probability=lambda d, link: np.zeros(d.size),
        sigma_db=lambda d, link, sight: np.full(d.size, sigma_db),
    )


def jakes_area_share(margin_db, exponent, sigma_db):
    """W. C. Jakes, Microwave Mobile Communications, 1974, eq. 2.5-16."""
    a = -margin_db / (sigma_db * math.sqrt(2.0))
    b = 10.0 * exponent * math.log10(math.e) / (sigma_db * math.sqrt(2.0))
    tail = math.exp((1.0 - 2.0 * a * b) / b**2) * (1.0 - math.erf((1.0 - a * b) / b))
    return 0.5 * (1.0 - math.erf(a) + tail)


@settings(deadline=None, max_examples=30)
@given(margin_db=st.floats(-5.0, 20.0), exponent=st.floats(2.0, 4.5), sigma_db=st.floats(2.0, 14.0))
def test_one_kind_of_place_is_jakes_formula(margin_db, exponent, sigma_db):
    distances_m = np.geomspace(0.01, 1000.0, 4000)
    edge_loss_db = 20.0 + 10.0 * exponent * 3.0
    shares = served_shares(
        power_law(20.0, exponent, sigma_db),
        Link(2.6, 25.0),
        distances_m,
        ue_heights_m=(1.5,),
        buildings=OUTDOORS,
        max_loss_db=edge_loss_db + margin_db,
    )
    expected = jakes_area_share(margin_db, exponent, sigma_db)
    assert area_shares(distances_m, shares)[-1] == pytest.approx(expected, abs=1e-4)


def test_mix_of_places_against_a_simulation():
    """Users drawn evenly over a disc, over floors, buildings, sight and fading."""
    model, link, radius_m, max_loss_db = propagation_model("uma"), Link(2.6, 25.0), 250.0, 141.0
    rng = np.random.default_rng(7)
    n = 200_000
    distance_m = np.maximum(radius_m * np.sqrt(rng.random(n)), 10.0)
    height_m = 1.5 + 3.0 * rng.integers(0, 6, n)
    high = rng.random(n) < 0.2
    depth_m = np.minimum(rng.uniform(0, 25, n), rng.uniform(0, 25, n))
    wall_db = np.where(high, 24.3615, 12.2558) + rng.normal(0.0, np.where(high, 6.5, 4.4))
    loss_db = wall_db + 0.5 * depth_m
    for floor_m in np.unique(height_m):
        here = height_m == floor_m
        at = replace(link, ue_height_m=float(floor_m))
        d = distance_m[here]
        seen = rng.random(d.size) < model.los_probability(d, at)
        for sight, those in (("los", seen), ("nlos", ~seen)):
            index = np.flatnonzero(here)[those]
            fading_db = rng.normal(0.0, 1.0, index.size) * model.sigma_db(d[those], at, sight)
            loss_db[index] += model.sight_loss_db(d[those], at, sight) + fading_db
    distances_m = np.geomspace(10.0, radius_m, 2000)
    shares = served_shares(
        model,
        link,
        distances_m,
        ue_heights_m=tuple(1.5 + 3.0 * i for i in range(6)),
        buildings=building_losses(2.6, 0.2, 25.0),
        max_loss_db=max_loss_db,
    )
    simulated = np.mean(loss_db <= max_loss_db)
    assert area_shares(distances_m, shares)[-1] == pytest.approx(simulated, abs=0.004)


def test_nothing_that_fades_is_served_or_not():
    distances_m = np.array([10.0, 100.0, 1000.0])
    shares = served_shares(
        propagation_model("free_space"),
        Link(2.6, 25.0),
        distances_m,
        ue_heights_m=(1.5,),
        buildings=OUTDOORS,
        max_loss_db=90.0,
    )
    np.testing.assert_array_equal(shares, [1.0, 1.0, 0.0])


def test_area_share_of_a_step():
    """Served out to half the radius: a quarter of the area."""
    distances_m = np.linspace(0.001, 2.0, 20_001)
    shares = (distances_m <= 1.0).astype(float)
    assert area_shares(distances_m, shares)[-1] == pytest.approx(0.25, abs=1e-3)
