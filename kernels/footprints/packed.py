"""A raster without its empty land: places where a station adds people, and all cells within reach.

Empty land costs as much time as any other. So blocks of cells with such places, and a margin of one
block around them, are cut out and laid side by side. Blocks that touch stay together, so that a
station serves the same cells on both rasters.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kernels.arrays import Bools, Classes, Floats, Ints, Numbers, Values
from kernels.compiled import compiled
from kernels.footprints.disc import NO_DISC
from kernels.footprints.field import Field

_LEAST_SIDE = 8
_WORTH_IT = 0.8
"""Share of the raster that the packed one may have: else it is not worth the copying."""


class Packing(NamedTuple):
    """Where the cells of a packed raster come from.

    ``source`` (int64[h, w]): flat index of each in the raster of ``shape``, -1 for none.
    """

    source: Ints
    shape: tuple[int, int]

    def packed(self, stack: Values, nothing: object) -> Values:
        """Return a stack of rasters ([Q * H, W]) packed ([Q * h, w]), ``nothing`` where none is."""
        layers = stack.reshape(-1, self.shape[0] * self.shape[1])
        found = layers[:, np.maximum(self.source.reshape(-1), 0)]
        found[:, self.source.reshape(-1) < 0] = nothing
        return found.reshape(-1, self.source.shape[1])

    def unpack(self, stack: Values, whole: Values) -> None:
        """Put a packed stack ([Q * h, w]) into its cells of the raster ``whole`` ([Q * H, W])."""
        here = self.source.reshape(-1) >= 0
        layers = stack.reshape(-1, self.source.size)
        cells = whole.reshape(len(layers), -1)
        cells[:, self.source.reshape(-1)[here]] = layers[:, here]

    def places(self, cells: Ints) -> Ints:
        """Return the flat indices of cells of the raster, all of them packed, in the packed one."""
        flat = self.source.reshape(-1)
        order = np.argsort(flat, kind="stable")
        return order[np.searchsorted(flat, cells, sorter=order)]


def held_radii(held: Bools, area_class: Classes, radius_cells: Floats) -> Floats:
    """Return the radii (float64[Q, n_classes]) of classes that hold anything, no disc for others.

    ``held`` (bool[Q * H, W]): cells that do, in each situation.
    """
    radii = np.atleast_2d(np.asarray(radius_cells, dtype=np.float64))
    for situation, cells in enumerate(held.reshape(len(radii), *area_class.shape)):
        found = np.bincount(area_class[cells], minlength=radii.shape[1])[: radii.shape[1]] > 0
        radii = np.where((np.arange(len(radii)) == situation)[:, None] & ~found, NO_DISC, radii)
    return radii


def with_held_radii(field: Field) -> Field:
    """Return a field without the discs of classes that hold nothing: they may be far wider."""
    held = (field.weight > 0) & ~field.covered
    radii = held_radii(held, field.area_class, np.asarray(field.radius_cells))
    return field._replace(radius_cells=radii)


def packed_field(field: Field) -> tuple[Packing, Field] | None:
    """Return a field on a packed raster of its candidates and all they reach; None if not smaller.

    Examples
    --------
    >>> weight = np.ones((90, 200), np.float32)
    >>> cells, places = np.zeros(weight.shape, np.uint8), np.zeros(weight.shape, np.bool_)
    >>> places[2, 3] = places[80, 190] = True
    >>> packing, small = packed_field(Field(weight, cells, [2.0], places, cells > 0))
    >>> small.weight.shape, int(small.candidate.sum())
    ((48, 24), 2)
    """
    packing = packing_of(field.candidate, np.asarray(field.radius_cells))
    if packing is None:
        return None
    small = Field(
        packing.packed(field.weight, 0),
        packing.packed(field.area_class, 255),
        field.radius_cells,
        packing.packed(field.candidate, False),
        packing.packed(field.covered, True),
    )
    return packing, small


def packing_of(places: Bools, radius_cells: Floats) -> Packing | None:
    """Return how to pack some places and all that stations there reach; None if not smaller.

    ``places``: bool[H, W]; ``radius_cells``: float64[Q, n_classes].
    """
    shape = places.shape[0], places.shape[1]
    side = max(_LEAST_SIDE, math.ceil(radius_cells.max(initial=0.0)))
    rows, columns = (np.arange(0, cells, side) for cells in shape)
    blocks = np.logical_or.reduceat(np.logical_or.reduceat(places, rows), columns, axis=1)
    # A frame of blocks beyond the edges keeps what is there apart from its new neighbours.
    near = np.pad(blocks, 1)
    row, column = np.nonzero(near)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            near[row + down, column + right] = True
    label = np.zeros(near.shape, np.int32)
    packed = _side_by_side(label, _connected(near, label))
    if not 0 < packed.size * side**2 <= _WORTH_IT * places.size:
        return None
    at_row, at_column = np.divmod(packed, near.shape[1])
    within = np.arange(side)
    y = ((at_row - 1) * side)[:, None, :, None] + within[:, None, None]
    x = ((at_column - 1) * side)[:, None, :, None] + within
    inside = (packed >= 0)[:, None, :, None] & (y >= 0) & (y < shape[0])
    source = np.where(inside & (x >= 0) & (x < shape[1]), y * shape[1] + x, -1)
    return Packing(source.reshape(packed.shape[0] * side, packed.shape[1] * side), shape)


def _side_by_side(label: Numbers, parts: int) -> Ints:
    """Lay the boxes round parts of a grid on shelves, the highest first.

    Returns the flat index in the grid of each of their elements, -1 between them.
    """
    row, column = np.nonzero(label)
    part = label[row, column] - 1
    begin, end = np.full((2, parts), label.size), np.zeros((2, parts), np.int64)
    for axis, at in enumerate((row, column)):
        np.minimum.at(begin[axis], part, at)
        np.maximum.at(end[axis], part, at + 1)
    height, width = end - begin
    across = max(int(width.max(initial=1)), math.ceil(math.sqrt(float((height * width).sum()))))
    place = np.zeros((2, parts), np.int64)
    top, left, shelf = 0, 0, 0
    for one in np.argsort(-height, kind="stable"):
        if left + width[one] > across:
            top, left, shelf = top + shelf, 0, 0
        place[:, one] = top, left
        left, shelf = left + int(width[one]), max(shelf, int(height[one]))
    used = int((place[1] + width).max(initial=0))
    packed = np.full((top + shelf, used), -1, np.int64)
    shift = (place - begin)[:, part]
    packed[row + shift[0], column + shift[1]] = row * label.shape[1] + column
    return packed


@compiled
def _connected(marked: Bools, label: Numbers) -> int:
    """Number the marked elements that touch, also at a corner, from 1; return how many parts."""
    height, width = marked.shape
    ahead = np.empty(marked.size, np.int64)
    parts = 0
    for start in range(marked.size):
        y, x = divmod(start, width)
        if not marked[y, x] or label[y, x] > 0:
            continue
        parts += 1
        label[y, x] = parts
        ahead[0], count = start, 1
        while count > 0:
            count -= 1
            y, x = divmod(ahead[count], width)
            for t in range(max(0, y - 1), min(height, y + 2)):
                for s in range(max(0, x - 1), min(width, x + 2)):
                    if marked[t, s] and label[t, s] == 0:
                        label[t, s] = parts
                        ahead[count] = t * width + s
                        count += 1
    return parts
