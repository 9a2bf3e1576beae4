"""Sums over square blocks of a raster, zone by zone."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from kernels.arrays import Floats, Ints, Raster, Zones
from kernels.compiled import compiled_exact

_Number = TypeVar("_Number", np.int64, np.float64)


class BlockParts(NamedTuple):
    """Parts of blocks that lie in one zone, block by block.

    ``block`` (int64[n]): number of the block, row by row; ``zone`` (int64[n]); ``cells``
    (int64[n]): of the part; ``total`` (float64[n]): sum of the values there.
    """

    block: Ints
    zone: Ints
    cells: Ints
    total: Floats


@compiled_exact
def block_parts(value: Raster, zone_index: Zones, side: int) -> BlockParts:
    """Sum ``value`` over blocks of ``side`` x ``side`` cells, those of each zone by themselves.

    ``value`` (H, W) float, ``zone_index`` (H, W) integer, negative outside all zones. Blocks at the
    lower and right edge may be cut; a block outside all zones has no part.

    Examples
    --------
    >>> import numpy as np
    >>> value = np.arange(6, dtype=np.float32).reshape(2, 3)
    >>> parts = block_parts(value, np.array([[0, 1, 1], [0, -1, 1]], np.int16), 2)
    >>> parts.block.tolist(), parts.zone.tolist(), parts.total.tolist()
    ([0, 0, 1], [0, 1, 1], [3.0, 1.0, 7.0])
    """
    height, width = value.shape
    rows, columns = (height + side - 1) // side, (width + side - 1) // side
    room = rows * columns
    block, zone = np.empty(room, np.int64), np.empty(room, np.int64)
    cells, total = np.empty(room, np.int64), np.empty(room)
    count = 0
    for row in range(rows):
        for column in range(columns):
            first = count
            for y in range(row * side, min(height, (row + 1) * side)):
                for x in range(column * side, min(width, (column + 1) * side)):
                    own = zone_index[y, x]
                    if own < 0:
                        continue
                    part = first
                    while part < count and zone[part] != own:
                        part += 1
                    if part == count:
                        if count == block.size:
                            block, zone = _longer(block), _longer(zone)
                            cells, total = _longer(cells), _longer(total)
                        block[part], zone[part] = row * columns + column, own
                        cells[part], total[part] = 0, 0.0
                        count += 1
                    cells[part] += 1
                    total[part] += value[y, x]
    return BlockParts(block[:count], zone[:count], cells[:count], total[:count])


@compiled_exact
def _longer(array: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Return an array of twice the length that begins with this one."""
    longer = np.empty(max(1, 2 * array.size), array.dtype)
    longer[: array.size] = array
    return longer
