"""One round of simulated annealing among listed candidates, at a price for each.

By the heat bath of :mod:`kernels.covering.cooling`: each station in turn is lifted out, and it and
the candidates next to it, now and then also those next to a candidate anywhere, are weighed by what
they would newly cover less their price; leaving it out is worth nothing. Now and then a new one is
drawn in the same way. What would break a limit is not weighed. Where stations must stand apart, a
candidate is also tried in the place of those too close to it, which then look for other places.

A thread works on a tile, which touches only candidates whose whole footprint lies within it.
Weights are integers and every tile draws its own random numbers: the result does not depend on the
number of threads. Limits hold for all stations, so that with them there is one tile.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np

from kernels.arrays import Bools, Counts, Ints, Numbers
from kernels.compiled import compiled
from kernels.covering.cooling import VISITS_PER_ADDITION, Chance
from kernels.covering.greedy_list import ListOptions
from kernels.covering.limits import NO_LIMITS, SiteLimits
from kernels.covering.room import Room, find_near, is_open, owing_zone, room_of, take_up
from kernels.footprints.spans import span_gain
from kernels.numbers.xorshift import below, next_state, seeded

_MOST_PUSHED = 3
_NEVER = -(2**62)


class ListState(NamedTuple):
    """Stations among n listed candidates, and what a round needs to know to move them.

    ``weight`` (int32[cells]): in whole fixed-point units, 0 where nothing is to be covered;
    ``remaining``: that of the cells that no station serves; ``serving`` (uint16[cells]): stations
    that serve each cell; ``stands`` (bool[n]): the candidates that are built; these three change in
    place. ``first``, ``start``, ``length``: spans of the footprints, flat, since a tuple within a
    tuple makes every access dear. ``near`` (int32[n, k]): candidates next to each, -1 for none.
    ``width``: columns of the raster.
    """

    weight: Numbers
    remaining: Numbers
    serving: Counts
    stands: Bools
    first: Ints
    start: Numbers
    length: Counts
    near: Numbers
    width: int


class _Tile(NamedTuple):
    """The candidates of a tile, and which of them stand.

    ``home`` (int32[n]): tile of each candidate, -1 for those that stay as they are; ``number`` of
    this one; ``candidate`` (int64[m]): its candidates. ``station`` (int64[m]): those that stand,
    in any order, of which the first ``n_stations[0]`` count, and ``slot`` (int64[n]), the place of
    each in that list.
    """

    home: Numbers
    number: int
    candidate: Ints
    station: Ints
    slot: Ints
    n_stations: Ints


def anneal_list(
    state: ListState,
    chance: Chance,
    tiles: list[Ints],
    options: ListOptions | None = None,
    limits: SiteLimits = NO_LIMITS,
) -> int:
    """Look at every station of every tile ``chance.sweeps`` times.

    Parameters
    ----------
    state
        Changed in place. Its stations keep the limits, but for zones with fewer than they must
        have: these lose none.
    chance
        ``price`` (``int64[n]``) and ``noise`` (``int64[k]``).
    tiles
        Candidates that may move, of each tile (``int64``); no two tiles share a cell of any
        footprint.
    options
        Place, group and cost of each candidate; without places, of one group and cost, unless
        given.
    limits
        What no move breaks; needs of zones are not looked at.

    Returns
    -------
    int
        How many stations there are more than before.

    Raises
    ------
    ValueError
        When something is limited and there are several tiles.
    """
    shape = (state.weight.size // state.width, state.width)
    room = room_of(state.stands, shape, options, limits)
    if len(tiles) > 1 and not room.free:
        raise ValueError("where something is limited all stations must be in one tile")
    home = np.full(state.stands.size, -1, np.int32)
    # The number of a tile also tells its random numbers from those of others.
    numbered = list(enumerate(tiles, int(room.free)))
    for number, tile in numbered:
        home[tile] = number

    def anneal(tile: tuple[int, Ints]) -> int:
        return int(_anneal_tile(state, room, chance, home, *tile))

    # Towns make some tiles far longer than others: each thread takes the next that is left.
    with ThreadPoolExecutor(numba.get_num_threads()) as threads:
        return sum(threads.map(anneal, numbered))


@compiled
def stand(state: ListState, candidates: Ints) -> None:
    """Build ``candidates`` (int64[k]), in place."""
    for candidate in candidates:
        _change_spans(state, candidate, 1)


@compiled
def _anneal_tile(
    state: ListState, room: Room, chance: Chance, home: Numbers, number: int, candidates: Ints
) -> int:
    """Look at every station of one tile; parameters and result as of :func:`anneal_list`."""
    if candidates.size == 0:
        return 0
    station, slot = np.empty(candidates.size, np.int64), np.empty(home.size, np.int64)
    n_stations = np.zeros(1, np.int64)
    tile = _Tile(home, number, candidates, station, slot, n_stations)
    for candidate in candidates:
        if state.stands[candidate]:
            _enlist(tile, candidate)
    before = n_stations[0]
    random = seeded(chance.seed, number)
    moved = np.empty(2 * _MOST_PUSHED + 1, np.int64)
    # Asked here, since a call that hands on a tuple counts references to all its arrays.
    visits, free = 0, room.free
    for _ in range(chance.sweeps):
        j, last_visit = 0, visits + n_stations[0]
        while j < n_stations[0] and (free or visits < last_visit):
            visits += 1
            addition_due = visits % VISITS_PER_ADDITION == 0
            lifted, elsewhere = station[j], -1
            # Where the number is limited, only a move takes a station far away.
            if addition_due and not free:
                random = next_state(random)
                elsewhere = candidates[below(random, candidates.size)]
            random = next_state(random)
            _change_spans(state, lifted, -1)
            if not free:
                take_up(room, lifted, -1)
            to = _drawn(state, room, chance, tile, lifted, elsewhere, random)
            if to >= 0:
                _change_spans(state, to, 1)
                if not free:
                    take_up(room, to, 1)
                station[j] = to
                slot[to] = j
                j += 1
            else:
                _delist(tile, lifted)
            if addition_due and (free or to >= 0):
                random = _add_one(state, room, chance, tile, random)
            elif to >= 0 and room.apart.size > 1:
                random = _push(state, room, chance, tile, to, moved, random)
        random = _add_one(state, room, chance, tile, random)
    return n_stations[0] - before


@compiled
def _add_one(
    state: ListState, room: Room, chance: Chance, tile: _Tile, random: np.uint64
) -> np.uint64:
    """Draw a candidate anywhere, and it or one next to it for a new station, or none."""
    random = next_state(random)
    around = tile.candidate[below(random, tile.candidate.size)]
    random = next_state(random)
    to = _drawn(state, room, chance, tile, -1, around, random)
    if to >= 0:
        _change(state, room, to, 1)
        _enlist(tile, to)
    return random


@compiled
def _push(
    state: ListState,
    room: Room,
    chance: Chance,
    tile: _Tile,
    beside: int,
    moved: Ints,
    random: np.uint64,
) -> np.uint64:
    """Try a candidate next to a station in the place of the stations that are too close to it.

    These draw for places next to them, and all is put back unless it is worth more than before.
    ``moved`` (int64[2 * _MOST_PUSHED + 1]): room for the numbers of stations.
    """
    price, noise = chance.price, chance.noise
    remaining, first, start, length = state.remaining, state.first, state.start, state.length
    random = next_state(random)
    candidate = int(state.near[beside, below(random, state.near.shape[1])])
    if candidate < 0 or state.stands[candidate] or tile.home[candidate] != tile.number:
        return random
    if not 1 <= room.near[room.cell[candidate]] <= _MOST_PUSHED:
        return random
    pushed = find_near(room, candidate, moved)
    if not (tile.home[moved[:pushed]] == tile.number).all():
        return random
    random = next_state(random)
    draw = below(random, noise.size - 1)
    worth = noise[draw + 1] - noise[draw]
    for other in moved[:pushed]:
        _change(state, room, other, -1)
        worth -= span_gain(remaining, first, start, length, other) - price[other]
    built = pushed
    if is_open(room, candidate, -1):
        worth += span_gain(remaining, first, start, length, candidate) - price[candidate]
        _change(state, room, candidate, 1)
        moved[built] = candidate
        built += 1
        for other in moved[:pushed]:
            random = next_state(random)
            to = _drawn(state, room, chance, tile, -1, other, random)
            if to >= 0:
                worth += span_gain(remaining, first, start, length, to) - price[to]
                _change(state, room, to, 1)
                moved[built] = to
                built += 1
    if built == pushed or worth <= 0 or _is_owed(room, moved[:pushed]):
        for to in moved[pushed:built]:
            _change(state, room, to, -1)
        for other in moved[:pushed]:
            _change(state, room, other, 1)
        return random
    for other in moved[:pushed]:
        _delist(tile, other)
    for to in moved[pushed:built]:
        _enlist(tile, to)
    return random


@compiled
def _drawn(
    state: ListState,
    room: Room,
    chance: Chance,
    tile: _Tile,
    lifted: int,
    elsewhere: int,
    random: np.uint64,
) -> int:
    """Candidate with the greatest of gain - price + noise around two, -1 for none."""
    # Taken out of their tuples once: each access to one counts references to its arrays.
    stands, near, home = state.stands, state.near, tile.home
    remaining, first, start, length = state.remaining, state.first, state.start, state.length
    price, noise, free = chance.price, chance.noise, room.free
    size = near.shape[1] + 1
    draw = below(random, noise.size - (1 if free else 2) * size - 1)
    best, chosen, owing = noise[draw], -1, -1
    if lifted >= 0 and not free:
        owing = owing_zone(room, lifted)
        if owing >= 0:
            best = int(_NEVER)
    for around in (lifted, elsewhere):
        if around < 0 and free:
            continue
        draw += 1
        if around < 0:
            continue
        for k in range(size):
            other = around if k == 0 else int(near[around, k - 1])
            if other < 0 or stands[other] or home[other] != tile.number:
                continue
            if not free and not is_open(room, other, owing):
                continue
            value = span_gain(remaining, first, start, length, other) - price[other]
            value += noise[draw + k]
            if value > best:
                best, chosen = value, other
        draw += size - 1
    return int(chosen)


@compiled
def _is_owed(room: Room, stations: Ints) -> bool:
    """Whether the zone of any of ``stations``, which have gone, has too few."""
    owed = False
    for station in stations:
        owed |= owing_zone(room, station) >= 0
    return owed


@compiled
def _enlist(tile: _Tile, station: int) -> None:
    tile.station[tile.n_stations[0]] = station
    tile.slot[station] = tile.n_stations[0]
    tile.n_stations[0] += 1


@compiled
def _delist(tile: _Tile, station: int) -> None:
    tile.n_stations[0] -= 1
    last = tile.station[tile.n_stations[0]]
    tile.station[tile.slot[station]] = last
    tile.slot[last] = tile.slot[station]


@compiled
def _change(state: ListState, room: Room, station: int, change: int) -> None:
    """Build a station (1), or take it out (-1), within the limits too."""
    _change_spans(state, station, change)
    take_up(room, station, change)


@compiled
def _change_spans(state: ListState, station: int, change: int) -> None:
    """Build a station (1), or take it out (-1): what none serves remains to be covered."""
    state.stands[station] = change > 0
    weight, remaining, serving = state.weight, state.remaining, state.serving
    for span in range(state.first[station], state.first[station + 1]):
        for cell in range(state.start[span], state.start[span] + state.length[span]):
            serving[cell] += np.uint16(change)
            remaining[cell] = weight[cell] if serving[cell] == 0 else np.int32(0)
