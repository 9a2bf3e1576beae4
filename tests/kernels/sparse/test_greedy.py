"""Greedy on sparse footprints against the textbook."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.sparse.cover import SparseDemand, footprints, limits_from_rows, no_cover
from kernels.sparse.greedy import greedy_sites


def naive_greedy(covers, weight, price, allowed, cost, budget):
    """Best gain per price of all that fit, again and again; ties to the smallest index."""
    covered = np.zeros(len(weight), bool)
    sites, gains, spent = [], [], 0
    while True:
        gain = (covers & ~covered) @ weight
        able = allowed & (gain > 0) & (spent + cost <= budget)
        able[sites] = False
        if not able.any():
            return sites, gains
        site = int(np.argmax(np.where(able, gain / price, -1)))
        sites.append(site)
        gains.append(gain[site])
        spent += cost[site]
        covered |= covers[site]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_same_sites_as_the_naive_twin(seed) -> None:
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 12)), int(rng.integers(1, 20))
    covers = rng.random((m, n)) < 0.3
    weight = rng.integers(0, 5, n).astype(float)
    price = rng.choice([1.0, 2.0, 4.0], m)
    cost = rng.integers(0, 4, m).astype(float)
    allowed = rng.random(m) < 0.8
    budget = float(rng.integers(0, 9))
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], n)
    demand = SparseDemand(weight, np.zeros(n, np.int32), weight)
    limits = limits_from_rows(m, [(np.arange(m), cost, budget)])
    cover = no_cover(fp, demand, limits, 1)
    sites, gains = greedy_sites(cover, price, allowed)
    expected, expected_gains = naive_greedy(covers, weight, price, allowed, cost, budget)
    assert sites.tolist() == expected
    assert gains.tolist() == expected_gains


def test_weights_that_are_no_whole_numbers_leave_no_crumbs() -> None:
    rng = np.random.default_rng(1)
    n, m = 300, 40
    covers = rng.random((m, n)) < 0.5
    weight = rng.random(n) * 10.0 ** rng.integers(-6, 6, n)
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], n)
    demand = SparseDemand(weight, np.zeros(n, np.int32), weight)
    limits = limits_from_rows(m, [])
    cover = no_cover(fp, demand, limits, 1)
    sites, gains = greedy_sites(cover, np.ones(m), np.ones(m, bool))
    assert len(sites) < m
    assert (gains > 0).all()
    assert np.isclose(gains.sum(), weight[covers.any(axis=0)].sum(), rtol=1e-12)
