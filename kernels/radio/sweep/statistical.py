"""Sweep of many sectors over a raster: strongest server, second, interference, number of servers.

The raster is processed in square tiles, each by one thread and with its sectors in their given
order, so the result does not depend on the number of threads. Powers are linear, in mW, and only
added: the interference at a cell is the sum over the other sectors, updated when the strongest one
changes, and never a total minus the strongest one.

Units: metres from the raster's upper left corner, x to the east, y to the south; mW.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_parallel
from kernels.radio.sweep.kept import (
    Served,
    is_full,
    keep_all,
    keep_best,
    kept_row,
    put_row,
    take_row,
)
from kernels.radio.sweep.row_power import look_ups, row_cells, row_mw
from kernels.radio.sweep.sectors import TILE, Emitters, Ints, Longs, Tables, dealt_tiles, row_span


@compiled
def _sweep_tile(
    top: int, left: int, cell_m: float, sectors: Ints, emitters: Emitters, tables: Tables,
    served: Served,
) -> int:  # fmt: skip
    """Sweep the sectors over one tile, row by row; return the number of cells evaluated."""
    bottom = min(top + TILE, served.best_mw.shape[0])
    right = min(left + TILE, served.best_mw.shape[1])
    full, kept, cells, looked = is_full(served), kept_row(), row_cells(), look_ups(tables)
    evaluated = 0
    # All sectors of a row, one after the other: what is kept of its cells stays in the cache.
    for row in range(top, bottom):
        take_row(kept, served, row, left, right)
        for j in range(right - left):
            user = served.user_class[row, np.uint64(left + j)]
            cells.of_class[j] = tables.path.shape[1] * user
        for i in sectors:
            begin, end, north_m = row_span(emitters, i, cell_m, row, left, right)
            if begin >= end:
                continue
            from_m = ((begin + 0.5) * cell_m - emitters.place_m[i, 0], north_m, cell_m)
            row_mw(cells, begin - left, end - begin, from_m, i, emitters, tables, looked)
            power = cells.power_mw[: end - begin]
            if full:
                keep_all(power, kept, begin - left, emitters.load[i], i)
            else:
                keep_best(power, kept, begin - left, i)
            evaluated += end - begin
        put_row(served, kept, row, left, right)
    return evaluated


@compiled_parallel
def sweep(
    cell_m: float,
    emitters: Emitters,
    tables: Tables,
    tile_start: Longs,
    tile_sector: Ints,
    wanted: npt.NDArray[np.bool_],
    served: Served,
) -> Longs:
    """Sweep all sectors over a raster, tile by tile, into ``served``.

    ``tile_start`` and ``tile_sector`` are from :func:`kernels.radio.sweep.sectors.sectors_by_tile`;
    tiles that are not ``wanted`` (bool, one for each tile) are skipped. Return the number of cells
    evaluated for each tile (int64).
    """
    columns = (served.best_mw.shape[1] + TILE - 1) // TILE
    evaluated = np.zeros(wanted.size, np.int64)
    dealt = dealt_tiles(tile_start, wanted)
    for turn in numba.prange(dealt.size):
        tile = dealt[turn]
        evaluated[tile] = _sweep_tile(
            (tile // columns) * TILE,
            (tile % columns) * TILE,
            cell_m,
            tile_sector[tile_start[tile] : tile_start[tile + 1]],
            emitters,
            tables,
            served,
        )
    return evaluated
