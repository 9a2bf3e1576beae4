"""Two products of a raster on which every cell may be a candidate whose footprint is a disc.

What each candidate gains is the sum of values over its disc; how much each cell is served is the
sum of the shares of the candidates whose discs hold it. A row is summed once (running sums); a row
of the disc is then the difference of two of them, for a whole row of targets at a time. One thread
computes a tile, so that the result does not depend on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

from kernels.arrays import Bools, Classes, Floats, Ints, Raster, Values
from kernels.compiled import compiled, compiled_parallel
from kernels.footprints.coarser import coarser_radius, coarser_raster
from kernels.footprints.disc import half_width_table
from kernels.footprints.packed import Packing, held_radii, packing_of

_BLOCK, _ROWS_PER_LOOK = 32, 8
"""A cell of a block that holds anything costs as much as this number of rows of a disc."""

_SMALLEST_COARSE_RADIUS = 2.0
"""In cells: bounds of raster06, with discs of 3 cells, are worse for a start from coarser ones."""

_TILE_ROWS = 64
_TILE_COLUMNS = 512


@dataclass(frozen=True)
class DiscSums:
    """Discs round the candidates of a raster (H, W): a cell is served within its class's radius.

    ``area_class`` (uint8[H, W]): classes beyond the radii (255) are never served;
    ``radius_cells`` (float64[Q, n_classes], cells, or [n_classes] of one situation);
    ``candidate`` (bool[H, W]). Values on cells are stacks of Q rasters ([Q * H, W]). Every cell
    has a place in the products: those of cells that are no candidates are meaningless.
    """

    area_class: Classes
    radius_cells: Floats
    candidate: Bools

    @property
    def size(self) -> int:
        """Places in the products: cells of the raster."""
        return int(self.candidate.size)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the raster."""
        return self.candidate.shape[0], self.candidate.shape[1]

    @property
    def layers(self) -> tuple[DiscSums, ...]:
        """The products of each situation."""
        radii = np.atleast_2d(np.asarray(self.radius_cells))
        return tuple(DiscSums(self.area_class, one[None], self.candidate) for one in radii)

    @cached_property
    def half_width(self) -> Ints:
        """Half-widths of the disc of each situation and class, see :func:`half_width_table`."""
        return half_width_table(self.radius_cells)

    @cached_property
    def _everywhere(self) -> bool:
        return bool(self.candidate.all())

    @cached_property
    def _classes(self) -> Classes:
        return np.ascontiguousarray(self.area_class)

    def gained(self, values: Values, out: Values | None = None) -> Values:
        """Return the sum of ``values`` ([Q * H, W]) over each footprint, [size], in their type."""
        total = np.empty(self.size, values.dtype) if out is None else out
        out = total.reshape(self.shape)
        add_up_discs(out, values, self._classes, self.half_width, self.candidate)
        return total

    def add_served(self, served: Raster, shares: Raster, wanted: Raster) -> None:
        """Add to ``served`` ([Q * H, W]) how much of its stations serves each cell.

        ``shares`` ([size]): how much of each candidate is built, 0 where there is none;
        ``wanted`` ([Q * H, W]): above 0 in cells that count; what others are given means nothing.
        """
        built = shares.reshape(self.shape)
        _add_served(served, built, wanted, self._classes, self.half_width)

    def at_candidates(self, places: Values) -> Values:
        """Return what places ([size]) hold of the candidates, row by row."""
        if self._everywhere:
            return places
        return places[self.candidate.reshape(-1)]

    def spread(self, values: Values) -> Raster:
        """Put a value of each candidate, row by row, into its place; 0 elsewhere."""
        places = np.zeros(self.size, np.float32)
        places[self.candidate.reshape(-1)] = values
        return places

    def only(self, chosen: Bools) -> DiscSums:
        """Return the products of some of the candidates (bool, row by row)."""
        candidate = self.candidate.copy()
        candidate[self.candidate] = chosen
        return DiscSums(self.area_class, self.radius_cells, candidate)

    def coarser(self, weight: Raster, factor: int) -> tuple[Raster, Bools, DiscSums] | None:
        """Return weight, candidates and discs on a raster coarser by a whole factor.

        None where all discs would be too small to look like one.
        """
        given = np.asarray(self.radius_cells)
        radii = np.array([coarser_radius(radius, factor) for radius in given.ravel()])
        if radii.max(initial=0.0) < _SMALLEST_COARSE_RADIUS:
            return None
        n_classes = self.half_width.shape[1]
        total, main_class, candidate = coarser_raster(
            weight, self._classes, self.candidate, n_classes, factor
        )
        return total, candidate, DiscSums(main_class, radii.reshape(given.shape), candidate)

    def packed(self, weight: Raster) -> tuple[Packing, Bools, DiscSums] | None:
        """Return how these candidates are packed, and they with their discs; None if not smaller.

        Discs of classes that hold no ``weight`` ([Q * H, W]) are left out.
        """
        radii = held_radii(weight > 0, self.area_class, self.radius_cells)
        packing = packing_of(self.candidate, radii)
        if packing is None:
            return None
        candidate = packing.packed(self.candidate, False)
        return packing, candidate, DiscSums(packing.packed(self.area_class, 255), radii, candidate)

    def step_work(self, held: Bools) -> float:
        """Work of both products: cells that hold weight times rows of the widest disc round one.

        ``held``: bool[Q * H, W]. Land that is only looked at counts too, where a block of it holds
        anything.
        """
        rows = 2 * held_radii(held, self.area_class, self.radius_cells).max(axis=1) + 1
        stack = held.reshape(rows.size, *self.shape)
        work = float((rows * np.count_nonzero(stack, axis=(1, 2))).sum()) or float(rows.max())
        down, right = (np.arange(0, cells, _BLOCK) for cells in self.shape)
        blocks = np.logical_or.reduceat(stack.any(axis=0), down)
        looked_at = np.count_nonzero(np.logical_or.reduceat(blocks, right, axis=1)) * _BLOCK**2
        return work + _ROWS_PER_LOOK * rows.size * min(looked_at, self.size)

    @property
    def useful_steps(self) -> int:
        """Steps of a search after which its bound hardly falls any more."""
        return 400


