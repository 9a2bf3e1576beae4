"""The bound over explicit footprints: above every choice, close to the relaxation, summed twice."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.covering.bound_list import list_bound_values, upper_list_bound
from kernels.covering.check_list import check_list_bound
from kernels.covering.greedy_list import greedy_list
from kernels.covering.span_steps import running_sums, span_sums, span_table, times_served
from kernels.footprints.spans import Spans, span_cells
from planner.covering import CoveringProblem, MaxCovered, solve_covering


def random_spans(rng, shape, n_candidates, reach=4) -> Spans:
    """Ragged footprints: a few spans round a place, up to two in a row."""
    first, start, length = [0], [], []
    height, width = shape
    for _ in range(n_candidates):
        row, column = rng.integers(0, height), rng.integers(0, width)
        for y in range(max(0, row - reach // 2), min(height, row + reach // 2 + 1)):
            x = int(np.clip(column - rng.integers(0, reach), 0, width - 1))
            for _ in range(rng.integers(0, 3)):
                cells = int(rng.integers(1, reach + 1))
                if x + cells > width:
                    break
                start.append(y * width + x)
                length.append(cells)
                x += cells + int(rng.integers(1, 3))
        first.append(len(start))
    return Spans(np.array(first, np.int64), np.array(start, np.int32), np.array(length, np.uint16))


class SpanCase:
    def __init__(self, seed, shape=(9, 11), n_candidates=12, reach=4):
        rng = np.random.default_rng(seed)
        self.weight = rng.gamma(0.5, 40.0, shape).astype(np.float32)
        self.weight[rng.random(shape) < 0.2] = 0
        self.spans = random_spans(rng, shape, n_candidates, reach)
        self.covered = rng.random(shape) < 0.1
        self.allowed = rng.random(n_candidates) < 0.9

    @property
    def place(self):
        return self.weight, self.spans, self.allowed, self.covered

    def served_by(self, candidate):
        first, cells = span_cells(self.spans)
        return cells[first[candidate] : first[candidate + 1]]

    def covered_weight(self, chosen) -> float:
        covered = self.covered.ravel().copy()
        for candidate in chosen:
            covered[self.served_by(candidate)] = True
        return float(self.weight.ravel()[covered].astype(float).sum())


@given(st.integers(0, 10_000))
@settings(max_examples=8)
def test_no_choice_of_any_number_is_above_the_bound(seed) -> None:
    case = SpanCase(seed)
    bound = upper_list_bound(*case.place, 4, iterations=20)
    open_to_choice = np.flatnonzero(case.allowed)
    for n in range(5):
        best = max(map(case.covered_weight, itertools.combinations(open_to_choice, n)), default=0.0)
        assert best <= bound.values[n] * (1 + 1e-12)
    assert (np.diff(bound.values) >= 0).all()
    assert bound.values[0] == pytest.approx(case.covered_weight([]))


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_any_multipliers_give_a_bound_and_other_code_sums_the_same(seed) -> None:
    case = SpanCase(seed)
    shares = np.random.default_rng(seed).integers(0, 65536, case.weight.shape).astype(np.uint16)
    values = list_bound_values(shares, *case.place, 12)
    for n in range(13):
        assert check_list_bound(shares, *case.place, n) == values[n]
        order, _ = greedy_list(*case.place, n)
        assert case.covered_weight(order) <= values[n] * (1 + 1e-12)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_comes_close_to_the_dual_of_the_sparse_library(seed) -> None:
    case = SpanCase(seed, shape=(40, 50), n_candidates=300, reach=8)
    case.covered[:] = False
    case.allowed[:] = True
    case.spans = random_spans(np.random.default_rng(seed), case.weight.shape, 300, 8)
    bound = upper_list_bound(*case.place, 20, iterations=500)
    first, cells = span_cells(case.spans)
    problem = CoveringProblem(case.weight.ravel().astype(float), first, cells)
    plan = solve_covering(problem, MaxCovered(20), exact="never", effort=0.1)
    assert plan.covered_weight <= bound.value
    assert bound.value == pytest.approx(plan.dual_bound, rel=0.006)


def test_sums_over_footprints_and_over_candidates_are_those_of_the_cells() -> None:
    case = SpanCase(5, shape=(30, 40), n_candidates=60, reach=9)
    table = span_table(case.spans, case.weight.shape)
    share = np.random.default_rng(1).random(60)
    sums = span_sums(running_sums(case.weight), table)
    served = np.zeros(case.weight.size)
    for candidate in range(60):
        cells = case.served_by(candidate)
        assert sums[candidate] == pytest.approx(case.weight.ravel()[cells].sum(), rel=1e-5)
        np.add.at(served, cells, share[candidate])
    found = times_served(share, table, case.weight.shape[1])
    np.testing.assert_allclose(found.ravel(), served, atol=1e-5)


def test_the_bound_is_the_same_on_any_number_of_threads() -> None:
    case = SpanCase(7, shape=(60, 60), n_candidates=200, reach=8)
    before = numba.get_num_threads()
    found = []
    try:
        for threads in (1, 2):
            numba.set_num_threads(min(threads, before))
            found.append(upper_list_bound(*case.place, 12, iterations=50))
    finally:
        numba.set_num_threads(before)
    assert (found[0].multipliers == found[1].multipliers).all()
    assert (found[0].values == found[1].values).all()


def test_where_everything_in_reach_is_covered_the_bound_is_exact() -> None:
    case = SpanCase(11)
    order, _ = greedy_list(*case.place, 12)
    told: list[int] = []
    bound = upper_list_bound(*case.place, 12, start=order, iterations=7, progress=told.append)
    assert bound.value == pytest.approx(case.covered_weight(order), rel=1e-12)
    assert sum(told) == 7


def test_what_makes_no_sense_is_refused() -> None:
    case = SpanCase(13)
    with pytest.raises(ValueError, match="at least 1"):
        upper_list_bound(*case.place, 3, iterations=0)
    shares = np.zeros(case.weight.shape, np.uint16)
    with pytest.raises(ValueError, match="at least 0"):
        check_list_bound(shares, *case.place, -1)
    with pytest.raises(ValueError, match="shape"):
        check_list_bound(shares[1:], *case.place, 1)
    with pytest.raises(ValueError, match="candidates"):
        check_list_bound(shares, case.weight, case.spans, case.allowed[1:], case.covered, 1)
    with pytest.raises(ValueError, match="finite"):
        check_list_bound(shares, -case.weight, *case.place[1:], 1)
