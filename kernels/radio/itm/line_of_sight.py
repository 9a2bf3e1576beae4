"""Attenuation within the line of sight: two rays, mixed with the diffraction line.

Part of the irregular terrain model; sources: see :mod:`kernels.radio.itm.path`.
"""

from __future__ import annotations

import math

from kernels.compiled import compiled
from kernels.radio.itm.diffraction import LossLine
from kernels.radio.itm.path import (
    MHZ_METRES,
    Path,
    horizon_reach_m,
    reflecting_sigma_m,
    roughness_m,
    smooth_reach_m,
)


@compiled
def reflection_coefficient(path: Path, distance_m: float) -> complex:
    """Return the effective reflection coefficient of rough ground, [Alg 4.46 to 4.48]."""
    heights_m = path.effective_1_m + path.effective_2_m
    sine = heights_m / math.sqrt(distance_m**2 + heights_m**2)
    sigma_m = reflecting_sigma_m(roughness_m(distance_m, path.irregularity_m))
    damping = math.exp(-min(10.0, path.frequency_mhz / MHZ_METRES * sigma_m * sine))
    reflection = (sine - path.impedance) / (sine + path.impedance) * damping
    power = reflection.real**2 + reflection.imag**2
    return reflection * math.sqrt(sine / power) if power < max(0.25, sine) else reflection


@compiled
def two_ray_loss_db(path: Path, distance_m: float) -> float:
    """Attenuation of a direct and a reflected ray relative to free space, [Alg 4.49 to 4.51]."""
    wave_number = path.frequency_mhz / MHZ_METRES
    phase = 2.0 * wave_number * path.effective_1_m * path.effective_2_m / distance_m
    if phase > 0.5 * math.pi:
        # Past a quarter wave the two rays are not trusted to cancel.
        phase = math.pi - (0.5 * math.pi) ** 2 / phase
    field = complex(math.cos(phase), -math.sin(phase)) + reflection_coefficient(path, distance_m)
    return -10.0 * math.log10(field.real**2 + field.imag**2)


@compiled
def line_of_sight_loss_db(path: Path, line: LossLine, distance_m: float) -> float:
    """Attenuation in line of sight: two rays and diffraction line, mixed, [Alg 4.43 to 4.45]."""
    rough = path.frequency_mhz * path.irregularity_m / max(10_000.0, smooth_reach_m(path))
    weight = 1.0 / (1.0 + rough)
    diffraction_db = line.intercept_db + line.slope_db_per_m * distance_m
    return weight * two_ray_loss_db(path, distance_m) + (1.0 - weight) * diffraction_db


@compiled
def _log_and_linear_rates(
    path: Path, line: LossLine, near_m: float, near_db: float, middle_m: float, middle_db: float
) -> tuple[float, float]:
    """Return the rates K1 and K2 of the curve through three losses, [Alg 4.32 to 4.37].

    Both are zero where the curve through the first distance has no meaning.
    """
    far_m = smooth_reach_m(path)
    far_db = line.intercept_db + line.slope_db_per_m * far_m
    log_far = math.log(far_m / near_m)
    rise_db = (far_m - near_m) * (middle_db - near_db) - (middle_m - near_m) * (far_db - near_db)
    run = (far_m - near_m) * math.log(middle_m / near_m) - (middle_m - near_m) * log_far
    log_rate_db = max(0.0, rise_db / run)
    if not (line.intercept_db > 0.0 or log_rate_db > 0.0):
        return 0.0, 0.0
    rate_db_per_m = (far_db - near_db - log_rate_db * log_far) / (far_m - near_m)
    if rate_db_per_m < 0.0:
        rate_db_per_m = 0.0
        log_rate_db = max(far_db - near_db, 0.0) / log_far
        if log_rate_db == 0.0:
            rate_db_per_m = line.slope_db_per_m
    return rate_db_per_m, log_rate_db


@compiled
def line_of_sight_attenuation_db(path: Path, line: LossLine, distance_m: float) -> float:
    """Reference attenuation inside the smooth-earth horizon, [Alg 4.1, 4.26 to 4.42].

    A sum of a constant, a linear and a logarithmic term in distance, through the line-of-sight
    losses at two distances and the diffraction line at the horizon.
    """
    reach_m = horizon_reach_m(path)
    far_m = smooth_reach_m(path)
    far_db = line.intercept_db + line.slope_db_per_m * far_m
    near_m = 0.04 * path.frequency_mhz * path.effective_1_m * path.effective_2_m
    if line.intercept_db >= 0.0:
        near_m = min(near_m, 0.5 * reach_m)
        middle_m = near_m + 0.25 * (reach_m - near_m)
    else:
        middle_m = max(-line.intercept_db / line.slope_db_per_m, 0.25 * reach_m)
    middle_db = line_of_sight_loss_db(path, line, middle_m)
    rate_db_per_m, log_rate_db = 0.0, 0.0
    if near_m < middle_m:
        near_db = line_of_sight_loss_db(path, line, near_m)
        rate_db_per_m, log_rate_db = _log_and_linear_rates(
            path, line, near_m, near_db, middle_m, middle_db
        )
    if rate_db_per_m == 0.0 and log_rate_db == 0.0:
        rate_db_per_m = max(far_db - middle_db, 0.0) / (far_m - middle_m)
        if rate_db_per_m == 0.0:
            rate_db_per_m = line.slope_db_per_m
    return (
        far_db + rate_db_per_m * (distance_m - far_m) + log_rate_db * math.log(distance_m / far_m)
    )
