"""Greedy covering by discs on a raster within limits, with several kinds of stations.

A *kind* has its own radii, its own cells that may take it, and its own cost in each class of
places. Each step chooses the cell and kind that newly cover the most weight for their cost, as
:func:`kernels.covering.greedy_raster.greedy_order` does for one kind without limits; the gains of
every kind are kept up to date for every cell.
"""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_parallel
from kernels.covering.blocks import BLOCK, INDEX_LIMIT, best_of_block, set_leaf, tournament
from kernels.covering.gains import (
    NO_CANDIDATE,
    Units,
    first_gain,
    lower_gain,
    take_span,
    uncovered_units,
)
from kernels.covering.limits import (
    RemainingLimits,
    SiteLimits,
    count_need,
    count_station,
    is_open,
    remaining_limits,
)
from kernels.footprints.disc import half_width_table

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_STATIONS_PER_CALL = 2000


class DiscKind(NamedTuple):
    """A kind of station: ``radius_cells`` as of a Field, ``allowed`` (bool[H, W]).

    ``cost`` (float64[p]) of one station in each class of places, and ``group`` (int64[p]): which
    of the limits' ``group_room`` it takes up there.
    """

    radius_cells: npt.NDArray[np.float64]
    allowed: npt.NDArray[np.bool_]
    cost: Floats
    group: Ints


class _State(NamedTuple):
    """Gains of every cell, what is uncovered, and what stations cost, by kind."""

    gain: Units
    remaining: Units
    area_class: npt.NDArray[np.uint8]
    half_width: Ints
    place: npt.NDArray[np.uint16]
    cost: Floats
    group: Ints


class _Blocks(NamedTuple):
    """Best of each block by kind: a tournament tree, and which leaves are out of date.

    The trees hold gains times ``share``: the kind's cheapest cost, ``least``, over that of the
    place, so that they compare as gains for a unit of money do.
    """

    tree: Ints
    outdated: npt.NDArray[np.bool_]
    share: Floats
    least: Floats


