"""Outlines of the parts of a raster: cells of one number that touch along a side, as rings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels.arrays import Bools, Ints, Numbers
from kernels.compiled import compiled


class Rings(NamedTuple):
    """Rings round the parts of a raster, the outer one of each part before those of its holes.

    ``corner`` (int32[k, 2]): row and column of the corners of each ring, its first one again at
    the end; ``first`` (int64[rings + 1]): where each begins; ``part`` (int64[rings]): rising.
    """

    corner: Numbers
    first: Ints
    part: Ints


def rings(number: Numbers) -> tuple[Rings, Numbers]:
    """Return the rings round all parts of a raster, and the number of each part (int32[parts]).

    ``number`` (int32[H, W]): 0 is outside of all parts.

    Examples
    --------
    >>> found, number = rings(np.array([[0, 7, 7], [0, 0, 7]], np.int32))
    >>> found.corner.tolist(), number.tolist()
    ([[0, 3], [2, 3], [2, 2], [1, 2], [1, 1], [0, 1], [0, 3]], [7])
    """
    part, value, edges = _parts(np.pad(number, 1))
    corner, first, of = _walked(part, edges)
    order = np.argsort(of, kind="stable")
    length = np.diff(first)[order]
    begin = np.concatenate([[0], np.cumsum(length)])
    where = np.arange(begin[-1]) + np.repeat(first[:-1][order] - begin[:-1], length)
    return Rings(corner[where], begin, of[order]), value


@compiled
def _parts(number: Numbers) -> tuple[Numbers, Numbers, int]:
    """Return the part of each cell, -1 for none, the number of each part, and sides in all."""
    part, waiting = np.full(number.shape, -1, np.int32), np.empty((number.size, 2), np.int32)
    value, parts, edges = np.empty(number.size, np.int32), 0, 0
    for y in range(1, number.shape[0] - 1):
        for x in range(1, number.shape[1] - 1):
            if number[y, x] == 0 or part[y, x] >= 0:
                continue
            part[y, x], value[parts] = parts, number[y, x]
            waiting[0, 0], waiting[0, 1], count = y, x, 1
            while count > 0:
                count -= 1
                row, column = waiting[count]
                for side in range(4):
                    t, s = _beside(row, column, side)
                    if number[t, s] != value[parts]:
                        edges += 1
                    elif part[t, s] < 0:
                        part[t, s] = parts
                        waiting[count, 0], waiting[count, 1] = t, s
                        count += 1
            parts += 1
    return part, value[:parts].copy(), edges


@compiled
def _walked(part: Numbers, edges: int) -> tuple[Numbers, Ints, Ints]:
    """Return corners, the first of each ring, and the part of each, in the order of the rows."""
    corner, seen = np.empty((2 * edges, 2), np.int32), np.zeros(part.shape, np.bool_)
    first, of = np.zeros(edges + 1, np.int64), np.empty(edges, np.int64)
    count, found = 0, 0
    # Every ring has an upper side; the uppermost one of a part is on its outer ring.
    for y in range(1, part.shape[0] - 1):
        for x in range(1, part.shape[1] - 1):
            if part[y, x] >= 0 and part[y - 1, x] != part[y, x] and not seen[y, x]:
                count = _walk(part, seen, corner, count, y, x)
                of[found] = part[y, x]
                found += 1
                first[found] = count
    return corner[:count].copy(), first[: found + 1].copy(), of[:found].copy()


@compiled
def _walk(part: Numbers, seen: Bools, corner: Numbers, count: int, y: int, x: int) -> int:
    """Write the corners of the ring along the upper side of a cell; return how many there are."""
    own, side, begin = part[y, x], 0, count
    while side > 0 or not seen[y, x]:
        seen[y, x] |= side == 0
        ahead = _beside(y, x, side + 1)
        across = _beside(ahead[0], ahead[1], side)
        if part[ahead] == own and part[across] != own:
            y, x = ahead
            continue
        corner[count, 0] = y - (side % 3 == 0)
        corner[count, 1] = x - (side >= 2)
        count += 1
        # Cells of a part that touch at a corner only are joined there: so no ring crosses itself.
        if part[across] == own:
            y, x = across
            side = (side + 3) % 4
        else:
            side = (side + 1) % 4
    corner[count] = corner[begin]
    return count + 1


@compiled
def _beside(y: int, x: int, side: int) -> tuple[int, int]:
    """Return the cell beyond a side of a cell: upper, right, lower, left, upper again."""
    return y + (side == 2) - (side % 4 == 0), x + (side == 1) - (side == 3)
