"""Clutter loss at a terminal below its surroundings: Recommendation ITU-R P.2108-1 (09/2021).

Section 3.1: height gain terminal correction; 3.2: statistical model for terrestrial paths;
3.3: statistical model for Earth-space and aeronautical paths. Each loss adds to the basic
transmission loss of a path that is calculated above the clutter.

Every kernel gives NaN where its relation has no meaning. That domain is wider than the ranges
of the Recommendation, which :mod:`planner.radio` states and checks.

Units: distances and heights in metres, frequencies in GHz, angles in degrees, losses in dB,
shares of locations from 0 to 1 (neither included).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.numbers.normal_quantile import normal_quantile

Floats = npt.NDArray[np.float64]

WATER = 1
OPEN_RURAL = 2
SUBURBAN = 3
URBAN = 4
FOREST = 5
DENSE_URBAN = 6

_LONG_SIGMA_DB = 4.0
_SHORT_SIGMA_DB = 6.0
_FULL_CLUTTER_M = 2000.0


@compiled
def knife_edge_loss_db(nu: float) -> float:
    """Approximate loss J(nu) over a knife edge, eq. (2a); zero up to nu = -0.78."""
    if nu <= -0.78:
        return 0.0
    return 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)


@compiled
def terminal_clutter_loss_db(
    clutter: int,
    frequency_ghz: float,
    height_m: float,
    clutter_height_m: float,
    street_width_m: float,
) -> float:
    """Median loss of a terminal below the representative clutter height, section 3.1.

    Eq. (2b) for water and open land, eq. (2a) for the other clutter codes; zero for a terminal
    at the clutter height or above. The default street width is 27 m.
    """
    positive = (
        frequency_ghz > 0.0 and height_m > 0.0 and clutter_height_m > 0.0 and street_width_m > 0.0
    )
    if not positive or not WATER <= clutter <= DENSE_URBAN:
        return np.nan
    if height_m >= clutter_height_m:
        return 0.0
    if clutter in (WATER, OPEN_RURAL):
        slope_db = 21.8 + 6.2 * math.log10(frequency_ghz)
        return -slope_db * math.log10(height_m / clutter_height_m)
    difference_m = clutter_height_m - height_m
    angle_deg = math.degrees(math.atan(difference_m / street_width_m))
    nu = 0.342 * math.sqrt(frequency_ghz) * math.sqrt(difference_m * angle_deg)
    return knife_edge_loss_db(nu) - 6.03


@compiled
def default_clutter_height_m(clutter: int) -> float:
    """Return the representative clutter height R where none is known locally, section 3.1.1."""
    if clutter in (WATER, OPEN_RURAL, SUBURBAN):
        return 10.0
    if clutter in (URBAN, FOREST):
        return 15.0
    if clutter == DENSE_URBAN:
        return 20.0
    return np.nan


@compiled
def _terrestrial_loss_db(frequency_ghz: float, distance_m: float, deviate: float) -> float:
    """Eqs. (3) to (5) at one distance."""
    log_f = math.log10(frequency_ghz)
    long_db = -2.0 * math.log10(10.0 ** (-5.0 * log_f - 12.5) + 10.0**-16.5)
    short_db = 32.98 + 23.9 * math.log10(distance_m / 1000.0) + 3.0 * log_f
    long_weight = 10.0 ** (-0.2 * long_db)
    short_weight = 10.0 ** (-0.2 * short_db)
    both = long_weight + short_weight
    variance = (_LONG_SIGMA_DB**2 * long_weight + _SHORT_SIGMA_DB**2 * short_weight) / both
    return -5.0 * math.log10(both) + math.sqrt(variance) * deviate


@compiled
def terrestrial_clutter_loss_db(
    frequency_ghz: float, distance_m: float, location_share: float
) -> float:
    """Loss at one end of a terrestrial path, not exceeded at a share of locations, section 3.2.

    For urban and suburban clutter. ``distance_m`` is the length of the whole path; the loss is
    never more than at 2 km, eq. (6).
    """
    if not (frequency_ghz > 0.0 and distance_m > 0.0):
        return np.nan
    deviate = normal_quantile(location_share)
    if math.isnan(deviate):
        return np.nan
    return min(
        _terrestrial_loss_db(frequency_ghz, distance_m, deviate),
        _terrestrial_loss_db(frequency_ghz, _FULL_CLUTTER_M, deviate),
    )


@compiled
def terrestrial_clutter_losses_db(
    frequency_ghz: float, distances_m: Floats, location_share: float
) -> Floats:
    """:func:`terrestrial_clutter_loss_db` at each of ``distances_m`` (float64, N), float64 (N)."""
    losses_db = np.empty(distances_m.size)
    for i in range(distances_m.size):
        losses_db[i] = terrestrial_clutter_loss_db(frequency_ghz, distances_m[i], location_share)
    return losses_db


@compiled
def slant_clutter_loss_db(
    frequency_ghz: float, elevation_deg: float, location_share: float
) -> float:
    """Loss to a satellite or aircraft, not exceeded at a share of locations, section 3.3.

    The formula falls slightly below zero for small shares of locations at high elevations.
    """
    if not (frequency_ghz > 0.0 and 0.0 <= elevation_deg <= 90.0):
        return np.nan
    deviate = normal_quantile(location_share)
    if math.isnan(deviate):
        return np.nan
    angle_rad = 0.05 * (1.0 - elevation_deg / 90.0) + math.pi * elevation_deg / 180.0
    # At the zenith the cotangent is zero but for rounding, which may leave it below.
    cotangent = max(1.0 / math.tan(angle_rad), 0.0)
    spread = -93.0 * frequency_ghz**0.175 * math.log(1.0 - location_share) * cotangent
    return spread ** (0.5 * (90.0 - elevation_deg) / 90.0) - 1.0 + 0.6 * deviate