@compiled_parallel
def add_up_discs(
    total: Values, values: Values, area_class: Classes, half_width: Ints, candidate: Bools
) -> None:
    """Sum ``values`` over the disc round each cell of every tile that holds a candidate.

    ``total`` ([H, W]) receives the sums, 0 in tiles without a candidate; ``values`` ([Q * H, W]):
    none negative, of the type of ``total``; ``half_width`` (int64[Q, n_classes, reach + 1]): see
    :func:`kernels.footprints.disc.half_width_table`.
    """
    height = total.shape[0]
    across = (total.shape[1] + _TILE_COLUMNS - 1) // _TILE_COLUMNS
    down = (total.shape[0] + _TILE_ROWS - 1) // _TILE_ROWS
    for tile in numba.prange(down * across):
        top, left, bottom, right = _tile_bounds(tile, across, total.shape)
        part = np.zeros((bottom - top, right - left), total.dtype)
        if candidate[top:bottom, left:right].any():
            for situation in range(half_width.shape[0]):
                layer = values[situation * height : (situation + 1) * height]
                for area in range(half_width.shape[1]):
                    discs = half_width[situation, area]
                    if discs[0] >= 0:
                        _add_class_sum(part, layer, area_class, area, discs, top, left)
        total[top:bottom, left:right] = part


@compiled_parallel
def _add_served(
    served: Raster, shares: Raster, wanted: Raster, area_class: Classes, half_width: Ints
) -> None:
    """Add to each cell that is wanted the shares within the radius of its class."""
    height, width = shares.shape
    across = (width + _TILE_COLUMNS - 1) // _TILE_COLUMNS
    down = (height + _TILE_ROWS - 1) // _TILE_ROWS
    for tile in numba.prange(down * across):
        top, left, bottom, right = _tile_bounds(tile, across, shares.shape)
        reach = -1
        for situation in range(half_width.shape[0]):
            above = situation * height
            if _any_above_zero(wanted[above + top : above + bottom, left:right]):
                reach = max(reach, half_width[situation, :, 0].max())
        if reach < 0:
            continue
        running, first_row = _running_sums(shares, top, left, bottom, right, reach)
        line = np.empty(right - left, dtype=np.float32)
        for situation in range(half_width.shape[0]):
            above = situation * height
            for y in range(top, bottom):
                cells, classes = wanted[above + y, left:right], area_class[y, left:right]
                row = served[above + y, left:right]
                for area in range(half_width.shape[1]):
                    discs = half_width[situation, area]
                    if discs[0] < 0:
                        continue
                    begin, end = _class_extent(cells, classes, area)
                    if begin == end:
                        continue
                    _sum_disc_row(line[begin:end], running, discs, y - first_row, begin, reach)
                    for k in range(begin, end):
                        if classes[k] == area:
                            row[k] += line[k]


