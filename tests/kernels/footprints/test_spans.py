"""Spans beside discs: the same cover, the same weight, the same greedy order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.covering.greedy_raster import greedy_order
from kernels.footprints.cover import cover, newly_covered_weight
from kernels.footprints.spans import (
    Spans,
    cover_spans,
    greedy_span_order,
    joined,
    newly_covered_span_weight,
)
from tests.kernels.naive import naive_footprint


def spans_of(masks) -> Spans:
    """Spans of boolean rasters, cell by cell."""
    first, start, length = [0], [], []
    for mask in masks:
        for row, line in enumerate(mask):
            before = False
            for column, marked in enumerate(line):
                if marked and not before:
                    start.append(row * mask.shape[1] + column)
                    length.append(0)
                if marked:
                    length[-1] += 1
                before = marked
        first.append(len(start))
    return Spans(np.array(first, np.int64), np.array(start, np.int32), np.array(length, np.uint16))


class Case:
    """A random raster with discs as footprints of some of its cells."""

    def __init__(self, seed, shape=(19, 27), n_candidates=120):
        rng = np.random.default_rng(seed)
        self.weight = np.floor(rng.gamma(0.5, 40.0, shape))
        self.area_class = rng.integers(0, 2, shape).astype(np.uint8)
        self.area_class[rng.random(shape) < 0.1] = 255
        self.radius = np.array([2.0, 3.2])
        self.cells = np.sort(rng.choice(self.weight.size, n_candidates, replace=False))
        self.spans = spans_of(
            [naive_footprint(self.area_class, self.radius, cell) for cell in self.cells]
        )
        self.covered = rng.random(shape) < 0.1


@given(st.integers(0, 10_000))
def test_the_order_is_that_of_the_greedy_on_discs(seed) -> None:
    case = Case(seed)
    candidate = np.zeros(case.weight.shape, bool)
    candidate.reshape(-1)[case.cells] = True
    expected, expected_gain = greedy_order(
        case.weight, case.area_class, case.radius, candidate, case.covered, 40
    )
    weight = np.where(case.area_class == 255, 0.0, case.weight)
    allowed = np.ones(case.cells.size, bool)
    chosen, gain = greedy_span_order(weight, case.spans, allowed, case.covered, 40)
    assert case.cells[chosen].tolist() == expected.tolist()
    np.testing.assert_allclose(gain, expected_gain)


@given(st.integers(0, 10_000))
def test_cover_and_weight_are_those_of_discs(seed) -> None:
    case = Case(seed)
    numbers = np.random.default_rng(seed).integers(0, case.cells.size, 12)
    discs, spans = case.covered.copy(), case.covered.copy()
    cover(discs, case.area_class, case.radius, case.cells[numbers])
    cover_spans(spans, case.spans, numbers)
    assert (spans == discs).all()
    discs, spans = case.covered.copy(), case.covered.copy()
    by_discs = newly_covered_weight(
        case.weight, discs, case.area_class, case.radius, case.cells[numbers]
    )
    by_spans = newly_covered_span_weight(case.weight, spans, case.spans, numbers)
    np.testing.assert_allclose(by_spans, by_discs)
    assert (spans == discs).all()


def test_candidates_that_are_not_allowed_are_never_chosen() -> None:
    case = Case(1)
    allowed = np.arange(case.cells.size) % 3 == 0
    chosen, gain = greedy_span_order(case.weight, case.spans, allowed, case.covered, 1000)
    assert allowed[chosen].all()
    assert (np.diff(gain) <= 0).all()
    assert len(set(chosen.tolist())) == chosen.size


def test_gains_add_up_to_the_weight_that_is_counted_afresh() -> None:
    case = Case(2)
    allowed = np.ones(case.cells.size, bool)
    counted: list[int] = []
    chosen, gain = greedy_span_order(
        case.weight, case.spans, allowed, case.covered, 50,
        progress=counted.append, stations_per_call=7,
    )  # fmt: skip
    covered = case.covered.copy()
    added = newly_covered_span_weight(case.weight, covered, case.spans, chosen)
    np.testing.assert_allclose(added, gain)
    assert sum(counted) == chosen.size


def test_nothing_to_gain_is_an_empty_order() -> None:
    case = Case(3)
    nothing = np.zeros_like(case.weight)
    allowed = np.ones(case.cells.size, bool)
    chosen, gain = greedy_span_order(nothing, case.spans, allowed, case.covered, 5)
    assert chosen.size == gain.size == 0


def test_parts_join_in_order() -> None:
    case = Case(4, n_candidates=9)
    masks = [naive_footprint(case.area_class, case.radius, cell) for cell in case.cells]
    whole = joined([spans_of(masks[:4]), spans_of([]), spans_of(masks[4:])])
    for one, other in zip(whole, case.spans, strict=True):
        assert one.tolist() == other.tolist()
    assert joined([]).first.tolist() == [0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": -np.ones((19, 27))}, "finite and at least 0"),
        ({"weight": np.full((19, 27), np.nan)}, "finite and at least 0"),
        ({"weight": np.ones((3, 3))}, "differ in shape"),
        ({"allowed": np.ones(3, bool)}, "120 candidates"),
        ({"n_stations": -1}, "at least 0"),
    ],
)
def test_bad_input_is_refused(change, message) -> None:
    case = Case(5)
    given_values = {
        "weight": case.weight, "spans": case.spans, "allowed": np.ones(120, bool),
        "covered": case.covered, "n_stations": 3,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        greedy_span_order(**(given_values | change))


def test_a_candidate_that_does_not_exist_is_refused() -> None:
    case = Case(6)
    with pytest.raises(ValueError, match="numbers from 0 to 119"):
        cover_spans(case.covered, case.spans, [120])
