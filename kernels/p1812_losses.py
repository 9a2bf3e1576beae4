"""From path geometry to basic transmission loss: Recommendation ITU-R P.1812-6, §4.2 to §4.9."""

# What Numba has compiled returns Any to the type checker.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import math

from kernels.compiled import compiled
from kernels.p526 import LOG10_E, bullington_loss_db, ground_of, smooth_earth_loss_db
from kernels.p1812_anomalous import LN_10, ducting_fixed_db, ducting_loss_db
from kernels.p1812_climate import (
    BETA_RADIUS_KM,
    beta0_line,
    inland_tau,
    log_mu1,
    median_radius_km,
)
from kernels.p1812_terms import Climate, Conditions, Geometry, Losses, Medium
from kernels.p1812_troposcatter import scatter_fixed_db, scatter_path_db
from kernels.p1812_variability import (
    complementary_deviate,
    log_percent_deviate,
    place_shift_db,
)

# Beyond this argument exp(-x) is lost beside 1 in double precision.
NEGLIGIBLE = 38.0


@compiled
def medium_of(conditions: Conditions) -> Medium:
    """Work out what is the same for every path under these conditions."""
    frequency_ghz = conditions.frequency_ghz
    ground = ground_of(frequency_ghz, conditions.polarisation)
    radius_km = median_radius_km(conditions.lapse_rate)
    intercept, slope = beta0_line(conditions.latitude_deg)
    entry_db, entry_sigma_db = conditions.entry_loss_db, conditions.entry_sigma_db
    percent = conditions.location_percent
    return Medium(
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
        place_shift_db(percent, conditions.location_sigma_db, entry_db, entry_sigma_db),
        place_shift_db(percent, 0.0, entry_db, entry_sigma_db),
        conditions.smooth_method,
    )


@compiled
def short_term_factor_db(tx_horizon_km: float, rx_horizon_km: float) -> float:
    """Factor of the correction for multipath and focusing, Eq. (9), per log10(p / 50)."""
    return 2.6 * (1.0 - math.exp(-0.1 * (tx_horizon_km + rx_horizon_km)))


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
def diffraction_terms_db(
    geometry: Geometry,
    medium: Medium,
    radius_km: float,
    terrain_nu: float,
    smooth_nu: float,
    sea_share: float,
) -> tuple[float, float, float]:
    """Bullington loss of terrain and of smooth path, and smooth-Earth loss, Eq. (21), (27)."""
    return (
        bullington_loss_db(terrain_nu, geometry.distance_km),
        bullington_loss_db(smooth_nu, geometry.distance_km),
        smooth_earth_loss_db(
            geometry.distance_km,
            geometry.tx_m - geometry.tx_smooth_m,
            geometry.rx_m - geometry.rx_smooth_m,
            radius_km,
            medium.ground,
            sea_share,
        ),
    )


@compiled
def path_angle_mrad(geometry: Geometry, median_km: float) -> float:
    """Angular distance of the path, Eq. (82)."""
    return (
        1e3 * geometry.distance_km / median_km + geometry.tx_horizon_mrad + geometry.rx_horizon_mrad
    )


@compiled
def path_losses(geometry: Geometry, climate: Climate, medium: Medium) -> Losses:
    """Every term of the prediction of one path, §4.2 to §4.9."""
    distance_km = geometry.distance_km
    log_distance_km = LOG10_E * math.log(distance_km)
    angle_mrad = path_angle_mrad(geometry, medium.median_radius_km)
    tau = inland_tau(climate.inland_km)
    log_beta0 = medium.log_beta0_intercept + medium.log_beta0_slope * log_mu1(climate.land_km, tau)

    slant2 = distance_km**2 + (1e-3 * (geometry.tx_m - geometry.rx_m)) ** 2
    lbfs = medium.free_space_db + 10.0 * LOG10_E * math.log(slant2)
    short_term_db = short_term_factor_db(geometry.tx_horizon_km, geometry.rx_horizon_km)
    log_half = math.log10(50.0)
    lb0p = lbfs + short_term_db * (medium.log_time - log_half)
    lb0b = lbfs + short_term_db * (log_beta0 - log_half)

    sea = climate.sea_share
    lbulla_50, lbulls_50, ldsph_50 = diffraction_terms_db(
        geometry,
        medium,
        medium.median_radius_km,
        geometry.terrain_nu_50,
        geometry.smooth_nu_50,
        sea,
    )
    lbulla, lbulls, ldsph = diffraction_terms_db(
        geometry,
        medium,
        medium.beta_radius_km,
        geometry.terrain_nu_beta,
        geometry.smooth_nu_beta,
        sea,
    )
    ld50 = lbulla_50 + max(ldsph_50 - lbulls_50, 0.0)
    ldb = lbulla + max(ldsph - lbulls, 0.0)
    fi = 1.0
    if medium.log_time > log_beta0:
        fi = medium.time_deviate / log_percent_deviate(log_beta0)
    ldp = ld50 if medium.time_percent == 50.0 else ld50 + (ldb - ld50) * fi
    lbd50 = lbfs + ld50
    lbd = lb0p + ldp
    lminb0p = lb0p + (1.0 - sea) * ldp
    if medium.log_time >= log_beta0:
        lminb0p = lbd50 + (lb0b + (1.0 - sea) * ldp - lbd50) * fi

    lba = ducting_loss_db(geometry, climate, medium, log_beta0, tau, log_distance_km)
    lminbap = blended_greater_db(lba, lb0p, 2.5)
    fk = distance_factor(distance_km)
    lbda = lbd if lminbap > lbd else lminbap + (lbd - lminbap) * fk
    fj = angular_factor(angle_mrad)
    lbam = lbda + (lminb0p - lbda) * fj
    lbs = medium.scatter_db + scatter_path_db(log_distance_km, angle_mrad)
    lbc = combined_lesser_db(lbs, lbam)
    shift_db = medium.sea_shift_db if climate.rx_at_sea else medium.land_shift_db
    lb = max(lb0p, lbc + shift_db)
    return Losses(
        math.exp(LN_10 * log_beta0), fi, fj, fk, lbfs, lb0p, lb0b,
        lbulla_50, lbulls_50, ldsph_50, lbulla, lbulls, ldsph, ld50, ldb, ldp,
        lbd50, lbd, lminb0p, lba, lminbap, lbda, lbam, lbs, lbc, lb,
    )  # fmt: skip
