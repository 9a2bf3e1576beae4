"""Terms common to all paths along one radial: running maxima and sums from the transmitter.

The path profile analysis of P.1812-6 (Attachment 1) and its Bullington slopes (§4.3.1) look at
every point of a path from both of its ends. Seen from the transmitter they are running maxima;
seen from the receiver, tangents to hulls (:mod:`kernels.radio.p1812.hull`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_inner
from kernels.radio.p1812.hull import Ints, push
from kernels.radio.p1812.terms import FixedTerms, Floats

# Rows of Outlook.points. Of the points 1 to i, element i says: TX_TANGENT the horizon over the
# terrain; SLOPE_MEDIAN, SLOPE_BETA the steepest slope to terrain with clutter over the lowered
# Earth, Eq. (13); SLOPE_FLAT that to the terrain without curvature, Eq. (87b); AREA and MOMENT
# the sums of the fitted line, Eq. (85). The rows LOWERED_* are heights less the Earth's drop.
DISTANCE, TERRAIN, SURFACE, TX_TANGENT, SLOPE_MEDIAN, SLOPE_BETA, SLOPE_FLAT = range(7)
AREA, MOMENT, LOWERED_TERRAIN, LOWERED_MEDIAN, LOWERED_BETA = range(7, 12)
N_ROWS = 12

# Rows of Outlook.stacks: hulls over the rows TERRAIN and LOWERED_*; the point of the
# transmitter's horizon; the points where the smooth path of the receiver before cleared least
# (median, beta); the vertex before each point on the flat hull that ended there.
FLAT_HULL, TERRAIN_HULL, MEDIAN_HULL, BETA_HULL, TX_POINT, WARM_START, FLAT_BEFORE = range(7)
N_STACKS = 7


class Outlook(NamedTuple):
    """One radial: float64 (N_ROWS, N) by point, int64 (N_STACKS, N + 1) of point numbers."""

    points: npt.NDArray[np.float64]
    stacks: npt.NDArray[np.int64]
    step_km: float
    tx_m: float
    cluttered: bool


@compiled
def outlook_of(
    step_km: float, terrain_m: Floats, clutter_m: Floats, tx_height_m: float, fixed: FixedTerms
) -> Outlook:
    """Walk one radial of points ``step_km`` apart, the transmitter's first; hulls stay empty."""
    count = terrain_m.size
    points = np.empty((N_ROWS, count))
    stacks = np.empty((N_STACKS, count + 1), np.int64)
    stacks[:, 0] = 0
    stacks[WARM_START, :2] = 1
    median_bulge = 500.0 / fixed.median_radius_km
    beta_bulge = 500.0 / fixed.beta_radius_km
    cluttered = False
    for i in range(count):
        here_km = i * step_km
        clutter_here_m = clutter_m[i] if i > 0 else 0.0
        cluttered = cluttered or clutter_here_m > 0.0
        points[DISTANCE, i] = here_km
        points[TERRAIN, i] = terrain_m[i]
        points[SURFACE, i] = terrain_m[i] + clutter_here_m
        points[LOWERED_TERRAIN, i] = terrain_m[i] - median_bulge * here_km * here_km
        points[LOWERED_MEDIAN, i] = points[SURFACE, i] - median_bulge * here_km * here_km
        points[LOWERED_BETA, i] = points[SURFACE, i] - beta_bulge * here_km * here_km
    tx_m = terrain_m[0] + tx_height_m
    _run(points, stacks[TX_POINT], tx_m, median_bulge, beta_bulge)
    return Outlook(points, stacks, step_km, tx_m, cluttered)


@compiled_inner
def _run(
    points: npt.NDArray[np.float64],
    tx_point: Ints,
    tx_m: float,
    median_bulge: float,
    beta_bulge: float,
) -> None:
    """Fill the running maxima and sums of a radial."""
    points[TX_TANGENT : SLOPE_FLAT + 1, 0] = -np.inf
    points[AREA : MOMENT + 1, 0] = 0.0
    for i in range(1, points.shape[1]):
        here_km, before_km = points[DISTANCE, i], points[DISTANCE, i - 1]
        height_m, before_m = points[TERRAIN, i], points[TERRAIN, i - 1]
        step_km = here_km - before_km
        points[AREA, i] = points[AREA, i - 1] + step_km * (height_m + before_m)
        points[MOMENT, i] = points[MOMENT, i - 1] + step_km * (
            height_m * (2.0 * here_km + before_km) + before_m * (here_km + 2.0 * before_km)
        )
        flat = (height_m - tx_m) / here_km
        tangent = flat - median_bulge * here_km
        further = tangent > points[TX_TANGENT, i - 1]
        points[TX_TANGENT, i] = tangent if further else points[TX_TANGENT, i - 1]
        tx_point[i] = i if further else tx_point[i - 1]
        over = (points[SURFACE, i] - tx_m) / here_km
        points[SLOPE_FLAT, i] = max(points[SLOPE_FLAT, i - 1], flat)
        points[SLOPE_MEDIAN, i] = max(points[SLOPE_MEDIAN, i - 1], over - median_bulge * here_km)
        points[SLOPE_BETA, i] = max(points[SLOPE_BETA, i - 1], over - beta_bulge * here_km)


@compiled_inner
def grow(outlook: Outlook, point: int, with_beta: bool) -> None:
    """Put one more point of the radial before the receivers that are still to come.

    A point that is the transmitter's new horizon starts its hull afresh. No point before it
    counts any more: the ray over the horizon passes above them, and above or through a receiver
    that does not see the transmitter, to which the horizon then looks higher than they do.
    Curvature only brings the horizon nearer, so this holds for the flat hull too.
    """
    points, stacks = outlook.points, outlook.stacks
    distances_km = points[DISTANCE]
    if stacks[TX_POINT, point] == point:
        stacks[FLAT_HULL, 0] = 0
        stacks[TERRAIN_HULL, 0] = 0
    push(stacks[FLAT_HULL], distances_km, points[TERRAIN], point)
    stacks[FLAT_BEFORE, point] = stacks[FLAT_HULL, max(stacks[FLAT_HULL, 0] - 1, 1)]
    push(stacks[TERRAIN_HULL], distances_km, points[LOWERED_TERRAIN], point)
    if outlook.cluttered:
        if points[SLOPE_MEDIAN, point] > points[SLOPE_MEDIAN, point - 1]:
            stacks[MEDIAN_HULL, 0] = 0
        push(stacks[MEDIAN_HULL], distances_km, points[LOWERED_MEDIAN], point)
    if with_beta:
        if points[SLOPE_BETA, point] > points[SLOPE_BETA, point - 1]:
            stacks[BETA_HULL, 0] = 0
        push(stacks[BETA_HULL], distances_km, points[LOWERED_BETA], point)
