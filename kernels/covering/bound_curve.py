"""Bounds for every number of stations, from the bounds for a few."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kernels.arrays import Floats
from kernels.covering.bound_search import Bound


def tightest(bounds: Sequence[Bound]) -> Floats:
    """Return the least bound of all for each number of stations, ``float64[n + 1]``."""
    return np.minimum.reduce([bound.values for bound in bounds])
