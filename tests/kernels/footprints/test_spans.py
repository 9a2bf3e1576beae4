"""Spans: cells, cover and weight by the naive footprints; discs compile to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import (
    cover_spans,
    joined,
    newly_covered_span_weight,
    selected,
    span_cells,
)
from tests.kernels.cases import ListCase, spans_of_masks


@given(st.integers(0, 10_000))
def test_discs_compile_to_the_spans_of_the_naive_footprints(seed) -> None:
    case = ListCase(seed)
    compiled = disc_spans(case.area_class, case.radius, case.cells)
    for one, other in zip(compiled, case.spans, strict=True):
        assert one.tolist() == other.tolist()
        assert one.dtype == other.dtype


def test_discs_of_broken_rows_need_many_spans() -> None:
    area_class = (np.indices((30, 31)).sum(axis=0) % 2 * 255).astype(np.uint8)
    spans = disc_spans(area_class, [90.0], [0, 17, 929])
    assert np.diff(spans.first).tolist() == [465] * 3
    assert (spans.length == 1).all()


@pytest.mark.parametrize(
    ("area_class", "cells", "message"),
    [
        (np.zeros((3, 4), np.uint8), [12], "flat indices"),
        (np.zeros((3, 4), np.uint8), [-1], "flat indices"),
        (np.zeros((3, 4), np.uint8), [1.5], "flat indices"),
        (np.zeros((3, 4), int), [1], "uint8"),
        (np.zeros(12, np.uint8), [1], "uint8"),
    ],
)
def test_discs_off_the_grid_are_refused(area_class, cells, message) -> None:
    with pytest.raises(ValueError, match=message):
        disc_spans(area_class, [1.0], cells)


@given(st.integers(0, 10_000))
def test_cover_and_weight_are_those_of_the_naive_footprints(seed) -> None:
    case = ListCase(seed)
    numbers = np.random.default_rng(seed).integers(0, case.cells.size, 12)
    expected, gained = case.covered.copy(), []
    for number in numbers:
        gained.append(case.weight[case.masks[number] & ~expected].sum())
        expected |= case.masks[number]
    marked, counted = case.covered.copy(), case.covered.copy()
    cover_spans(marked, case.spans, numbers)
    added = newly_covered_span_weight(case.weight, counted, case.spans, numbers)
    assert added.tolist() == gained
    assert (marked == expected).all()
    assert (counted == expected).all()
    everything = case.covered.copy()
    cover_spans(everything, selected(case.spans, numbers))
    assert (everything == expected).all()


def test_the_cells_of_spans_are_those_of_the_naive_footprints() -> None:
    case = ListCase(7)
    first, cells = span_cells(case.spans)
    for number, mask in enumerate(case.masks):
        assert cells[first[number] : first[number + 1]].tolist() == np.flatnonzero(mask).tolist()


def test_parts_join_in_order() -> None:
    case = ListCase(4, n_candidates=9)
    parts = [case.masks[:4], [], case.masks[4:]]
    whole = joined([spans_of_masks(masks) for masks in parts])
    for one, other in zip(whole, case.spans, strict=True):
        assert one.tolist() == other.tolist()
    assert joined([]).first.tolist() == [0]


def test_a_candidate_that_does_not_exist_is_refused() -> None:
    case = ListCase(6)
    with pytest.raises(ValueError, match="numbers from 0 to 119"):
        cover_spans(case.covered, case.spans, [120])
