"""The bound for every number of stations, and what those for a few numbers say of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kernels.arrays import Floats
from kernels.covering.bound_value import Shares

_NEAR = 1e-3
"""Share by which a bound may be worse for the kinds that took no part in its search."""


@dataclass(frozen=True)
class Bound:
    """Upper bound on the weight that N new stations can cover, for every N up to some number.

    ``multipliers`` (uint16[H, W]): share of each cell's weight, 65,535 for all of it: with them
    :func:`kernels.covering.bound_check.check_bound` gives ``values`` again. ``values``
    (float64[n + 1]): bound for N = 0 to n, the weight covered before included: the least for these
    multipliers with the ``worth`` (weight for a unit of money) and with none, and for the best
    single stations.
    ``n_stations``: the N for which the multipliers were sought. ``money``: where the limits ask for
    a weight, what any plan costs that covers it.
    """

    multipliers: Shares
    values: Floats
    n_stations: int
    worth: float = 0.0
    money: float = 0.0

    @property
    def value(self) -> float:
        """Bound for ``n_stations``."""
        return float(self.values[self.n_stations])

    def is_near(self, other: Bound) -> bool:
        """Whether it proves about as much as a bound for a part of all kinds."""
        dearer, higher = other.money - self.money, self.value - other.value
        return dearer <= _NEAR * other.money and higher <= _NEAR * other.value


def tightest(bounds: Sequence[Bound]) -> Floats:
    """Return the least bound of all for each number of stations, ``float64[n + 1]``."""
    return np.minimum.reduce([bound.values for bound in bounds])
