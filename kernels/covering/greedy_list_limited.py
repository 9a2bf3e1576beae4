"""Greedy covering by footprints of any shape within limits, each option with a place and a cost.

The lazy greedy of :func:`kernels.footprints.spans.greedy_span_order` by newly covered weight per
cost: that ratio can only fall, so that the last one known is an upper bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.limits import SiteLimits, count_need, count_station, is_open, left_of
from kernels.footprints.spans import Spans, _span_gain, fixed_point, span_gains, span_weight_unit

Ints = npt.NDArray[np.int64]


class ListOptions(NamedTuple):
    """Options to choose from.

    ``cell`` (int64[n]) of the station, ``kind`` (int64[n]) for the room of its kind, ``cost``
    (float64[n], above 0), ``allowed`` (bool[n]).
    """

    cell: Ints
    kind: Ints
    cost: npt.NDArray[np.float64]
    allowed: npt.NDArray[np.bool_]


def greedy_list_within(
    weight: npt.NDArray[np.floating],
    spans: Spans,
    options: ListOptions,
    covered: npt.NDArray[np.bool_],
    n_stations: int,
    limits: SiteLimits,
    *,
    progress: Callable[[int], object] | None = None,
) -> Ints:
    """Choose options one after another by newly covered weight per cost, up to the first event.

    Parameters
    ----------
    weight
        ``float[H, W]``, finite and not negative.
    spans, options
        Footprint, place, kind and cost of each of n options. Two stations never share a cell.
    covered
        ``bool[H, W]``, what is covered already; not changed.
    n_stations
        How many at most.
    limits
        What must be kept; see :class:`kernels.covering.limits.SiteLimits`.
    progress
        Called with the number chosen.

    Returns
    -------
    int64[k]
        Numbers of the options in the order of choice, ties to the smallest.

    Raises
    ------
    ValueError
        When a weight or a cost is out of range.
    """
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")
    if not (options.cost > 0).all():
        raise ValueError("the cost of every option must be above 0")
    unit = span_weight_unit(weight, spans)
    left = left_of(limits, unit)
    cells = np.ascontiguousarray(weight).reshape(-1)
    remaining = fixed_point(cells, np.ascontiguousarray(covered).reshape(-1), 1.0 / unit)
    gains = span_gains(remaining, *spans)
    numbers = np.flatnonzero(options.allowed & (gains > 0))
    ratio = gains[numbers] / options.cost[numbers]
    order = np.lexsort((numbers, -ratio))
    heap = _Heap(ratio[order], numbers[order])
    closed = np.zeros(weight.shape, np.bool_)
    chosen = np.empty(min(n_stations, numbers.size), np.int64)
    count = _choose(chosen, heap, remaining, closed, spans, options, left)
    if progress is not None:
        progress(count)
    return chosen[:count]


class _Heap(NamedTuple):
    """Options by the greatest ratio, then the smallest number; a sorted array is a heap."""

    ratio: npt.NDArray[np.float64]
    number: Ints


@compiled
def _sift_down(heap, size, ratio, number):  # type: ignore[no-untyped-def]
    """Put an option in the place of the first, and the next one on top."""
    node = 0
    while True:
        child = 2 * node + 1
        if child >= size:
            break
        if child + 1 < size and _precedes(
            heap.ratio[child + 1], heap.number[child + 1], heap.ratio[child], heap.number[child]
        ):
            child += 1
        if _precedes(ratio, number, heap.ratio[child], heap.number[child]):
            break
        heap.ratio[node], heap.number[node] = heap.ratio[child], heap.number[child]
        node = child
    heap.ratio[node], heap.number[node] = ratio, number


@compiled
def _precedes(ratio, number, other_ratio, other_number):  # type: ignore[no-untyped-def]
    return ratio > other_ratio or (ratio == other_ratio and number < other_number)


@compiled
def _choose(chosen, heap, remaining, closed, spans, options, left):  # type: ignore[no-untyped-def]
    """Choose until ``chosen`` is full, nothing is gained, or an event; their number."""
    size = heap.ratio.size
    count = 0
    while count < chosen.size and size > 0:
        number = heap.number[0]
        cell, kind, cost = options.cell[number], options.kind[number], options.cost[number]
        ratio = 0.0
        if not closed.ravel()[cell] and is_open(left, cell, kind, cost):
            ratio = _span_gain(remaining, spans.first, spans.start, spans.length, number) / cost
        if ratio > 0.0 and ratio == heap.ratio[0]:
            chosen[count] = number
            count += 1
            met = _take(remaining, spans, number, left)
            _close_around(closed, cell, left.apart[0])
            full = count_station(left, cell, kind, cost)
            if met or full:
                break
            ratio = 0.0
        if ratio > 0.0:
            _sift_down(heap, size, ratio, number)
        else:
            size -= 1
            _sift_down(heap, size, heap.ratio[size], heap.number[size])
    return count


@compiled
def _take(remaining, spans, number, left):  # type: ignore[no-untyped-def]
    met = False
    for span in range(spans.first[number], spans.first[number + 1]):
        for cell in range(spans.start[span], spans.start[span] + spans.length[span]):
            if remaining[cell] > 0:
                met |= count_need(left, cell, remaining[cell])
                remaining[cell] = 0
    return met


@compiled
def _close_around(closed, cell, apart):  # type: ignore[no-untyped-def]
    height, width = closed.shape
    row, column = divmod(cell, width)
    near = int(np.ceil(np.sqrt(apart)))
    closed[row, column] = True
    for y in range(max(0, row - near), min(height, row + near + 1)):
        for x in range(max(0, column - near), min(width, column + near + 1)):
            if (y - row) ** 2 + (x - column) ** 2 < apart:
                closed[y, x] = True
