"""P.1812 for every receiver along one radial, as exact as path by path, in a fraction of the time.

The result at each receiver is that of :func:`kernels.radio.p1812.path.path_loss_db` on the points
from the transmitter up to it; only rounding differs (below 1e-9 dB).
"""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled, compiled_inner
from kernels.radio.models.p526 import bullington_nu, lowered_end_m, nearest_edge, surface_ends_m
from kernels.radio.p1812.hull import highest_vertex, horizon_vertex
from kernels.radio.p1812.losses import fixed_terms, path_losses
from kernels.radio.p1812.outlook import (
    AREA,
    BETA_HULL,
    DISTANCE,
    FLAT_BEFORE,
    FLAT_HULL,
    LOWERED_BETA,
    LOWERED_MEDIAN,
    LOWERED_TERRAIN,
    MEDIAN_HULL,
    MOMENT,
    SLOPE_BETA,
    SLOPE_FLAT,
    SLOPE_MEDIAN,
    SURFACE,
    TERRAIN,
    TERRAIN_HULL,
    TX_POINT,
    TX_TANGENT,
    WARM_START,
    Outlook,
    grow,
    outlook_of,
)
from kernels.radio.p1812.path import in_domain, is_path
from kernels.radio.p1812.profile import (
    analytic_smooth_nu,
    elevation_mrad,
    horizon_tangent,
)
from kernels.radio.p1812.shore import climate_at, shore_of
from kernels.radio.p1812.terms import (
    SMOOTH_ANALYTIC,
    Conditions,
    FixedTerms,
    Floats,
    Geometry,
    Zones,
)
from kernels.radio.p1812.variability import location_shift_db


@compiled
def sweep_terms(conditions: Conditions) -> FixedTerms:
    """Work out the constants of a sweep: 50 percent of time has no use for the beta radius."""
    return fixed_terms(conditions, conditions.time_percent < 50.0)


@compiled_inner
def horizons(
    outlook: Outlook, last: int, distance_km: float, rx_m: float, median_km: float
) -> tuple[int, int, float, float]:
    """Points of both horizons and tangents to them, as ``p1812_profile.horizon_points``."""
    points, stacks, tx_m = outlook.points, outlook.stacks, outlook.tx_m
    distances_km, terrain_m = points[DISTANCE], points[TERRAIN]
    direct = horizon_tangent(rx_m, tx_m, distance_km, median_km)
    tx_tangent = points[TX_TANGENT, last]
    if tx_tangent > direct:
        lowered_m = rx_m - 500.0 / median_km * distance_km * distance_km
        point = horizon_vertex(
            stacks[TERRAIN_HULL], distances_km, points[LOWERED_TERRAIN], distance_km, lowered_m
        )
        rest_km = distance_km - distances_km[point]
        tangent = horizon_tangent(terrain_m[point], rx_m, rest_km, median_km)
        return stacks[TX_POINT, last], point, tx_tangent, tangent
    point, _ = nearest_edge(distances_km, terrain_m, last, distance_km, tx_m, rx_m, median_km)
    return point, point, direct, horizon_tangent(tx_m, rx_m, distance_km, median_km)


@compiled_inner
def obstruction_at(
    outlook: Outlook, last: int, distance_km: float, rx_m: float
) -> tuple[float, float, float]:
    """Highest obstruction of the direct line and its slopes, as ``p526.obstruction``.

    Where nothing obstructs, the height is some negative one and the slopes have no meaning.
    """
    points, tx_m = outlook.points, outlook.tx_m
    slope = (rx_m - tx_m) / distance_km
    tx_slope = points[SLOPE_FLAT, last] - slope
    if tx_slope <= 0.0:
        return -1.0, 0.0, 0.0
    stack, distances_km, terrain_m = outlook.stacks[FLAT_HULL], points[DISTANCE], points[TERRAIN]
    top = highest_vertex(stack, distances_km, terrain_m, slope)
    highest_m = terrain_m[top] - (tx_m + slope * distances_km[top])
    seen = horizon_vertex(stack, distances_km, terrain_m, distance_km, rx_m)
    over_m = terrain_m[seen] - (tx_m + slope * distances_km[seen])
    return highest_m, tx_slope, over_m / (distance_km - distances_km[seen])


