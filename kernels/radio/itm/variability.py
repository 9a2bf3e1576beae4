"""Spread of the loss in time, over locations and between situations.

Part of the irregular terrain model; sources: see :mod:`kernels.radio.itm.path`. The curves of the
seven radio climates are those of [TN101, figure 10.13 and annex III], as [Alg, section 5] fits
them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kernels.compiled import compiled
from kernels.numbers.normal_quantile import rational_exceeded_deviate
from kernels.radio.itm.path import MHZ_METRES, Path, roughness_m, smooth_horizon_m

EQUATORIAL = 1
CONTINENTAL_SUBTROPICAL = 2
MARITIME_SUBTROPICAL = 3
DESERT = 4
CONTINENTAL_TEMPERATE = 5
MARITIME_TEMPERATE_LAND = 6
MARITIME_TEMPERATE_SEA = 7

SINGLE_MESSAGE = 0
ACCIDENTAL = 1
MOBILE = 2
BROADCAST = 3
NO_LOCATION_SPREAD = 10
NO_SITUATION_SPREAD = 20

_EXTREME_DEVIATE = 3.10
_EARTH_RADIUS_M = 9_000_000.0

# Coefficients c1 (dB), c2 (dB), x1, x2, x3 (km) of a curve over effective distance, by climate.
_MEDIAN = np.array(
    [
        [-9.67, 12.7, 144.9, 190.3, 133.8],
        [-0.62, 9.19, 228.9, 205.2, 143.6],
        [1.26, 15.5, 262.6, 185.2, 99.8],
        [-9.21, 9.05, 84.1, 101.1, 98.6],
        [-0.62, 9.19, 228.9, 205.2, 143.6],
        [-0.39, 2.86, 141.7, 315.9, 167.4],
        [3.15, 857.9, 2222.0, 164.8, 116.3],
    ]
)
_TIME_BELOW = np.array(
    [
        [2.13, 159.5, 762.2, 123.6, 94.5],
        [2.66, 7.67, 100.4, 172.5, 136.4],
        [6.11, 6.65, 138.2, 242.2, 178.6],
        [1.98, 13.11, 139.1, 132.7, 193.5],
        [2.68, 7.16, 93.7, 186.8, 133.5],
        [6.86, 10.38, 187.8, 169.6, 108.9],
        [8.51, 169.8, 609.8, 119.9, 106.6],
    ]
)
_TIME_ABOVE = np.array(
    [
        [2.11, 102.3, 636.9, 134.8, 95.6],
        [6.87, 15.53, 138.7, 143.7, 98.6],
        [10.08, 9.60, 165.3, 225.7, 129.7],
        [3.68, 159.3, 464.4, 93.1, 94.2],
        [4.75, 8.12, 93.2, 135.9, 113.4],
        [8.58, 13.97, 216.0, 152.0, 122.7],
        [8.43, 8.19, 136.2, 188.5, 122.9],
    ]
)
# Coefficients of the frequency factor, by climate.
_FREQUENCY_BELOW = np.array(
    [
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.92, 0.25, 1.77],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ]
)
_FREQUENCY_ABOVE = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.93, 0.31, 2.0],
        [1.0, 0.0, 0.0],
        [0.93, 0.19, 1.79],
        [0.93, 0.31, 2.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ]
)
# Ducting by climate, [Alg, table 5.1]: factor on the spread, and the deviate it starts from.
_DUCTING = np.array(
    [
        [1.224, 1.282],
        [0.801, 2.161],
        [1.380, 1.282],
        [1.000, 20.0],
        [1.224, 1.282],
        [1.518, 1.282],
        [1.518, 1.282],
    ]
)


class Quantiles(NamedTuple):
    """Shares of time, locations and situations in which a loss is not exceeded.

    ``climate`` and ``mode`` are codes; to the mode may be added :data:`NO_LOCATION_SPREAD` and
    :data:`NO_SITUATION_SPREAD`. Shares lie between 0 and 1.
    """

    climate: int
    mode: int
    time_share: float
    location_share: float
    situation_share: float


class Deviates(NamedTuple):
    """Standard normal deviates of time, location and situation."""

    time: float
    location: float
    situation: float


class Spread(NamedTuple):
    """Standard deviations in time (for the wanted deviate), over locations and situations."""

    time_db: float
    location_db: float
    situation_db: float


@compiled
def mode_of_variability(mode: int) -> int:
    """Code of the mode without what was added to eliminate spreads."""
    return mode % 10


@compiled
def deviates_of(quantiles: Quantiles) -> Deviates:
    """Return the deviates of three shares, joined as the mode says, [82-100]."""
    time = rational_exceeded_deviate(quantiles.time_share)
    location = rational_exceeded_deviate(quantiles.location_share)
    situation = rational_exceeded_deviate(quantiles.situation_share)
    mode = mode_of_variability(quantiles.mode)
    if mode == SINGLE_MESSAGE:
        return Deviates(situation, situation, situation)
    if mode == ACCIDENTAL:
        return Deviates(time, situation, situation)
    if mode == MOBILE:
        return Deviates(time, time, situation)
    return Deviates(time, location, situation)


@compiled
def extreme(deviates: Deviates) -> bool:
    """Whether a deviate lies so far in a tail that its loss is a guess."""
    furthest = max(abs(deviates.time), abs(deviates.location), abs(deviates.situation))
    return furthest > _EXTREME_DEVIATE


@compiled
def effective_distance_m(path: Path, distance_m: float) -> float:
    """Distance in terms of the climates' curves, [Alg 5.3, 5.4]."""
    wave_number = path.frequency_mhz / MHZ_METRES
    edge_m = (
        smooth_horizon_m(path.effective_1_m, _EARTH_RADIUS_M)
        + smooth_horizon_m(path.effective_2_m, _EARTH_RADIUS_M)
        + (575.7e12 / wave_number) ** (1.0 / 3.0)
    )
    if distance_m < edge_m:
        return 130_000.0 * distance_m / edge_m
    return 130_000.0 + distance_m - edge_m


