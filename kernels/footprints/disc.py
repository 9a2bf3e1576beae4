"""The disc that a station serves, as spans of cells row by row.

A cell belongs to the disc when its centre lies at most the radius from the centre of the
station's own cell. Lengths here are in cells: a radius in metres divided by the cell size.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.arrays import Ints

# A radius such as 0.3 / 0.1 falls just short of 3: cells on the circle itself still belong.
RIM_TOLERANCE = 1e-9


def row_half_widths(radius_cells: float) -> Ints:
    """Half-width in cells of each row of the disc, from its middle row outwards.

    Element ``d`` of the result (int64[reach + 1]) is the largest ``dx`` with ``dx**2 + d**2 <=
    radius_cells**2``, within one part in 1e9; row ``+d`` and row ``-d`` have ``2 * dx + 1`` cells.

    Raises
    ------
    ValueError
        When the radius is negative, infinite or not a number.

    Examples
    --------
    >>> row_half_widths(3.0)
    array([3, 2, 2, 0])
    """
    if not math.isfinite(radius_cells) or radius_cells < 0:
        raise ValueError(f"a radius must be finite and at least 0 cells, not {radius_cells}")
    limit = radius_cells * radius_cells * (1 + RIM_TOLERANCE)
    reach = math.isqrt(int(limit))
    return np.array([math.isqrt(int(limit - d * d)) for d in range(reach + 1)], dtype=np.int64)


def disc_cell_count(radius_cells: float) -> int:
    """Count the cells of the disc of ``radius_cells``, its middle cell included."""
    half_width = row_half_widths(radius_cells)
    return int(2 * (2 * half_width + 1).sum() - (2 * half_width[0] + 1))


NO_DISC = -1.0
"""Radius of a situation in which a station does not even serve its own cell."""


def half_width_table(radius_cells: npt.ArrayLike) -> Ints:
    """Half-widths of the disc of every situation and area class, in one table for the kernels.

    ``radius_cells``: float[n_situations, n_classes], or float[n_classes] of one situation;
    :data:`NO_DISC` for none. ``[q, c]`` of the result (int64[n_situations, n_classes, longest reach
    + 1]) holds :func:`row_half_widths` of class ``c`` in situation ``q``, then -1 for the rows its
    disc does not have.

    Raises
    ------
    ValueError
        When there is no class, more than 255, or a radius that is no length.
    """
    radii = np.asarray(radius_cells, dtype=np.float64)
    if radii.ndim not in (1, 2) or not 1 <= radii.shape[-1] <= 255 or not radii.size:
        raise ValueError(f"radii of 1 to 255 area classes are needed, not shape {radii.shape}")
    radii = np.atleast_2d(radii)
    none = np.full(1, -1, np.int64)
    rows = [
        [none if radius == NO_DISC else row_half_widths(float(radius)) for radius in own]
        for own in radii
    ]
    table = np.full((*radii.shape, max(row.size for own in rows for row in own)), -1, np.int64)
    for situation, own in enumerate(rows):
        for area_class, row in enumerate(own):
            table[situation, area_class, : row.size] = row
    return table
