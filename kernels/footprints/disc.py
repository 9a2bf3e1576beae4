"""The disc that a station serves, as spans of cells row by row.

A cell belongs to the disc when its centre lies at most the radius from the centre of the
station's own cell. Lengths here are in cells: a radius in metres divided by the cell size.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

# A radius such as 0.3 / 0.1 falls just short of 3: cells on the circle itself still belong.
RIM_TOLERANCE = 1e-9


def row_half_widths(radius_cells: float) -> npt.NDArray[np.int64]:
    """Half-width in cells of each row of the disc, from its middle row outwards.

    Parameters
    ----------
    radius_cells
        Radius in cells, finite and not negative. Cells whose centres lie on the circle (within
        one part in 1e9) belong to the disc.

    Returns
    -------
    int64[reach + 1]
        Element ``d`` is the largest ``dx`` with ``dx**2 + d**2 <= radius_cells**2``; row ``+d``
        and row ``-d`` of the disc are alike and have ``2 * dx + 1`` cells.

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


def half_width_table(radius_cells: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Half-widths of the disc of every area class, in one table for the kernels.

    Parameters
    ----------
    radius_cells
        Radius of each area class in cells, ``float[n_classes]``, at least one class.

    Returns
    -------
    int64[n_classes, longest reach + 1]
        Row ``c`` holds :func:`row_half_widths` of class ``c``, then -1 for the rows its disc
        does not have.

    Raises
    ------
    ValueError
        When there is no class, more than 255, or a radius that is no length.
    """
    radii = np.asarray(radius_cells, dtype=np.float64)
    if radii.ndim != 1 or not 1 <= radii.size <= 255:
        raise ValueError(f"radii of 1 to 255 area classes are needed, not shape {radii.shape}")
    rows = [row_half_widths(float(radius)) for radius in radii]
    table = np.full((radii.size, max(row.size for row in rows)), -1, dtype=np.int64)
    for area_class, row in enumerate(rows):
        table[area_class, : row.size] = row
    return table
