"""Delta-Bullington diffraction to the receivers along one ray, from running maxima and hulls.

P.526-15 §4.5.1 and §4.5.2; equation numbers are those of P.1812-6. Seen from the station the
steepest slope is a running maximum; seen from a receiver it is the tangent to the upper hull of
the points before it (:mod:`kernels.radio.p1812.hull`). Heights are lowered by the drop of the Earth
at their distance, so that curved paths become straight lines.

Three things are quicker here than in the Recommendation, and make the fast tier an
approximation: in line of sight only the vertices of the hull are tried as the nearest edge; the
obstruction that lowers the fitted surface, Eq. (87), is sought on the curved path; the smooth
Earth's part comes from a table (:mod:`kernels.radio.terrain.tables`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kernels.compiled import compiled
from kernels.radio.models.p526 import Floats, bullington_loss_db, lowered_end_m, surface_ends_m
from kernels.radio.p1812.hull import Ints, highest_vertex, horizon_vertex
from kernels.radio.terrain.tables import TerrainMedium, smooth_part_from_table_db


class RayState(NamedTuple):
    """Points of a ray up to the current one; arrays by point from the station (float64, reach + 1).

    ``lowered_m`` are heights less the Earth's drop, ``tx_slope`` the steepest slope from the
    antenna to them (m/km, running maximum); ``area`` and ``moment`` the running sums of the
    fitted line, Eq. (85) and (86); ``hull`` (int64, reach + 2) the hull of the points from the
    first on.
    """

    distance_km: Floats
    height_m: Floats
    lowered_m: Floats
    tx_slope: Floats
    area: Floats
    moment: Floats
    hull: Ints


@compiled
def ray_state(reach: int) -> RayState:
    """Allocate the arrays of a ray; they are reused for one ray after another."""
    size = reach + 1
    return RayState(
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.full(size, -np.inf),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size + 1, np.int64),
    )


@compiled
def start_ray(state: RayState, ground_m: float) -> None:
    """Begin a ray at the ground of the station."""
    state.height_m[0] = ground_m
    state.lowered_m[0] = ground_m
    state.hull[0] = 0


@compiled
def add_point(
    state: RayState, point: int, step_km: float, height_m: float, tx_m: float, bulge: float
) -> None:
    """Add the next point of a ray, ``step_km`` after the one before."""
    here_km = point * step_km
    before_m = state.height_m[point - 1]
    lowered_m = height_m - bulge * here_km * here_km
    state.distance_km[point] = here_km
    state.height_m[point] = height_m
    state.lowered_m[point] = lowered_m
    state.tx_slope[point] = max(state.tx_slope[point - 1], (lowered_m - tx_m) / here_km)
    state.area[point] = state.area[point - 1] + step_km * (height_m + before_m)
    state.moment[point] = state.moment[point - 1] + step_km * step_km * (
        height_m * (3 * point - 1) + before_m * (3 * point - 2)
    )


@compiled
def least_clearance_vertex(state: RayState, here_km: float, tx_m: float, slope: float) -> int:
    """Vertex of the hull with the highest nu on a path in line of sight, Eq. (15).

    The line lies above the concave hull, so clearance over the first Fresnel zone's radius falls
    to its least value along the hull and then rises.
    """
    hull, x, y = state.hull, state.distance_km, state.lowered_m
    low, high = 1, hull[0]
    while low < high:
        middle = (low + high) >> 1
        left, right = hull[middle], hull[middle + 1]
        left_m = tx_m + slope * x[left] - y[left]
        right_m = tx_m + slope * x[right] - y[right]
        left_zone = x[left] * (here_km - x[left])
        right_zone = x[right] * (here_km - x[right])
        if left_m * left_m * right_zone > right_m * right_m * left_zone:
            low = middle + 1
        else:
            high = middle
    return hull[low]


@compiled
def diffraction_at_db(
    state: RayState,
    last: int,
    here_km: float,
    ground_m: float,
    tx_m: float,
    rx_m: float,
    medium: TerrainMedium,
) -> float:
    """Delta-Bullington loss to a receiver behind point ``last``, which is already in the hull.

    ``tx_m`` and ``rx_m`` are the antennas above sea level, ``ground_m`` the receiver's ground.
    No loss where no point lies between (``last`` is 0); NaN where the receiver is in a hole.
    """
    if last == 0:
        return 0.0 * rx_m
    x, y = state.distance_km, state.lowered_m
    lowered_rx_m = rx_m - medium.bulge * here_km * here_km
    direct = (lowered_rx_m - tx_m) / here_km
    tx_slope = state.tx_slope[last]
    over_m, over_tx, over_rx = 0.0, 1.0, 1.0
    if tx_slope < direct:
        point = least_clearance_vertex(state, here_km, tx_m, direct)
        height_m = y[point] - tx_m - direct * x[point]
        edge_km = x[point]
    else:
        point = horizon_vertex(state.hull, x, y, here_km, lowered_rx_m)
        rx_slope = (y[point] - lowered_rx_m) / (here_km - x[point])
        edge_km = (lowered_rx_m - tx_m + rx_slope * here_km) / (tx_slope + rx_slope)
        height_m = (tx_slope - direct) * edge_km
        point = highest_vertex(state.hull, x, y, direct)
        # The Recommendation's obstruction is over the flat line, so the bulge is subtracted.
        bulge_m = medium.bulge * x[point] * (here_km - x[point])
        over_m = y[point] - tx_m - direct * x[point] - bulge_m
        over_tx, over_rx = tx_slope - direct, rx_slope + direct
    rest_km = here_km - edge_km
    nu = height_m * math.sqrt(0.002 * here_km / (medium.wavelength_m * edge_km * rest_km))
    edge_db = bullington_loss_db(nu, here_km)
    step_km = here_km - x[last]
    before_m = state.height_m[last]
    area = state.area[last] + step_km * (ground_m + before_m)
    moment = state.moment[last] + step_km * (
        ground_m * (2.0 * here_km + x[last]) + before_m * (here_km + 2.0 * x[last])
    )
    tx_end_m, rx_end_m = surface_ends_m(area, moment, here_km)
    tx_above_m = tx_m - lowered_end_m(tx_end_m, state.height_m[0], over_m, over_tx, over_rx)
    rx_above_m = rx_m - lowered_end_m(rx_end_m, ground_m, over_m, over_rx, over_tx)
    return edge_db + smooth_part_from_table_db(medium, here_km, tx_above_m, rx_above_m)
