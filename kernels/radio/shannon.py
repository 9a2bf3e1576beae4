"""Rate over SINR: Shannon's bound, attenuated and cut off at both ends.

Source: 3GPP TR 36.942 V8.2.0, Annex A.1: a link with adaptation attains a share of the Shannon
bound between its lowest usable SINR and the rate of its highest modulation and coding.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled


@compiled
def spectral_efficiency_bit_s_hz(
    sinr_db: float, shannon_share: float, min_sinr_db: float, most_bit_s_hz: float
) -> float:
    """Rate per bandwidth at a SINR: 0 below ``min_sinr_db``, at most ``most_bit_s_hz``."""
    if math.isnan(sinr_db):
        return np.nan
    if sinr_db < min_sinr_db:
        return 0.0
    return min(shannon_share * math.log2(1.0 + 10.0 ** (sinr_db / 10.0)), most_bit_s_hz)


@compiled
def required_sinr_db(efficiency_bit_s_hz: float, shannon_share: float) -> float:
    """SINR that carries a rate per bandwidth, without either cut-off; NaN for no rate."""
    if not (efficiency_bit_s_hz > 0.0 and shannon_share > 0.0):
        return np.nan
    return 10.0 * math.log10(2.0 ** (efficiency_bit_s_hz / shannon_share) - 1.0)
