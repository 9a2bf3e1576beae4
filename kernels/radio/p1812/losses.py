"""From path geometry to basic transmission loss: Recommendation ITU-R P.1812-6, §4.2 to §4.9."""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled
from kernels.radio.models.p526 import LOG10_E, bullington_loss_db, ground_of, smooth_earth_loss_db
from kernels.radio.p1812.anomalous import LN_10, ducting_fixed_db, ducting_loss_db
from kernels.radio.p1812.climate import (
    BETA_RADIUS_KM,
    beta0_line,
    inland_tau,
    log_mu1,
    median_radius_km,
)
from kernels.radio.p1812.terms import Climate, Conditions, Diffraction, FixedTerms, Geometry, Losses
from kernels.radio.p1812.troposcatter import scatter_fixed_db, scatter_path_db
from kernels.radio.p1812.variability import (
    complementary_deviate,
    location_spread,
    log_percent_deviate,
)

# Beyond this argument exp(-x) vanishes next to 1 in double precision.
NEGLIGIBLE = 38.0
LOG_HALF = math.log10(50.0)


@compiled
def fixed_terms(conditions: Conditions, with_beta: bool) -> FixedTerms:
    """Work out what is the same for every path under these conditions.

    A sweep leaves out the enhanced Earth's radius where nothing depends on it (``with_beta``).
    """
    frequency_ghz = conditions.frequency_ghz
    ground = ground_of(frequency_ghz, conditions.polarisation)
    radius_km = median_radius_km(conditions.lapse_rate)
    intercept, slope = beta0_line(conditions.latitude_deg)
    return FixedTerms(
        ground,
        radius_km,
        BETA_RADIUS_KM,
        conditions.time_percent,
        math.log10(conditions.time_percent),
        complementary_deviate(conditions.time_percent / 100.0),
        intercept,
        slope,
        92.4 + 20.0 * math.log10(frequency_ghz),
        scatter_fixed_db(frequency_ghz, conditions.refractivity, conditions.time_percent),
        ducting_fixed_db(frequency_ghz),
        5e-5 * radius_km * ground.frequency_root,
        location_spread(conditions),
        conditions.smooth_method,
        with_beta,
    )


@compiled
def angular_factor(angle_mrad: float) -> float:
    """Interpolation factor Fj of the angular distance, Eq. (57): 1 in line of sight, then 0."""
    argument = 2.0 * 2.4 * (angle_mrad - 0.3) / 0.3
    return 0.0 if argument > NEGLIGIBLE else 1.0 / (1.0 + math.exp(argument))


@compiled
def distance_factor(distance_km: float) -> float:
    """Interpolation factor Fk of the path length, Eq. (58): 1 on short paths, then 0."""
    return 1.0 / (1.0 + math.exp(2.0 * 1.5 * (distance_km - 20.0) / 20.0))


@compiled
def blended_greater_db(first_db: float, second_db: float, scale_db: float) -> float:
    """Smooth maximum scale x ln(exp(a / scale) + exp(b / scale)), Eq. (60)."""
    gap = abs(first_db - second_db) / scale_db
    greater_db = max(first_db, second_db)
    return greater_db if gap > NEGLIGIBLE else greater_db + scale_db * math.log1p(math.exp(-gap))


@compiled
def combined_lesser_db(first_db: float, second_db: float) -> float:
    """Loss of two mechanisms together, -5 log10(10^(-0.2 a) + 10^(-0.2 b)), Eq. (63)."""
    gap = 0.2 * LN_10 * abs(first_db - second_db)
    lesser_db = min(first_db, second_db)
    if gap > NEGLIGIBLE:
        return lesser_db
    return lesser_db - 5.0 * LOG10_E * math.log1p(math.exp(-gap))


@compiled
def path_angle_mrad(geometry: Geometry, median_km: float) -> float:
    """Angular distance of the path, Eq. (82)."""
    return (
        1e3 * geometry.distance_km / median_km + geometry.tx_horizon_mrad + geometry.rx_horizon_mrad
    )


@compiled
def sight_losses_db(
    geometry: Geometry, fixed: FixedTerms, log_beta0: float
) -> tuple[float, float, float]:
    """Loss in free space, and in sight not exceeded for p and beta0 percent, Eq. (8) to (11)."""
    slant2 = geometry.distance_km**2 + (1e-3 * (geometry.tx_m - geometry.rx_m)) ** 2
    free_db = fixed.free_space_db + 10.0 * LOG10_E * math.log(slant2)
    horizons_km = geometry.tx_horizon_km + geometry.rx_horizon_km
    short_term_db = 2.6 * (1.0 - math.exp(-0.1 * horizons_km))
    return (
        free_db,
        free_db + short_term_db * (fixed.log_time - LOG_HALF),
        free_db + short_term_db * (log_beta0 - LOG_HALF),
    )


