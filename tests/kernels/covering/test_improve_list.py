"""Improvement among explicit candidates: never worse, ordered, the same on any machine."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest

from kernels.covering.cooling import Cooling
from kernels.covering.greedy_list import greedy_list
from kernels.covering.improve_list import footprint_box, improve_list
from kernels.footprints.spans import cover_spans, newly_covered_span_weight
from tests.kernels.covering.cases import SpanCase


def nearest(n_candidates: int, seed: int, k: int = 6):
    """Any neighbours will do; a few are missing."""
    near = np.random.default_rng(seed).integers(-1, n_candidates, (n_candidates, k))
    near[near == np.arange(n_candidates)[:, None]] = -1
    return near.astype(np.int32)


def improved(case: SpanCase, n: int, cooling: Cooling | None = None, **more):
    start, _ = greedy_list(*case.place, n)
    near = nearest(case.allowed.size, 3)
    cooling = cooling or Cooling(rounds=10, sweeps=5)
    return start, *improve_list(start, *case.place, near, cooling, **more)


@pytest.mark.parametrize("seed", range(8))
def test_it_covers_no_less_with_no_more_stations(seed) -> None:
    case = SpanCase(seed, shape=(70, 80), n_candidates=400, reach=9)
    start, better, gain = improved(case, 30)
    assert better.size <= 30
    assert np.unique(better).size == better.size
    assert case.allowed[better].all()
    assert case.covered_weight(better) >= case.covered_weight(start) * (1 - 1e-6)
    assert (np.diff(gain) <= 1e-3).all()
    recounted = newly_covered_span_weight(case.weight, case.covered.copy(), case.spans, better)
    np.testing.assert_allclose(gain, recounted)


def test_it_finds_more_than_the_greedy() -> None:
    more = 0.0
    for seed in range(5):
        case = SpanCase(seed, shape=(50, 60), n_candidates=500, reach=8)
        start, better, _ = improved(case, 40, Cooling(rounds=20, sweeps=20))
        more += case.covered_weight(better) / case.covered_weight(start) - 1
    assert more / 5 > 0.005


def test_it_finds_the_best_pair_that_the_greedy_misses() -> None:
    case = SpanCase(1, shape=(1, 8), n_candidates=3)
    spans = case.spans._replace(
        first=np.array([0, 1, 2, 3]),
        start=np.array([2, 0, 4], np.int32),
        length=np.array([4, 4, 4], np.uint16),
    )
    weight = np.array([[2, 2, 3, 3, 3, 3, 2, 2]], np.float32)
    allowed, covered = np.ones(3, bool), np.zeros((1, 8), bool)
    start, _ = greedy_list(weight, spans, allowed, covered, 2)
    assert start.tolist()[0] == 0
    near = np.array([[1, 2], [0, 2], [0, 1]], np.int32)
    cooling = Cooling(rounds=20, sweeps=10, temperature=(0.5, 0.05))
    better, gain = improve_list(start, weight, spans, allowed, covered, near, cooling)
    assert sorted(better.tolist()) == [1, 2]
    assert gain.sum() == 20


def test_it_is_the_same_on_any_number_of_threads() -> None:
    case = SpanCase(7, shape=(150, 160), n_candidates=900, reach=9)
    before = numba.get_num_threads()
    found = []
    try:
        for threads in (1, 2):
            numba.set_num_threads(min(threads, before))
            found.append(improved(case, 60)[1].tolist())
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]


def test_where_nothing_is_left_the_plan_stays() -> None:
    case = SpanCase(3)
    _, better, _ = improved(case, 12)
    done = case.covered.copy()
    cover_spans(done, case.spans, better)
    assert not newly_covered_span_weight(
        case.weight, done, case.spans, np.flatnonzero(case.allowed)
    ).any()


def test_boxes_hold_every_cell_of_a_footprint() -> None:
    case = SpanCase(4, shape=(20, 30), n_candidates=40, reach=7)
    box = footprint_box(case.spans, (case.weight.shape[0], 30))
    for candidate, (top, bottom, left, right) in itertools.islice(enumerate(box), 40):
        cells = case.served_by(candidate)
        if not cells.size:
            assert top == -1
            continue
        rows, columns = np.divmod(cells, 30)
        assert (top, bottom) == (rows.min(), rows.max())
        assert (left, right) == (columns.min(), columns.max())


def test_what_makes_no_sense_is_refused() -> None:
    case = SpanCase(2)
    near = nearest(12, 1)
    with pytest.raises(ValueError, match="twice"):
        improve_list(np.array([1, 1]), *case.place, near, Cooling())
    allowed = np.flatnonzero(case.allowed)[:2]
    with pytest.raises(ValueError, match="row for each"):
        improve_list(allowed, *case.place, near[1:], Cooling())