@compiled_inner
def terrain_nu_at(
    outlook: Outlook, beta: bool, last: int, distance_km: float, rx_m: float, fixed: FixedTerms
) -> float:
    """Edge parameter of the terrain with clutter, as ``p526.profile_nu``."""
    points, tx_m = outlook.points, outlook.tx_m
    distances_km, surface_m = points[DISTANCE], points[SURFACE]
    radius_km = fixed.beta_radius_km if beta else fixed.median_radius_km
    wavelength_m = fixed.ground.wavelength_m
    bulge = 500.0 / radius_km
    tx_slope = points[SLOPE_BETA if beta else SLOPE_MEDIAN, last] + bulge * distance_km
    if tx_slope < (rx_m - tx_m) / distance_km:
        _, scaled_nu = nearest_edge(
            distances_km, surface_m, last, distance_km, tx_m, rx_m, radius_km
        )
        return scaled_nu / math.sqrt(wavelength_m)
    median_hull = MEDIAN_HULL if outlook.cluttered else TERRAIN_HULL
    point = horizon_vertex(
        outlook.stacks[BETA_HULL if beta else median_hull],
        distances_km,
        points[LOWERED_BETA if beta else LOWERED_MEDIAN],
        distance_km,
        rx_m - bulge * distance_km * distance_km,
    )
    point_km = distances_km[point]
    rx_slope = (surface_m[point] - rx_m) / (distance_km - point_km) + bulge * point_km
    return bullington_nu(distance_km, tx_m, rx_m, tx_slope, rx_slope, wavelength_m)


@compiled
def _neighbour(point_km: float, step_km: float, last: int, offset: int) -> float:
    """Distance of the point of the radial at or next after ``point_km``, within 1 to ``last``."""
    return step_km * min(max(math.floor(point_km / step_km) + offset, 1.0), float(last))


@compiled_inner
def smooth_nu_at(
    outlook: Outlook,
    beta: bool,
    last: int,
    distance_km: float,
    tx_m: float,
    rx_m: float,
    fixed: FixedTerms,
) -> float:
    """Edge parameter of the smooth path, as ``p1812_profile.smooth_nu``.

    Over the smooth Earth slopes and clearance have one extreme each: in closed form for the
    slopes, found for the clearance by walking from that of the receiver before.
    """
    radius_km = fixed.beta_radius_km if beta else fixed.median_radius_km
    wavelength_m = fixed.ground.wavelength_m
    if fixed.smooth_method == SMOOTH_ANALYTIC:
        return analytic_smooth_nu(distance_km, tx_m, rx_m, radius_km, wavelength_m)
    bulge = 500.0 / radius_km
    step_km = outlook.step_km
    tx_slope = rx_slope = -np.inf
    tx_top_km = math.sqrt(tx_m / bulge)
    rx_top_km = distance_km - math.sqrt(rx_m / bulge)
    for offset in range(2):
        near_km = _neighbour(tx_top_km, step_km, last, offset)
        tx_slope = max(tx_slope, bulge * (distance_km - near_km) - tx_m / near_km)
        far_km = _neighbour(rx_top_km, step_km, last, offset)
        rx_slope = max(rx_slope, bulge * far_km - rx_m / (distance_km - far_km))
    slope = (rx_m - tx_m) / distance_km
    if tx_slope >= slope:
        return bullington_nu(distance_km, tx_m, rx_m, tx_slope, rx_slope, wavelength_m)
    warm = outlook.stacks[WARM_START]
    point = min(warm[int(beta)], last)
    least = _smooth_ratio(point * step_km, distance_km, tx_m, slope, bulge)
    for direction in (-1, 1):
        while 1 <= point + direction <= last:
            there_km = (point + direction) * step_km
            ratio = _smooth_ratio(there_km, distance_km, tx_m, slope, bulge)
            if ratio > least:
                break
            least = ratio
            point += direction
    warm[int(beta)] = point
    return -math.sqrt(0.002 * distance_km * least / wavelength_m)


@compiled
def _smooth_ratio(
    here_km: float, distance_km: float, tx_m: float, slope: float, bulge: float
) -> float:
    """Square of the clearance over the smooth Earth, by the product of the distances."""
    product = here_km * (distance_km - here_km)
    clearance_m = tx_m + slope * here_km - bulge * product
    return clearance_m * clearance_m / product


@compiled_inner
def roughness_at(
    outlook: Outlook, first: int, last: int, tx_duct_m: float, slope_m_km: float
) -> float:
    """Roughness between the horizons, as ``p1812_profile.roughness_m``.

    The flat hull that ended at the second horizon begins at the first; its edges rise the less
    the farther out they are.
    """
    points, before = outlook.points, outlook.stacks[FLAT_BEFORE]
    distances_km, terrain_m = points[DISTANCE], points[TERRAIN]
    top = last
    while top > first:
        nearer = before[top]
        run_km = distances_km[top] - distances_km[nearer]
        if terrain_m[top] - terrain_m[nearer] > slope_m_km * run_km:
            break
        top = nearer
    return terrain_m[top] - (tx_duct_m + slope_m_km * distances_km[top])


