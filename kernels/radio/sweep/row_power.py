"""Power of a sector at the cells of a row of a tile, all cells at once.

In steps: places in the tables for all cells, then what the tables have there, then the power. Only
the middle step is not vectorised; in one loop the arithmetic waits for the tables. On one core of
an AMD EPYC (Zen 4) the six numbers of a cell took 2.4 of 3.1 ns when gathered one by one, and as
three words they take 0.9 of 1.6 ns.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kernels.compiled import compiled, compiled_disjoint, compiled_inlined, compiled_inner
from kernels.radio.sweep.sectors import (
    OMNI,
    SECTOR,
    SOLID,
    TILE,
    Emitters,
    Ints,
    Longs,
    Singles,
    Tables,
)
from kernels.radio.sweep.solid import times_solid_gain
from kernels.radio.sweep.table import (
    ANGLE_SEGMENTS,
    MANTISSA_SHIFT,
    SINE_SEGMENTS,
    line_at,
    words,
)

LANES = 16
"""Cells to which a vector loop rounds up: it would do those left over one by one."""


class RowCells(NamedTuple):
    """What is worked out of the cells of a row, for one sector after the other.

    Room for a row of a tile and LANES more. Places in tables (int32): ``of_class``, that at which
    the class of the users begins in those over distance, ``near`` in those over distance,
    ``aside`` over direction, ``rise`` over the sine. What is there (int64): ``path``, ``lobe``,
    ``around``, ``upright``. Values (float32): ``squared_m2``, ``turn``, ``sine`` where the tables
    are read, ``over_m`` height of the antenna over the terminal, ``power_mw``.
    """

    of_class: Ints
    near: Ints
    aside: Ints
    rise: Ints
    path: Longs
    lobe: Longs
    around: Longs
    upright: Longs
    squared_m2: Singles
    turn: Singles
    sine: Singles
    over_m: Singles
    power_mw: Singles


class LookUps(NamedTuple):
    """Tables of :class:`kernels.radio.sweep.sectors.Tables` as words (int64, one dimension).

    ``behind`` (float32, P): of each pattern, as of :func:`reach_behind`.
    """

    path: Longs
    lobe: Longs
    around: Longs
    upright: Longs
    behind: Singles


@compiled
def row_cells() -> RowCells:
    """Return room for a row of a tile."""
    size = TILE + LANES
    places, found = np.zeros((4, size), np.int32), np.zeros((4, size), np.int64)
    values = np.zeros((5, size), np.float32)
    return RowCells(
        places[0], places[1], places[2], places[3], found[0], found[1], found[2], found[3],
        values[0], values[1], values[2], values[3], values[4],
    )  # fmt: skip


@compiled
def look_ups(tables: Tables) -> LookUps:
    """Return tables in the form in which the rows of a tile look them up."""
    behind = np.empty(tables.floor.size, np.float32)
    for pattern in range(behind.size):
        behind[pattern] = reach_behind(tables.around[pattern], tables.floor[pattern])
    return LookUps(
        words(tables.path), words(tables.lobe), words(tables.around), words(tables.upright), behind
    )


@compiled
def reach_behind(around: Singles, least_gain: float) -> float:
    """How far a pattern stays at its least gain, from straight behind to either side.

    As a share of a quarter of :func:`kernels.radio.sweep.table.angle_nodes_deg`, less a segment for
    what is rounded; ``around`` (float32, (A, 2)).
    """
    quarter = ANGLE_SEGMENTS // 4
    for k in range(quarter):
        for first in (2 * quarter + k, 2 * quarter - k - 1):
            for node in (first, first + 1):
                gain = around[first, 0] + around[first, 1] * np.float32(node / quarter)
                if gain > least_gain:
                    return max(k - 1, 0) / quarter
    return (quarter - 1) / quarter


@compiled_disjoint
def _distances(
    cells: RowCells, skip: int, count: int, from_m: tuple[float, float, float], least_m2: float,
    own: int,
) -> None:  # fmt: skip
    """Squared distances, and their places in the tables, of cells but the first ``skip`` of a row.

    ``from_m``: the first of these to the east of the antenna, the antenna to the north of the row,
    and the side of a cell; ``own``: where the rows of the sector begin in the tables, less the
    first segment.
    """
    east, north, step = np.float32(from_m[0]), np.float32(from_m[1]), np.float32(from_m[2])
    north2, least, start = np.float32(north * north), np.float32(least_m2), np.int32(own)
    for j in range(count):
        dx = east + step * np.float32(j)
        squared = np.float32(max(dx * dx + north2, least))
        cells.squared_m2[j] = squared
        segment = squared.view(np.int32) >> np.int32(MANTISSA_SHIFT)
        cells.near[j] = segment + (start + cells.of_class[np.uint64(skip + j)])


@compiled_disjoint
def _directions(
    cells: RowCells, count: int, from_m: tuple[float, float, float], facing: Singles
) -> None:
    """Directions of cells of a row, and their places in the tables; ``from_m`` as before."""
    east, north, step = np.float32(from_m[0]), np.float32(from_m[1]), np.float32(from_m[2])
    face_east, face_north = facing[0], facing[1]
    zero, one, three = np.float32(0.0), np.float32(1.0), np.float32(3.0)
    north2, segments = np.float32(north * north), np.float32(ANGLE_SEGMENTS / 4)
    for j in range(count):
        dx = east + step * np.float32(j)
        forwards = dx * face_east + north * face_north
        sideways = dx * face_north - north * face_east
        # The tiny number prevents a division by zero at the position of the antenna itself.
        share = forwards / (abs(forwards) + abs(sideways) + np.float32(1e-20))
        turn = one - share if sideways >= zero else three + share
        # The position of the antenna itself has no direction and counts as in front.
        turn = zero if dx * dx + north2 < one else turn
        cells.turn[j] = turn
        cells.aside[j] = np.int32(turn * segments)


@compiled_disjoint
def _tilted_directions(
    cells: RowCells, count: int, from_m: tuple[float, float, float], facing: Singles,
    tilt_rad: float, least_m2: float,
) -> None:  # fmt: skip
    """The same from an antenna that is tilted as a whole: equations (7.1-7) and (7.1-8).

    With the sine of the depression from the antenna's own horizon, by ``cells.over_m``.
    """
    east, north, step = np.float32(from_m[0]), np.float32(from_m[1]), np.float32(from_m[2])
    face_east, face_north = facing[0], facing[1]
    cos_tilt, sin_tilt = np.float32(math.cos(tilt_rad)), np.float32(math.sin(tilt_rad))
    zero, one, two, three = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(3.0)
    segments, rises = np.float32(ANGLE_SEGMENTS / 4), np.float32(SINE_SEGMENTS / 2)
    least = np.float32(least_m2)
    for j in range(count):
        dx = east + step * np.float32(j)
        away = dx * dx + north * north
        here = away < one
        along = one if here else dx * face_east + north * face_north
        sideways = zero if here else dx * face_north - north * face_east
        ground = max(away, least)
        # Nearer than the least distance the direction stays, the distance does not.
        outwards = math.sqrt(ground / max(away, one))
        over = cells.over_m[j]
        forwards = (along * cos_tilt) * outwards + over * sin_tilt
        share = forwards / (abs(forwards) + abs(sideways) * outwards + np.float32(1e-20))
        turn = one - share if sideways >= zero else three + share
        cells.turn[j] = turn
        cells.aside[j] = np.int32(turn * segments)
        sine = one + (over * cos_tilt - along * outwards * sin_tilt) / math.sqrt(
            ground + over * over
        )
        cells.sine[j] = sine
        cells.rise[j] = np.int32(min(max(sine, zero), two) * rises)


@compiled_inner
def _look_up(found: Longs, table: Longs, place: Ints, begin: int, end: int) -> None:
    """Words of a table at the places of the cells from ``begin`` to ``end``.

    Nothing to vectorise: it would become a gather, which is no faster.
    """
    for j in range(begin, end):
        found[np.uint64(j)] = table[np.uint32(place[np.uint64(j)])]


@compiled_inner
def _look_up_in_front(cells: RowCells, looked: LookUps, turned: int, begin: int, end: int) -> None:
    """Words of path, lobe and pattern; that of the sector begins at ``turned``."""
    for j in range(begin, end):
        at = np.uint64(j)
        near, aside = np.uint32(cells.near[at]), np.uint32(cells.aside[at] + turned)
        cells.path[at] = looked.path[near]
        cells.lobe[at] = looked.lobe[near]
        cells.around[at] = looked.around[aside]


@compiled_inner
def _look_up_behind(cells: RowCells, looked: LookUps, begin: int, end: int) -> None:
    """Words of the path where the antenna has its least gain whatever its tables say."""
    for j in range(begin, end):
        at = np.uint64(j)
        cells.path[at] = looked.path[np.uint32(cells.near[at])]
        cells.around[at] = 0


@compiled_inlined
def _from_there(value: float, slope: float, count: int) -> tuple[int, int]:
    """The first of ``count`` cells at which a line is at least 2, and the one after the last.

    ``value`` and ``slope`` (float32): at the first cell, and to the next one.
    """
    if slope == 0.0:
        return (0, count) if value >= 2.0 else (0, 0)
    edge = min(max((np.float32(2.0) - value) / slope, np.float32(-1.0)), np.float32(count))
    if slope > 0.0:
        return max(math.ceil(edge), 0), count
    return 0, min(math.floor(edge) + 1, count)


@compiled_inlined
def back_span(
    count: int, from_m: tuple[float, float, float], facing: Singles, behind: float
) -> tuple[int, int]:
    """First cell behind an antenna, and the one after the last, by :func:`reach_behind`.

    Behind it is where u forwards and v sideways have ``-behind u >= (1 - behind) |v|``. Not within
    a metre of the antenna: there both sides are less than 2.
    """
    east, north, step = np.float32(from_m[0]), np.float32(from_m[1]), np.float32(from_m[2])
    backwards = -behind * (east * facing[0] + north * facing[1])
    more_backwards = -behind * step * facing[0]
    aside = (np.float32(1.0) - behind) * (east * facing[1] - north * facing[0])
    more_aside = (np.float32(1.0) - behind) * step * facing[1]
    right = _from_there(backwards - aside, more_backwards - more_aside, count)
    left = _from_there(backwards + aside, more_backwards + more_aside, count)
    begin = max(right[0], left[0])
    return begin, max(begin, min(right[1], left[1]))


@compiled_disjoint
def _omni_mw(cells: RowCells, count: int, full_mw: float) -> None:
    """Power from what was looked up of the path."""
    full = np.float32(full_mw)
    for j in range(count):
        cells.power_mw[j] = full * line_at(cells.path[j], cells.squared_m2[j])


@compiled_disjoint
def _sector_mw(cells: RowCells, count: int, full_mw: float, least_gain: float) -> None:
    """Power from what was looked up of path, lobe and pattern."""
    full, floor = np.float32(full_mw), np.float32(least_gain)
    for j in range(count):
        squared = cells.squared_m2[j]
        gain = line_at(cells.around[j], cells.turn[j])
        front = line_at(cells.lobe[j], squared) * gain
        cells.power_mw[j] = full * max(front, line_at(cells.path[j], squared) * floor)


@compiled_disjoint
def _times_cuts(cells: RowCells, count: int, least_gain: float) -> None:
    """Power times what was looked up of both cuts."""
    floor = np.float32(least_gain)
    for j in range(count):
        front = line_at(cells.around[j], cells.turn[j]) * line_at(cells.upright[j], cells.sine[j])
        cells.power_mw[j] *= max(front, floor)


@compiled_inlined
def times_gain(
    cells: RowCells, count: int, from_m: tuple[float, float, float], i: int, emitters: Emitters,
    tables: Tables, looked: LookUps,
) -> None:  # fmt: skip
    """Multiply the power at cells of a row by the gain towards terminals ``cells.over_m`` below.

    Of any antenna with a direction; ``from_m`` as of :func:`row_mw`.
    """
    pattern, tilt_rad, facing = emitters.pattern[i], emitters.tilt[i, 0], emitters.facing[i]
    if emitters.kind[i] == SOLID:
        times_solid_gain(
            cells.power_mw[:count], cells.over_m[:count], from_m, facing, tilt_rad,
            tables.least_m2, tables.solid[pattern],
        )  # fmt: skip
        return
    wide = (count + LANES - 1) // LANES * LANES
    _tilted_directions(cells, wide, from_m, facing, tilt_rad, tables.least_m2)
    _look_up(cells.around, looked.around[pattern * tables.around.shape[1] :], cells.aside, 0, count)
    _look_up(
        cells.upright, looked.upright[pattern * tables.upright.shape[1] :], cells.rise, 0, count
    )
    _times_cuts(cells, wide, tables.floor[pattern])


@compiled_inlined
def row_mw(
    cells: RowCells, skip: int, count: int, from_m: tuple[float, float, float], i: int,
    emitters: Emitters, tables: Tables, looked: LookUps,
) -> None:  # fmt: skip
    """Power of a sector at the cells of a row but the first ``skip``, into ``cells.power_mw``.

    ``from_m``: the first of these to the east of the antenna, the antenna to the north of the row,
    and the side of a cell.
    """
    kind, pattern = emitters.kind[i], emitters.pattern[i]
    own = tables.path.shape[1] * emitters.range_table[i] - tables.first_segment
    wide = (count + LANES - 1) // LANES * LANES
    _distances(cells, skip, wide, from_m, tables.least_m2, own)
    if kind == SECTOR:
        _directions(cells, wide, from_m, emitters.facing[i])
        begin, end = count, count
        if looked.behind[pattern] > 0.0:
            begin, end = back_span(count, from_m, emitters.facing[i], looked.behind[pattern])
        turned = pattern * tables.around.shape[1]
        _look_up_in_front(cells, looked, turned, 0, begin)
        _look_up_behind(cells, looked, begin, end)
        _look_up_in_front(cells, looked, turned, end, count)
        _sector_mw(cells, wide, emitters.power_mw[i], tables.floor[pattern])
        return
    _look_up(cells.path, looked.path, cells.near, 0, count)
    _omni_mw(cells, wide, emitters.power_mw[i])
    if kind != OMNI:
        for j in range(wide):
            cells.over_m[j] = emitters.tilt[i, 1]
        times_gain(cells, count, from_m, i, emitters, tables, looked)
