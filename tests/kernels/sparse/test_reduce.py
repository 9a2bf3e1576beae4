"""Customers that are alike and sites that others beat, against their definitions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.sparse.cover import footprints, limits_from_rows
from kernels.sparse.reduce import alike, dominated_sites


def random_covers(rng, m, n):
    covers = rng.random((m, n)) < 0.4
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    return covers, footprints(start, np.nonzero(covers)[1], n)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_alike_is_the_first_of_the_same_sites_and_zone(seed) -> None:
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 4)), int(rng.integers(1, 30))
    covers, fp = random_covers(rng, m, n)
    zone = rng.integers(0, 2, n).astype(np.int32)
    seen: dict = {}
    expected = [seen.setdefault((tuple(covers[:, i]), int(zone[i])), i) for i in range(n)]
    assert alike(fp.customer_start, fp.sites, zone).tolist() == expected


@settings(max_examples=100, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_a_dominated_site_has_a_winner_that_stays(seed) -> None:
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 8)), int(rng.integers(1, 6))
    covers, fp = random_covers(rng, m, n)
    price = rng.integers(0, 3, m).astype(float)
    dense = rng.choice([-1.0, 0.0, 0.0, 1.0, 2.0], (2, m))
    rows = [(np.flatnonzero(a), a[a != 0], 1.0) for a in dense]
    out = dominated_sites(fp, price, limits_from_rows(m, rows), 10**9)

    def beats(b, a):
        return (
            not (covers[a] & ~covers[b]).any()
            and price[b] <= price[a]
            and (np.maximum(dense[:, b], 0) <= np.maximum(dense[:, a], 0)).all()
        )

    for a in range(m):
        helps = (dense[:, a] < 0).any()
        winners = [b for b in range(m) if b != a and not out[b] and beats(b, a)]
        if out[a]:
            assert not helps
            assert winners or not covers[a].any()
        elif not helps:
            assert covers[a].any()
            assert not winners


def test_of_equal_sites_the_first_stays_and_a_work_limit_keeps_all() -> None:
    fp = footprints([0, 2, 4, 6], [0, 1, 0, 1, 0, 1], 2)
    none = limits_from_rows(3, [])
    assert dominated_sites(fp, np.zeros(3), none, 10**9).tolist() == [False, True, True]
    assert not dominated_sites(fp, np.zeros(3), none, 0).any()
