"""Limits on the choice of a greedy besides cover: zones, groups, separation, money, needs.

Both greedy algorithms, on a raster and on a list, choose one option after another and end at the
first *event*: a zone or a group is full, no station is left to spare, or a need is met. The
caller then counts again, opens or closes options, and calls again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Floats, Ints, Zones
from kernels.compiled import compiled

PLENTY = 2**40
"""A number of stations that no plan has: no limit."""


class SiteLimits(NamedTuple):
    """Remainder of each limit; never changed. An empty array: no such limit.

    ``zone`` (int16[H, W]): zone of a station in a cell, negative for none. ``room`` (int64[z]):
    stations that each zone may still take. ``owed`` (int64[z]): stations that each zone must
    still get; ``spare`` those that may go where none is owed. ``group_room`` (int64[k]): stations
    of each group that may still be chosen. ``need_zone`` (int16[H, W]) and ``need`` (float64[q]):
    newly covered weight at which a need of each zone of cells is met, 0 for no need.
    ``separation_cells``: two stations are at least so far apart. ``budget``: money left.
    """

    zone: Zones
    room: Ints
    owed: Ints
    spare: int
    group_room: Ints
    need_zone: Zones
    need: Floats
    separation_cells: float
    budget: float

    @classmethod
    def none(cls) -> SiteLimits:
        """Return limits that allow everything."""
        zone, count, need = np.zeros((0, 0), np.int16), np.zeros(0, np.int64), np.zeros(0)
        return cls(zone, count, count, PLENTY, count, zone, need, 0.0, np.inf)


NO_LIMITS = SiteLimits.none()


class RemainingLimits(NamedTuple):
    """A greedy's own copy: ``spare`` and ``money`` as arrays of one, needs in whole units."""

    zone: Zones
    room: Ints
    owed: Ints
    spare: Ints
    group_room: Ints
    need_zone: Zones
    need: Ints
    apart: Floats
    money: Floats


def remaining_limits(limits: SiteLimits, unit: float) -> RemainingLimits:
    """Return a copy to count down, needs as whole numbers of ``unit``, at least one."""
    need = np.maximum(1, np.ceil(limits.need / unit)).astype(np.int64)
    # Closer than the separation by more than a rounding is too close.
    apart = limits.separation_cells**2 * (1 - 1e-9)
    return RemainingLimits(
        np.ascontiguousarray(limits.zone).reshape(-1),
        limits.room.copy(),
        limits.owed.copy(),
        np.array([limits.spare], np.int64),
        limits.group_room.copy(),
        np.ascontiguousarray(limits.need_zone).reshape(-1),
        np.where(limits.need > 0, need, 0),
        np.array([apart]),
        np.array([limits.budget]),
    )


@compiled
def zone_of(zone: Zones, cell: int) -> int:
    """Zone of a cell, -1 for none: where there are no zones, or no cell."""
    if zone.size == 0 or cell < 0:
        return -1
    return int(zone[cell])


@compiled
def is_open(left: RemainingLimits, cell: int, group: int, cost: float) -> bool:
    """Whether zone, group and money leave room for a station."""
    if left.group_room.size > 0 and left.group_room[group] <= 0:
        return False
    if cost > left.money[0] * (1.0 + 1e-12):
        return False
    zone = zone_of(left.zone, cell)
    if zone >= 0 and left.room[zone] <= 0:
        return False
    return left.spare[0] > 0 or (zone >= 0 and left.owed[zone] > 0)


@compiled
def count_station(left: RemainingLimits, cell: int, group: int, cost: float) -> bool:
    """Count a chosen station; return whether what is open has changed."""
    left.money[0] -= cost
    event = False
    if left.group_room.size > 0:
        left.group_room[group] -= 1
        event = left.group_room[group] == 0
    zone = zone_of(left.zone, cell)
    if zone >= 0:
        left.room[zone] -= 1
        event |= left.room[zone] == 0
    if zone >= 0 and left.owed[zone] > 0:
        left.owed[zone] -= 1
        return event or (left.owed[zone] == 0 and left.spare[0] == 0)
    left.spare[0] -= 1
    return event or left.spare[0] == 0


@compiled
def count_need(need_zone: Zones, need: Ints, cell: int, weight: int) -> bool:
    """Count newly covered weight of a cell; return whether that meets its zone's need.

    ``need_zone`` and ``need``: those of the remaining limits.
    """
    zone = zone_of(need_zone, cell)
    if zone < 0 or need[zone] <= 0:
        return False
    need[zone] -= weight
    return need[zone] <= 0


@compiled
def cells_near(shape: tuple[int, int], cell: int, apart: float) -> Ints:
    """Return a cell and those whose squared distance from it is below ``apart``, flat."""
    height, width = shape
    row, column = divmod(cell, width)
    near = int(np.ceil(np.sqrt(apart)))
    found, count = np.empty((2 * near + 1) ** 2, np.int64), 0
    for y in range(max(0, row - near), min(height, row + near + 1)):
        for x in range(max(0, column - near), min(width, column + near + 1)):
            if (y - row) ** 2 + (x - column) ** 2 < apart or y * width + x == cell:
                found[count] = y * width + x
                count += 1
    return found[:count]
