"""Swaps: what they change, and that a climb ends where none is left."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.sparse.cover import SparseDemand, add_site, footprints, limits_from_rows, no_cover
from kernels.sparse.swap import Scratch, best_leaver, climb, easiest_to_leave, forget, share_out


def chosen_case(seed):
    """A problem with some sites chosen and the limit on their number reached."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(3, 10)), int(rng.integers(2, 20))
    covers = rng.random((m, n)) < 0.35
    weight = rng.integers(0, 9, n).astype(float)
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], n)
    demand = SparseDemand(weight, np.zeros(n, np.int32), weight)
    sites = rng.permutation(m)[: int(rng.integers(1, m))]
    limits = limits_from_rows(m, [(np.arange(m), 1.0, len(sites))])
    cover = no_cover(fp, demand, limits, 1)
    for site in sites.tolist():
        add_site(cover, site)
    return covers, weight, cover, np.sort(sites)


def weight_of(covers, weight, sites):
    return weight[covers[list(sites)].any(axis=0)].sum()


@settings(max_examples=80, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_best_leaver_equals_trying_all(seed) -> None:
    covers, weight, cover, sites = chosen_case(seed)
    m = len(covers)
    scratch = Scratch(np.zeros(m), np.zeros(m, np.int64))
    before = weight_of(covers, weight, sites)
    for enters in np.setdiff1d(np.arange(m), sites).tolist():
        n_touched, gain = share_out(cover, scratch, enters)
        assert gain == cover.gain[enters]
        leaves = best_leaver(cover, scratch, enters, n_touched, easiest_to_leave(cover))
        change = cover.gain[enters] - cover.loss[leaves] + scratch.shared[leaves]
        forget(scratch, n_touched)
        changes = [
            weight_of(covers, weight, [*(set(sites.tolist()) - {k}), enters]) - before
            for k in sites.tolist()
        ]
        assert change == max(changes)
        assert not scratch.shared.any()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_climb_ends_at_a_local_optimum(seed) -> None:
    covers, weight, cover, sites = chosen_case(seed)
    climb(cover, np.arange(len(covers)), 10**9)
    after = np.flatnonzero(cover.chosen)
    reached = weight_of(covers, weight, after)
    assert len(after) <= len(sites)
    assert reached == cover.met.sum() >= weight_of(covers, weight, sites)
    for enters in np.setdiff1d(np.arange(len(covers)), after).tolist():
        for leaves in after.tolist():
            swapped = [*(set(after.tolist()) - {leaves}), enters]
            assert weight_of(covers, weight, swapped) <= reached


def test_a_limit_on_the_work_ends_a_climb() -> None:
    _, _, cover, sites = chosen_case(11)
    assert climb(cover, np.arange(len(cover.chosen)), 0) == 0
    np.testing.assert_array_equal(np.flatnonzero(cover.chosen), sites)
