"""Rays from a station to every cell within a radius: the same for every station of a run.

Rays run to the rim of the square around the radius, a few to each cell of it. A ray has one
point in every column that it crosses (in every row, where it is the steeper), between two cells
of it. Every cell is the receiver of the one ray that passes nearest to its centre
(:mod:`kernels.radio.p1812.raster` lays the rays): no cell is left out and none computed twice, so
that there are neither spokes between rays nor seams between sides.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.radio.p1812.raster import ray_cell, receiver_offset

# Cells whose centres lie on the circle itself, but for rounding, belong to it.
RIM = 1.0 + 1e-9
NO_RECEIVER = -32768


class Rays(NamedTuple):
    """The rays of one side of the square; the other three sides have them turned.

    ``reach`` is the radius in whole cells, ``rim`` half the number of rays of a side: ray i
    climbs (i - rim) / rim cells across for each along. ``receiver`` (int16, 2 rim x reach):
    offset across the ray of the cell served in each column, :data:`NO_RECEIVER` for none.
    ``step_km`` (float64, 2 rim): distance between the points of a ray; ``points`` (int64,
    2 rim): how many, up to its last receiver.
    """

    reach: int
    rim: int
    cell_km: float
    receiver: npt.NDArray[np.int16]
    step_km: npt.NDArray[np.float64]
    points: npt.NDArray[np.int64]


@compiled
def rays_of(radius_cells: float, cell_km: float, rays_per_cell: int = 2) -> Rays:
    """Lay the rays to every cell within a radius of at least one cell.

    A ray passes within 0.5 / ``rays_per_cell`` cells of its receivers.
    """
    reach = int(radius_cells * RIM)
    rim = rays_per_cell * reach
    receiver = np.full((2 * rim, reach), NO_RECEIVER, np.int16)
    step_km = np.empty(2 * rim)
    points = np.zeros(2 * rim, np.int64)
    for ray in range(2 * rim):
        step_km[ray] = cell_km * math.sqrt(1.0 + ((ray - rim) / rim) ** 2)
        for along in range(1, reach + 1):
            across = receiver_offset(along, ray - rim, rim)
            if across != 2 * along and math.hypot(along, across) <= radius_cells * RIM:
                receiver[ray, along - 1] = across
                points[ray] = along
    return Rays(reach, rim, cell_km, receiver, step_km, points)


@compiled
def ray_vectors(side: int) -> tuple[int, int, int, int]:
    """Row and column of one cell along the rays of a side, and of one cell across them."""
    along_row, along_column = ray_cell(side, 1, 0)
    across_row, across_column = ray_cell(side, 0, 1)
    return along_row, along_column, across_row, across_column
