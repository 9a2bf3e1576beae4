"""Odd sets against all triples of dense matrices; their rows hold for every choice of sites."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.sparse.cover import footprints
from kernels.sparse.odd_sets import Shares, odd_triples, with_two_more


def random_shares(seed):
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(3, 7)), int(rng.integers(5, 10))
    covers = rng.random((m, n)) < 0.5
    x = rng.choice([0.25, 0.5, 0.5, 0.75], m)
    y = np.minimum(1.0, x @ covers) * rng.choice([0.9, 1.0], n)
    unused = (x @ covers - y) + (1 - y)
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], n)
    return covers, x, y, Shares(fp, x, unused, rng.integers(1, 9, n).astype(float))


def naive_odd(covers, at, who):
    odd_sites = covers[:, list(who)].sum(axis=1) % 2 == 1
    return at.sites[odd_sites].sum() + at.unused[list(who)].sum()


def right_side(covers, x, who):
    half = np.ceil(covers[:, list(who)].sum(axis=1) / 2)
    return len(who) // 2 + half @ x


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_triples_are_those_of_all_that_overlap(seed) -> None:
    covers, x, y, at = random_shares(seed)
    found, odd = odd_triples(at, 1.0, 100)
    expected = {
        who: naive_odd(covers, at, who)
        for who in combinations(range(covers.shape[1]), 3)
        if naive_odd(covers, at, who) < 1.0 - 1e-9
    }
    assert {tuple(who) for who in found[odd < 1.0 - 1e-9].tolist()} == set(expected)
    for who, its in zip(found.tolist(), odd.tolist(), strict=True):
        assert its == pytest.approx(naive_odd(covers, at, who))
        broken_by = y[who].sum() - right_side(covers, x, who)
        assert broken_by == pytest.approx((1 - its) / 2)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_two_more_leave_the_odd_that_is_returned(seed) -> None:
    covers, _, _, at = random_shares(seed)
    triples, _ = odd_triples(at, 2.0, 100)
    grown, odd = with_two_more(at, triples)
    best = {}
    for before, who, its in zip(triples.tolist(), grown.tolist(), odd.tolist(), strict=True):
        if np.isfinite(its):
            assert set(before) < set(who)
            assert len(set(who)) == 5
            assert its == pytest.approx(naive_odd(covers, at, who))
            best[tuple(before)] = its
    # Nine customers at most: of the first one eight are tried, so that nothing is missed.
    for before, its in best.items():
        linked = [
            naive_odd(covers, at, (*before, a, b))
            for a, b in combinations(set(range(covers.shape[1])) - set(before), 2)
            if at.unused[a] < 1 and at.unused[b] < 1
        ]
        assert its >= min(linked) - 1e-9


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_rows_hold_for_every_choice_of_sites(seed) -> None:
    covers, *_ = random_shares(seed)
    rng = np.random.default_rng(seed)
    for size in (2, 3, 4, 5):
        who = rng.permutation(covers.shape[1])[:size]
        for choice in product([0, 1], repeat=covers.shape[0]):
            met = (np.array(choice) @ covers)[who] > 0
            assert met.sum() <= right_side(covers, np.array(choice), who)


def test_three_halves_break_the_row_of_their_customers_by_one_half() -> None:
    covers = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], bool)
    fp = footprints(np.array([0, 2, 4, 6]), np.nonzero(covers)[1], 3)
    at = Shares(fp, np.full(3, 0.5), np.zeros(3), np.ones(3))
    found, odd = odd_triples(at, 1.0, 4)
    assert found.tolist() == [[0, 1, 2]]
    assert odd.tolist() == [0.0]
