"""The two products that the dual of covering needs on sparse footprints, and a clean-up of prices.

``max sum reward_i y_i - sum price_j x_j`` with ``y_i <= sum of x_j over sites of i``, limits
``G x <= h`` and ``0 <= x, y <= 1`` is at most, for any ``lam >= 0`` and ``nu >= 0``,
``sum max(0, reward_i - lam_i) + sum max(0, c_j) + nu h`` with ``c_j`` the ``lam`` in the footprint
of ``j`` less its price and its share of the limits. Every sum runs over one row in its order, so
that results do not depend on the number of threads.
"""

from __future__ import annotations

import numba
import numpy as np

from kernels.arrays import Floats
from kernels.compiled import compiled_exact, compiled_exact_parallel
from kernels.sparse.cover import SparseFootprints, SparseLimits


@compiled_exact_parallel
def reduced_value(
    fp: SparseFootprints, price: Floats, limits: SparseLimits, lam: Floats, nu: Floats
) -> Floats:
    """Value of each site at these prices, ``c_j`` of the module's text, as ``float64[m]``."""
    value = np.empty(price.size)
    for j in numba.prange(price.size):
        total = -price[j]
        for k in range(fp.site_start[j], fp.site_start[j + 1]):
            total += lam[fp.customers[k]]
        for k in range(limits.start[j], limits.start[j + 1]):
            total -= nu[limits.row[k]] * limits.coefficient[k]
        value[j] = total
    return value


@compiled_exact_parallel
def times_covered(fp: SparseFootprints, x: Floats) -> Floats:
    """How often each customer is covered when each site is chosen to a part ``x float64[m]``."""
    times = np.empty(fp.customer_start.size - 1)
    for i in numba.prange(times.size):
        total = 0.0
        for k in range(fp.customer_start[i], fp.customer_start[i + 1]):
            total += x[fp.sites[k]]
        times[i] = total
    return times


def limit_use(limits: SparseLimits, x: Floats) -> Floats:
    """Left-hand side of each limit at ``x float64[m]``, as ``float64[r]``."""
    taken = limits.coefficient * np.repeat(x, np.diff(limits.start))
    return np.bincount(limits.row, taken, limits.limit.size).astype(np.float64, copy=False)


@compiled_exact
def lower_to_no_surplus(fp: SparseFootprints, value: Floats, lam: Floats) -> None:
    """Lower ``lam``, in place, until no site is worth more than 0; the bound does not rise.

    ``value float64[m]``, as from ``reduced_value``, is kept up to date. A unit off ``lam_i`` adds
    at most one to the first sum of the bound and takes at least one from the second.
    """
    for j in range(value.size):
        if value[j] <= 0.0:
            continue
        for k in range(fp.site_start[j], fp.site_start[j + 1]):
            i = fp.customers[k]
            less = min(lam[i], value[j])
            if less > 0.0:
                lam[i] -= less
                for t in range(fp.customer_start[i], fp.customer_start[i + 1]):
                    value[fp.sites[t]] -= less
            if value[j] <= 0.0:
                break
