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

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.covering.blocks import BLOCK, INDEX_LIMIT, best_of_block, set_leaf, tournament
from kernels.covering.gains import Units, first_gain, take_disc, uncovered_units
from kernels.footprints.disc import half_width_table
from kernels.footprints.field import Field


def greedy_order(
    field: Field,
    n_stations: int,
    *,
    progress: Callable[[int], object] | None = None,
    stations_per_call: int = 2000,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Choose stations one after another, each where it newly covers the most weight.

    Parameters
    ----------
    field
        What is to be covered, and where stations may stand.
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
    _check(field)
    if n_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {n_stations}")
    if stations_per_call < 1:
        raise ValueError(f"stations_per_call must be at least 1, not {stations_per_call}")
    half_width = half_width_table(field.radius_cells)
    area_class = np.ascontiguousarray(field.area_class)
    remaining, unit = uncovered_units(field.weight, area_class, field.covered, half_width)
    gain = first_gain(remaining, area_class, field.candidate, half_width)
    tree = tournament(_block_keys(gain))
    outdated = np.zeros(tree.size // 2, dtype=np.bool_)
    keys = np.empty(min(n_stations, remaining.size), dtype=np.int64)
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


def _check(field: Field) -> None:
    weight, area_class, radius_cells, candidate, covered = field
    situations = np.atleast_2d(np.asarray(radius_cells)).shape[0]
    stack = (situations * area_class.shape[0], *area_class.shape[1:])
    shapes = {area_class.shape, candidate.shape}
    shapes |= {
        area_class.shape if each.shape == stack else each.shape for each in (weight, covered)
    }
    if len(shapes) != 1 or weight.ndim != 2:
        raise ValueError(f"weight, area_class, candidate and covered differ in shape: {shapes}")
    if not 0 < weight.size < INDEX_LIMIT:
        raise ValueError(f"a raster of 1 to {INDEX_LIMIT - 1} cells is needed, not {weight.shape}")
    if area_class.dtype != np.uint8 or candidate.dtype != np.bool_ or covered.dtype != np.bool_:
        raise ValueError("area_class must be uint8, candidate and covered bool")


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
    reach = 2 * (half_width.shape[2] - 1)
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
