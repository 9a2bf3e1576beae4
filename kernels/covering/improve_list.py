"""Improvement of stations among listed candidates after the greedy: annealing, then a new order.

What :mod:`kernels.covering.improve_raster` does on a raster of candidates: stations move to
candidates next to them, disappear and appear (:mod:`kernels.covering.anneal_list`).
"""

from __future__ import annotations

import numpy as np

from kernels.arrays import Bools, Floats, Ints, Numbers, Weights
from kernels.covering.anneal_list import ListState, anneal_list, stand
from kernels.covering.cooling import Chance, Cooling, anneal_at_steered_price
from kernels.covering.greedy_list import greedy_list
from kernels.footprints.spans import (
    Spans,
    cover_spans,
    newly_covered_span_weight,
    selected,
    span_weight_unit,
)

_SMALLEST_TILE = 64
_FOOTPRINTS_PER_TILE = 8


def improve_list(
    chosen: Ints,
    weight: Weights,
    spans: Spans,
    allowed: Bools,
    covered: Bools,
    near: Numbers,
    cooling: Cooling,
    *,
    situations: int = 1,
) -> tuple[Ints, Floats]:
    """Improve a set of stations among candidates, their number kept, and order it.

    Parameters
    ----------
    chosen
        Numbers of the stations' candidates, ``int64[n]``, none twice.
    weight, spans, allowed, covered
        As for :func:`kernels.covering.greedy_list.greedy_list`; ``covered`` holds what other
        stations, which stay, cover.
    near
        ``int32[candidates, k]``, to which others a station may move, -1 for none.
    cooling
        How long and how warm to search.
    situations
        Rasters of the stack, one above the other, that ``weight`` is.

    Returns
    -------
    chosen : int64[m]
        Numbers in the order of construction, ``m <= n``: fewer when nothing is left to be gained.
    gain : float64[m]
        Weight that each covers and none before it does, recounted cell by cell. Their sum is at
        least that of ``chosen``.

    Raises
    ------
    ValueError
        When a number is not allowed or there twice, or shapes differ.
    """
    if not allowed[chosen].all() or np.unique(chosen).size != chosen.size:
        raise ValueError("every station must be an allowed candidate, and none there twice")
    if near.shape[:1] != allowed.shape:
        raise ValueError(f"near must have a row for each of {allowed.size} candidates")
    old = _in_order(chosen, weight, spans, allowed, covered, chosen.size)
    if not old[0].size or not np.array_equal(np.sort(old[0]), np.sort(chosen)):
        return old
    state, unit = list_state(np.where(covered, 0, weight), spans, near)
    stand(state, chosen)
    box = footprint_box(spans, (weight.shape[0] // situations, state.width))
    movable = np.flatnonzero(allowed & (box[:, 0] >= 0))
    across = np.maximum(box[movable, 1] - box[movable, 0], box[movable, 3] - box[movable, 2]) + 1
    side = max(_SMALLEST_TILE, _FOOTPRINTS_PER_TILE * int(across.max(initial=1)))

    def anneal_round(price: float, noise: Floats, random: np.random.Generator) -> int:
        seed = int(random.integers(1 << 32))
        prices = np.full(allowed.size, int(price))
        chance = Chance(prices, noise.astype(np.int64), cooling.sweeps, seed)
        tiles = _tiles(movable, box[movable], side, random.integers(0, side, size=2))
        return anneal_list(state, chance, tiles)

    anneal_at_steered_price(cooling, old[1][-1] / unit, chosen.size, anneal_round)
    stations = np.flatnonzero(state.stands)
    new = _in_order(stations, weight, spans, allowed, covered, chosen.size)
    return new if new[1].sum() > old[1].sum() else old


def _in_order(
    stations: Ints, weight: Weights, spans: Spans, allowed: Bools, covered: Bools, n_stations: int
) -> tuple[Ints, Floats]:
    """Order ``stations`` by the greedy, best first; others join if there are too few."""
    only = selected(spans, stations)
    order, _ = greedy_list(weight, only, np.ones(stations.size, bool), covered, n_stations)
    order = stations[order]
    if order.size < n_stations:
        done = covered.copy()
        cover_spans(done, spans, order)
        more, _ = greedy_list(weight, spans, allowed, done, n_stations - order.size)
        if more.size:
            joined = np.concatenate([order, more])
            return _in_order(joined, weight, spans, np.zeros_like(allowed), covered, n_stations)
    return order, newly_covered_span_weight(weight, covered.copy(), spans, order)


def list_state(weight: Weights, spans: Spans, near: Numbers) -> tuple[ListState, float]:
    """Return the state with no station, and the fixed-point unit of its weights.

    ``weight`` (float[H, W]): what is to be covered, at least 0; ``near``: as of
    :class:`~kernels.covering.anneal_list.ListState`.
    """
    unit = span_weight_unit(weight, spans)
    # No footprint holds a cell that does not fit.
    units = np.minimum(np.rint(weight / unit), 2.0**31 - 1).astype(np.int32).ravel()
    state = ListState(
        weight=units,
        remaining=units.copy(),
        serving=np.zeros(units.size, np.uint16),
        stands=np.zeros(spans.first.size - 1, np.bool_),
        first=spans.first,
        start=spans.start,
        length=spans.length,
        near=np.ascontiguousarray(near, dtype=np.int32),
        width=weight.shape[1],
    )
    return state, unit


def footprint_box(spans: Spans, shape: tuple[int, int]) -> Numbers:
    """Return the top and bottom row, left and right column of each footprint (int32[n, 4]).

    -1 for a footprint without cells; ``shape``: rows and columns of a raster of the stack.
    """
    box = np.full((spans.first.size - 1, 4), -1, np.int32)
    serving = np.flatnonzero(np.diff(spans.first))
    if serving.size:
        row, column = np.divmod(spans.start, shape[1])
        row %= shape[0]
        sides = (row, row, column, column + spans.length - 1)
        extremes = (np.minimum, np.maximum, np.minimum, np.maximum)
        for number, (side, extreme) in enumerate(zip(sides, extremes, strict=True)):
            box[serving, number] = extreme.reduceat(side, spans.first[serving])
    return box


def _tiles(movable: Ints, box: Numbers, side: int, offset: Ints) -> list[Ints]:
    """Return the candidates of each tile whose whole footprint (its ``box``) lies in it."""
    low = (box[:, [0, 2]] + offset) // side
    high = (box[:, [1, 3]] + offset) // side
    inside = (low == high).all(axis=1)
    tile = low[inside, 0] * (int(low[:, 1].max(initial=0)) + 1) + low[inside, 1]
    order = np.argsort(tile, kind="stable")
    ends = np.flatnonzero(np.diff(tile[order])) + 1
    return [part for part in np.split(movable[inside][order], ends) if part.size]
