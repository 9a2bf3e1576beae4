"""Greedy covering by discs on a raster within limits, with several kinds of stations.

A *kind* has its own radii, its own cells that may take it, and its own cost in each class of
places. Each step chooses the cell and kind that newly cover the most weight for their cost, as
:func:`kernels.covering.greedy_raster.greedy_order` does for one kind without limits; the gains of
every kind are kept up to date for every cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_parallel
from kernels.covering.gains import (
    _NO_CANDIDATE,
    _take_span,
    first_gain,
    lower_gain,
    uncovered_weight,
)
from kernels.covering.greedy_raster import (
    _BLOCK,
    _INDEX_LIMIT,
    _block_key,
    _set_leaf,
    _tournament,
    fixed_point_unit,
)
from kernels.covering.limits import SiteLimits, count_need, count_station, is_open, left_of
from kernels.footprints.disc import half_width_table

Ints = npt.NDArray[np.int64]


class DiscKind(NamedTuple):
    """A kind of station: ``radius_cells`` (float[n_classes]), ``allowed`` (bool[H, W]).

    ``cost`` (float64[p]) of one station in each class of places, and ``group`` (int64[p]): which
    of the limits' ``kind_room`` it takes up there.
    """

    radius_cells: npt.NDArray[np.float64]
    allowed: npt.NDArray[np.bool_]
    cost: npt.NDArray[np.float64]
    group: Ints


class _State(NamedTuple):
    """Gains, what is uncovered, half-widths, tournament trees and stale blocks, by kind.

    The trees hold gains times ``share``: the kind's cheapest cost, ``least``, over that of the
    place, so that they compare as gains for a unit of money do.
    """

    gain: npt.NDArray[np.int32]
    remaining: npt.NDArray[np.int32]
    area_class: npt.NDArray[np.uint8]
    half_width: Ints
    tree: Ints
    outdated: npt.NDArray[np.bool_]
    place: npt.NDArray[np.uint16]
    cost: npt.NDArray[np.float64]
    group: Ints
    share: npt.NDArray[np.float64]
    least: npt.NDArray[np.float64]


def greedy_within(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    kinds: Sequence[DiscKind],
    place: npt.NDArray[np.uint16],
    covered: npt.NDArray[np.bool_],
    n_stations: int,
    limits: SiteLimits,
    *,
    progress: Callable[[int], object] | None = None,
) -> tuple[Ints, Ints]:
    """Choose stations one after another by newly covered weight per cost, up to the first event.

    Parameters
    ----------
    weight
        ``float[H, W]``, finite and not negative.
    area_class, covered
        ``uint8[H, W]`` and ``bool[H, W]``, as for
        :func:`kernels.covering.greedy_raster.greedy_order`.
    kinds
        At least one; costs above 0.
    place
        ``uint16[H, W]``, class of places of each cell.
    n_stations
        How many at most.
    limits
        What must be kept; see :class:`kernels.covering.limits.SiteLimits`.
    progress
        Called with the number of stations chosen since the last call.

    Returns
    -------
    cell, kind : int64[k]
        In the order of choice; ties go to the first kind, then to the smallest flat index. Between
        places of one kind, gain for cost is compared to the unit of weight of the cheapest. Empty
        when no open option adds anything.

    Raises
    ------
    ValueError
        When a weight, a radius or a cost is out of range.
    """
    if not kinds or not all((kind.cost > 0).all() for kind in kinds):
        raise ValueError("at least one kind is needed, each of a cost above 0")
    cost = np.stack([np.asarray(kind.cost, np.float64) for kind in kinds])
    if place.max(initial=0) >= cost.shape[1]:
        raise ValueError(f"a place is of class {place.max()}, costs are for {cost.shape[1]}")
    tables = [half_width_table(kind.radius_cells) for kind in kinds]
    reach = max(table.shape[1] for table in tables) - 1
    unit = fixed_point_unit(weight, reach)
    left = left_of(limits, unit)
    grid = np.ascontiguousarray(area_class)
    remaining = uncovered_weight(weight, grid, covered, tables[0].shape[0], 1 / unit)
    padded = np.full((len(kinds), tables[0].shape[0], reach + 1), -1, np.int64)
    gain = np.empty((len(kinds), *weight.shape), np.int32)
    for number, (kind, table) in enumerate(zip(kinds, tables, strict=True)):
        padded[number, :, : table.shape[1]] = table
        gain[number] = first_gain(remaining, grid, kind.allowed, table)
    group = np.stack([np.asarray(kind.group, np.int64) for kind in kinds])
    least = cost.min(axis=1)
    state = _State(
        gain,
        remaining,
        grid,
        padded,
        np.zeros((0, 0), np.int64),
        np.zeros((0, 0), np.bool_),
        np.ascontiguousarray(place, np.uint16),
        cost,
        group,
        least[:, None] / cost,
        least,
    )
    _close_full(state, left)
    tree = np.stack([_tournament(_keys(state, number, left)) for number in range(len(kinds))])
    outdated = np.zeros((len(kinds), tree.shape[1] // 2), np.bool_)
    state = state._replace(tree=tree, outdated=outdated)
    cells = np.empty(min(n_stations, weight.size), np.int64)
    numbers = np.empty(cells.size, np.int64)
    chosen, event = 0, False
    while chosen < cells.size and not event:
        end = min(chosen + 2000, cells.size)
        count, event = _choose(cells[chosen:end], numbers[chosen:end], state, left)
        chosen += count
        if progress is not None:
            progress(count)
        if count == 0:
            break
    return cells[:chosen], numbers[:chosen]


@compiled_parallel
def _close_full(state, left):  # type: ignore[no-untyped-def]
    """Take the candidates away that zone, group or money leave no room for."""
    height, width = state.remaining.shape
    gain, place, group, cost = state.gain, state.place, state.group, state.cost
    for y in numba.prange(height):
        for x in range(width):
            for kind in range(gain.shape[0]):
                if gain[kind, y, x] > 0 and not is_open(
                    left, y * width + x, group[kind, place[y, x]], cost[kind, place[y, x]]
                ):
                    gain[kind, y, x] += _NO_CANDIDATE


@compiled
def _key(state, kind, block_row, block_column, left):  # type: ignore[no-untyped-def]
    """Best of a block by gain for cost, among what the money left buys."""
    if state.share.shape[1] == 1:
        return _block_key(state.gain[kind], block_row, block_column)
    height, width = state.remaining.shape
    money = left.money[0] * (1.0 + 1e-12)
    best, index = np.int64(0), -1
    for y in range(block_row * _BLOCK, min(height, (block_row + 1) * _BLOCK)):
        for x in range(block_column * _BLOCK, min(width, (block_column + 1) * _BLOCK)):
            gain, place = state.gain[kind, y, x], state.place[y, x]
            if gain > best and state.cost[kind, place] <= money:
                worth = max(np.int64(1), np.int64(gain * state.share[kind, place] + 0.5))
                if worth > best:
                    best, index = worth, y * width + x
    if index < 0:
        return np.int64(-1)
    return (best << 32) | (_INDEX_LIMIT - index)


@compiled
def _keys(state, kind, left):  # type: ignore[no-untyped-def]
    rows = (state.remaining.shape[0] + _BLOCK - 1) // _BLOCK
    columns = (state.remaining.shape[1] + _BLOCK - 1) // _BLOCK
    keys = np.empty(rows * columns, np.int64)
    for block in range(keys.size):
        keys[block] = _key(state, kind, block // columns, block % columns, left)
    return keys


@compiled
def _best_kind(state, left):  # type: ignore[no-untyped-def]
    best, best_ratio = -1, 0.0
    for kind in range(state.least.size):
        key = state.tree[kind, 1]
        if key > 0 and state.least[kind] <= left.money[0] * (1.0 + 1e-12):
            ratio = (key >> 32) / state.least[kind]
            if ratio > best_ratio:
                best, best_ratio = kind, ratio
    return best


@compiled
def _choose(cells, kinds, state, left):  # type: ignore[no-untyped-def]
    """Choose until ``cells`` is full, nothing is gained, or an event; their number, and whether."""
    width = state.remaining.shape[1]
    block_columns = (width + _BLOCK - 1) // _BLOCK
    count = 0
    while count < cells.size:
        kind = _best_kind(state, left)
        if kind < 0:
            break
        cell = _INDEX_LIMIT - (state.tree[kind, 1] & _INDEX_LIMIT)
        row, column = divmod(cell, width)
        block_row, block_column = row // _BLOCK, column // _BLOCK
        block = block_row * block_columns + block_column
        cost = state.cost[kind, state.place[row, column]]
        if state.outdated[kind, block] or cost > left.money[0] * (1.0 + 1e-12):
            state.outdated[kind, block] = False
            _set_leaf(state.tree[kind], block, _key(state, kind, block_row, block_column, left))
            continue
        cells[count], kinds[count] = cell, kind
        count += 1
        met = _take(state, left, kind, row, column)
        _close_around(state, left, row, column)
        full = count_station(left, cell, state.group[kind, state.place[row, column]], cost)
        if met or full:
            return count, True
    return count, False


@compiled
def _take(state, left, kind, row, column):  # type: ignore[no-untyped-def]
    """Cover the disc of a chosen station, lower every gain; whether a need is met by it."""
    height, width = state.remaining.shape
    longest = state.half_width.shape[2] - 1
    met = False
    for area in range(state.half_width.shape[1]):
        reach = state.half_width[kind, area, 0]
        running = np.zeros(6 * longest + 2, np.int32)
        for y in range(max(0, row - reach), min(height, row + reach + 1)):
            half = state.half_width[kind, area, abs(y - row)]
            begin = max(0, column - half)
            end = min(width, column + half + 1)
            classes = state.area_class[y, begin:end]
            for x in range(begin, end):
                if state.area_class[y, x] == area and state.remaining[y, x] > 0:
                    met |= count_need(left, y * width + x, state.remaining[y, x])
            first, stop = _take_span(
                state.remaining[y, begin:end], classes, area, running[2 * longest :]
            )
            if first < stop:
                running[2 * longest + stop - first + 1 :] = running[2 * longest + stop - first]
                for other in range(state.least.size):
                    shift = 2 * (longest - state.half_width[other, area, 0])
                    lower_gain(
                        state.gain[other],
                        state.half_width[other, area],
                        running[shift:],
                        y,
                        begin + first,
                        begin + stop,
                    )
    return met


@compiled
def _close_around(state, left, row, column):  # type: ignore[no-untyped-def]
    """Close the chosen cell and those too close to it; mark the blocks that changed."""
    height, width = state.remaining.shape
    apart = left.apart[0]
    near = int(np.ceil(np.sqrt(apart)))
    for y in range(max(0, row - near), min(height, row + near + 1)):
        for x in range(max(0, column - near), min(width, column + near + 1)):
            if (y - row) ** 2 + (x - column) ** 2 < apart or (y == row and x == column):
                for kind in range(state.least.size):
                    if state.gain[kind, y, x] >= 0:
                        state.gain[kind, y, x] += _NO_CANDIDATE
    changed = max(near, 2 * (state.half_width.shape[2] - 1))
    columns = (width + _BLOCK - 1) // _BLOCK
    for y in range(max(0, row - changed) // _BLOCK, min(height - 1, row + changed) // _BLOCK + 1):
        left_block = max(0, column - changed) // _BLOCK
        right_block = min(width - 1, column + changed) // _BLOCK
        for x in range(left_block, right_block + 1):
            state.outdated[:, y * columns + x] = True
