"""Path profile analysis: Recommendation ITU-R P.1812-6, Attachment 1 to Annex 1.

Horizons and smooth surfaces are those of the terrain alone; clutter stands on the terrain in the
diffraction model only, as in the reference software of Study Group 3.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled
from kernels.radio.models.p526 import (
    bullington_nu,
    fitted_surface_m,
    lowered_end_m,
    nearest_edge,
    obstruction,
    profile_nu,
    smooth_clearance,
    smooth_horizon_km,
    smooth_profile_nu,
)
from kernels.radio.p1812.terms import SMOOTH_ANALYTIC, FixedTerms, Floats, Geometry


@compiled
def horizon_tangent(
    height_m: float, antenna_m: float, distance_km: float, radius_km: float
) -> float:
    """Tangent, in thousandths, of the elevation of a point seen from an antenna, Eq. (77).

    The recommendation takes the arc tangent; it keeps the order, and is taken of the horizon.
    """
    return (height_m - antenna_m) / distance_km - 500.0 * distance_km / radius_km


@compiled
def elevation_mrad(tangent: float) -> float:
    """Elevation angle in mrad of a tangent in thousandths."""
    return 1e3 * math.atan(1e-3 * tangent)


@compiled
def horizon_points(
    distances_km: Floats, heights_m: Floats, tx_m: float, rx_m: float, radius_km: float
) -> tuple[int, int, float, float]:
    """Points of both horizons, and the tangents to them in thousandths, Eq. (76) to (81).

    On a path in line of sight both are the point of the highest diffraction parameter, and the
    tangents are those to the other antenna.
    """
    last = distances_km.size - 2
    distance_km = distances_km[last + 1]
    tx_point = rx_point = 1
    tx_tangent = rx_tangent = -np.inf
    for i in range(1, last + 1):
        here_km = distances_km[i]
        tangent = horizon_tangent(heights_m[i], tx_m, here_km, radius_km)
        if tangent > tx_tangent:
            tx_tangent, tx_point = tangent, i
        tangent = horizon_tangent(heights_m[i], rx_m, distance_km - here_km, radius_km)
        if tangent >= rx_tangent:
            rx_tangent, rx_point = tangent, i
    direct = horizon_tangent(rx_m, tx_m, distance_km, radius_km)
    if tx_tangent > direct:
        return tx_point, rx_point, tx_tangent, rx_tangent
    point, _ = nearest_edge(distances_km, heights_m, last, distance_km, tx_m, rx_m, radius_km)
    return point, point, direct, horizon_tangent(tx_m, rx_m, distance_km, radius_km)


@compiled
def roughness_m(
    distances_km: Floats,
    heights_m: Floats,
    first: int,
    last: int,
    tx_duct_m: float,
    slope_m_km: float,
) -> float:
    """Greatest height of the terrain over the smooth surface between the horizons, Eq. (93)."""
    greatest_m = -np.inf
    for i in range(min(first, last), max(first, last) + 1):
        surface_m = tx_duct_m + slope_m_km * distances_km[i]
        greatest_m = max(greatest_m, heights_m[i] - surface_m)
    return greatest_m


@compiled
def analytic_smooth_nu(
    distance_km: float, tx_m: float, rx_m: float, radius_km: float, wavelength_m: float
) -> float:
    """Edge parameter of the smooth path without a profile, Attachment 4, Eq. (105) to (110)."""
    if distance_km < smooth_horizon_km(tx_m, rx_m, radius_km):
        near_km, clearance_m = smooth_clearance(distance_km, tx_m, rx_m, radius_km)
        far_km = distance_km - near_km
        return -clearance_m * math.sqrt(0.002 * distance_km / (wavelength_m * near_km * far_km))
    bulge = 500.0 / radius_km
    tx_slope = bulge * distance_km - 2.0 * math.sqrt(bulge * tx_m)
    rx_slope = bulge * distance_km - 2.0 * math.sqrt(bulge * rx_m)
    return bullington_nu(distance_km, tx_m, rx_m, tx_slope, rx_slope, wavelength_m)


@compiled
def smooth_nu(
    distances_km: Floats, tx_m: float, rx_m: float, radius_km: float, fixed: FixedTerms
) -> float:
    """Edge parameter of the smooth path, by the method of the conditions."""
    wavelength_m = fixed.ground.wavelength_m
    if fixed.smooth_method == SMOOTH_ANALYTIC:
        return analytic_smooth_nu(distances_km[-1], tx_m, rx_m, radius_km, wavelength_m)
    return smooth_profile_nu(distances_km, tx_m, rx_m, radius_km, wavelength_m)


@compiled
def profile_geometry(
    distances_km: Floats,
    terrain_m: Floats,
    surface_m: Floats,
    tx_m: float,
    rx_m: float,
    fixed: FixedTerms,
) -> Geometry:
    """Analyse one profile: terrain, and terrain with clutter (``surface_m``), each of shape N.

    ``tx_m`` and ``rx_m`` are the heights of the antennas above sea level.
    """
    distance_km = distances_km[-1]
    median_km, beta_km = fixed.median_radius_km, fixed.beta_radius_km
    wavelength_m = fixed.ground.wavelength_m
    tx_point, rx_point, tx_tangent, rx_tangent = horizon_points(
        distances_km, terrain_m, tx_m, rx_m, median_km
    )
    tx_end_m, rx_end_m = fitted_surface_m(distances_km, terrain_m)
    over_m, tx_slope, rx_slope = obstruction(distances_km, terrain_m, tx_m, rx_m)
    tx_smooth_m = lowered_end_m(tx_end_m, terrain_m[0], over_m, tx_slope, rx_slope)
    rx_smooth_m = lowered_end_m(rx_end_m, terrain_m[-1], over_m, rx_slope, tx_slope)
    tx_duct_m = min(tx_end_m, terrain_m[0])
    rx_duct_m = min(rx_end_m, terrain_m[-1])
    duct_slope = (rx_duct_m - tx_duct_m) / distance_km
    tx_above_m, rx_above_m = tx_m - tx_smooth_m, rx_m - rx_smooth_m
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
        roughness_m(distances_km, terrain_m, tx_point, rx_point, tx_duct_m, duct_slope),
        profile_nu(distances_km, surface_m, tx_m, rx_m, median_km, wavelength_m),
        profile_nu(distances_km, surface_m, tx_m, rx_m, beta_km, wavelength_m),
        smooth_nu(distances_km, tx_above_m, rx_above_m, median_km, fixed),
        smooth_nu(distances_km, tx_above_m, rx_above_m, beta_km, fixed),
    )
