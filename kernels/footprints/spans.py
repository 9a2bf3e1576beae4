"""Footprints of any shape as spans of cells along raster rows: what they cover and what they add.

A span is a first cell and a number of cells after each other in one row; a footprint is the spans
of one candidate, which has a number. Nothing here is shared with the bookkeeping of a search: these
sums check it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.arrays import Bools, Counts, Floats, Ints, Numbers, Values, Weights
from kernels.compiled import compiled, compiled_exact, compiled_parallel

_LARGEST_GAIN = 2.0**30
LARGEST_WEIGHT = 2.0**31 - 1.0
"""Units in any one cell: no footprint holds what does not fit."""


class Spans(NamedTuple):
    """Footprints of n candidates.

    ``first`` (int64[n + 1]): number of the first span of each candidate, and of all spans;
    ``start`` (int32): flat index of the first cell of each span; ``length`` (uint16): its cells.
    """

    first: Ints
    start: Numbers
    length: Counts


def joined(parts: list[Spans]) -> Spans:
    """Return the footprints of all parts, one part after the other."""
    if not parts:
        return Spans(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint16))
    counts = np.concatenate([np.diff(part.first) for part in parts])
    return Spans(
        np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.length for part in parts]),
    )


def selected(spans: Spans, candidates: npt.ArrayLike) -> Spans:
    """Return the footprints of some candidates, in their order."""
    numbers = _numbers(candidates, spans)
    count = np.diff(spans.first)[numbers]
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    where = np.arange(first[-1]) + np.repeat(spans.first[numbers] - first[:-1], count)
    return Spans(first, spans.start[where], spans.length[where])


def span_cells(spans: Spans) -> tuple[Ints, Numbers]:
    """Return the cells of each candidate as sparse rows: where each begins, and flat indices."""
    cells_before = np.concatenate([np.zeros(1, np.int64), np.cumsum(spans.length, dtype=np.int64)])
    first = cells_before[spans.first]
    length = spans.length.astype(np.int64)
    offset = np.arange(cells_before[-1]) - np.repeat(cells_before[:-1], length)
    return first, (np.repeat(spans.start, length) + offset).astype(np.int32)


def cover_spans(covered: Bools, spans: Spans, candidates: npt.ArrayLike | None = None) -> None:
    """Mark in ``covered`` (bool[H, W], C-contiguous), in place, the cells that candidates serve.

    ``candidates``: their numbers, any order; all of them unless given.

    Raises
    ------
    ValueError
        When ``covered`` cannot be written in place, or there is no such candidate.
    """
    _cover(_in_place(covered), spans, _numbers(candidates, spans))


def newly_covered_span_weight(
    weight: Weights, covered: Bools, spans: Spans, candidates: npt.ArrayLike | None = None
) -> Floats:
    """Weight that each candidate adds to those before it; marks ``covered`` in place.

    ``weight`` (float[H, W]): people, or whatever counts; of a stack of rasters that hold the same,
    one of them. ``covered`` (all of the stack) and ``candidates`` as for :func:`cover_spans`.
    Returns float64[k], in the order of ``candidates``.

    Raises
    ------
    ValueError
        As for :func:`cover_spans`, or when shapes differ.
    """
    if covered.shape[1:] != weight.shape[1:] or covered.shape[0] % max(1, weight.shape[0]):
        raise ValueError(f"weight {weight.shape} and covered {covered.shape} differ in shape")
    cells = np.ascontiguousarray(weight).reshape(-1)
    return _newly_covered(cells, _in_place(covered), spans, _numbers(candidates, spans))


def span_weight_unit(weight: Weights, spans: Spans) -> float:
    """Choose the unit to which weights are rounded: a power of two, as fine as the sums allow."""
    return unit_of(float(_heaviest(np.ascontiguousarray(weight).reshape(-1), spans)))


def unit_of(heaviest: float) -> float:
    """Return the power of two of which the ``heaviest`` sum is at most 2**30; 1 where it is 0."""
    return 2.0 ** math.ceil(math.log2(heaviest / _LARGEST_GAIN)) if heaviest > 0.0 else 1.0


def _in_place(covered: Bools) -> Bools:
    if covered.dtype != np.bool_ or not covered.flags.c_contiguous or not covered.flags.writeable:
        raise ValueError("covered must be a writeable C-contiguous bool array")
    return covered.reshape(-1)


def _numbers(candidates: npt.ArrayLike | None, spans: Spans) -> Ints:
    count = spans.first.size - 1
    if candidates is None:
        return np.arange(count)
    numbers = np.asarray(candidates, dtype=np.int64).reshape(-1)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
        raise ValueError(f"candidates must be numbers from 0 to {count - 1}")
    return numbers


@compiled
def lengthened(values: Values, size: int) -> Values:
    """Return values in an array of a greater ``size``, to be filled."""
    longer = np.empty(size, values.dtype)
    longer[: values.size] = values
    return longer


@compiled_exact
def _cover(covered: Bools, spans: Spans, candidates: Ints) -> None:
    first, start, length = spans
    for candidate in candidates:
        for span in range(first[candidate], first[candidate + 1]):
            covered[start[span] : start[span] + length[span]] = True


@compiled_exact
def _newly_covered(weight: Weights, covered: Bools, spans: Spans, candidates: Ints) -> Floats:
    first, start, length = spans
    gain = np.zeros(candidates.size)
    for number, candidate in enumerate(candidates):
        for span in range(first[candidate], first[candidate + 1]):
            above = start[span] // weight.size * weight.size
            for cell in range(start[span] - above, start[span] - above + length[span]):
                if not covered[above + cell]:
                    covered[above + cell] = True
                    gain[number] += weight[cell]
    return gain


@compiled_exact
def _heaviest(weight: Weights, spans: Spans) -> float:
    first, start, length = spans
    heaviest = 0.0
    for candidate in range(first.size - 1):
        total = 0.0
        for span in range(first[candidate], first[candidate + 1]):
            for cell in range(start[span], start[span] + length[span]):
                total += weight[cell]
        heaviest = max(heaviest, total)
    return heaviest


@compiled_parallel
def fixed_point(weight: Weights, covered: Bools, scale: float) -> Numbers:
    """Weights in whole units, 0 where covered; no footprint holds those that do not fit.

    ``weight`` and ``covered`` are flat (cells of the grid); ``scale``: units in one of weight.
    """
    remaining = np.zeros(weight.size, np.int32)
    for cell in numba.prange(weight.size):
        if not covered[cell]:
            remaining[cell] = np.int32(min(weight[cell] * scale + 0.5, LARGEST_WEIGHT))
    return remaining


@compiled
def span_gain(
    remaining: Numbers, first: Ints, start: Numbers, length: Counts, candidate: int
) -> int:
    """Sum of ``remaining`` (int32[cells]) over the footprint of one candidate."""
    gain = np.int64(0)
    for span in range(first[candidate], first[candidate + 1]):
        # A footprint weighs less than 2**31 units, so that 32 bits hold a span; an unsigned cell
        # is never counted from the end. Both together: a quarter quicker.
        begin = np.uint64(start[span])
        part = np.int32(0)
        for cell in range(begin, begin + np.uint64(length[span])):
            part += remaining[cell]
        gain += part
    return int(gain)


@compiled_parallel
def span_gains(remaining: Numbers, first: Ints, start: Numbers, length: Counts) -> Ints:
    """Sum of ``remaining`` (int32[cells]) over each footprint (int64[n])."""
    gains = np.empty(first.size - 1, np.int64)
    for candidate in numba.prange(gains.size):
        gains[candidate] = span_gain(remaining, first, start, length, candidate)
    return gains
