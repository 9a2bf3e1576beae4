"""Chances of links against a naive twin, one normal distribution, and bounds."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.link_chances import link_chances

NORMAL = NormalDist()


def inputs(seed, states=2, distances=9, users=5):
    rng = np.random.default_rng(seed)
    probability = rng.dirichlet(np.ones(states), distances).T.copy()
    shape = (states, distances)
    spare_db, common_db = rng.normal(0.0, 40.0, shape), rng.uniform(0.0, 8.0, shape)
    own_db = rng.uniform(0.5, 8.0, shape)
    return (
        probability,
        spare_db,
        common_db,
        own_db,
        rng.uniform(0, 30, users),
        rng.normal(size=users),
    )


@pytest.mark.parametrize("seed", range(5))
def test_as_the_sum_of_normal_probabilities(seed):
    probability, spare_db, common_db, own_db, more_db, deviate = inputs(seed)
    naive = [
        [
            sum(
                probability[s, n]
                * NORMAL.cdf((spare_db[s, n] - more - common_db[s, n] * own) / own_db[s, n])
                for s in range(len(probability))
            )
            for n in range(spare_db.shape[1])
        ]
        for more, own in zip(more_db, deviate, strict=True)
    ]
    found = link_chances(probability, spare_db, common_db, own_db, more_db, deviate)
    np.testing.assert_allclose(found, naive, atol=1e-14)


def test_common_and_own_shadowing_make_one_normal_loss():
    """In the mean over users: P(loss <= spare) of a deviation of the hypotenuse."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    one = np.ones((1, 1))
    found = link_chances(one, 3.0 * one, 4.0 * one, 5.0 * one, np.zeros(40), nodes)[:, 0]
    expected = NORMAL.cdf(3.0 / math.hypot(4.0, 5.0))
    assert (weights * found).sum() / weights.sum() == pytest.approx(expected, abs=1e-6)


@given(st.floats(-60.0, 60.0), st.floats(0.0, 40.0), st.floats(0.0, 30.0))
def test_more_loss_never_serves_more(spare_db, more_db, extra_db):
    one = np.ones((1, 1))
    more = np.array([more_db, more_db + extra_db])
    low, high = link_chances(one, spare_db * one, 3.0 * one, 5.0 * one, more, np.zeros(2))[:, 0]
    assert 0.0 <= high <= low <= 1.0
