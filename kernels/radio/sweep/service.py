"""Share of users served at each cell, from the powers of a sweep and a table of shares.

The strongest sector's power says how much more is lost than the statistical model alone loses at
that distance: off the antenna's main direction, behind terrain. The table has the share of users
served by class, by that excess and by distance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np

from kernels.compiled import compiled_parallel
from kernels.radio.sweep.kept import Served
from kernels.radio.sweep.sectors import Emitters, Singles, Tables
from kernels.radio.sweep.table import MANTISSA_SHIFT


class ServiceTable(NamedTuple):
    """Share of users served (float32, (classes, excesses, distances)), on even steps.

    Excesses begin at ``first_excess_db`` in steps of ``excess_step_db``; distances at the logarithm
    ``first_log_m`` in steps of ``log_step``. Beyond either end the share is that at the end.
    """

    share: Singles
    first_excess_db: float
    excess_step_db: float
    first_log_m: float
    log_step: float


@compiled_parallel
def service_shares(
    served: Served, emitters: Emitters, tables: Tables, cell_m: float, service: ServiceTable
) -> Singles:
    """Share of users served at each cell, float32 (H, W); 0 where no sector reaches.

    Bilinear between the steps of the table. ``served`` as after the sweep of ``emitters``.
    """
    height, width = served.best_mw.shape
    shares = np.zeros((height, width), np.float32)
    excesses, distances = service.share.shape[1], service.share.shape[2]
    for row in numba.prange(height):
        for column in range(width):
            i = served.server[row, column]
            power_mw = served.best_mw[row, column]
            if i < 0 or not power_mw > 0.0:
                continue
            east_m = (column + 0.5) * cell_m - emitters.place_m[i, 0]
            south_m = (row + 0.5) * cell_m - emitters.place_m[i, 1]
            square = np.float32(max(east_m * east_m + south_m * south_m, tables.least_m2))
            k = (square.view(np.int32) >> np.int32(MANTISSA_SHIFT)) - np.int32(tables.first_segment)
            user = served.user_class[row, column]
            path = tables.path[emitters.range_table[i] + user]
            plain_mw = emitters.power_mw[i] * (path[k, 0] + path[k, 1] * square)
            excess_db = 10.0 * math.log10(plain_mw / power_mw)
            y = (excess_db - service.first_excess_db) / service.excess_step_db
            x = (0.5 * math.log(square) - service.first_log_m) / service.log_step
            y = min(max(y, 0.0), excesses - 1.0)
            x = min(max(x, 0.0), distances - 1.0)
            a, b = min(int(y), excesses - 2), min(int(x), distances - 2)
            y, x = y - a, x - b
            own = service.share[user]
            low = own[a, b] * (1.0 - x) + own[a, b + 1] * x
            high = own[a + 1, b] * (1.0 - x) + own[a + 1, b + 1] * x
            shares[row, column] = low * (1.0 - y) + high * y
    return shares
