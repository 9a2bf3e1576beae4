"""Greedy maximal covering on a raster: the stations in the order of their construction.

Each step chooses the candidate that newly covers the most weight, ties going to the smallest flat
index; the result is exactly that of the textbook algorithm (Nemhauser, Wolsey, Fisher 1978, which
reaches at least 1 - 1/e of the optimum), on weights rounded to a fixed-point unit.

The gain of every cell is kept up to date after each choice; the best cell is the root of a
tournament tree over blocks of cells (:mod:`kernels.covering.blocks`).
:mod:`kernels.covering.greedy_raster_limited` does the same for several kinds of stations within
limits: it could do this too, but takes a tenth longer where radii are a few cells.
"""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.blocks import BLOCK, INDEX_LIMIT, best_of_block, set_leaf, tournament
from kernels.covering.gains import (
    Units,
    first_gain,
    heaviest_window_weight,
    take_disc,
    uncovered_weight,
)
from kernels.footprints.disc import half_width_table

_LARGEST_GAIN = 2.0**30


def fixed_point_unit(weight: npt.NDArray[np.floating], reach_cells: int) -> float:
    """Choose the unit to which weights are rounded: a power of two, as fine as the sums allow.

    Parameters
    ----------
    weight
        ``float[H, W]``, each finite and not negative.
    reach_cells
        Longest service radius in whole cells.

    Returns
    -------
    float
        In the unit of ``weight``, such that the weight in any disc stays below 2**31 of them:
        1/1024 person where the heaviest square of four reaches holds a million people. A cell of
        less than half a unit counts as empty.

    Raises
    ------
    ValueError
        When a weight is negative, infinite or not a number, or their sum is beyond float64.
    """
    heaviest = heaviest_window_weight(weight, 2 * reach_cells + 1)
    if not 0 <= heaviest < math.inf:
        raise ValueError("weights must be finite and at least 0 (masked cells: 0)")
    if heaviest == 0:
        return 1.0
    return 2.0 ** math.ceil(math.log2(heaviest / _LARGEST_GAIN))


def greedy_order(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_stations: int,
    *,
    progress: Callable[[int], object] | None = None,
    stations_per_call: int = 2000,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Choose stations one after another, each where it newly covers the most weight.

    Parameters
    ----------
    weight
        ``float[H, W]``, people (or whatever counts) in each cell, finite and not negative.
    area_class
        ``uint8[H, W]``, class of each cell; a class beyond the radii (255) is outside: its
        weight does not count.
    radius_cells
        ``float[n_classes]``: cell i of class c is served by a station in cell j when their
        centres are at most ``radius_cells[c]`` apart.
    candidate
        ``bool[H, W]``, cells that may take a station.
    covered
        ``bool[H, W]``, cells that are covered already; not changed.
    n_stations
        How many stations at most, at least 0.
    progress
        Called with the number of stations chosen since the last call: a progress bar's
        ``update``. Ctrl-C takes effect between these calls.
    stations_per_call
        How often that is.

    Returns
    -------
    sites : int64[k]
        Flat indices of the chosen cells in order, ``k <= n_stations``: fewer when no candidate
        is left that would cover anything more.
    gain : float64[k]
        Weight newly covered by each, a whole number of :func:`fixed_point_unit`; never rises.

    Raises
    ------
    ValueError
        When shapes or types differ, or a weight, a radius or a number is out of range.
    """
    _check(weight, area_class, candidate, covered, n_stations)
    if stations_per_call < 1:
        raise ValueError(f"stations_per_call must be at least 1, not {stations_per_call}")
    half_width = half_width_table(radius_cells)
    unit = fixed_point_unit(weight, half_width.shape[1] - 1)
    area_class = np.ascontiguousarray(area_class)
    remaining = uncovered_weight(weight, area_class, covered, half_width.shape[0], 1 / unit)
    gain = first_gain(remaining, area_class, candidate, half_width)
    tree = tournament(_block_keys(gain))
    outdated = np.zeros(tree.size // 2, dtype=np.bool_)
    keys = np.empty(min(n_stations, weight.size), dtype=np.int64)
    chosen = 0
    while chosen < keys.size:
        part = keys[chosen : chosen + stations_per_call]
        count = _choose(part, gain, remaining, area_class, half_width, tree, outdated)
        chosen += count
        if progress is not None:
            progress(count)
        if count < part.size:
            break
    keys = keys[:chosen]
    sites = (INDEX_LIMIT - (keys & INDEX_LIMIT)).astype(np.int64)
    return sites, (keys >> 32).astype(np.float64) * unit


def _check(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_stations: int,
) -> None:
    shapes = {weight.shape, area_class.shape, candidate.shape, covered.shape}
    if len(shapes) != 1 or weight.ndim != 2:
        raise ValueError(f"weight, area_class, candidate and covered differ in shape: {shapes}")
    if not 0 < weight.size < INDEX_LIMIT:
        raise ValueError(f"a raster of 1 to {INDEX_LIMIT - 1} cells is needed, not {weight.shape}")
    if area_class.dtype != np.uint8 or candidate.dtype != np.bool_ or covered.dtype != np.bool_:
        raise ValueError("area_class must be uint8, candidate and covered bool")
    if n_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {n_stations}")


@compiled
def _block_keys(gain: Units) -> npt.NDArray[np.int64]:
    rows = (gain.shape[0] + BLOCK - 1) // BLOCK
    columns = (gain.shape[1] + BLOCK - 1) // BLOCK
    keys = np.empty(rows * columns, dtype=np.int64)
    for block in range(keys.size):
        keys[block] = best_of_block(gain, (block // columns, block % columns))
    return keys


@compiled
def _choose(
    keys: npt.NDArray[np.int64],
    gain: Units,
    remaining: Units,
    area_class: npt.NDArray[np.uint8],
    half_width: npt.NDArray[np.int64],
    tree: npt.NDArray[np.int64],
    outdated: npt.NDArray[np.bool_],
) -> int:
    """Choose stations until ``keys`` is full or nothing more is gained; their number."""
    height, width = gain.shape
    block_columns = (width + BLOCK - 1) // BLOCK
    reach = 2 * (half_width.shape[1] - 1)
    count = 0
    while count < keys.size and tree[1] > 0:
        key = tree[1]
        row, column = divmod(INDEX_LIMIT - (key & INDEX_LIMIT), width)
        block_row, block_column = row // BLOCK, column // BLOCK
        block = block_row * block_columns + block_column
        if outdated[block]:
            outdated[block] = False
            set_leaf(tree, block, best_of_block(gain, (block_row, block_column)))
            continue
        keys[count] = key
        count += 1
        take_disc(gain, remaining, area_class, half_width, row, column)
        for y in range(max(0, row - reach) // BLOCK, min(height - 1, row + reach) // BLOCK + 1):
            for x in range(
                max(0, column - reach) // BLOCK, min(width - 1, column + reach) // BLOCK + 1
            ):
                outdated[y * block_columns + x] = True
    return count
