"""Use of each limit by the chosen stations, kept up to date as stations are added and removed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Bools, Counts, Floats, Ints, Numbers, Zones
from kernels.compiled import compiled
from kernels.covering.greedy_list import ListOptions
from kernels.covering.limits import PLENTY, SiteLimits, zone_of

_SLACK = 1e-12


class Room(NamedTuple):
    """Limits, and what stations take up of them: the arrays after ``free`` change in place.

    ``cell``, ``group``, ``cost``: of each candidate, as :class:`ListOptions` has them. ``least``,
    ``most`` (int64[z]), ``of_group`` (int64[g]), ``in_all``, ``budget``: the limits, an empty array
    for none. ``apart`` (int64[k]): farthest column that is too close, for each distance in rows;
    empty where stations have no places. ``width``: columns of the raster. ``free``: nothing is
    limited. ``zone_count``, ``group_count``, ``standing`` (int64[1]), ``spent`` (float64[1]): what
    is taken up. ``near`` (uint16[cells]): stations too close to a station in each cell; ``at``
    (int32[cells]): number of the station that stands there, -1 for none, empty where only the own
    cell is too close.
    """

    cell: Ints
    group: Ints
    cost: Floats
    zone: Zones
    least: Ints
    most: Ints
    of_group: Ints
    in_all: int
    budget: float
    apart: Ints
    width: int
    free: bool
    zone_count: Ints
    group_count: Ints
    standing: Ints
    spent: Floats
    near: Counts
    at: Numbers


def too_close(separation_cells: float) -> Ints:
    """Farthest column too close to a station, by distance in rows: at least the own cell."""
    # Closer than the separation by more than a rounding is too close, and always the own cell.
    apart = max(separation_cells**2 * (1 - 1e-9), 0.5)
    rows = np.arange(int(np.ceil(np.sqrt(apart))) + 1)
    left = apart - rows.astype(np.float64) ** 2
    return np.ceil(np.sqrt(left[left > 0])).astype(np.int64) - 1


def room_of(
    stands: Bools, shape: tuple[int, int], options: ListOptions | None, limits: SiteLimits
) -> Room:
    """Return the limits with what ``stands`` (bool[n], the candidates built) takes up of them.

    ``shape``: rows and columns of the raster; ``options``: without places, of one group and cost,
    if None; ``limits``: their needs of zones are not looked at.
    """
    if options is None:
        options = ListOptions.alike(stands.size)
    apart = too_close(limits.separation_cells)
    apart = apart[: apart.size if (options.cell >= 0).any() else 0]
    in_all = limits.spare + int(limits.owed.sum())
    cells = shape[0] * shape[1]
    zone = limits.zone if limits.room.size else limits.zone[:0]
    few = in_all < PLENTY or limits.budget < np.inf
    room = Room(
        cell=options.cell,
        group=options.group,
        cost=options.cost,
        zone=np.ascontiguousarray(zone).reshape(-1),
        least=limits.owed,
        most=limits.room,
        of_group=limits.group_room,
        in_all=in_all,
        budget=limits.budget * (1.0 + _SLACK),
        apart=apart,
        width=shape[1],
        free=not (few or limits.room.size or limits.group_room.size or apart.size),
        zone_count=np.zeros(limits.room.size, np.int64),
        group_count=np.zeros(limits.group_room.size, np.int64),
        standing=np.zeros(1, np.int64),
        spent=np.zeros(1),
        near=np.zeros(cells if apart.size else 0, np.uint16),
        at=np.full(cells if apart.size > 1 else 0, -1, np.int32),
    )
    _take_up_all(room, np.flatnonzero(stands))
    return room


@compiled
def _take_up_all(room: Room, stations: Ints) -> None:
    for station in stations:
        take_up(room, station, 1)


@compiled
def find_near(room: Room, candidate: int, found: Ints) -> int:
    """Write the stations too close to a candidate into ``found``; return how many."""
    width = room.width
    row, column = divmod(room.cell[candidate], width)
    number = 0
    for away in range(-room.apart.size + 1, room.apart.size):
        half, y = room.apart[abs(away)], row + away
        if y < 0 or y >= room.at.size // width:
            continue
        for x in range(max(0, column - half), min(width, column + half + 1)):
            other = room.at[y * width + x]
            if other >= 0:
                found[number] = other
                number += 1
    return number


@compiled
def owing_zone(room: Room, lifted: int) -> int:
    """Zone that has fewer stations than it must have without one of its own, or -1."""
    zone = zone_of(room.zone, room.cell[lifted])
    if zone >= 0 and room.zone_count[zone] < room.least[zone]:
        return zone
    return -1


@compiled
def is_open(room: Room, candidate: int, owing: int) -> bool:
    """Whether every limit lets a station stand there; ``owing``: zone that it must be in, or -1."""
    if room.apart.size > 0 and room.near[room.cell[candidate]] > 0:
        return False
    zone = zone_of(room.zone, room.cell[candidate])
    if owing >= 0 and zone != owing:
        return False
    if zone >= 0 and room.zone_count[zone] >= room.most[zone]:
        return False
    group = room.group[candidate]
    if room.of_group.size > 0 and room.group_count[group] >= room.of_group[group]:
        return False
    cost = room.spent[0] + room.cost[candidate]
    return room.standing[0] < room.in_all and cost <= room.budget


@compiled
def take_up(room: Room, station: int, change: int) -> None:
    """Count a station (1), or that it has gone (-1), and mark the cells too close to it."""
    if room.free:
        return
    zone = zone_of(room.zone, room.cell[station])
    if zone >= 0:
        room.zone_count[zone] += change
    if room.of_group.size > 0:
        room.group_count[room.group[station]] += change
    room.standing[0] += change
    room.spent[0] += change * room.cost[station]
    cell = room.cell[station]
    if room.at.size > 0:
        room.at[cell] = station if change > 0 else -1
    row, column = divmod(cell, room.width)
    for away in range(-room.apart.size + 1, room.apart.size):
        half, y = room.apart[abs(away)], row + away
        if y < 0 or y >= room.near.size // room.width:
            continue
        for x in range(max(0, column - half), min(room.width, column + half + 1)):
            room.near[y * room.width + x] += np.uint16(change)
