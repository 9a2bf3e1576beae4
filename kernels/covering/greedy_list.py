"""Greedy covering among a list of candidates with footprints of any shape: an order to build in.

The textbook algorithm (Nemhauser, Wolsey, Fisher 1978) by newly covered weight, or weight for a
cost. What a candidate gains can only fall: it is counted again only when the last gain known comes
to the top of the heap (Minoux 1978). Weights are rounded to a fixed-point unit, so that equal gains
are equal in any order of summing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kernels.arrays import Bools, Floats, Ints, Numbers, Weights
from kernels.compiled import compiled
from kernels.covering.limits import (
    NO_LIMITS,
    RemainingLimits,
    SiteLimits,
    cells_near,
    count_need,
    count_station,
    is_open,
    remaining_limits,
)
from kernels.footprints.spans import Spans, fixed_point, span_gain, span_gains, span_weight_unit
from kernels.numbers.heap import sink

_STATIONS_PER_CALL = 2000


class ListOptions(NamedTuple):
    """Where the n candidates of a list stand and what they cost.

    ``cell`` (int64): flat index of the station's cell, -1 for one without a place; two stations
    never share a cell. ``group`` (int64): which of the limits' ``group_room`` it takes up. ``cost``
    (float64), above 0.
    """

    cell: Ints
    group: Ints
    cost: Floats

    @classmethod
    def alike(cls, count: int) -> ListOptions:
        """Return candidates without places, of one cost and group."""
        return cls(np.full(count, -1), np.zeros(count, np.int64), np.ones(count))


def greedy_list(
    weight: Weights,
    spans: Spans,
    allowed: Bools,
    covered: Bools,
    n_stations: int,
    options: ListOptions | None = None,
    limits: SiteLimits = NO_LIMITS,
    *,
    progress: Callable[[int], object] | None = None,
) -> tuple[Ints, Floats]:
    """Choose candidates one after another, each where it newly covers the most weight for its cost.

    Parameters
    ----------
    weight, covered
        ``float[H, W]``, finite and not negative, and ``bool[H, W]``, what is covered already; not
        changed.
    spans
        Footprints of n candidates.
    allowed
        ``bool[n]``, candidates that may be chosen.
    n_stations
        How many at most, at least 0.
    options
        Place, group and cost of each candidate; all alike unless given.
    limits
        What must be kept; the choice ends at their first event.
    progress
        Called with the number chosen since the last call, every 2,000. Ctrl-C takes effect between
        these calls.

    Returns
    -------
    chosen : int64[k]
        Numbers of candidates in the order of choice, ties to the smallest; fewer than asked for
        when no candidate is left that would cover anything more, or at an event.
    gain : float64[k]
        Weight newly covered by each, on weights rounded to a fixed-point unit.

    Raises
    ------
    ValueError
        When shapes differ, or a weight, a cost or a number is out of range.
    """
    if weight.ndim != 2 or weight.shape != covered.shape:
        raise ValueError(f"weight {weight.shape} and covered {covered.shape} differ in shape")
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")
    unit = span_weight_unit(weight, spans)
    cells = np.ascontiguousarray(weight).reshape(-1)
    remaining = fixed_point(cells, np.ascontiguousarray(covered).reshape(-1), 1.0 / unit)
    chosen, gain = greedy_list_of_units(
        remaining.reshape(weight.shape),
        spans,
        allowed,
        n_stations,
        ListOptions.alike(allowed.size) if options is None else options,
        remaining_limits(limits, unit),
        progress=progress,
    )
    return chosen, gain.astype(np.float64) * unit


def greedy_list_of_units(
    remaining: Numbers,
    spans: Spans,
    allowed: Bools,
    n_stations: int,
    options: ListOptions,
    left: RemainingLimits,
    *,
    progress: Callable[[int], object] | None = None,
) -> tuple[Ints, Ints]:
    """Choose as :func:`greedy_list` does, on weights that are whole numbers already.

    ``remaining`` (int32[H, W], C-contiguous): uncovered weight of each cell, of which no footprint
    holds 2**31 or more; emptied where it is covered. ``left`` is counted down.
    """
    if allowed.shape != (spans.first.size - 1,) or allowed.dtype != np.bool_:
        raise ValueError(f"allowed must be bool of {spans.first.size - 1} candidates")
    if n_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {n_stations}")
    if not (options.cost > 0).all():
        raise ValueError("the cost of every option must be above 0")
    gains = span_gains(remaining.reshape(-1), *spans)
    numbers = np.flatnonzero(allowed & (gains > 0))
    bound = gains / options.cost
    # The greatest ratio first, then the smallest number. A sorted array is a heap.
    heap = numbers[np.lexsort((numbers, -bound[numbers]))]
    closed = np.zeros(remaining.shape, np.bool_)
    chosen = np.empty(min(n_stations, numbers.size), np.int64)
    gain = np.empty(chosen.size, np.int64)
    size, count, event = numbers.size, 0, False
    while count < chosen.size and not event:
        part = slice(count, min(count + _STATIONS_PER_CALL, chosen.size))
        more, size, event = _choose(
            chosen[part], gain[part], (heap, bound), size, (remaining, closed), spans, options, left
        )
        count += more
        if progress is not None:
            progress(more)
        if count < part.stop:
            break
    return chosen[:count], gain[:count]


@compiled
def _choose(
    chosen: Ints,
    gains: Ints,
    bounds: tuple[Ints, Floats],
    size: int,
    rasters: tuple[Numbers, Bools],
    spans: Spans,
    options: ListOptions,
    left: RemainingLimits,
) -> tuple[int, int, bool]:
    """Choose until ``chosen`` is full, nothing is gained, or an event.

    ``bounds``: the heap, and the bound on each candidate's ratio. ``rasters``: what is uncovered,
    and which cells take no station any more. How many were chosen, how many are left in the heap,
    and whether there was an event.
    """
    count = 0
    heap, bound = bounds
    remaining, closed = rasters[0].ravel(), rasters[1].ravel()
    while count < chosen.size and size > 0:
        number = heap[0]
        cell, group, cost = options.cell[number], options.group[number], options.cost[number]
        gain = 0
        if not (cell >= 0 and closed[cell]) and is_open(left, cell, group, cost):
            gain = span_gain(remaining, spans.first, spans.start, spans.length, number)
        ratio = gain / cost
        if ratio > 0.0 and ratio == bound[number]:
            chosen[count], gains[count] = number, gain
            count += 1
            met = _take(remaining, spans, number, left)
            if cell >= 0:
                closed[cells_near(rasters[1].shape, cell, left.apart[0])] = True
            full = count_station(left, cell, group, cost)
            if met or full:
                return count, size, True
            ratio = 0.0
        if ratio > 0.0:
            bound[number] = ratio
        else:
            size -= 1
            heap[0] = heap[size]
        sink(heap, bound, size, 0)
    return count, size, False


@compiled
def _take(remaining: Numbers, spans: Spans, number: int, left: RemainingLimits) -> bool:
    """Cover the footprint of a candidate; return whether that meets a need."""
    met = False
    for span in range(spans.first[number], spans.first[number + 1]):
        cells = remaining[spans.start[span] : spans.start[span] + spans.length[span]]
        if left.need.size > 0:
            for k in range(cells.size):
                if cells[k] > 0:
                    met |= count_need(left.need_zone, left.need, spans.start[span] + k, cells[k])
        cells[:] = 0
    return met
