"""The parts of cells that a hard disc serves, as links to places in them."""

from __future__ import annotations

import numpy as np

from kernels.arrays import Floats, Numbers
from kernels.footprints.disc import RIM_TOLERANCE
from kernels.footprints.served_share import Links

PLACES = 8
"""Places in a cell along each side: parts of one 64th, of which a disc serves all or nothing."""


def disc_links(radius_cells: Floats) -> Links:
    """Return which places of each cell beside it a station serves.

    Parameters
    ----------
    radius_cells
        ``float64[kinds, classes]``, radius in the class of the user's cell, in cells.

    Returns
    -------
    Links
        With a stratum for each of 8 x 8 places: a link to it never fails (0) within the radius,
        and always (1) beyond. Cells that lie wholly in the same discs have one entry.

    Examples
    --------
    >>> miss, entry, _ = disc_links(np.array([[1.5]]))
    >>> float(1 - miss[0, 0, entry[2, 2]].mean())  # its own cell
    1.0
    >>> float(1 - miss[0, 0, entry[2, 3]].mean())  # the cell beside
    0.96875
    """
    square = radius_cells**2 * (1 + RIM_TOLERANCE)
    reach = int(np.ceil(radius_cells.max() + 0.5))
    within = (np.arange(PLACES) + 0.5) / PLACES - 0.5
    away = np.arange(-reach, reach + 1)
    along = np.add.outer(away, within) ** 2
    near, far = along.min(axis=1), along.max(axis=1)
    nearest, farthest = np.add.outer(near, near), np.add.outer(far, far)
    state = np.where(
        farthest <= square[..., None, None], 2, nearest <= square[..., None, None]
    ).reshape(square.size, -1)
    partial = (state == 1).any(axis=0)
    state[:, partial] = np.arange(3, 3 + partial.sum())
    _, cell, entry = np.unique(state, axis=1, return_index=True, return_inverse=True)
    row, column = np.divmod(cell, away.size)
    place = along[row][:, :, None] + along[column][:, None, :]
    miss = place.reshape(cell.size, -1)[None, None] > square[:, :, None, None]
    nothing = miss.all(axis=(0, 1, 3))
    number = np.where(nothing, -1, np.arange(cell.size))[entry.reshape(-1)]
    entries: Numbers = number.reshape(away.size, away.size).astype(np.int32)
    return Links(miss.astype(np.float32), entries, PLACES)
