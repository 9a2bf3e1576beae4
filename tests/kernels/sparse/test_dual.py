"""Products of the dual against dense matrices; lowering prices never raises the bound."""

from __future__ import annotations

import numba
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.sparse.cover import footprints, limits_from_rows
from kernels.sparse.dual import limit_use, lower_to_no_surplus, reduced_value, times_covered


def random_dual(seed):
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 9)), int(rng.integers(1, 15))
    covers = rng.random((m, n)) < 0.4
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], n)
    dense = rng.choice([-1.0, 0.0, 1.0, 2.5], (2, m))
    rows = [(np.flatnonzero(a), a[a != 0], 1.0) for a in dense]
    return rng, covers, fp, dense, limits_from_rows(m, rows)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_products_equal_dense_ones(seed) -> None:
    rng, covers, fp, dense, limits = random_dual(seed)
    m, n = covers.shape
    lam, nu, price, x = rng.random(n), rng.random(2), rng.random(m), rng.random(m)
    np.testing.assert_allclose(
        reduced_value(fp, price, limits, lam, nu), covers @ lam - price - nu @ dense, atol=1e-12
    )
    np.testing.assert_allclose(times_covered(fp, x), x @ covers, atol=1e-12)
    np.testing.assert_allclose(limit_use(limits, x), dense @ x, atol=1e-12)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_no_surplus_is_left_and_the_bound_does_not_rise(seed) -> None:
    rng, covers, fp, dense, limits = random_dual(seed)
    m, n = covers.shape
    worth, price, nu = rng.random(n), rng.random(m) * 0.3, rng.random(2) * 0.2
    lam = worth * rng.random(n)

    def bound(prices):
        value = covers @ prices - price - nu @ dense
        return np.maximum(worth - prices, 0).sum() + np.maximum(value, 0).sum() + nu.sum()

    before = bound(lam)
    value = reduced_value(fp, price, limits, lam, nu)
    lower_to_no_surplus(fp, value, lam)
    np.testing.assert_allclose(value, covers @ lam - price - nu @ dense, atol=1e-12)
    assert (lam >= 0).all()
    # What a negative coefficient leaves over, no price of a customer can take away.
    assert (value <= np.maximum(0, -price - nu @ dense) + 1e-12).all()
    assert bound(lam) <= before + 1e-12


def test_sums_do_not_depend_on_threads() -> None:
    rng = np.random.default_rng(2)
    covers = rng.random((300, 500)) < 0.05
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], 500)
    limits = limits_from_rows(300, [(np.arange(300), 1.0, 5)])
    lam, x = rng.random(500), rng.random(300)
    before = numba.get_num_threads()
    results = []
    for threads in range(1, min(4, numba.config.NUMBA_NUM_THREADS) + 1):
        numba.set_num_threads(threads)
        results.append(
            (reduced_value(fp, np.zeros(300), limits, lam, np.ones(1)), times_covered(fp, x))
        )
    numba.set_num_threads(before)
    for values, times in results:
        np.testing.assert_array_equal(values, results[0][0])
        np.testing.assert_array_equal(times, results[0][1])
