"""What bounds for a few numbers of stations say of every number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kernels.arrays import Floats
from kernels.covering.bound_search import Bound


def tightest(bounds: Sequence[Bound]) -> Floats:
    """Return the least bound of all for each number of stations, ``float64[n + 1]``."""
    return np.minimum.reduce([bound.values for bound in bounds])


def fewest_stations(bounds: Sequence[Bound], covered_weight: float) -> int:
    """Return a number of stations below which no plan covers ``covered_weight``.

    Raises
    ------
    ValueError
        When even the last number that the bounds reach to cannot cover it.
    """
    least = tightest(bounds)
    # The bound of fewer stations holds for more of them only if it rises, as it does.
    number = int(np.searchsorted(least, covered_weight))
    if number == least.size:
        raise ValueError(
            f"no {least.size - 1} stations cover {covered_weight}: bounds for more are needed"
        )
    return number
