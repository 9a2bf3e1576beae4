"""Tropospheric scatter far beyond the horizon.

Part of the irregular terrain model; sources: see :mod:`kernels.radio.itm.path`.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled
from kernels.radio.itm.path import MHZ_METRES, Path, bend_rad

_FREQUENCY_GAIN_A = (25.0, 80.0, 177.0, 395.0, 705.0)
_FREQUENCY_GAIN_B = (24.0, 45.0, 68.0, 80.0, 105.0)
_SQRT_2 = math.sqrt(2.0)


@compiled
def attenuation_function_db(angle_distance_m: float) -> float:
    """Attenuation F0 of the product of scatter angle and distance, [Alg 6.9]."""
    log = math.log10(angle_distance_m)
    if angle_distance_m <= 10_000.0:
        return 133.4 + 0.332e-3 * angle_distance_m - 10.0 * log
    if angle_distance_m <= 70_000.0:
        return 104.6 + 0.212e-3 * angle_distance_m - 2.5 * log
    return 71.8 + 0.157e-3 * angle_distance_m + 5.0 * log


@compiled
def _frequency_gain_curve_db(curve: int, r: float) -> float:
    """One of the five curves H01 of :func:`single_frequency_gain_db`, [Alg 6.13]."""
    inverse = (1.0 / r) ** 2
    scaled = (_FREQUENCY_GAIN_A[curve] * inverse + _FREQUENCY_GAIN_B[curve]) * inverse
    return 10.0 * math.log10(1.0 + scaled)


@compiled
def single_frequency_gain_db(r: float, efficiency: float) -> float:
    """Frequency gain of one terminal, between the curves for efficiencies 1 to 5, [Alg 6.12]."""
    within = min(max(efficiency, 1.0), 5.0)
    curve = int(within)
    part = within - curve
    gain_db = _frequency_gain_curve_db(curve - 1, r)
    if part > 0.0:
        gain_db = (1.0 - part) * gain_db + part * _frequency_gain_curve_db(curve, r)
    return gain_db


@compiled
def scatter_efficiency(path: Path, distance_m: float, offset_m: float, angle_rad: float) -> float:
    """Scattering efficiency at the height of the beams' cross-over, [Alg 4.66, 4.67]."""
    crossing_m = (distance_m**2 - offset_m**2) * angle_rad * 0.25 / distance_m
    n = path.refractivity
    falling = math.exp(-(min(1.7, crossing_m / 8000.0) ** 6))
    return crossing_m / 1755.6 * (1.0 + (0.031 - n * 2.32e-3 + n**2 * 5.67e-6) * falling)


@compiled
def frequency_gain_db(path: Path, distance_m: float) -> float:
    """Frequency gain H0 of both terminals, [Alg 4.61, 4.62, 6.10 to 6.14], [TN101, eq. 9.5].

    NaN where the antennas are so low that it has no meaning.
    """
    angle_rad = path.angle_1_rad + path.angle_2_rad + distance_m / path.earth_radius_m
    twice = 2.0 * path.frequency_mhz / MHZ_METRES * angle_rad
    r_1 = twice * path.effective_1_m
    r_2 = twice * path.effective_2_m
    if r_1 < 0.2 and r_2 < 0.2:
        return np.nan
    offset_m = abs(path.horizon_1_m - path.horizon_2_m)
    ratio = path.effective_2_m / path.effective_1_m
    if path.horizon_1_m < path.horizon_2_m:
        ratio = 1.0 / ratio
    asymmetry = (distance_m - offset_m) / (distance_m + offset_m)
    q = min(max(0.1, ratio / asymmetry), 10.0)
    asymmetry = max(0.1, asymmetry)
    efficiency = scatter_efficiency(path, distance_m, offset_m, angle_rad)
    mean_db = 0.5 * (
        single_frequency_gain_db(r_1, efficiency) + single_frequency_gain_db(r_2, efficiency)
    )
    log_efficiency = math.log10(max(efficiency, 1.0))
    change_db = 6.0 * (0.6 - log_efficiency) * math.log10(asymmetry) * math.log10(q)
    gain_db = max(mean_db + min(mean_db, change_db), 0.0)
    if efficiency < 1.0:
        both = ((1.0 + _SQRT_2 / r_1) * (1.0 + _SQRT_2 / r_2)) ** 2
        none_db = 10.0 * math.log10(both * (r_1 + r_2) / (r_1 + r_2 + 2.0 * _SQRT_2))
        gain_db = efficiency * gain_db + (1.0 - efficiency) * none_db
    return gain_db


@compiled
def scatter_loss_db(path: Path, distance_m: float, gain_db: float) -> float:
    """Scatter attenuation for a frequency gain, [Alg 4.60, 4.63, 6.8]."""
    angle_rad = distance_m / path.earth_radius_m + bend_rad(path)
    product_m = angle_rad * distance_m
    return (
        attenuation_function_db(product_m)
        + 10.0 * math.log10(path.frequency_mhz * angle_rad**4)
        - 0.1 * (path.refractivity - 301.0) * math.exp(-product_m / 40_000.0)
        + gain_db
    )
