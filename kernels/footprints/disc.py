"""The disc that a station serves, as spans of cells row by row.

A cell belongs to the disc when its centre lies at most the radius from the centre of the
station's own cell. Lengths here are in cells: a radius in metres divided by the cell size.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.arrays import Floats, Ints

# A radius such as 0.3 / 0.1 falls just short of 3: cells on the circle itself still belong.
RIM_TOLERANCE = 1e-9


def row_half_widths(radius_cells: float) -> Ints:
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


NO_DISC = -1.0
"""Radius of a situation in which a station does not even serve its own cell."""


def graded_disc_radii(share_at_square: Floats, n_situations: int) -> Floats:
    """Radii of nested discs that serve a falling share of the users of each cell.

    Parameters
    ----------
    share_at_square
        ``float64[n_classes, n]``, share of the users whom a station serves at a distance of the
        root of i cells, falling.
    n_situations
        Equal shares of the users, each with a disc.

    Returns
    -------
    float64[n_situations, n_classes]
        In cells, the widest first; :data:`NO_DISC` where there is none. At every distance the
        discs that reach it make up the share to the nearest whole number of situations, and what
        one distance has too much or too little the next ones make up for.

    Examples
    --------
    >>> graded_disc_radii(np.array([[1.0, 0.6, 0.4, 0.0, 0.1]]), 2)[:, 0].round(2)
    array([1.41, 0.  ])
    >>> graded_disc_radii(np.array([[0.6, 0.2]]), 2)[:, 0]
    array([ 0., -1.])
    """
    n_classes, n = share_at_square.shape
    reach = math.isqrt(n - 1)
    rows = np.arange(-reach, reach + 1) ** 2
    cells = np.bincount(np.add.outer(rows, rows).ravel(), minlength=n)[:n]
    radii = np.full((n_situations, n_classes), NO_DISC)
    for area in range(n_classes):
        owed, most = 0.0, n_situations
        for square in np.flatnonzero(cells):
            share = share_at_square[area, square]
            wanted = n_situations * (share + owed / cells[square])
            most = min(most, max(0, math.floor(wanted + 0.5)))
            owed += cells[square] * (share - most / n_situations)
            radii[:most, area] = math.sqrt(square)
            if most == 0:
                break
    return radii


def half_width_table(radius_cells: npt.ArrayLike) -> Ints:
    """Half-widths of the disc of every situation and area class, in one table for the kernels.

    Parameters
    ----------
    radius_cells
        Radius in cells, ``float[n_situations, n_classes]``, or ``float[n_classes]`` of one
        situation; at least one class; :data:`NO_DISC` for none.

    Returns
    -------
    int64[n_situations, n_classes, longest reach + 1]
        ``[q, c]`` holds :func:`row_half_widths` of class ``c`` in situation ``q``, then -1 for the
        rows its disc does not have.

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
