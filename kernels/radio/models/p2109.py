"""Building entry loss: Recommendation ITU-R P.2109-2 (08/2023), Annex 1, section 3.

The kernels give NaN where the relation has no meaning. The Recommendation covers about 80 MHz to
100 GHz, which :mod:`planner.radio` states and checks.

Units: frequencies in GHz, elevation angles at the facade in degrees, losses in dB,
probabilities from 0 to 1 (neither included).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.numbers.normal_quantile import normal_quantile

Floats = npt.NDArray[np.float64]

TRADITIONAL = 1
THERMALLY_EFFICIENT = 2

_LEAST_DB = -3.0


@compiled
def horizontal_median_db(building: int, frequency_ghz: float) -> float:
    """Median loss of horizontal paths by building code, eq. (9) and Table 1."""
    if not frequency_ghz > 0.0:
        return np.nan
    log_f = math.log10(frequency_ghz)
    if building == TRADITIONAL:
        return 12.64 + 3.72 * log_f + 0.96 * log_f**2
    if building == THERMALLY_EFFICIENT:
        return 28.19 - 3.0 * log_f + 8.48 * log_f**2
    return np.nan


@compiled
def elevation_loss_db(elevation_deg: float) -> float:
    """Loss that an inclined path adds to the median, eq. (10)."""
    return 0.212 * abs(elevation_deg) if abs(elevation_deg) <= 90.0 else np.nan


@compiled
def entry_loss_db(
    building: int, frequency_ghz: float, elevation_deg: float, probability: float
) -> float:
    """Return the loss not exceeded with a probability, eqs. (1) to (10) and Table 1."""
    mean_1_db = horizontal_median_db(building, frequency_ghz) + elevation_loss_db(elevation_deg)
    deviate = normal_quantile(probability)
    if math.isnan(mean_1_db) or math.isnan(deviate):
        return np.nan
    log_f = math.log10(frequency_ghz)
    if building == TRADITIONAL:
        mean_2_db = 9.1 - 3.0 * log_f
        sigma_1_db = 9.6 + 2.0 * log_f
        sigma_2_db = 4.5 - 2.0 * log_f
    else:
        mean_2_db = 27.8 - 2.9 * log_f
        sigma_1_db = 13.5 + 3.8 * log_f
        sigma_2_db = 9.4 - 2.1 * log_f
    return 10.0 * math.log10(
        10.0 ** (0.1 * (deviate * sigma_1_db + mean_1_db))
        + 10.0 ** (0.1 * (deviate * sigma_2_db + mean_2_db))
        + 10.0 ** (0.1 * _LEAST_DB)
    )


@compiled
def entry_losses_db(
    building: int, frequency_ghz: float, elevation_deg: float, probabilities: Floats
) -> Floats:
    """:func:`entry_loss_db` at each of ``probabilities`` (float64, N) as float64 (N)."""
    losses_db = np.empty(probabilities.size)
    for i in range(probabilities.size):
        losses_db[i] = entry_loss_db(building, frequency_ghz, elevation_deg, probabilities[i])
    return losses_db
