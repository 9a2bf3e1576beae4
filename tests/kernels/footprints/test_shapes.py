"""Each kind of footprint that is made of spans, from its cells to the plan and its bound.

A new kind is one row of :data:`SHAPES`: the function that compiles stations, and a naive twin that
says which cells one of them serves.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from kernels.covering.bound_check import CheckedKind, check_bound, price_in_spans
from kernels.covering.bound_limits import Limits
from kernels.covering.bound_search import Start, upper_bound
from kernels.covering.bound_value import Kind, ToCover
from kernels.covering.greedy_list import greedy_list
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.span_sums import SpanSums
from kernels.footprints.spans import span_cells
from tests.kernels.naive import naive_footprint

RADII = [1.0, 2.3, 4.1]
SHAPES = {
    "discs": (
        lambda area_class, cells: disc_spans(area_class, RADII, cells),
        lambda area_class, cell: naive_footprint(area_class, RADII, cell),
    ),
}
of_each = pytest.mark.parametrize(("spans_of", "serves"), SHAPES.values(), ids=SHAPES)


def drawn(seed, shape=(21, 26)):
    """Draw area classes, weights of whole people (0 outside), and 40 cells of stations."""
    rng = np.random.default_rng(seed)
    area_class = rng.choice(np.array([0, 1, 2, 255], np.uint8), size=shape)
    weight = np.where(area_class < 3, rng.integers(0, 50, shape), 0).astype(np.float32)
    return area_class, weight, np.sort(rng.choice(weight.size, 40, replace=False))


@of_each
@pytest.mark.parametrize("seed", [1, 2])
def test_spans_hold_the_cells_that_the_naive_twin_serves(spans_of, serves, seed):
    area_class, _, cells = drawn(seed)
    spans = spans_of(area_class, cells)
    first, served = span_cells(spans)
    for number, cell in enumerate(cells):
        expected = np.flatnonzero(serves(area_class, cell))
        assert served[first[number] : first[number + 1]].tolist() == expected.tolist()
    rows = area_class.shape[1]
    assert (spans.start // rows == (spans.start + spans.length - 1) // rows).all()


@of_each
def test_products_are_those_of_the_naive_twin(spans_of, serves):
    area_class, weight, cells = drawn(3)
    spans = spans_of(area_class, cells)
    sums = SpanSums(spans, area_class.shape)
    masks = np.array([serves(area_class, cell) for cell in cells])
    expected = (masks * weight).sum(axis=(1, 2))
    assert sums.gained(weight).tolist() == expected.tolist()
    assert price_in_spans(weight.astype(np.int64), *spans).tolist() == expected.tolist()
    share = np.full(cells.size, 0.25, np.float32)
    served = np.zeros(weight.shape, np.float32)
    sums.add_served(served, share, np.ones_like(weight))
    assert np.array_equal(served, masks.sum(axis=0) * np.float32(0.25))


@of_each
def test_the_plan_is_the_textbook_greedy_within_its_bound(spans_of, serves):
    area_class, weight, cells = drawn(4)
    spans = spans_of(area_class, cells)
    covered = np.zeros(weight.shape, bool)
    chosen, gain = greedy_list(weight, spans, np.ones(cells.size, bool), covered, 6)
    masks = [serves(area_class, cell) for cell in cells]
    for number, gained in zip(chosen, gain, strict=True):
        gains = [float(weight[mask & ~covered].sum()) for mask in masks]
        assert number == np.argmax(gains)
        assert gained == gains[number]
        covered |= masks[number]
    candidate = np.zeros(weight.shape, bool)
    candidate.ravel()[cells] = True
    to_cover, limits = ToCover(weight, np.zeros(weight.shape, bool)), Limits.none(6)
    kind = Kind(candidate, SpanSums(spans, weight.shape))
    bound = upper_bound(to_cover, (kind,), limits, Start.of_order(cells[chosen], gain, 6))
    assert gain.sum() <= bound.value <= weight.sum()
    checked = CheckedKind(candidate, partial(priced, spans))
    assert bound.value <= check_bound(bound.multipliers, *to_cover, (checked,), limits)


def priced(spans, price):
    return price_in_spans(price, *spans)
