"""Gain of an antenna array that is steered by an estimate of the channel.

With M antennas of independent channels, of which the base station knows an estimate of relative
variance rho, the signal combined by that estimate has the mean power 1 + (M - 1) rho of a single
antenna's. The estimate from n pilot symbols at the signal-to-noise ratio g of one antenna has
rho = n g / (1 + n g): T. L. Marzetta et al., Fundamentals of Massive MIMO, Cambridge 2016,
section 3.1.2. So the gain is M at high SINR and 1 at very low SINR.

Quantities are linear ratios.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled


@compiled
def array_gain(element_snr: float, full_gain: float, pilots: float) -> float:
    """Gain of the array at a signal-to-noise ratio of one antenna; full gain without ``pilots``.

    ``full_gain`` (at least 1) is that with a perfect estimate; NaN outside the domain.
    """
    if not (element_snr >= 0.0 and full_gain >= 1.0 and pilots >= 0.0):
        return np.nan
    if pilots == 0.0:
        return full_gain
    known = pilots * element_snr
    return 1.0 + (full_gain - 1.0) * known / (1.0 + known)


@compiled
def array_gain_for_sinr(sinr: float, full_gain: float, pilots: float) -> float:
    """Gain of the array where it lifts one antenna's signal to ``sinr``: the positive root.

    With g the gain, one antenna has ``sinr`` / g, and g is :func:`array_gain` of that:
    g^2 + (n s - 1) g = M n s.
    """
    if not (sinr >= 0.0 and full_gain >= 1.0 and pilots >= 0.0):
        return np.nan
    if pilots == 0.0:
        return full_gain
    known = pilots * sinr
    return 0.5 * (1.0 - known + math.sqrt((known - 1.0) ** 2 + 4.0 * full_gain * known))
