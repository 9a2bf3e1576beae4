"""Terrain profiles along straight lines of a raster, and the Earth's effective radius.

Rows and columns are numbers of cells with fractions: (0, 0) is the centre of the first cell.
Heights are interpolated bilinearly between the four cells around a point.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled

EARTH_RADIUS_KM = 6371.0
DUCTING_LAPSE_RATE = 157.0


@compiled
def effective_radius_km(factor: float) -> float:
    """Effective radius of the Earth in km for a factor k (4/3 in a mean atmosphere), P.526 §2."""
    return EARTH_RADIUS_KM * factor


@compiled
def lapse_rate_of_factor(factor: float) -> float:
    """Fall of refractivity with height (N-units/km) of a factor k, P.1812 Eq. (7)."""
    return DUCTING_LAPSE_RATE * (1.0 - 1.0 / factor)


@compiled
def raster_height_m(heights_m: npt.NDArray[np.floating], row: float, column: float) -> float:
    """Height between cell centres; NaN off the raster and next to a hole.

    Half a cell beyond the outermost centres belongs to the raster and has the edge's height.
    """
    rows, columns = heights_m.shape
    if not (-0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5):
        return np.nan
    row = min(max(row, 0.0), rows - 1.0)
    column = min(max(column, 0.0), columns - 1.0)
    top = min(int(row), max(rows - 2, 0))
    left = min(int(column), max(columns - 2, 0))
    below, right = min(top + 1, rows - 1), min(left + 1, columns - 1)
    down, across = row - top, column - left
    upper = _between(heights_m[top, left], heights_m[top, right], across)
    lower = _between(heights_m[below, left], heights_m[below, right], across)
    return _between(upper, lower, down)


@compiled
def _between(first: float, second: float, share: float) -> float:
    """Interpolate, without using an end of weight 0, which may be a hole."""
    if share == 0.0:
        return first
    if share == 1.0:
        return second
    return first + share * (second - first)


@compiled
def profile_heights_m(
    heights_m: npt.NDArray[np.floating],
    start: tuple[float, float],
    end: tuple[float, float],
    count: int,
) -> npt.NDArray[np.float64]:
    """Heights at ``count`` points evenly from ``start`` to ``end`` (row, column), both included.

    ``heights_m`` is a raster (rows x columns); the result is float64 (count), NaN where the
    raster has no height. ``count`` is at least 2.
    """
    profile_m = np.empty(count)
    for i in range(count):
        share = i / (count - 1)
        row = start[0] + share * (end[0] - start[0])
        column = start[1] + share * (end[1] - start[1])
        profile_m[i] = raster_height_m(heights_m, row, column)
    return profile_m


@compiled
def profile_points(start: tuple[float, float], end: tuple[float, float]) -> int:
    """Points of a profile that are at most a cell apart: at least 3."""
    cells = math.hypot(end[0] - start[0], end[1] - start[1])
    return max(3, math.ceil(cells - 1e-9) + 1)
