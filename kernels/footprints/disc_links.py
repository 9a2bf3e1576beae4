"""The parts of cells that a hard disc serves, as links to places in them."""

from __future__ import annotations

import numpy as np

from kernels.arrays import Floats
from kernels.footprints.disc import RIM_TOLERANCE
from kernels.footprints.served_share import Links

PLACES = 8
"""Places in a cell along each side: parts of one 64th, of which a disc serves all or nothing."""


def disc_links(radius_cells: Floats) -> Links:
    """Return which of 8 x 8 places of each cell beside it a station serves: a stratum for each.

    ``radius_cells`` (float64[kinds, classes, steps]): in the class of the user's cell at each step
    of the loss by terrain. A link to a place never fails (0) within the radius, and always (1)
    beyond. The first entry is a cell that lies wholly in a disc.

    Examples
    --------
    >>> miss, entry, *_ = disc_links(np.array([[[1.5]]]))
    >>> around = entry[0, 0, 0]
    >>> float(1 - miss[around[2, 2]].mean())  # its own cell
    1.0
    >>> float(1 - miss[around[2, 3]].mean())  # the cell beside
    0.96875
    """
    square = radius_cells**2 * (1 + RIM_TOLERANCE)
    reach = int(np.ceil(radius_cells.max() + 0.5))
    within = (np.arange(PLACES) + 0.5) / PLACES - 0.5
    along = np.add.outer(np.arange(-reach, reach + 1), within) ** 2
    beyond = np.maximum(np.abs(np.arange(-reach, reach + 1)) - 0.5, 0.0) ** 2
    far = along.max(axis=1)
    limit = square[..., None, None]
    entry = np.where(np.add.outer(far, far) <= limit, 0, -1).astype(np.int32)
    partial = (entry < 0) & (np.add.outer(beyond, beyond) <= limit)
    *disc, row, column = np.nonzero(partial)
    entry[partial] = 1 + np.arange(row.size)
    place = along[row][:, :, None] + along[column][:, None, :]
    miss = place > square[tuple(disc)][:, None, None]
    whole = np.zeros((1, PLACES**2), np.float32)
    table = np.vstack([whole, miss.reshape(row.size, -1)]).astype(np.float32)
    return Links(table, entry, PLACES, square=square)
