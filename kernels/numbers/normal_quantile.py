"""Quantiles of the standard normal distribution: the inverse of :mod:`kernels.numbers.normal`."""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled

_SQRT_2 = math.sqrt(2.0)
_SQRT_2_PI = math.sqrt(2.0 * math.pi)


@compiled
def rational_exceeded_deviate(exceedance: float) -> float:
    """Deviate exceeded with a probability (0 to 1, neither included), to 4.5e-4.

    Abramowitz and Stegun, Handbook of Mathematical Functions, formula 26.2.23. Models whose
    published results rest on this approximation use it; others :func:`normal_quantile`.
    """
    if not 0.0 < exceedance < 1.0:
        return np.nan
    tail = min(exceedance, 1.0 - exceedance)
    t = math.sqrt(-2.0 * math.log(tail))
    above = (0.010328 * t + 0.802853) * t + 2.515517
    below = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0
    deviate = t - above / below
    return deviate if exceedance <= 0.5 else -deviate


@compiled
def normal_quantile(probability: float) -> float:
    """Deviate not exceeded with a probability (0 to 1, neither included), to machine precision.

    Two steps of Halley's method from :func:`rational_exceeded_deviate`. They run in the lower
    tail, where the probability keeps its relative precision.
    """
    if not 0.0 < probability < 1.0:
        return np.nan
    tail = min(probability, 1.0 - probability)
    deviate = -rational_exceeded_deviate(tail)
    for _ in range(2):
        density = math.exp(-0.5 * deviate * deviate) / _SQRT_2_PI
        step = (0.5 * math.erfc(-deviate / _SQRT_2) - tail) / density
        deviate -= step / (1.0 + 0.5 * deviate * step)
    return deviate if probability <= 0.5 else -deviate
