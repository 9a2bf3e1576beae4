"""One round of simulated annealing among explicit candidates, tile by tile, at a price per station.

The heat bath of :mod:`kernels.covering.anneal_raster`, for footprints as spans: each station in
turn is lifted out, and it and every candidate next to it are weighed by what they would newly
cover; leaving it out is weighed by the price. Now and then a candidate anywhere is drawn, and it or
one next to it is built in the same way. A tile is worked on by one thread and touches only
candidates whose whole footprint lies within it; weights are integers and every tile draws its own
random numbers: the result does not depend on the number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.span_change import lift_spans, put_spans, span_gain
from kernels.numbers.xorshift import below, next_state

_VISITS_PER_ADDITION = 8
_SEED_STEP = np.uint64(0x9E3779B97F4A7C15)
_NOWHERE = -1


class ListField(NamedTuple):
    """What a round works on, rasters flat.

    ``weight`` (int32[cells]): in fixed-point units, 0 where nothing is to be covered;
    ``remaining`` (int32[cells]): that of the cells that no station serves, and ``serving``
    (uint16[cells]): stations that serve each cell; both changed in place. ``stands`` (bool[n]): the
    candidates that are built, changed in place. ``home`` (int32[n]): tile of each candidate in
    this round, -1 for those that must stay as they are.
    ``first`` (int64[n + 1]), ``start`` (int32) and ``length`` (uint16): their spans. ``near``
    (int32[n, k]): candidates next to each, -1 for none.
    """

    weight: npt.NDArray[np.int32]
    remaining: npt.NDArray[np.int32]
    serving: npt.NDArray[np.uint16]
    stands: npt.NDArray[np.bool_]
    home: npt.NDArray[np.int32]
    first: npt.NDArray[np.int64]
    start: npt.NDArray[np.int32]
    length: npt.NDArray[np.uint16]
    near: npt.NDArray[np.int32]


class ListChance(NamedTuple):
    """What is drawn, and against what.

    ``price``: weight that a station has to be worth, in fixed-point units. ``noise``
    (int64[m]): temperature times Gumbel noise. ``sweeps``: how often each station is looked at.
    ``seed``: of this round.
    """

    price: int
    noise: npt.NDArray[np.int64]
    sweeps: int
    seed: int


@compiled
def footprint_box(first, start, length, width):  # type: ignore[no-untyped-def]
    """Return the top and bottom row, left and right column of each footprint, ``int32[n, 4]``."""
    box = np.full((first.size - 1, 4), -1, np.int32)
    for candidate in range(box.shape[0]):
        for span in range(first[candidate], first[candidate + 1]):
            row, column = divmod(start[span], width)
            last = column + length[span] - 1
            if box[candidate, 0] < 0:
                box[candidate] = row, row, column, last
            box[candidate, 0] = min(box[candidate, 0], row)
            box[candidate, 1] = max(box[candidate, 1], row)
            box[candidate, 2] = min(box[candidate, 2], column)
            box[candidate, 3] = max(box[candidate, 3], last)
    return box


@compiled
def stand(field, candidates):  # type: ignore[no-untyped-def]
    """Build ``candidates`` (int64[k]) of a :class:`ListField`, in place."""
    for candidate in candidates:
        put_spans(field, candidate)


def anneal_list_round(
    field: ListField, chance: ListChance, tiles: list[npt.NDArray[np.int64]]
) -> int:
    """Look at every station of every tile ``chance.sweeps`` times.

    Parameters
    ----------
    field, chance
        A :class:`ListField`, changed in place, and a :class:`ListChance`.
    tiles
        Candidates that may move, of each tile (``int64``); no two tiles share a cell of any
        footprint.

    Returns
    -------
    int
        How many stations there are more than before.
    """
    field.home[:] = _NOWHERE
    for number, tile in enumerate(tiles):
        field.home[tile] = number

    def anneal(number: int) -> int:
        return int(anneal_list_tile(field, chance, tiles[number], number))

    # Towns make some tiles far longer than others: each thread takes the next that is left.
    with ThreadPoolExecutor(numba.get_num_threads()) as threads:
        return sum(threads.map(anneal, range(len(tiles))))


@compiled
def anneal_list_tile(field, chance, tile, number):  # type: ignore[no-untyped-def]
    """Look at every station of one tile; parameters and result as of :func:`anneal_list_round`."""
    stations = np.empty(tile.size, np.int64)
    n_stations = 0
    for candidate in tile:
        if field.stands[candidate]:
            stations[n_stations] = candidate
            n_stations += 1
    before = n_stations
    state = np.uint64(chance.seed) * _SEED_STEP ^ np.uint64(number + 1)
    state |= np.uint64(1) << np.uint64(63)
    for _ in range(8):
        state = next_state(state)
    since_addition = 0
    for _ in range(chance.sweeps):
        j = 0
        while j < n_stations:
            state = next_state(state)
            lift_spans(field, stations[j])
            to = _drawn(field, chance, number, stations[j], state)
            if to >= 0:
                put_spans(field, to)
                stations[j] = to
                j += 1
            else:
                n_stations -= 1
                stations[j] = stations[n_stations]
            since_addition += 1
            if since_addition >= _VISITS_PER_ADDITION:
                since_addition = 0
                n_stations, state = _add_one(
                    field, chance, number, tile, stations, n_stations, state
                )
        n_stations, state = _add_one(field, chance, number, tile, stations, n_stations, state)
    return n_stations - before


@compiled
def _add_one(field, chance, number, tile, stations, n_stations, state):  # type: ignore[no-untyped-def]
    """Draw a candidate anywhere, and it or one next to it for a new station, or none."""
    state = next_state(state)
    around = tile[below(state, tile.size)]
    state = next_state(state)
    to = _drawn(field, chance, number, around, state)
    if to >= 0:
        put_spans(field, to)
        stations[n_stations] = to
        n_stations += 1
    return n_stations, state


@compiled
def _drawn(field, chance, number, candidate, state):  # type: ignore[no-untyped-def]
    """Number of the greatest of gain + noise, -1 when the price + noise is greater."""
    near = field.near[candidate]
    draw = below(state, chance.noise.size - near.size - 2)
    best, chosen = chance.price + chance.noise[draw], np.int64(-1)
    for k in range(-1, near.size):
        other = np.int64(candidate) if k < 0 else np.int64(near[k])
        if other < 0 or field.stands[other] or field.home[other] != number:
            continue
        noise = chance.noise[draw + 2 + k]
        value = span_gain(field, other) + noise
        if value > best:
            best, chosen = value, other
    return chosen
