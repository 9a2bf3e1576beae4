"""Loss by ducting and layer reflection: Recommendation ITU-R P.1812-6, §4.5."""

from __future__ import annotations

import math

from kernels.compiled import compiled
from kernels.radio.models.p526 import LOG10_E
from kernels.radio.p1812.terms import Climate, FixedTerms, Geometry

LN_10 = math.log(10.0)


@compiled
def ducting_fixed_db(frequency_ghz: float) -> float:
    """Part of the coupling loss that depends on the frequency alone, Eq. (47) and (47a)."""
    low_db = 0.0
    if frequency_ghz < 0.5:
        low_db = 45.375 - 137.0 * frequency_ghz + 92.5 * frequency_ghz * frequency_ghz
    return 102.45 + 20.0 * math.log10(frequency_ghz) + low_db


@compiled
def shielding_loss_db(
    horizon_mrad: float, horizon_km: float, frequency_ghz: float, frequency_root: float
) -> float:
    """Site shielding of one antenna by its horizon, Eq. (48) and (48a)."""
    over_mrad = horizon_mrad - 0.1 * horizon_km
    if over_mrad <= 0.0:
        return 0.0
    factor = 1.0 + 0.361 * over_mrad * math.sqrt(frequency_ghz * horizon_km)
    return 20.0 * LOG10_E * math.log(factor) + 0.264 * over_mrad * frequency_root


@compiled
def coast_coupling_db(
    coast_km: float, horizon_km: float, height_m: float, sea_share: float
) -> float:
    """Coupling of one antenna near the coast to ducts over the sea, Eq. (49); 0 or negative."""
    if sea_share < 0.75 or coast_km > horizon_km or coast_km > 5.0:
        return 0.0
    return (
        -3.0 * math.exp(-0.25 * coast_km * coast_km) * (1.0 + math.tanh(0.07 * (50.0 - height_m)))
    )


@compiled
def log_mu2(
    geometry: Geometry, log_distance_km: float, tau: float, median_radius_km: float
) -> float:
    """Decimal logarithm of the correction for path geometry, Eq. (55) and (55a), at most 0."""
    power = math.exp(3.1 * LN_10 * log_distance_km)
    alpha = max(-0.6 - 3.5e-9 * power * tau, -3.4)
    roots = math.sqrt(geometry.tx_m - geometry.tx_duct_m) + math.sqrt(
        geometry.rx_m - geometry.rx_duct_m
    )
    ratio = math.sqrt(500.0 / median_radius_km) * geometry.distance_km / roots
    return min(2.0 * alpha * LOG10_E * math.log(ratio), 0.0)


@compiled
def log_mu3(geometry: Geometry) -> float:
    """Decimal logarithm of the correction for terrain roughness, Eq. (56) and (56a)."""
    if geometry.roughness_m <= 10.0:
        return 0.0
    between_km = min(geometry.distance_km - geometry.tx_horizon_km - geometry.rx_horizon_km, 40.0)
    return -4.6e-5 * LOG10_E * (geometry.roughness_m - 10.0) * (43.0 + 6.0 * between_km)


@compiled
def time_variability_db(
    log_time: float, log_beta: float, distance_km: float, log_distance_km: float
) -> float:
    """Variability A(p) with time, Eq. (53) and (53a), of log10 of p and of beta in percent."""
    power = math.exp(1.13 * LN_10 * log_distance_km)
    gamma = 1.076 * math.exp(
        -1.012 * math.log(2.0058 - log_beta)
        - (9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta) * 1e-6 * power
    )
    log_ratio = log_time - log_beta
    return (
        -12.0
        + (1.2 + 3.7e-3 * distance_km) * log_ratio
        + 12.0 * math.exp(LN_10 * gamma * log_ratio)
    )


@compiled
def ducting_loss_db(
    geometry: Geometry,
    climate: Climate,
    fixed: FixedTerms,
    log_beta0: float,
    tau: float,
    log_distance_km: float,
) -> float:
    """Loss during anomalous propagation, not exceeded for p percent of the time, Eq. (46)."""
    ground = fixed.ground
    frequency_ghz = ground.frequency_ghz
    root = ground.frequency_root
    tx_km, rx_km = geometry.tx_horizon_km, geometry.rx_horizon_km
    coupling_db = (
        fixed.ducting_db
        + 20.0 * LOG10_E * math.log(tx_km + rx_km)
        + shielding_loss_db(geometry.tx_horizon_mrad, tx_km, frequency_ghz, root)
        + shielding_loss_db(geometry.rx_horizon_mrad, rx_km, frequency_ghz, root)
        + coast_coupling_db(climate.tx_coast_km, tx_km, geometry.tx_m, climate.sea_share)
        + coast_coupling_db(climate.rx_coast_km, rx_km, geometry.rx_m, climate.sea_share)
    )
    angle_mrad = (
        1e3 * geometry.distance_km / fixed.median_radius_km
        + min(geometry.tx_horizon_mrad, 0.1 * tx_km)
        + min(geometry.rx_horizon_mrad, 0.1 * rx_km)
    )
    log_beta = (
        log_beta0
        + log_mu2(geometry, log_distance_km, tau, fixed.median_radius_km)
        + log_mu3(geometry)
    )
    time_db = time_variability_db(fixed.log_time, log_beta, geometry.distance_km, log_distance_km)
    return coupling_db + fixed.ducting_db_mrad * angle_mrad + time_db
