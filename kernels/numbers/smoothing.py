"""Smoothing of rasters by repeated running means, at a cost independent of the width."""

from __future__ import annotations

import math

import numba
import numpy as np

from kernels.arrays import Raster
from kernels.compiled import compiled_exact_parallel

PASSES = 3


def box_half_width(sigma_cells: float) -> int:
    """Return the half-width of the box whose threefold mean has the given standard deviation.

    A box of width w = 2 h + 1 has the variance (w^2 - 1) / 12, and variances add over passes
    (W. M. Wells, Efficient synthesis of Gaussian filters by cascaded uniform filters, IEEE PAMI
    8(2), 1986, p. 234-239).
    """
    width = math.sqrt(12.0 * sigma_cells**2 / PASSES + 1.0)
    return max(0, round((width - 1.0) / 2.0))


@compiled_exact_parallel
def _box_sum_rows(value: Raster, half: int, out: Raster) -> None:
    height, width = value.shape
    for row in numba.prange(height):
        running = 0.0
        for col in range(min(half, width)):
            running += value[row, col]
        for col in range(width):
            if col + half < width:
                running += value[row, col + half]
            if col - half - 1 >= 0:
                running -= value[row, col - half - 1]
            out[row, col] = max(running, 0.0)


@compiled_exact_parallel
def _box_sum_columns(value: Raster, half: int, out: Raster) -> None:
    height, width = value.shape
    block = 256
    for first in numba.prange((width + block - 1) // block):
        left = first * block
        right = min(left + block, width)
        running = np.zeros(right - left)
        for row in range(min(half, height)):
            running += value[row, left:right]
        for row in range(height):
            if row + half < height:
                running += value[row + half, left:right]
            if row - half - 1 >= 0:
                running -= value[row - half - 1, left:right]
            out[row, left:right] = np.maximum(running, 0.0)


def gaussian_like_sum(value: Raster, sigma_cells: float) -> None:
    """Replace ``value`` (H, W) by its weighted sum over the neighbourhood, in place.

    The weights are three boxes in a row in each direction, close to a Gaussian of
    ``sigma_cells``, not normalised; values beyond the edge of the array are 0. Divide by the same
    sum of a mask to get a mean over land.
    """
    half = box_half_width(sigma_cells)
    if half == 0:
        return
    scratch = np.empty_like(value)
    for _ in range(PASSES):
        _box_sum_rows(value, half, scratch)
        _box_sum_columns(scratch, half, value)
        value /= np.float32((2 * half + 1) ** 2)