@compiled
def diffraction_terms_db(
    geometry: Geometry, fixed: FixedTerms, radius_km: float, sea_share: float
) -> tuple[float, float, float]:
    """Bullington loss of terrain and of smooth path, and smooth-Earth loss, Eq. (21), (27)."""
    median = radius_km == fixed.median_radius_km
    terrain_nu = geometry.terrain_nu_50 if median else geometry.terrain_nu_beta
    smooth_nu = geometry.smooth_nu_50 if median else geometry.smooth_nu_beta
    distance_km = geometry.distance_km
    tx_m = geometry.tx_m - geometry.tx_smooth_m
    rx_m = geometry.rx_m - geometry.rx_smooth_m
    return (
        bullington_loss_db(terrain_nu, distance_km),
        bullington_loss_db(smooth_nu, distance_km),
        smooth_earth_loss_db(distance_km, tx_m, rx_m, radius_km, fixed.ground, sea_share),
    )


@compiled
def time_factor(fixed: FixedTerms, log_beta0: float) -> float:
    """Interpolation factor Fi between 50 and beta0 percent of time, Eq. (40); 1 below beta0."""
    if fixed.log_time <= log_beta0:
        return 1.0
    return fixed.time_deviate / log_percent_deviate(log_beta0)


@compiled
def diffraction_losses_db(
    geometry: Geometry, fixed: FixedTerms, sea_share: float, fi: float
) -> Diffraction:
    """Delta-Bullington loss for 50, beta0 and p percent of the time, Eq. (39) to (41)."""
    terrain_50, smooth_50, sphere_50 = diffraction_terms_db(
        geometry, fixed, fixed.median_radius_km, sea_share
    )
    ld50 = terrain_50 + max(sphere_50 - smooth_50, 0.0)
    if not fixed.with_beta:
        nan = np.nan
        return Diffraction(terrain_50, smooth_50, sphere_50, nan, nan, nan, ld50, nan, ld50)
    terrain, smooth, sphere = diffraction_terms_db(geometry, fixed, fixed.beta_radius_km, sea_share)
    ldb = terrain + max(sphere - smooth, 0.0)
    ldp = ld50 if fixed.time_percent == 50.0 else ld50 + (ldb - ld50) * fi
    return Diffraction(terrain_50, smooth_50, sphere_50, terrain, smooth, sphere, ld50, ldb, ldp)


@compiled
def path_losses(geometry: Geometry, climate: Climate, fixed: FixedTerms, shift_db: float) -> Losses:
    """Every term of the prediction of one path, §4.2 to §4.9.

    ``shift_db`` is :func:`kernels.radio.p1812.variability.location_shift_db` at the receiver.
    """
    log_distance_km = LOG10_E * math.log(geometry.distance_km)
    angle_mrad = path_angle_mrad(geometry, fixed.median_radius_km)
    tau = inland_tau(climate.inland_km)
    log_beta0 = fixed.log_beta0_intercept + fixed.log_beta0_slope * log_mu1(climate.land_km, tau)
    fi = time_factor(fixed, log_beta0)
    fj = angular_factor(angle_mrad)
    fk = distance_factor(geometry.distance_km)
    lbfs, lb0p, lb0b = sight_losses_db(geometry, fixed, log_beta0)
    diffraction = diffraction_losses_db(geometry, fixed, climate.sea_share, fi)
    lbd50 = lbfs + diffraction.ld50
    lbd = lb0p + diffraction.ldp
    lminb0p = lb0p + (1.0 - climate.sea_share) * diffraction.ldp
    if fixed.log_time >= log_beta0:
        over_sea_db = lb0b + (1.0 - climate.sea_share) * diffraction.ldp
        lminb0p = lbd50 + (over_sea_db - lbd50) * fi
    lba = ducting_loss_db(geometry, climate, fixed, log_beta0, tau, log_distance_km)
    lminbap = blended_greater_db(lba, lb0p, 2.5)
    lbda = lbd if lminbap > lbd else lminbap + (lbd - lminbap) * fk
    lbam = lbda + (lminb0p - lbda) * fj
    lbs = fixed.scatter_db + scatter_path_db(log_distance_km, angle_mrad)
    lbc = combined_lesser_db(lbs, lbam)
    lb = max(lb0p, lbc + shift_db)
    beta0 = math.exp(LN_10 * log_beta0)
    return Losses(
        beta0, fi, fj, fk, lbfs, lb0p, lb0b, diffraction, lbd50, lbd, lminb0p,
        lba, lminbap, lbda, lbam, lbs, lbc, lb,
    )  # fmt: skip
