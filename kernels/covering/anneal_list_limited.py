"""Simulated annealing among explicit options within limits, at a price for each option.

The heat bath of :mod:`kernels.covering.anneal_list` by one thread: each station in turn is lifted
out, and it and the options next to it, now and then also those around an option anywhere, are
weighed by what they would newly cover less their price; leaving it out is worth nothing. What would
break a limit is not weighed. Two stations never share a cell; where they must stay farther apart,
an option is also tried in the place of those too close to it, which then look for other places.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.span_change import lift_spans, put_spans, span_gain
from kernels.numbers.xorshift import below, next_state

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_VISITS_PER_JUMP = 8
_MOST_PUSHED = 3
_SEED_STEP = np.uint64(0x9E3779B97F4A7C15)
_SLACK = 1e-12
_NEVER = -(2**62)


class OptionPlaces(NamedTuple):
    """Where the n options are, and what they count in.

    ``cell`` (int64[n]), flat, in a raster of ``width`` columns; ``zone`` (int64[n]), the last for
    none; ``group`` (int64[n]); ``cost`` (float64[n]). ``stations_near`` (uint16[cells]): stations
    too close to a station in each cell, and ``station_at`` (int32[cells]): number of the option
    that stands there, -1 for none; changed in place. ``half_width`` (int64[k]): farthest column
    that is too close, for each distance in rows; ``station_at`` may be empty where that is one.
    """

    cell: Ints
    zone: Ints
    group: Ints
    cost: Floats
    stations_near: npt.NDArray[np.uint16]
    station_at: npt.NDArray[np.int32]
    half_width: Ints
    width: int


class CountLimits(NamedTuple):
    """What no move breaks: ``least`` and ``most`` stations of each zone (int64[z]) ...

    and ``of_group`` (int64[g]) of each group, ``in_all``, and what they may cost. A zone that has
    fewer than it must have does not lose one.
    """

    least: Ints
    most: Ints
    of_group: Ints
    in_all: int
    budget: float


class PricedChance(NamedTuple):
    """What is drawn, and against what.

    ``price`` (int64[n]): weight that each option has to be worth, in fixed-point units. ``noise``
    (int64[m]): temperature times Gumbel noise. ``sweeps``: how often each station is looked at.
    ``seed``: of this call.
    """

    price: Ints
    noise: Ints
    sweeps: int
    seed: int


class _Stations(NamedTuple):
    """Options that stand, in any order: ``option`` (int64[n]), of which the first ``number`` count.

    ``slot`` (int64[n]): place of each option in that list.
    """

    option: Ints
    slot: Ints
    number: Ints


class _Count(NamedTuple):
    """Stations by zone, by group, in all (int64[1]), and what they cost (float64[1])."""

    zone: Ints
    group: Ints
    in_all: Ints
    spent: Floats


def too_close(separation_cells: float) -> Ints:
    """Return ``OptionPlaces.half_width`` for stations at least so many cells apart."""
    # Closer than the separation by more than a rounding is too close, and always the own cell.
    apart = max(separation_cells**2 * (1 - 1e-9), 0.5)
    rows = np.arange(int(np.ceil(np.sqrt(apart))) + 1)
    left = apart - rows.astype(np.float64) ** 2
    half: Ints = np.ceil(np.sqrt(left[left > 0])).astype(np.int64) - 1
    return half


@compiled
def stand_within(field, places, options):  # type: ignore[no-untyped-def]
    """Build ``options`` (int64[k]), in place."""
    for option in options:
        put_spans(field, option)
        _mark(places, option, 1)


@compiled
def anneal_within(field, places, limits, chance):  # type: ignore[no-untyped-def]
    """Look at every station ``chance.sweeps`` times.

    Parameters
    ----------
    field
        A :class:`kernels.covering.anneal_list.ListField`, changed in place; stations stand and move
        only where ``home`` is not negative.
    places, limits, chance
        :class:`OptionPlaces`, :class:`CountLimits` and :class:`PricedChance`. The stations that
        stand keep the limits, but for zones with fewer than they must have.

    Returns
    -------
    int
        How many stations there are more than before.
    """
    count = _counted(field, places, limits)
    size = field.stands.size
    stations = _Stations(np.empty(size, np.int64), np.empty(size, np.int64), np.zeros(1, np.int64))
    for option in range(size):
        if field.stands[option]:
            _enlist(stations, option)
    before = stations.number[0]
    state = np.uint64(chance.seed) * _SEED_STEP | np.uint64(1) << np.uint64(63)
    for _ in range(8):
        state = next_state(state)
    moved = np.empty(2 * _MOST_PUSHED + 1, np.int64)
    visits = 0
    for _ in range(chance.sweeps):
        j = 0
        for _ in range(stations.number[0]):
            if j >= stations.number[0]:
                break
            visits += 1
            station = stations.option[j]
            elsewhere = np.int64(-1)
            if visits % _VISITS_PER_JUMP == 0:
                state = next_state(state)
                elsewhere = below(state, size)
            state = next_state(state)
            _lift(field, places, count, station)
            to = _drawn(field, places, limits, count, chance, station, elsewhere, state)
            if to < 0:
                _delist(stations, station)
                continue
            _put(field, places, count, to)
            stations.option[j] = to
            stations.slot[to] = j
            j += 1
            if elsewhere >= 0:
                state = _add_one(field, places, limits, count, chance, stations, state)
            elif places.half_width.size > 1:
                state = _push(field, places, limits, count, chance, stations, to, moved, state)
        state = _add_one(field, places, limits, count, chance, stations, state)
    return stations.number[0] - before


@compiled
def _add_one(field, places, limits, count, chance, stations, state):  # type: ignore[no-untyped-def]
    """Draw an option anywhere, and it or one next to it for a new station, or none."""
    state = next_state(state)
    around = below(state, field.stands.size)
    state = next_state(state)
    to = _drawn(field, places, limits, count, chance, np.int64(-1), around, state)
    if to >= 0:
        _put(field, places, count, to)
        _enlist(stations, to)
    return state


@compiled
def _push(field, places, limits, count, chance, stations, beside, moved, state):  # type: ignore[no-untyped-def]
    """Try an option next to a station in the place of the stations that are too close to it.

    These draw for places next to them, and all is put back unless it is worth more than before.
    ``moved`` (int64[2 * _MOST_PUSHED + 1]): room for the numbers of stations.
    """
    state = next_state(state)
    option = np.int64(field.near[beside, below(state, field.near.shape[1])])
    if option < 0 or field.stands[option] or field.home[option] < 0:
        return state
    if not 1 <= places.stations_near[places.cell[option]] <= _MOST_PUSHED:
        return state
    pushed = _find_near(places, option, moved)
    state = next_state(state)
    draw = below(state, chance.noise.size - 1)
    worth = chance.noise[draw + 1] - chance.noise[draw]
    for other in moved[:pushed]:
        _lift(field, places, count, other)
        worth -= span_gain(field, other) - chance.price[other]
    built = pushed
    if _is_open(field, places, limits, count, option, np.int64(-1)):
        worth += span_gain(field, option) - chance.price[option]
        _put(field, places, count, option)
        moved[built] = option
        built += 1
        for other in moved[:pushed]:
            state = next_state(state)
            to = _drawn(field, places, limits, count, chance, np.int64(-1), other, state)
            if to >= 0:
                worth += span_gain(field, to) - chance.price[to]
                _put(field, places, count, to)
                moved[built] = to
                built += 1
    owes = False
    for other in moved[:pushed]:
        owes |= count.zone[places.zone[other]] < limits.least[places.zone[other]]
    if built == pushed or owes or worth <= 0:
        for to in moved[pushed:built]:
            _lift(field, places, count, to)
        for other in moved[:pushed]:
            _put(field, places, count, other)
        return state
    for other in moved[:pushed]:
        _delist(stations, other)
    for to in moved[pushed:built]:
        _enlist(stations, to)
    return state


@compiled
def _find_near(places, option, found):  # type: ignore[no-untyped-def]
    """Write the stations too close to an option into ``found``; return how many."""
    height = places.stations_near.size // places.width
    row, column = divmod(places.cell[option], places.width)
    number = 0
    for away in range(-places.half_width.size + 1, places.half_width.size):
        half, y = places.half_width[abs(away)], row + away
        if y < 0 or y >= height:
            continue
        for x in range(max(0, column - half), min(places.width, column + half + 1)):
            other = places.station_at[y * places.width + x]
            if other >= 0:
                found[number] = other
                number += 1
    return number


@compiled
def _drawn(field, places, limits, count, chance, lifted, elsewhere, state):  # type: ignore[no-untyped-def]
    """Option with the greatest of gain - price + noise around two, -1 for none."""
    size = field.near.shape[1] + 1
    draw = below(state, chance.noise.size - 2 * size - 1)
    best, chosen = chance.noise[draw], np.int64(-1)
    owing = np.int64(-1)
    if lifted >= 0:
        zone = places.zone[lifted]
        if count.zone[zone] < limits.least[zone]:
            best, owing = np.int64(_NEVER), zone
    for around in (lifted, elsewhere):
        draw += 1
        if around < 0:
            continue
        for k in range(size):
            other = np.int64(around) if k == 0 else np.int64(field.near[around, k - 1])
            if other < 0 or not _is_open(field, places, limits, count, other, owing):
                continue
            value = span_gain(field, other) - chance.price[other] + chance.noise[draw + k]
            if value > best:
                best, chosen = value, other
        draw += size - 1
    return chosen


@compiled
def _is_open(field, places, limits, count, option, owing):  # type: ignore[no-untyped-def]
    """Whether every limit lets a station stand there; ``owing``: zone that it must be in, or -1."""
    if field.home[option] < 0 or places.stations_near[places.cell[option]] > 0:
        return False
    zone, group = places.zone[option], places.group[option]
    if owing >= 0 and zone != owing:
        return False
    if count.zone[zone] >= limits.most[zone] or count.group[group] >= limits.of_group[group]:
        return False
    cost = count.spent[0] + places.cost[option]
    return count.in_all[0] < limits.in_all and cost <= limits.budget * (1.0 + _SLACK)


@compiled
def _counted(field, places, limits):  # type: ignore[no-untyped-def]
    count = _Count(
        np.zeros(limits.most.size, np.int64),
        np.zeros(limits.of_group.size, np.int64),
        np.zeros(1, np.int64),
        np.zeros(1, np.float64),
    )
    for option in range(field.stands.size):
        if field.stands[option]:
            _tally(places, count, option, 1)
    return count


@compiled
def _tally(places, count, option, change):  # type: ignore[no-untyped-def]
    count.zone[places.zone[option]] += change
    count.group[places.group[option]] += change
    count.in_all[0] += change
    count.spent[0] += change * places.cost[option]


@compiled
def _enlist(stations, option):  # type: ignore[no-untyped-def]
    stations.option[stations.number[0]] = option
    stations.slot[option] = stations.number[0]
    stations.number[0] += 1


@compiled
def _delist(stations, option):  # type: ignore[no-untyped-def]
    stations.number[0] -= 1
    last = stations.option[stations.number[0]]
    stations.option[stations.slot[option]] = last
    stations.slot[last] = stations.slot[option]


@compiled
def _lift(field, places, count, option):  # type: ignore[no-untyped-def]
    lift_spans(field, option)
    _tally(places, count, option, -1)
    _mark(places, option, -1)


@compiled
def _put(field, places, count, option):  # type: ignore[no-untyped-def]
    put_spans(field, option)
    _tally(places, count, option, 1)
    _mark(places, option, 1)


@compiled
def _mark(places, option, change):  # type: ignore[no-untyped-def]
    """Mark a station, or that it has gone, where it stands and in the cells too close to it."""
    height = places.stations_near.size // places.width
    row, column = divmod(places.cell[option], places.width)
    if places.station_at.size:
        places.station_at[places.cell[option]] = option if change > 0 else -1
    for away in range(-places.half_width.size + 1, places.half_width.size):
        half, y = places.half_width[abs(away)], row + away
        if y < 0 or y >= height:
            continue
        for x in range(max(0, column - half), min(places.width, column + half + 1)):
            places.stations_near[y * places.width + x] += np.uint16(change)