@compiled
def _tile_bounds(tile: int, across: int, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    top = (tile // across) * _TILE_ROWS
    left = (tile % across) * _TILE_COLUMNS
    return top, left, min(shape[0], top + _TILE_ROWS), min(shape[1], left + _TILE_COLUMNS)


@compiled
def _any_above_zero(part: Raster) -> bool:
    for y in range(part.shape[0]):
        highest = np.float32(0.0)
        for value in part[y]:
            highest = max(highest, value)
        if highest > 0.0:
            return True
    return False


@compiled
def _add_class_sum(
    total: Values,
    values: Values,
    area_class: Classes,
    area: int,
    half_width: Ints,
    top: int,
    left: int,
) -> None:
    """Add to the tile ``total`` at ``top``, ``left`` the values of one class round each cell."""
    rows, columns = total.shape
    reach = half_width[0]
    running = np.empty(columns + 2 * reach + 1, dtype=total.dtype)
    for y in range(max(0, top - reach), min(values.shape[0], top + rows + reach)):
        if not _running_class_sum(running, values[y], area_class[y], area, left - reach):
            continue
        for target in range(max(top, y - reach), min(top + rows, y + reach + 1)):
            half = half_width[abs(target - y)]
            upper, lower = running[reach + half + 1 :], running[reach - half :]
            line = total[target - top]
            for x in range(columns):
                line[x] += upper[x] - lower[x]


@compiled
def _running_class_sum(
    running: Values, values: Values, classes: Classes, area: int, first: int
) -> bool:
    """Sum one class (``area``) along a row, from a column on, which may lie off the grid.

    Element k of ``running`` receives the sum of the k columns from ``first`` on; columns off the
    grid hold nothing. Returns whether there is anything to sum; without, ``running`` stays as it
    is. Whole numbers wrap round where their sum does not fit; differences within a disc are right.
    """
    nothing = values.dtype.type(0)
    begin, end = max(0, first), min(values.size, first + running.size - 1)
    present = False
    for x in range(begin, end):
        present |= (values[x] != nothing) & (classes[x] == area)
    if not present:
        return False
    running[: begin - first + 1] = nothing
    total = nothing
    for x in range(begin, end):
        total += values[x] if classes[x] == area else nothing
        running[x - first + 1] = total
    running[end - first + 1 :] = total
    return True


@compiled
def _running_sums(
    values: Raster, top: int, left: int, bottom: int, right: int, reach: int
) -> tuple[Raster, int]:
    """Running sums of all rows that a tile's cells can be served from, and the first such row."""
    first_row = max(0, top - reach)
    last_row = min(values.shape[0], bottom + reach)
    running = np.empty((last_row - first_row, right - left + 2 * reach + 1), dtype=np.float32)
    first = left - reach
    begin, end = max(0, first), min(values.shape[1], right + reach)
    for y in range(first_row, last_row):
        line, row = running[y - first_row], values[y]
        line[: begin - first + 1] = 0.0
        total = np.float32(0.0)
        for x in range(begin, end):
            total += row[x]
            line[x - first + 1] = total
        line[end - first + 1 :] = total
    return running, first_row


@compiled
def _class_extent(cells: Raster, classes: Classes, area: int) -> tuple[int, int]:
    """First and end column of the cells of one class that hold any weight."""
    begin, end = 0, cells.size
    while begin < end and (classes[begin] != area or cells[begin] == 0.0):
        begin += 1
    while end > begin and (classes[end - 1] != area or cells[end - 1] == 0.0):
        end -= 1
    return begin, end


@compiled
def _sum_disc_row(
    served: Raster, running: Raster, half_width: Ints, middle: int, begin: int, reach: int
) -> None:
    """Sum over one class's disc round a row of cells that starts at column ``begin`` of a tile."""
    served[:] = 0.0
    own = half_width[0]
    for row in range(max(0, middle - own), min(running.shape[0], middle + own + 1)):
        half = half_width[abs(row - middle)]
        upper = running[row, begin + reach + half + 1 :]
        lower = running[row, begin + reach - half :]
        for x in range(served.size):
            served[x] += upper[x] - lower[x]