@compiled_inner
def geometry_at(
    outlook: Outlook, last: int, distance_km: float, ground_m: float, fixed: FixedTerms
) -> Geometry:
    """Path geometry of a receiver on ground of this height beyond point ``last``."""
    distances_km, tx_m = outlook.points[DISTANCE], outlook.tx_m
    tx_ground_m = outlook.points[TERRAIN, 0]
    rx_m = ground_m + fixed.spread.rx_height_m
    tx_point, rx_point, tx_tangent, rx_tangent = horizons(
        outlook, last, distance_km, rx_m, fixed.median_radius_km
    )
    before_km, before_m = distances_km[last], outlook.points[TERRAIN, last]
    step_km = distance_km - before_km
    tx_end_m, rx_end_m = surface_ends_m(
        outlook.points[AREA, last] + step_km * (ground_m + before_m),
        outlook.points[MOMENT, last]
        + step_km
        * (ground_m * (2.0 * distance_km + before_km) + before_m * (distance_km + 2.0 * before_km)),
        distance_km,
    )
    over_m, tx_slope, rx_slope = obstruction_at(outlook, last, distance_km, rx_m)
    tx_smooth_m = lowered_end_m(tx_end_m, tx_ground_m, over_m, tx_slope, rx_slope)
    rx_smooth_m = lowered_end_m(rx_end_m, ground_m, over_m, rx_slope, tx_slope)
    tx_above_m, rx_above_m = tx_m - tx_smooth_m, rx_m - rx_smooth_m
    tx_duct_m = min(tx_end_m, tx_ground_m)
    rx_duct_m = min(rx_end_m, ground_m)
    terrain_beta = smooth_beta = np.nan
    if fixed.with_beta:
        terrain_beta = terrain_nu_at(outlook, True, last, distance_km, rx_m, fixed)
        smooth_beta = smooth_nu_at(outlook, True, last, distance_km, tx_above_m, rx_above_m, fixed)
    duct_slope = (rx_duct_m - tx_duct_m) / distance_km
    return Geometry(
        distance_km,
        tx_m,
        rx_m,
        distances_km[tx_point],
        distance_km - distances_km[rx_point],
        elevation_mrad(tx_tangent),
        elevation_mrad(rx_tangent),
        tx_end_m,
        rx_end_m,
        tx_smooth_m,
        rx_smooth_m,
        tx_duct_m,
        rx_duct_m,
        roughness_at(outlook, tx_point, rx_point, tx_duct_m, duct_slope),
        terrain_nu_at(outlook, False, last, distance_km, rx_m, fixed),
        terrain_beta,
        smooth_nu_at(outlook, False, last, distance_km, tx_above_m, rx_above_m, fixed),
        smooth_beta,
    )


@compiled
def radial_losses_db(
    step_km: float, terrain_m: Floats, clutter_m: Floats, zones: Zones, conditions: Conditions
) -> Floats:
    """Loss to a receiver at every point of a radial, Eq. (69), as float64 (N).

    ``terrain_m``, ``clutter_m`` and ``zones`` have shape N, ``step_km`` apart, the transmitter's
    point first; the first two elements of the result are NaN, as no point lies between.
    """
    count = terrain_m.size
    losses_db = np.full(count, np.nan)
    distances_km = step_km * np.arange(count, dtype=np.float64)
    if not (in_domain(conditions) and is_path(distances_km, terrain_m, clutter_m, zones)):
        return losses_db
    fixed = sweep_terms(conditions)
    outlook = outlook_of(step_km, terrain_m, clutter_m, conditions.tx_height_m, fixed)
    shore = shore_of(step_km, zones)
    for i in range(2, count):
        grow(outlook, i - 1, fixed.with_beta)
        geometry = geometry_at(outlook, i - 1, distances_km[i], terrain_m[i], fixed)
        climate = climate_at(shore, i - 1, distances_km[i], zones[i], conditions)
        shift_db = location_shift_db(fixed.spread, clutter_m[i], climate.rx_at_sea)
        losses_db[i] = path_losses(geometry, climate, fixed, shift_db).lb
    return losses_db
