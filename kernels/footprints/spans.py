"""Footprints of any shape as spans of cells along raster rows: cover, weight, and greedy order.

A span is a first cell and a number of cells after each other in one row; a footprint is the spans
of one candidate. Every function here takes rasters of the shape of the grid, C-contiguous, and
candidates by their number (row of the table of footprints).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_exact, compiled_parallel

_NUMBER_LIMIT = 2**32 - 1
_LARGEST_GAIN = 2.0**30
_LARGEST_WEIGHT = 2.0**31 - 1.0

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Spans(NamedTuple):
    """Footprints of n candidates.

    ``first`` (int64, n + 1): number of the first span of each candidate, and of all spans;
    ``start`` (int32) the flat index of the first cell of each span, ``length`` (uint16) its cells.
    """

    first: Ints
    start: npt.NDArray[np.int32]
    length: npt.NDArray[np.uint16]

    @property
    def nbytes(self) -> int:
        """Memory of the table."""
        return int(self.first.nbytes + self.start.nbytes + self.length.nbytes)


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


def span_cells(spans: Spans) -> tuple[Ints, npt.NDArray[np.int32]]:
    """Return the cells of each candidate as sparse rows: where each begins, and flat indices."""
    cells_before = np.concatenate([np.zeros(1, np.int64), np.cumsum(spans.length, dtype=np.int64)])
    first = cells_before[spans.first]
    length = spans.length.astype(np.int64)
    offset = np.arange(cells_before[-1]) - np.repeat(cells_before[:-1], length)
    return first, (np.repeat(spans.start, length) + offset).astype(np.int32)


def cover_spans(covered: Bools, spans: Spans, candidates: npt.ArrayLike) -> None:
    """Mark in ``covered`` (bool[H, W]), in place, the cells that candidates serve."""
    _cover(_in_place(covered), *spans, _numbers(candidates, spans))


def newly_covered_span_weight(
    weight: npt.NDArray[np.floating], covered: Bools, spans: Spans, candidates: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Weight that each candidate adds to those before it (float64[n]); marks ``covered``."""
    if weight.shape != covered.shape:
        raise ValueError(f"weight {weight.shape} and covered {covered.shape} differ in shape")
    cells = np.ascontiguousarray(weight).reshape(-1)
    added: npt.NDArray[np.float64] = _newly_covered(
        cells, _in_place(covered), *spans, _numbers(candidates, spans)
    )
    return added


