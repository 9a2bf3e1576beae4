"""What limits the choice of a greedy besides cover: zones, kinds, separation, money, needs.

Both greedy algorithms, on discs and on spans, choose one option after another and end at the
first *event*: a zone or a kind is full, no station is left to spare, or a need is met. Their
caller counts afresh, says what is open now, and calls again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class SiteLimits(NamedTuple):
    """What is left of each limit; the arrays are copied by the greedy, never changed.

    ``zone`` (int16[H, W]): zone of a station in a cell, negative for none. ``room`` (int64[z]):
    stations that each zone may still take. ``owed`` (int64[z]): stations that each zone must
    still get; ``spare`` those that may go where none is owed. ``kind_room`` (int64[k]): stations
    of each kind that may still be chosen. ``need_zone`` (int16[H, W]) and ``need`` (float64[q]):
    newly covered weight at which a need of each zone of cells is met, 0 for no need.
    ``separation_cells``: two stations are at least so far apart. ``budget``: money left.
    """

    zone: npt.NDArray[np.int16]
    room: Ints
    owed: Ints
    spare: int
    kind_room: Ints
    need_zone: npt.NDArray[np.int16]
    need: Floats
    separation_cells: float
    budget: float


class Left(NamedTuple):
    """A greedy's own copy: ``spare`` and ``budget`` as arrays of one, needs in whole units."""

    zone: npt.NDArray[np.int16]
    room: Ints
    owed: Ints
    spare: Ints
    kind_room: Ints
    need_zone: npt.NDArray[np.int16]
    need: Ints
    apart: Floats
    money: Floats


def left_of(limits: SiteLimits, unit: float) -> Left:
    """Return a copy to count down, needs as whole numbers of ``unit``, at least one."""
    need = np.maximum(1, np.ceil(limits.need / unit)).astype(np.int64)
    # Closer than the separation by more than a rounding is too close.
    apart = limits.separation_cells**2 * (1 - 1e-9)
    return Left(
        np.ascontiguousarray(limits.zone).reshape(-1),
        limits.room.copy(),
        limits.owed.copy(),
        np.array([limits.spare], np.int64),
        limits.kind_room.copy(),
        np.ascontiguousarray(limits.need_zone).reshape(-1),
        np.where(limits.need > 0, need, 0),
        np.array([apart]),
        np.array([limits.budget]),
    )


@compiled
def is_open(left, cell, kind, cost):  # type: ignore[no-untyped-def]
    """Whether zone, kind and money leave room for a station."""
    if left.kind_room[kind] <= 0 or cost > left.money[0] * (1.0 + 1e-12):
        return False
    zone = left.zone[cell]
    if zone >= 0 and left.room[zone] <= 0:
        return False
    return left.spare[0] > 0 or (zone >= 0 and left.owed[zone] > 0)


@compiled
def count_station(left, cell, kind, cost):  # type: ignore[no-untyped-def]
    """Count a chosen station; return whether what is open has changed."""
    left.kind_room[kind] -= 1
    left.money[0] -= cost
    event = left.kind_room[kind] == 0
    zone = left.zone[cell]
    if zone >= 0:
        left.room[zone] -= 1
        event |= left.room[zone] == 0
    if zone >= 0 and left.owed[zone] > 0:
        left.owed[zone] -= 1
        return event or (left.owed[zone] == 0 and left.spare[0] == 0)
    left.spare[0] -= 1
    return event or left.spare[0] == 0


@compiled
def count_need(left, cell, weight):  # type: ignore[no-untyped-def]
    """Count newly covered weight of a cell; return whether that meets its zone's need."""
    zone = left.need_zone[cell]
    if zone < 0 or left.need[zone] <= 0:
        return False
    left.need[zone] -= weight
    return left.need[zone] <= 0
