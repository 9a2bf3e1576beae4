"""Loss by tropospheric scatter: Recommendation ITU-R P.1812-6, §4.4.

P.1812-7 (08/2023) put another relation here; its users were advised to go back to that of
P.1812-6, which the implementation of P.1812-8 (09/2025) and the reference results have too.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled
from kernels.radio.models.p526 import LOG10_E


@compiled
def scatter_fixed_db(frequency_ghz: float, refractivity: float, time_percent: float) -> float:
    """Part of the scatter loss that does not depend on the path, Eq. (44) and (45)."""
    frequency_db = 25.0 * math.log10(frequency_ghz) - 2.5 * math.log10(0.5 * frequency_ghz) ** 2
    time_db = 10.125 * math.log10(50.0 / time_percent) ** 0.7
    return 190.1 + frequency_db - 0.15 * refractivity - time_db


@compiled
def scatter_path_db(log_distance_km: float, angle_mrad: float) -> float:
    """Part of the scatter loss that depends on the path, Eq. (44), of log10 of its length."""
    return 20.0 * log_distance_km + 0.573 * angle_mrad


@compiled
def scatter_loss_db(
    distance_km: float,
    angle_mrad: float,
    frequency_ghz: float,
    refractivity: float,
    time_percent: float,
) -> float:
    """Loss by scatter not exceeded for ``time_percent`` of the time, Eq. (44).

    ``angle_mrad`` is the angular distance of the path, Eq. (82). NaN unless the distance and the
    frequency are positive and the time is at most 50 percent.
    """
    if not (distance_km > 0.0 and frequency_ghz > 0.0 and 0.0 < time_percent <= 50.0):
        return np.nan
    return scatter_fixed_db(frequency_ghz, refractivity, time_percent) + scatter_path_db(
        LOG10_E * math.log(distance_km), angle_mrad
    )
