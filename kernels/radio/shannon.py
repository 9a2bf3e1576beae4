"""Rate over SINR: Shannon's bound, attenuated and cut off at both ends.

Source: 3GPP TR 36.942 V8.2.0, Annex A.1: a link with adaptation attains a share of the Shannon
bound between its lowest usable SINR and the rate of its highest modulation and coding.

Several spatial layers share the power, and each gets an equal part of the array's gain: of k
layers, each has the SINR of a single one divided by k squared (an assumption; a channel of equal
eigenvalues would lose the factor k only). The link uses as many layers as give the highest rate.
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


@compiled
def layered_efficiency_bit_s_hz(
    sinr_db: float, shannon_share: float, min_sinr_db: float, most_bit_s_hz: float, layers: int
) -> float:
    """Highest rate per bandwidth of up to ``layers`` spatial layers.

    ``sinr_db`` is that of a single layer, ``most_bit_s_hz`` the cap of each layer.
    """
    best = spectral_efficiency_bit_s_hz(sinr_db, shannon_share, min_sinr_db, most_bit_s_hz)
    for k in range(2, layers + 1):
        own_db = sinr_db - 20.0 * math.log10(k)
        rate = k * spectral_efficiency_bit_s_hz(own_db, shannon_share, min_sinr_db, most_bit_s_hz)
        best = max(best, rate)
    return best


@compiled
def layered_required_sinr_db(
    efficiency_bit_s_hz: float, shannon_share: float, most_bit_s_hz: float, layers: int
) -> float:
    """Lowest SINR of a single layer at which up to ``layers`` layers carry a rate per bandwidth.

    NaN for no rate, and for a rate above the cap of all layers. The lowest usable SINR is left to
    the caller, as in :func:`required_sinr_db`.
    """
    best = np.nan
    for k in range(1, layers + 1):
        if efficiency_bit_s_hz <= k * most_bit_s_hz:
            own_db = required_sinr_db(efficiency_bit_s_hz / k, shannon_share)
            needed_db = own_db + 20.0 * math.log10(k)
            best = needed_db if math.isnan(best) else min(best, needed_db)
    return best
