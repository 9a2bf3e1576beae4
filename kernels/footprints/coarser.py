"""A covering problem on a coarser raster, and what is found there carried back to the finer one.

Any multipliers give a valid bound, and those of a coarser raster cost a small part of the work.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from kernels.arrays import Bools, Classes, Raster
from kernels.compiled import compiled_parallel
from kernels.footprints.disc import NO_DISC, disc_cell_count

_OUTSIDE = np.uint8(255)


def coarser_radius(radius_cells: float, factor: int) -> float:
    """Radius in coarse cells of the disc whose area comes closest to that of the fine disc.

    Examples
    --------
    >>> coarser_radius(6.0, 2)
    3.0
    """
    if radius_cells == NO_DISC:
        return NO_DISC
    wanted = disc_cell_count(radius_cells) / factor**2
    longest = math.ceil(radius_cells / factor) + 1
    squares = sorted({y * y + x * x for y in range(longest + 1) for x in range(y + 1)})
    radii = [math.sqrt(square) for square in squares if square <= longest**2]
    return min(radii, key=lambda radius: abs(math.log(disc_cell_count(radius) / wanted)))


@compiled_parallel
def coarser_raster(
    weight: Raster, area_class: Classes, candidate: Bools, n_classes: int, factor: int
) -> tuple[Raster, Classes, Bools]:
    """Sum blocks of ``factor`` by ``factor`` cells; those at the lower and right edge may be cut.

    ``weight`` (float32[Q * H, W]) is a stack of Q rasters; ``area_class`` (uint8[H, W]) from
    ``n_classes`` on is outside; ``candidate`` (bool[H, W]). Returns those of the blocks: sums of
    the weights; the class that holds most of them, 255 for none; whether any cell is a candidate.
    """
    height, width = candidate.shape
    rows, columns = (height + factor - 1) // factor, (width + factor - 1) // factor
    situations = weight.shape[0] // height
    total = np.zeros((situations * rows, columns), dtype=np.float32)
    main_class = np.full((rows, columns), _OUTSIDE, dtype=np.uint8)
    any_candidate = np.zeros((rows, columns), dtype=np.bool_)
    for row in numba.prange(rows):
        held = np.zeros((columns, n_classes), dtype=np.float32)
        own = np.zeros((columns, n_classes), dtype=np.float32)
        for situation in range(situations):
            own[:] = 0.0
            for y in range(row * factor, min(height, (row + 1) * factor)):
                for x in range(width):
                    any_candidate[row, x // factor] |= candidate[y, x]
                    people = weight[situation * height + y, x]
                    if people > 0:
                        own[x // factor, area_class[y, x]] += people
            for column in range(columns):
                for area in range(n_classes):
                    total[situation * rows + row, column] += own[column, area]
                    held[column, area] += own[column, area]
        for column in range(columns):
            most = np.float32(0.0)
            for area in range(n_classes):
                if held[column, area] > most:
                    most = held[column, area]
                    main_class[row, column] = area
    return total, main_class, any_candidate


@compiled_parallel
def carry_to_finer(
    values: Raster, coarse_of: Raster, fine_of: Raster, coarse: Raster, factor: int
) -> None:
    """Give each cell of a block its part of the block's value.

    ``values`` (float32[H, W], of the finer raster) receives ``fine_of`` (float32[H, W]) times the
    block's ``coarse`` over its ``coarse_of`` (float32[rows, columns]): 0 of the latter gives 0.
    ``factor``: side of a block in cells.
    """
    for y in numba.prange(values.shape[0]):
        row = y // factor
        for x in range(values.shape[1]):
            whole = coarse_of[row, x // factor]
            values[y, x] = fine_of[y, x] * coarse[row, x // factor] / whole if whole > 0 else 0.0
