"""Cover kept site by site, against a recount from sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.sparse.cover import (
    SparseDemand,
    add_site,
    broken_limit,
    customer_rows,
    drop_site,
    fits,
    footprint_weight,
    footprints,
    is_covered,
    limits_from_rows,
    may_go,
    no_cover,
    relieves,
    reweigh,
    swap_fits,
    switch_off,
    switch_on,
    uncovered_weight,
)


def random_case(seed, n_rows=3):
    """Footprints as bool[m, n], demand, limits and their dense matrix."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 9)), int(rng.integers(1, 12))
    covers = rng.random((m, n)) < 0.35
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], n)
    people = rng.integers(0, 9, n).astype(float)
    demand = SparseDemand(people, rng.integers(0, 3, n).astype(np.int32), people * 2)
    dense = rng.integers(-2, 3, (n_rows, m)).astype(float)
    right = rng.integers(-2, 4, n_rows).astype(float)
    rows = [(np.flatnonzero(a), a[a != 0], b) for a, b in zip(dense, right, strict=True)]
    return covers, fp, demand, limits_from_rows(m, rows), dense, right, rng


def recounted(covers, demand, dense, chosen):
    """What ``Cover`` should hold, from the definition."""
    times = covers[chosen].sum(axis=0)
    owner = (np.flatnonzero(chosen)[:, None] * covers[chosen]).sum(axis=0)
    once = covers & (times == 1) & chosen[:, None]
    return {
        "times": times,
        "owner": owner,
        "gain": (covers & (times == 0)) @ demand.weight,
        "loss": once @ demand.weight,
        "use": dense @ chosen,
        "met": np.bincount(demand.zone, demand.people * (times > 0), minlength=3),
    }


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_adds_and_drops_equal_a_recount(seed) -> None:
    covers, fp, demand, limits, dense, _, rng = random_case(seed)
    cover = no_cover(fp, demand, limits, 3)
    chosen = np.zeros(len(covers), bool)
    for site in rng.integers(0, len(covers), 12).tolist():
        (drop_site if chosen[site] else add_site)(cover, site)
        chosen[site] = not chosen[site]
        for name, expected in recounted(covers, demand, dense, chosen).items():
            np.testing.assert_array_equal(getattr(cover, name), expected, err_msg=name)
    kept = cover.gain.copy(), cover.loss.copy()
    reweigh(cover)
    np.testing.assert_array_equal(cover.gain, kept[0])
    np.testing.assert_array_equal(cover.loss, kept[1])
    there = is_covered(fp.site_start, fp.customers, covers.shape[1], np.flatnonzero(chosen))
    np.testing.assert_array_equal(there, cover.times > 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_switches_keep_all_but_the_gain(seed) -> None:
    covers, fp, demand, limits, dense, _, rng = random_case(seed)
    cover = no_cover(fp, demand, limits, 3)
    before = cover.gain.copy()
    chosen = np.zeros(len(covers), bool)
    for site in rng.integers(0, len(covers), 12).tolist():
        (switch_off if chosen[site] else switch_on)(cover, site)
        chosen[site] = not chosen[site]
        right = recounted(covers, demand, dense, chosen)
        gain = right.pop("gain")
        assert [uncovered_weight(cover, j) for j in range(len(covers))] == gain.tolist()
        for name, expected in right.items():
            np.testing.assert_array_equal(getattr(cover, name), expected, err_msg=name)
    np.testing.assert_array_equal(cover.gain, before)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_limits_equal_their_matrix(seed) -> None:
    covers, fp, demand, limits, dense, right, rng = random_case(seed)
    cover = no_cover(fp, demand, limits, 3)
    chosen = rng.random(len(covers)) < 0.4
    for site in np.flatnonzero(chosen):
        add_site(cover, site)
    use = dense @ chosen
    for j in range(len(covers)):
        up = dense[:, j] > 0
        down = dense[:, j] < 0
        assert fits(cover, j) == bool((use + dense[:, j] <= right)[up].all())
        assert may_go(cover, j) == bool((use - dense[:, j] <= right)[down].all())
        broken = np.flatnonzero(up & (use > right))
        assert broken_limit(cover, j) == (broken[0] if len(broken) else -1)
        assert [relieves(limits, r, j) for r in range(3)] == up.tolist()
        for k in np.flatnonzero(chosen):
            if chosen[j]:
                continue
            after = use + dense[:, j] - dense[:, k]
            touched = up | (dense[:, k] < 0)
            assert swap_fits(cover, j, k) == bool((after <= right)[touched].all())
    np.testing.assert_array_equal(cover.use, use)


def test_customer_rows_are_the_transpose() -> None:
    covers, fp, demand, *_ = random_case(3)
    start, sites = customer_rows(fp.site_start, fp.customers, covers.shape[1])
    columns, rows = np.nonzero(covers.T)
    np.testing.assert_array_equal(sites, rows)
    np.testing.assert_array_equal(np.diff(start), np.bincount(columns, minlength=covers.shape[1]))
    np.testing.assert_array_equal(
        footprint_weight(fp.site_start, fp.customers, demand.people), covers @ demand.people
    )


def test_sum_of_no_site_is_nothing() -> None:
    _, fp, demand, limits, *_ = random_case(4)
    cover = no_cover(fp, demand, limits, 3)
    assert cover.met.sum() == 0
    assert not cover.chosen.any()
    assert cover.use == pytest.approx(0)
