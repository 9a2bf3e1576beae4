"""Tables of the fast terrain tier: values independent of the terrain are computed once.

The second part of delta-Bullington (P.526 §4.5.2) is the loss of the smooth Earth in excess of
Bullington's loss of the same smooth path. It depends only on the distance and the two heights over
the fitted surface, and varies slowly. A table of it, by the square root of the distance and the
logarithms of the heights, costs a sweep a few nanoseconds instead of some hundreds.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.radio.models.p526 import (
    WAVELENGTH_M_GHZ,
    ElectricGround,
    Floats,
    bullington_loss_db,
    ground_of,
    smooth_earth_loss_db,
    smooth_profile_nu,
)

LOWEST_M, HIGHEST_M = 1.0, 2000.0
N_DISTANCES, N_HEIGHTS = 48, 40
_HEIGHT_STEP = math.log(HIGHEST_M / LOWEST_M) / (N_HEIGHTS - 1)
_FEWEST_POINTS, _MOST_POINTS = 3, 400


class TerrainMedium(NamedTuple):
    """Carrier and atmosphere of a sweep, with the table of the smooth Earth's part.

    ``bulge`` is 500 over the effective radius in km; ``smooth_db`` is float32 (distance,
    transmitter, receiver), :func:`smooth_part_db` at the nodes; ``reach_km`` its last distance.
    """

    wavelength_m: float
    bulge: float
    reach_km: float
    smooth_db: npt.NDArray[np.float32]


@compiled
def smooth_part_db(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    step_km: float,
    ground: ElectricGround,
) -> float:
    """Loss of the smooth Earth minus Bullington's of the same path, not cut off at zero.

    P.526 §4.5.2, Eq. (38); ``tx_m`` and ``rx_m`` are heights over the smooth surface, the path
    has a point every ``step_km``.
    """
    count = min(max(round(distance_km / step_km) + 1, _FEWEST_POINTS), _MOST_POINTS)
    distances_km = np.linspace(0.0, distance_km, count)
    nu = smooth_profile_nu(distances_km, tx_m, rx_m, radius_km, ground.wavelength_m)
    return smooth_earth_loss_db(
        distance_km, tx_m, rx_m, radius_km, ground, 0.0
    ) - bullington_loss_db(nu, distance_km)


@compiled
def terrain_medium(
    frequency_ghz: float, polarisation: int, radius_km: float, reach_km: float, step_km: float
) -> TerrainMedium:
    """Compute the table up to ``reach_km`` for profiles of one point every ``step_km``."""
    ground = ground_of(frequency_ghz, polarisation)
    smooth_db = np.empty((N_DISTANCES, N_HEIGHTS, N_HEIGHTS), np.float32)
    for i in range(N_DISTANCES):
        share = max(i, 0.5) / (N_DISTANCES - 1)
        for j in range(N_HEIGHTS):
            tx_m = LOWEST_M * math.exp(j * _HEIGHT_STEP)
            for k in range(N_HEIGHTS):
                # The path has the same loss either way round.
                rx_m = LOWEST_M * math.exp(k * _HEIGHT_STEP)
                if k < j:
                    smooth_db[i, j, k] = smooth_db[i, k, j]
                else:
                    smooth_db[i, j, k] = smooth_part_db(
                        reach_km * share * share, tx_m, rx_m, radius_km, step_km, ground
                    )
    return TerrainMedium(WAVELENGTH_M_GHZ / frequency_ghz, 500.0 / radius_km, reach_km, smooth_db)


@compiled
def _node(place: float, count: int) -> tuple[int, float]:
    """Node below a position on an axis, and the fraction of the way to the next."""
    place = min(max(place, 0.0), count - 1.0)
    node = min(int(place), count - 2)
    return node, place - node


@compiled
def smooth_part_from_table_db(
    medium: TerrainMedium, distance_km: float, tx_m: float, rx_m: float
) -> float:
    """:func:`smooth_part_db` from the table, not below zero; heights from 1 m to 2 km."""
    table = medium.smooth_db
    i, u = _node(math.sqrt(distance_km / medium.reach_km) * (N_DISTANCES - 1), N_DISTANCES)
    j, v = _node(math.log(tx_m / LOWEST_M) / _HEIGHT_STEP, N_HEIGHTS)
    k, w = _node(math.log(rx_m / LOWEST_M) / _HEIGHT_STEP, N_HEIGHTS)
    near = (1.0 - v) * ((1.0 - w) * table[i, j, k] + w * table[i, j, k + 1]) + v * (
        (1.0 - w) * table[i, j + 1, k] + w * table[i, j + 1, k + 1]
    )
    far = (1.0 - v) * ((1.0 - w) * table[i + 1, j, k] + w * table[i + 1, j, k + 1]) + v * (
        (1.0 - w) * table[i + 1, j + 1, k] + w * table[i + 1, j + 1, k + 1]
    )
    return max((1.0 - u) * near + u * far, 0.0)


@compiled
def flat_losses_db(
    distances_km: Floats,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    step_km: float,
    frequency_ghz: float,
    polarisation: int,
) -> Floats:
    """Delta-Bullington loss over flat land at each distance (float64, N), for antenna heights.

    A statistical model already includes it; the fast tier adds diffraction in excess of it. 0 at a
    distance of 0, and where no point of a profile lies between the antennas.
    """
    ground = ground_of(frequency_ghz, polarisation)
    losses_db = np.zeros(distances_km.size)
    for i in range(distances_km.size):
        distance_km = distances_km[i]
        if distance_km > 1.5 * step_km:
            count = min(round(distance_km / step_km) + 1, _MOST_POINTS)
            points_km = np.linspace(0.0, distance_km, count)
            nu = smooth_profile_nu(points_km, tx_m, rx_m, radius_km, ground.wavelength_m)
            edge_db = bullington_loss_db(nu, distance_km)
            sphere_db = smooth_earth_loss_db(distance_km, tx_m, rx_m, radius_km, ground, 0.0)
            losses_db[i] = max(edge_db, sphere_db)
    return losses_db
