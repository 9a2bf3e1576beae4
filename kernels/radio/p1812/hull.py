"""Upper hulls of the points of a radial, grown outwards: what a receiver behind them can see.

Only the vertices of the upper hull can be the horizon of a receiver beyond all
points, or the greatest height over a straight line. A hull is kept as a stack of point numbers;
to add a point costs constant time on average, to find a horizon the logarithm of the hull's
size. A profile with the Earth's curvature becomes straight when each height is lowered by the
drop of the Earth at its distance (P.1812-6, Eq. (13), (17), (77) are slopes over it).

Here ``distances_km`` and ``heights_m`` (float64, N) are all points of the radial; ``stack``
(int64, N + 1) holds the number of vertices, then the vertices.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_inner
from kernels.radio.p1812.terms import Floats

Ints = npt.NDArray[np.int64]


@compiled_inner
def push(stack: Ints, distances_km: Floats, heights_m: Floats, point: int) -> None:
    """Add a point beyond all others to the hull, in place.

    ``stack`` (int64[n + 1]): number of vertices, then their indices; ``distances_km`` and
    ``heights_m`` (float64[n]) of all points.
    """
    size = stack[0]
    x, y = distances_km[point], heights_m[point]
    while size >= 2:
        middle, first = stack[size], stack[size - 1]
        rise_m = heights_m[middle] - heights_m[first]
        run_km = distances_km[middle] - distances_km[first]
        if rise_m * (x - distances_km[first]) > (y - heights_m[first]) * run_km:
            break
        size -= 1
    stack[size + 1] = point
    stack[0] = size + 1


@compiled_inner
def horizon_vertex(
    stack: Ints, distances_km: Floats, heights_m: Floats, here_km: float, here_m: float
) -> int:
    """Return the point of the steepest slope, seen from ``here``, beyond the hull.

    Along the hull that slope rises to its maximum and then falls, so bisection finds it.
    """
    low, high = 1, stack[0]
    while low < high:
        middle = (low + high) >> 1
        left, right = stack[middle], stack[middle + 1]
        left_rise_m = (heights_m[left] - here_m) * (here_km - distances_km[right])
        right_rise_m = (heights_m[right] - here_m) * (here_km - distances_km[left])
        if left_rise_m > right_rise_m:
            high = middle
        else:
            low = middle + 1
    return stack[low]


@compiled_inner
def highest_vertex(stack: Ints, distances_km: Floats, heights_m: Floats, slope_m_km: float) -> int:
    """Return the point of the hull that is highest above straight lines of this slope (m/km)."""
    low, high = 1, stack[0]
    while low < high:
        middle = (low + high) >> 1
        left, right = stack[middle], stack[middle + 1]
        rise_m = heights_m[right] - heights_m[left]
        if rise_m > slope_m_km * (distances_km[right] - distances_km[left]):
            low = middle + 1
        else:
            high = middle
    return stack[low]
