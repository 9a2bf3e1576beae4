"""Noise rise: by how much interference lifts the noise of a receiver."""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled


@compiled
def noise_rise_db(load: float, full_over_noise_db: float) -> float:
    """Noise rise in dB at a load (0 to 1) of the cells around; NaN outside.

    Interference is in proportion to the load, and over the noise by ``full_over_noise_db`` at full
    load: 10 log10(1 + load I / N).
    """
    if not 0.0 <= load <= 1.0:
        return np.nan
    return 10.0 * math.log10(1.0 + load * 10.0 ** (0.1 * full_over_noise_db))