@compiled
def _curve_db(coefficients: np.ndarray, effective_m: float) -> float:
    """One of a climate's curves over effective distance, [Alg 5.5 to 5.7]."""
    effective_km = effective_m / 1000.0
    c1, c2, x1, x2, x3 = coefficients
    square = (effective_km / x1) ** 2
    return (c1 + c2 / (1.0 + ((effective_km - x2) / x3) ** 2)) * square / (1.0 + square)


@compiled
def _frequency_factor(coefficients: np.ndarray, frequency_mhz: float) -> float:
    """Factor on the spread in time, [Alg 5.6]."""
    level, rise, sharpness = coefficients
    log = math.log(0.133 * frequency_mhz / MHZ_METRES)
    return level + rise / ((sharpness * log) ** 2 + 1.0)


@compiled
def time_sigma_db(climate: int, frequency_mhz: float, effective_m: float, deviate: float) -> float:
    """Pseudo-standard deviation in time for a deviate, [Alg 5.6 to 5.8]."""
    row = climate - 1
    if deviate < 0.0:
        factor = _frequency_factor(_FREQUENCY_BELOW[row], frequency_mhz)
        return factor * _curve_db(_TIME_BELOW[row], effective_m)
    factor = _frequency_factor(_FREQUENCY_ABOVE[row], frequency_mhz)
    sigma_db = factor * _curve_db(_TIME_ABOVE[row], effective_m)
    ducting, ducting_from = _DUCTING[row]
    if deviate <= ducting_from:
        return sigma_db
    return ducting * sigma_db + sigma_db * (1.0 - ducting) * ducting_from / deviate


@compiled
def location_sigma_db(frequency_mhz: float, distance_m: float, irregularity_m: float) -> float:
    """Standard deviation over locations, [Alg 5.9]."""
    rough = frequency_mhz / MHZ_METRES * roughness_m(distance_m, irregularity_m)
    return 10.0 * rough / (rough + 13.0)


@compiled
def spread_of(
    path: Path, distance_m: float, effective_m: float, quantiles: Quantiles, deviates: Deviates
) -> Spread:
    """Return the standard deviations at a distance, [Alg 5.6 to 5.11]."""
    time_db = time_sigma_db(quantiles.climate, path.frequency_mhz, effective_m, deviates.time)
    location_db = 0.0
    if quantiles.mode % NO_SITUATION_SPREAD < NO_LOCATION_SPREAD:
        location_db = location_sigma_db(path.frequency_mhz, distance_m, path.irregularity_m)
    base_db = 0.0
    if quantiles.mode < NO_SITUATION_SPREAD:
        base_db = 5.0 + 3.0 * math.exp(-effective_m / 100_000.0)
    square = deviates.situation**2
    situation_db = math.sqrt(
        base_db**2
        + (time_db * deviates.time) ** 2 / (7.8 + square)
        + (location_db * deviates.location) ** 2 / (24.0 + square)
    )
    return Spread(time_db, location_db, situation_db)


@compiled
def deviation_db(spread: Spread, deviates: Deviates, mode: int) -> float:
    """Fall of the loss below its median, by the mode of variability, [82-100].

    Reliability and confidence: the first sum of each mode is over what the user sees change, the
    second over what is unknown.
    """
    mode = mode_of_variability(mode)
    time_db, location_db, situation_db = spread
    if mode == SINGLE_MESSAGE:
        all_db = math.sqrt(time_db**2 + location_db**2 + situation_db**2)
        return all_db * deviates.situation
    if mode == ACCIDENTAL:
        unknown_db = math.hypot(location_db, situation_db)
        return time_db * deviates.time + unknown_db * deviates.situation
    if mode == MOBILE:
        seen_db = math.hypot(time_db, location_db)
        return seen_db * deviates.time + situation_db * deviates.situation
    return (
        time_db * deviates.time
        + location_db * deviates.location
        + situation_db * deviates.situation
    )


@compiled
def quantile_loss_db(
    path: Path, distance_m: float, reference_db: float, quantiles: Quantiles, deviates: Deviates
) -> float:
    """Attenuation against free space at the wanted quantiles, [Alg 5.1, 5.2].

    A gain over free space is kept below about 3 dB.
    """
    effective_m = effective_distance_m(path, distance_m)
    spread = spread_of(path, distance_m, effective_m, quantiles, deviates)
    loss_db = (
        reference_db
        - _curve_db(_MEDIAN[quantiles.climate - 1], effective_m)
        - deviation_db(spread, deviates, quantiles.mode)
    )
    if loss_db < 0.0:
        loss_db *= (29.0 - loss_db) / (29.0 - 10.0 * loss_db)
    return loss_db
