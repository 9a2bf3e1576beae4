"""Radio climate of a path: Recommendation ITU-R P.1812-6, §3.3 to §3.7."""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled
from kernels.radio.models.p526 import LOG10_E
from kernels.radio.p1812.terms import COASTAL, INLAND, SEA, Climate, Floats, Zones

EARTH_RADIUS_KM = 6371.0
BETA_RADIUS_KM = 3.0 * EARTH_RADIUS_KM
# Land to the coast of a path that meets no sea: any distance beyond 5 km has no effect.
NO_COAST_KM = 500.0


@compiled
def median_radius_km(lapse_rate: float) -> float:
    """Median effective radius of the Earth, Eq. (6) and (7a), of delta-N in N-units/km.

    NaN unless delta-N lies between 0 and 157.
    """
    if not 0.0 < lapse_rate < 157.0:
        return np.nan
    return EARTH_RADIUS_KM * 157.0 / (157.0 - lapse_rate)


@compiled
def inland_tau(inland_km: float) -> float:
    """Term tau of the longest inland stretch, Eq. (3)."""
    return 1.0 - math.exp(-4.12e-4 * inland_km**2.41)


@compiled
def beta0_line(latitude_deg: float) -> tuple[float, float]:
    """Intercept and slope of log10 beta0 over log10 mu1 at a latitude, Eq. (4) and (5)."""
    latitude_deg = abs(latitude_deg)
    if latitude_deg <= 70.0:
        return 1.67 - 0.015 * latitude_deg, 1.0 - 0.935 + 0.0176 * latitude_deg
    return math.log10(4.17), 1.3


@compiled
def log_mu1(land_km: float, tau: float) -> float:
    """Decimal logarithm of mu1, Eq. (2), at most 0."""
    ten = 1.0 / LOG10_E
    land = math.exp(-ten * land_km / (16.0 - 6.6 * tau))
    inland = math.exp(-ten * 5.0 * (0.496 + 0.354 * tau))
    return min(0.2 * LOG10_E * math.log(land + inland), 0.0)


@compiled
def beta0_percent(latitude_deg: float, land_km: float, inland_km: float) -> float:
    """Percentage of time with strong refractivity gradients at the path, Eq. (2) to (5).

    NaN for a latitude beyond 90 degrees or a negative stretch of land.
    """
    if not (abs(latitude_deg) <= 90.0 and land_km >= 0.0 and inland_km >= 0.0):
        return np.nan
    intercept, slope = beta0_line(latitude_deg)
    return 10.0 ** (intercept + slope * log_mu1(land_km, inland_tau(inland_km)))


@compiled
def middle_latitude_deg(
    tx_latitude_deg: float,
    tx_longitude_deg: float,
    rx_latitude_deg: float,
    rx_longitude_deg: float,
    distance_km: float,
) -> float:
    """Latitude half-way along the great circle, where the climate of a path is taken, §3.6.

    ``distance_km`` is the length of the profile, which may differ a little from that of the
    great circle (P.2001-4, Attachment H, Eq. (H.2.2) to (H.3.3)).
    """
    tx_rad, rx_rad = math.radians(tx_latitude_deg), math.radians(rx_latitude_deg)
    east_rad = math.radians(rx_longitude_deg - tx_longitude_deg)
    cosine = math.sin(tx_rad) * math.sin(rx_rad) + math.cos(tx_rad) * math.cos(rx_rad) * math.cos(
        east_rad
    )
    bearing_rad = math.atan2(
        math.cos(tx_rad) * math.cos(rx_rad) * math.sin(east_rad),
        math.sin(rx_rad) - cosine * math.sin(tx_rad),
    )
    half_rad = 0.5 * distance_km / EARTH_RADIUS_KM
    return math.degrees(
        math.asin(
            math.sin(tx_rad) * math.cos(half_rad)
            + math.cos(tx_rad) * math.sin(half_rad) * math.cos(bearing_rad)
        )
    )


@compiled
def is_zone(zone: int) -> bool:
    """Whether the code is one of the three radio-climatic zones."""
    return zone in (SEA, COASTAL, INLAND)


@compiled
def path_climate(
    distances_km: Floats, zones: Zones, tx_coast_km: float, rx_coast_km: float
) -> Climate:
    """Measure the zones of a profile, Table 5 and §3.6.

    ``zones`` (int8, N) holds the zone of each point; a zone reaches half-way to the next point
    of another. Coasts given as NaN are measured too; they are 0 where the antenna is at sea.
    """
    last = distances_km.size - 1
    distance_km = distances_km[last]
    land_km = inland_km = sea_km = 0.0
    land_run_km = inland_run_km = 0.0
    first_sea_km = last_sea_km = np.nan
    start_km = 0.0
    for i in range(last + 1):
        end_km = 0.5 * (distances_km[i] + distances_km[min(i + 1, last)])
        length_km = end_km - start_km
        land_run_km = 0.0 if zones[i] == SEA else land_run_km + length_km
        inland_run_km = inland_run_km + length_km if zones[i] == INLAND else 0.0
        land_km = max(land_km, land_run_km)
        inland_km = max(inland_km, inland_run_km)
        if zones[i] == SEA:
            sea_km += length_km
            last_sea_km = end_km
            if math.isnan(first_sea_km):
                first_sea_km = start_km
        start_km = end_km
    return Climate(
        land_km,
        inland_km,
        min(sea_km / distance_km, 1.0),
        coast_km(tx_coast_km, first_sea_km, zones[0] == SEA),
        coast_km(rx_coast_km, distance_km - last_sea_km, zones[last] == SEA),
        zones[last] == SEA,
    )


@compiled
def coast_km(given_km: float, measured_km: float, at_sea: bool) -> float:
    """Land from an antenna to the coast: none at sea, else as given, else as measured."""
    if at_sea:
        return 0.0
    if not math.isnan(given_km):
        return given_km
    return NO_COAST_KM if math.isnan(measured_km) else measured_km