def greedy_raster_limited(
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
    """Choose stations of several kinds by newly covered weight for their cost, up to an event.

    Parameters
    ----------
    weight, area_class, covered
        As of a :class:`~kernels.footprints.field.Field`.
    kinds
        At least one; costs above 0.
    place
        ``uint16[H, W]``, class of places of each cell.
    n_stations
        How many at most.
    limits
        What must be kept; the choice ends at their first event.
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
    reach = max(table.shape[2] for table in tables) - 1
    half_width = np.full((len(kinds), *tables[0].shape[:2], reach + 1), -1, np.int64)
    for number, table in enumerate(tables):
        half_width[number, :, :, : table.shape[2]] = table
    area_class = np.ascontiguousarray(area_class)
    remaining, unit = uncovered_units(weight, area_class, covered, half_width[0])
    left = remaining_limits(limits, unit)
    gain = np.empty((len(kinds), *area_class.shape), np.int32)
    for number, kind in enumerate(kinds):
        gain[number] = first_gain(remaining, area_class, kind.allowed, half_width[number])
    group = np.stack([np.asarray(kind.group, np.int64) for kind in kinds])
    place = np.ascontiguousarray(place, np.uint16)
    state = _State(gain, remaining, area_class, half_width, place, cost, group)
    _close_full(state, left)
    least = cost.min(axis=1)
    blocks = _Blocks(
        np.zeros((0, 0), np.int64), np.zeros((0, 0), np.bool_), least[:, None] / cost, least
    )
    money = left.money[0]
    tree = np.stack([tournament(_keys(state, blocks, k, money)) for k in range(least.size)])
    outdated = np.zeros((least.size, tree.shape[1] // 2), np.bool_)
    blocks = blocks._replace(tree=tree, outdated=outdated)
    cells = np.empty(min(n_stations, area_class.size), np.int64)
    numbers = np.empty(cells.size, np.int64)
    chosen, event = 0, False
    while chosen < cells.size and not event:
        part = slice(chosen, min(chosen + _STATIONS_PER_CALL, cells.size))
        count, event = _choose(cells[part], numbers[part], state, blocks, left)
        chosen += count
        if progress is not None:
            progress(count)
        if chosen < part.stop:
            break
    return cells[:chosen], numbers[:chosen]


@compiled_parallel
def _close_full(state: _State, left: RemainingLimits) -> None:
    """Take the candidates away that zone, group or money leave no room for."""
    height, width = state.area_class.shape
    gain, place, group, cost = state.gain, state.place, state.group, state.cost
    for y in numba.prange(height):
        for x in range(width):
            for kind in range(gain.shape[0]):
                if gain[kind, y, x] > 0 and not is_open(
                    left, y * width + x, group[kind, place[y, x]], cost[kind, place[y, x]]
                ):
                    gain[kind, y, x] += NO_CANDIDATE


@compiled
def _key(state: _State, blocks: _Blocks, kind: int, money: float, block: tuple[int, int]) -> int:
    """Best cell of a block by gain for cost, among what the money left buys.

    The worth in the upper half, 2**32 - 1 less the flat index in the lower; -1 when there is none.
    """
    gain, place, cost, share = state.gain[kind], state.place, state.cost[kind], blocks.share[kind]
    if cost.size == 1:
        return best_of_block(gain, block)
    height, width = gain.shape
    best, index = 0, -1
    for y in range(block[0] * BLOCK, min(height, (block[0] + 1) * BLOCK)):
        for x in range(block[1] * BLOCK, min(width, (block[1] + 1) * BLOCK)):
            if gain[y, x] > best and cost[place[y, x]] <= money * (1.0 + 1e-12):
                worth = max(1, int(gain[y, x] * share[place[y, x]] + 0.5))
                if worth > best:
                    best, index = worth, y * width + x
    if index < 0:
        return -1
    return (best << 32) | (INDEX_LIMIT - index)


@compiled
def _keys(state: _State, blocks: _Blocks, kind: int, money: float) -> Ints:
    rows = (state.area_class.shape[0] + BLOCK - 1) // BLOCK
    columns = (state.area_class.shape[1] + BLOCK - 1) // BLOCK
    keys = np.empty(rows * columns, np.int64)
    for number in range(keys.size):
        block = divmod(number, columns)
        keys[number] = _key(state, blocks, kind, money, block)
    return keys


@compiled
def _best_kind(tree: Ints, least: Floats, money: float) -> int:
    """The kind whose best cell has the most gain for its cost, -1 for none."""
    best, best_ratio = -1, 0.0
    for kind in range(least.size):
        key = tree[kind, 1]
        if key > 0 and least[kind] <= money * (1.0 + 1e-12):
            ratio = (key >> 32) / least[kind]
            if ratio > best_ratio:
                best, best_ratio = kind, ratio
    return best


@compiled
def _choose(
    cells: Ints, kinds: Ints, state: _State, blocks: _Blocks, left: RemainingLimits
) -> tuple[int, bool]:
    """Choose until ``cells`` is full, nothing is gained, or an event.

    Their number, and whether there was an event.
    """
    height, width = state.area_class.shape
    block_columns = (width + BLOCK - 1) // BLOCK
    near = int(np.ceil(np.sqrt(left.apart[0])))
    reach = max(near, 2 * (state.half_width.shape[3] - 1))
    count = 0
    while count < cells.size:
        kind = _best_kind(blocks.tree, blocks.least, left.money[0])
        if kind < 0:
            break
        cell = INDEX_LIMIT - (blocks.tree[kind, 1] & INDEX_LIMIT)
        row, column = divmod(cell, width)
        block = (row // BLOCK, column // BLOCK)
        leaf = block[0] * block_columns + block[1]
        place = state.place[row, column]
        cost = state.cost[kind, place]
        if blocks.outdated[kind, leaf] or cost > left.money[0] * (1.0 + 1e-12):
            blocks.outdated[kind, leaf] = False
            key = _key(state, blocks, kind, left.money[0], block)
            set_leaf(blocks.tree[kind], leaf, key)
            continue
        cells[count], kinds[count] = cell, kind
        count += 1
        met = _take(state, left, kind, row, column)
        _close_around(state.gain, row, column, left.apart[0])
        for y in range(max(0, row - reach) // BLOCK, min(height - 1, row + reach) // BLOCK + 1):
            first = y * block_columns + max(0, column - reach) // BLOCK
            last = y * block_columns + min(width - 1, column + reach) // BLOCK
            for other in range(blocks.least.size):
                for changed in range(first, last + 1):
                    blocks.outdated[other, changed] = True
        full = count_station(left, cell, state.group[kind, place], cost)
        if met or full:
            return count, True
    return count, False


@compiled
def _take(state: _State, left: RemainingLimits, kind: int, row: int, column: int) -> bool:
    """Cover the disc of a chosen station, lower every gain; whether a need is met by it."""
    # Taken out of their tuples once: each access to one counts references to its arrays.
    gain, remaining, area_class, half_width = state[:4]
    need_zone, need = left.need_zone, left.need
    height, width = area_class.shape
    met = False
    for situation in range(half_width.shape[1]):
        above = situation * height
        for area in range(half_width.shape[2]):
            reach = half_width[kind, situation, area, 0]
            if reach < 0:
                continue
            longest = half_width[:, situation, area, 0].max()
            running = np.zeros(6 * longest + 2, np.int32)
            for y in range(max(0, row - reach), min(height, row + reach + 1)):
                half = half_width[kind, situation, area, abs(y - row)]
                begin = max(0, column - half)
                end = min(width, column + half + 1)
                cells, classes = remaining[above + y, begin:end], area_class[y, begin:end]
                cell = (above + y) * width + begin
                for k in range(cells.size if need.size > 0 else 0):
                    if classes[k] == area and cells[k] > 0:
                        met |= count_need(need_zone, need, cell + k, cells[k])
                first, stop = take_span(cells, classes, area, running[2 * longest :])
                if first < stop:
                    running[2 * longest + stop - first + 1 :] = running[2 * longest + stop - first]
                    for other in range(gain.shape[0]):
                        own = half_width[other, situation, area]
                        sums = running[2 * (longest - own[0]) :]
                        lower_gain(gain[other], own, sums, y, begin + first, begin + stop)
    return met


@compiled
def _close_around(gain: Units, row: int, column: int, apart: float) -> None:
    """Close the cell of a station, and those whose squared distance is below ``apart``."""
    kinds, height, width = gain.shape
    near = int(np.ceil(np.sqrt(apart)))
    for y in range(max(0, row - near), min(height, row + near + 1)):
        for x in range(max(0, column - near), min(width, column + near + 1)):
            if (y - row) ** 2 + (x - column) ** 2 < apart or (y == row and x == column):
                for kind in range(kinds):
                    if gain[kind, y, x] >= 0:
                        gain[kind, y, x] += NO_CANDIDATE
