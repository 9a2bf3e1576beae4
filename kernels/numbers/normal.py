"""The standard normal distribution."""

from __future__ import annotations

import math

import numpy as np

from kernels.arrays import Floats
from kernels.compiled import compiled


@compiled
def normal_probability(deviate: float) -> float:
    """Probability that a standard normal variable does not exceed ``deviate`` (0 to 1)."""
    return 0.5 * math.erfc(-deviate / math.sqrt(2.0))


@compiled
def normal_probabilities(deviates: Floats) -> Floats:
    """:func:`normal_probability` of each of ``deviates`` (float64, N) as float64 (N)."""
    probabilities = np.empty(deviates.size)
    for i in range(deviates.size):
        probabilities[i] = normal_probability(deviates[i])
    return probabilities