def greedy_span_order(
    weight: npt.NDArray[np.floating],
    spans: Spans,
    allowed: Bools,
    covered: Bools,
    n_stations: int,
    *,
    progress: Callable[[int], object] | None = None,
    stations_per_call: int = 2000,
) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Choose candidates one after another, each where it newly covers the most weight.

    The textbook algorithm, as :func:`kernels.covering.greedy_raster.greedy_order` has it for discs,
    over explicit candidates. A gain can only fall: the last one known is an upper bound, and a
    candidate is counted again only when its bound comes to the top of the heap (Minoux 1978).

    Parameters
    ----------
    weight
        ``float[H, W]``, finite and not negative.
    spans
        Footprints of n candidates.
    allowed
        ``bool[n]``, candidates that may be chosen.
    covered
        ``bool[H, W]``, cells that are covered already; not changed.
    n_stations
        How many at most, at least 0.
    progress
        Called with the number chosen since the last call, every ``stations_per_call``.

    Returns
    -------
    chosen : int64[k]
        Numbers of candidates in order, ties to the smallest; fewer than asked for when no
        candidate is left that would cover anything more.
    gain : float64[k]
        Weight newly covered by each, on weights rounded to a fixed-point unit; never rises.

    Raises
    ------
    ValueError
        When shapes differ, a weight is negative or not finite, or a number is out of range.
    """
    _check(weight, spans, allowed, covered, n_stations)
    unit = span_weight_unit(weight, spans)
    cells = np.ascontiguousarray(weight).reshape(-1)
    remaining = fixed_point(cells, np.ascontiguousarray(covered).reshape(-1), 1.0 / unit)
    gains = span_gains(remaining, *spans)
    numbers = np.flatnonzero(allowed & (gains > 0))
    # The greatest key first: greatest gain, then smallest number. A sorted array is a heap.
    heap = np.sort((gains[numbers] << 32) | (_NUMBER_LIMIT - numbers))[::-1].copy()
    keys = np.empty(min(n_stations, numbers.size), dtype=np.int64)
    size, chosen = heap.size, 0
    while chosen < keys.size:
        part = keys[chosen : chosen + stations_per_call]
        count, size = _choose(part, heap, size, remaining, *spans)
        chosen += count
        if progress is not None:
            progress(count)
        if count < part.size:
            break
    keys = keys[:chosen]
    return _NUMBER_LIMIT - (keys & _NUMBER_LIMIT), (keys >> 32).astype(np.float64) * unit


def span_weight_unit(weight: npt.NDArray[np.floating], spans: Spans) -> float:
    """Choose the unit to which weights are rounded: a power of two, as fine as the sums allow.

    The heaviest footprint stays below 2**31 units.
    """
    cells = np.ascontiguousarray(weight).reshape(-1)
    heaviest = float(_heaviest(cells, *spans))
    return 2.0 ** math.ceil(math.log2(heaviest / _LARGEST_GAIN)) if heaviest > 0.0 else 1.0


def _check(
    weight: npt.NDArray[np.floating],
    spans: Spans,
    allowed: Bools,
    covered: Bools,
    n_stations: int,
) -> None:
    if weight.ndim != 2 or weight.shape != covered.shape:
        raise ValueError(f"weight {weight.shape} and covered {covered.shape} differ in shape")
    if allowed.shape != (spans.first.size - 1,) or allowed.dtype != np.bool_:
        raise ValueError(f"allowed must be bool of {spans.first.size - 1} candidates")
    if n_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {n_stations}")
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")


def _in_place(covered: Bools) -> Bools:
    if covered.dtype != np.bool_ or not covered.flags.c_contiguous or not covered.flags.writeable:
        raise ValueError("covered must be a writeable C-contiguous bool array")
    return covered.reshape(-1)


def _numbers(candidates: npt.ArrayLike, spans: Spans) -> Ints:
    numbers = np.asarray(candidates, dtype=np.int64).reshape(-1)
    count = spans.first.size - 1
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
        raise ValueError(f"candidates must be numbers from 0 to {count - 1}")
    return numbers


@compiled_exact
def _cover(covered, first, start, length, candidates):  # type: ignore[no-untyped-def]
    for candidate in candidates:
        for span in range(first[candidate], first[candidate + 1]):
            covered[start[span] : start[span] + length[span]] = True


@compiled_exact
def _newly_covered(weight, covered, first, start, length, candidates):  # type: ignore[no-untyped-def]
    added = np.zeros(candidates.size)
    for order in range(candidates.size):
        candidate = candidates[order]
        for span in range(first[candidate], first[candidate + 1]):
            for cell in range(start[span], start[span] + length[span]):
                if not covered[cell]:
                    covered[cell] = True
                    added[order] += weight[cell]
    return added


@compiled_exact
def _heaviest(weight, first, start, length):  # type: ignore[no-untyped-def]
    heaviest = 0.0
    for candidate in range(first.size - 1):
        total = 0.0
        for span in range(first[candidate], first[candidate + 1]):
            for cell in range(start[span], start[span] + length[span]):
                total += weight[cell]
        heaviest = max(heaviest, total)
    return heaviest


@compiled_parallel
def fixed_point(weight, covered, scale):  # type: ignore[no-untyped-def]
    """Weights in whole units, 0 where covered; no footprint holds those that do not fit."""
    remaining = np.zeros(weight.size, np.int32)
    for cell in numba.prange(weight.size):
        if not covered[cell]:
            remaining[cell] = np.int32(min(weight[cell] * scale + 0.5, _LARGEST_WEIGHT))
    return remaining


@compiled
def _span_gain(remaining, first, start, length, candidate):  # type: ignore[no-untyped-def]
    """Uncovered weight in one footprint."""
    gain = np.int64(0)
    for span in range(first[candidate], first[candidate + 1]):
        for weight in remaining[start[span] : start[span] + length[span]]:
            gain += weight
    return gain


@compiled_parallel
def span_gains(remaining, first, start, length):  # type: ignore[no-untyped-def]
    """Sum of ``remaining`` (int32[cells]) over each footprint (int64[n])."""
    gains = np.empty(first.size - 1, np.int64)
    for candidate in numba.prange(gains.size):
        gains[candidate] = _span_gain(remaining, first, start, length, candidate)
    return gains


@compiled
def _sift_down(heap, size, key):  # type: ignore[no-untyped-def]
    """Put a key in the place of the greatest, and the next greatest on top."""
    node = 0
    while True:
        child = 2 * node + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] > heap[child]:
            child += 1
        if heap[child] <= key:
            break
        heap[node] = heap[child]
        node = child
    heap[node] = key


@compiled
def _choose(keys, heap, size, remaining, first, start, length):  # type: ignore[no-untyped-def]
    """Choose until ``keys`` is full or nothing more is gained; their number, and the heap's."""
    count = 0
    while count < keys.size and size > 0:
        key = heap[0]
        candidate = _NUMBER_LIMIT - (key & _NUMBER_LIMIT)
        gain = _span_gain(remaining, first, start, length, candidate)
        if gain == key >> 32:
            keys[count] = key
            count += 1
            for span in range(first[candidate], first[candidate + 1]):
                remaining[start[span] : start[span] + length[span]] = 0
            gain = 0
        if gain > 0:
            _sift_down(heap, size, (gain << 32) | (key & _NUMBER_LIMIT))
        else:
            size -= 1
            _sift_down(heap, size, heap[size])
    return count, size
