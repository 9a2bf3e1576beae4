"""Loss between isotropic antennas in free space: Recommendation ITU-R P.525."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled

Floats = npt.NDArray[np.float64]

SPEED_OF_LIGHT_M_S = 299_792_458.0


@compiled
def free_space_loss_db(distance_m: float, frequency_ghz: float) -> float:
    """Return 20 log10(4 pi d / wavelength) of a slant distance; NaN unless both are positive."""
    if not (distance_m > 0.0 and frequency_ghz > 0.0):
        return np.nan
    wavelength_m = SPEED_OF_LIGHT_M_S / (frequency_ghz * 1e9)
    return 20.0 * math.log10(4.0 * math.pi * distance_m / wavelength_m)


@compiled
def free_space_losses_db(distances_m: Floats, frequency_ghz: float) -> Floats:
    """:func:`free_space_loss_db` at each of ``distances_m`` (float64, N) as float64 (N)."""
    losses_db = np.empty(distances_m.size)
    for i in range(distances_m.size):
        losses_db[i] = free_space_loss_db(distances_m[i], frequency_ghz)
    return losses_db
