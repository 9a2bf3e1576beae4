"""Greedy maximal covering by discs on a raster: the stations in the order of their construction.

Each step chooses the candidate that newly covers the most weight, ties going to the smallest flat
index; the result is exactly that of the textbook algorithm (Nemhauser, Wolsey, Fisher 1978, which
reaches at least 1 - 1/e of the optimum), on weights rounded to a fixed-point unit. Of several
*kinds* of stations, each with radii and candidates of its own and a cost in each class of places,
the most weight for its cost is chosen, within limits.

The gains of every cell are kept up to date after each choice; the best cell of each kind is the
root of a tournament tree over blocks of cells (:mod:`kernels.covering.blocks`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numba
import numpy as np

from kernels.arrays import Bools, Classes, Counts, Floats, Ints, Numbers
from kernels.compiled import compiled, compiled_parallel
from kernels.covering.blocks import BLOCK, INDEX_LIMIT, best_of_block, set_leaf, tournament
from kernels.covering.gains import NO_CANDIDATE, first_gain, take_disc, uncovered_units
from kernels.covering.greedy_list import ListOptions, greedy_list_of_units
from kernels.covering.limits import (
    NO_LIMITS,
    RemainingLimits,
    SiteLimits,
    cells_near,
    count_station,
    is_open,
    remaining_limits,
)
from kernels.footprints.disc import half_width_table
from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.field import Field

_STATIONS_PER_CALL = 2000


class DiscKind(NamedTuple):
    """A kind of station: ``radius_cells`` as of a Field, ``allowed`` (bool[H, W]).

    ``cost`` (float64[p]) of one station in each class of places, and ``group`` (int64[p]): which
    of the limits' ``group_room`` it takes up there.
    """

    radius_cells: Floats
    allowed: Bools
    cost: Floats
    group: Ints


class _State(NamedTuple):
    """Gains of every cell, what is uncovered, and what stations cost, by kind."""

    gain: Numbers
    remaining: Numbers
    area_class: Classes
    half_width: Ints
    place: Counts
    cost: Floats
    group: Ints


class _Blocks(NamedTuple):
    """Best of each block by kind: a tournament tree, and which leaves are out of date.

    The trees hold gains times ``share``: the kind's cheapest cost, ``least``, over that of the
    place, so that they compare as gains for a unit of money do.
    """

    tree: Ints
    outdated: Bools
    share: Floats
    least: Floats


def greedy_order(
    field: Field, n_stations: int, *, progress: Callable[[int], object] | None = None
) -> tuple[Ints, Floats]:
    """Choose stations one after another, each where it newly covers the most weight.

    Parameters
    ----------
    field
        What is to be covered, and where stations may stand.
    n_stations
        How many stations at most, at least 0.
    progress
        Called with the number of stations chosen since the last call, every 2,000. Ctrl-C takes
        effect between these calls.

    Returns
    -------
    sites : int64[k]
        Flat indices of the chosen cells in order, ``k <= n_stations``: fewer when no candidate
        is left that would cover anything more.
    gain : float64[k]
        Weight newly covered by each, a whole number of :func:`fixed_point_unit`; never rises.

    Raises
    ------
    ValueError
        When shapes or types differ, or a weight, a radius or a number is out of range.
    """
    _check(field)
    radii = np.asarray(field.radius_cells)
    kind = DiscKind(radii, field.candidate, np.ones(1), np.zeros(1, np.int64))
    place = np.zeros(field.area_class.shape, np.uint16)
    cells, _, gain = _ordered(field, [kind], place, n_stations, NO_LIMITS, progress)
    return cells, gain


def greedy_order_within(
    field: Field,
    kinds: Sequence[DiscKind],
    place: Counts,
    n_stations: int,
    limits: SiteLimits,
    *,
    progress: Callable[[int], object] | None = None,
) -> tuple[Ints, Ints]:
    """Choose stations of several kinds by newly covered weight for their cost, up to an event.

    Parameters
    ----------
    field, n_stations, progress
        As for :func:`greedy_order`; the kinds have radii and candidates of their own.
    kinds
        At least one; costs above 0.
    place
        ``uint16[H, W]``, class of places of each cell.
    limits
        What must be kept; the choice ends at their first event.

    Returns
    -------
    cell, kind : int64[k]
        In the order of choice; ties go to the first kind, then to the smallest flat index. Between
        places of one kind, gain for cost is compared to the unit of weight of the cheapest. Empty
        when no open option adds anything.

    Raises
    ------
    ValueError
        As for :func:`greedy_order`, or when a cost is out of range.
    """
    _check(field)
    if not kinds or not all((kind.cost > 0).all() for kind in kinds):
        raise ValueError("at least one kind is needed, each of a cost above 0")
    if place.max(initial=0) >= kinds[0].cost.size:
        raise ValueError(f"a place is of class {place.max()}, costs are for {kinds[0].cost.size}")
    return _ordered(field, kinds, place, n_stations, limits, progress)[:2]


def construction_order(
    sites: Ints,
    field: Field,
    n_stations: int,
    *,
    progress: Callable[[int], object] | None = None,
) -> Ints:
    """Order stations that are chosen already so that each in turn newly covers the most weight.

    What :func:`greedy_order` gives with these as its candidates, by the greedy of lists on weights
    rounded to the unit of the raster: it keeps no gains of a whole raster.

    ``sites``: flat indices of their cells (int64[n]), none twice. Where stations of ``field`` may
    stand is not looked at. Returns at most ``n_stations`` of those that cover anything more
    (int64[m]); ties go to the smallest flat index. ``progress`` as for :func:`greedy_order`.
    """
    _check(field)
    half_width = half_width_table(field.radius_cells)
    remaining, unit = uncovered_units(field.weight, field.area_class, field.covered, half_width)
    sites = np.sort(sites)
    order, _ = greedy_list_of_units(
        remaining,
        disc_spans(field.area_class, field.radius_cells, sites),
        np.ones(sites.size, np.bool_),
        n_stations,
        ListOptions.alike(sites.size),
        remaining_limits(NO_LIMITS, unit),
        progress=progress,
    )
    return sites[order]


def _check(field: Field) -> None:
    weight, area_class, radius_cells, candidate, covered = field
    situations = np.atleast_2d(np.asarray(radius_cells)).shape[0]
    stack = (situations * area_class.shape[0], *area_class.shape[1:])
    shapes = {area_class.shape, candidate.shape}
    shapes |= {
        area_class.shape if each.shape == stack else each.shape for each in (weight, covered)
    }
    if len(shapes) != 1 or weight.ndim != 2:
        raise ValueError(f"weight, area_class, candidate and covered differ in shape: {shapes}")
    if not 0 < weight.size < INDEX_LIMIT:
        raise ValueError(f"a raster of 1 to {INDEX_LIMIT - 1} cells is needed, not {weight.shape}")
    if area_class.dtype != np.uint8 or candidate.dtype != np.bool_ or covered.dtype != np.bool_:
        raise ValueError("area_class must be uint8, candidate and covered bool")


def _ordered(
    field: Field,
    kinds: Sequence[DiscKind],
    place: Counts,
    n_stations: int,
    limits: SiteLimits,
    progress: Callable[[int], object] | None,
) -> tuple[Ints, Ints, Floats]:
    """Return cell, kind and gain of each station in the order of choice."""
    if n_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {n_stations}")
    if n_stations == 0:
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0)
    cost, group = np.stack([kind.cost for kind in kinds]), np.stack([kind.group for kind in kinds])
    tables = [half_width_table(kind.radius_cells) for kind in kinds]
    reach = max(table.shape[2] for table in tables) - 1
    half_width = np.full((len(kinds), *tables[0].shape[:2], reach + 1), -1, np.int64)
    for number, table in enumerate(tables):
        half_width[number, :, :, : table.shape[2]] = table
    area_class = np.ascontiguousarray(field.area_class)
    remaining, unit = uncovered_units(field.weight, area_class, field.covered, half_width[0])
    half_width[:, ~_held(remaining, area_class, half_width.shape[2])] = -1
    half_width = np.ascontiguousarray(half_width[..., : max(1, half_width[..., 0].max() + 1)])
    gain = np.empty((len(kinds), *area_class.shape), np.int32)
    for number, kind in enumerate(kinds):
        first_gain(gain[number], remaining, area_class, kind.allowed, half_width[number])
    place = np.ascontiguousarray(place, np.uint16)
    state = _State(gain, remaining, area_class, half_width, place, cost, group)
    left = remaining_limits(limits, unit)
    if limits is not NO_LIMITS:
        _close_full(state, left)
    least = cost.min(axis=1)
    share, money = least[:, None] / cost, left.money[0]
    keys = [_keys(gain[k], place, cost[k], share[k], money) for k in range(len(kinds))]
    tree = np.stack([tournament(own) for own in keys])
    outdated = np.zeros((len(kinds), tree.shape[1] // 2), np.bool_)
    blocks = _Blocks(tree, outdated, share, least)
    cells = np.empty(min(n_stations, area_class.size), np.int64)
    numbers, units = np.empty(cells.size, np.int64), np.empty(cells.size, np.int64)
    chosen, event = 0, False
    while chosen < cells.size and not event:
        part = slice(chosen, min(chosen + _STATIONS_PER_CALL, cells.size))
        count, event = _choose(cells[part], numbers[part], units[part], state, blocks, left)
        chosen += count
        if progress is not None:
            progress(count)
        if chosen < part.stop:
            break
    return cells[:chosen], numbers[:chosen], units[:chosen].astype(np.float64) * unit


@compiled
def _held(remaining: Numbers, area_class: Classes, n_classes: int) -> Bools:
    """Whether cells of a class hold anything in a situation: others need no discs (bool[Q, C])."""
    height, width = area_class.shape
    held = np.zeros((remaining.shape[0] // height, n_classes), np.bool_)
    for situation in range(held.shape[0]):
        for y in range(height):
            row, classes = remaining[situation * height + y], area_class[y]
            for x in range(width):
                if row[x] > 0:
                    held[situation, classes[x]] = True
    return held


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
def _key(
    gain: Numbers, place: Counts, cost: Floats, share: Floats, money: float, block: tuple[int, int]
) -> int:
    """Best cell of a block by gain for cost, among what the money left buys.

    The worth in the upper half, 2**32 - 1 less the flat index in the lower; -1 when there is none.
    """
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
def _keys(gain: Numbers, place: Counts, cost: Floats, share: Floats, money: float) -> Ints:
    rows, columns = (gain.shape[0] + BLOCK - 1) // BLOCK, (gain.shape[1] + BLOCK - 1) // BLOCK
    keys = np.empty(rows * columns, np.int64)
    for number in range(keys.size):
        keys[number] = _key(gain, place, cost, share, money, divmod(number, columns))
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
    cells: Ints, kinds: Ints, gains: Ints, state: _State, blocks: _Blocks, left: RemainingLimits
) -> tuple[int, bool]:
    """Choose until ``cells`` is full, nothing is gained, or an event.

    Their number, and whether there was an event.
    """
    # Taken out of their tuples once: each access to one counts references to its arrays.
    gain, remaining, area_class, half_width, place, costs, group = state
    tree, outdated, share, least = blocks
    money, need_zone, need, apart = left.money, left.need_zone, left.need, left.apart[0]
    height, width = area_class.shape
    block_columns = (width + BLOCK - 1) // BLOCK
    near = int(np.ceil(np.sqrt(apart)))
    reach = max(near, 2 * (half_width.shape[3] - 1))
    free = left.spare[0] > cells.size and left.room.size + left.group_room.size == 0
    free &= money[0] == np.inf and left.owed.size == 0 and apart <= 0.0
    count = 0
    while count < cells.size:
        kind = _best_kind(tree, least, money[0])
        if kind < 0:
            break
        cell = INDEX_LIMIT - (tree[kind, 1] & INDEX_LIMIT)
        row, column = divmod(cell, width)
        block = (row // BLOCK, column // BLOCK)
        leaf = block[0] * block_columns + block[1]
        here = place[row, column]
        cost = costs[kind, here]
        if outdated[kind, leaf] or cost > money[0] * (1.0 + 1e-12):
            outdated[kind, leaf] = False
            key = _key(gain[kind], place, costs[kind], share[kind], money[0], block)
            set_leaf(tree[kind], leaf, key)
            continue
        cells[count], kinds[count], gains[count] = cell, kind, gain[kind, row, column]
        count += 1
        station = (kind, row, column)
        event = take_disc(gain, remaining, area_class, half_width, station, need_zone, need)
        if not free:
            event |= count_station(left, cell, group[kind, here], cost)
            _close(gain, cells_near(area_class.shape, cell, apart))
        for y in range(max(0, row - reach) // BLOCK, min(height - 1, row + reach) // BLOCK + 1):
            first = y * block_columns + max(0, column - reach) // BLOCK
            last = y * block_columns + min(width - 1, column + reach) // BLOCK
            for other in range(least.size):
                for changed in range(first, last + 1):
                    outdated[other, changed] = True
        if event:
            return count, True
    return count, False


@compiled
def _close(gain: Numbers, cells: Ints) -> None:
    """Let no station of any kind stand in some cells any more."""
    for kind in range(gain.shape[0]):
        gains = gain[kind].ravel()
        for cell in cells:
            if gains[cell] >= 0:
                gains[cell] += NO_CANDIDATE
