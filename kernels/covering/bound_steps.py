"""Steps of a primal-dual method on the linear relaxation of maximal covering, element by element.

The relaxation: maximise ``sum_i w_i y_i`` with ``y_i <= sum of x_j over the candidates j that
serve i``, ``sum_j p_j x_j <= P``, ``0 <= x, y <= 1``. With multipliers ``0 <= lambda_i <= w_i`` on
the first constraints and a worth ``mu`` of what a station costs it becomes a saddle point in
(x, lambda),

    sum_i (w_i - lambda_i) + sum_j x_j (c_j - mu p_j) + mu P,   c_j = sum of lambda_i that j serves,

on which the primal-dual hybrid gradient of Chambolle and Pock (J. Math. Imaging Vision 40, 2011)
takes turns: a step in x along the *reduced gain* c - mu p, a step in lambda along 1 - (x that
serves i). Step lengths are those of Pock and Chambolle (ICCV 2011, equation 10, alpha = 1), scaled
by the price of each candidate: one over the cells that it serves and its price, one over the sum of
1 / price of the candidates that serve a cell.

A step may go *further* than the method says, by a factor (over-relaxation: Condat, J.
Optim. Theory Appl. 158, 2013, for less than 2). Shares may then lie outside 0 to 1; the
multipliers, which are to prove a bound, are kept within theirs.
"""

from __future__ import annotations

import numba
import numpy as np

from kernels.arrays import Raster
from kernels.compiled import compiled_parallel

_BLOCK = 16_384


@compiled_parallel
def step_stations(
    share: Raster, leap: Raster, step: Raster, price: Raster, worth: float, further: float
) -> None:
    """Move the stations along the reduced gain, and look ahead as far again.

    ``share`` (float32[n]): how much of each station is built, changed in place; ``leap``
    (float32[n]): what each gains, receives twice the share that the method gives less the old;
    ``step`` (float32[n]): step length along the reduced gain as a share of the price, 0 where there
    is no candidate; ``price`` (float32[n], or [1] for all): of each over ``worth``, above 0;
    ``worth``: weight that a station of price 1 has to gain; ``further``: factor of the step.
    """
    for block in numba.prange((share.size + _BLOCK - 1) // _BLOCK):
        begin, end = block * _BLOCK, min(share.size, (block + 1) * _BLOCK)
        own, ahead, length = share[begin:end], leap[begin:end], step[begin:end]
        if price.size == 1:
            per_weight = np.float32(1.0 / (worth * price[0]))
            for j in range(own.size):
                old = own[j]
                far = old + length[j] * (ahead[j] * per_weight - np.float32(1.0))
                new = min(np.float32(1.0), max(np.float32(0.0), far))
                ahead[j] = new + new - old
                own[j] = old + np.float32(further) * (new - old)
        else:
            asked = price[begin:end]
            for j in range(own.size):
                old = own[j]
                surplus = np.float32(0.0)
                if length[j] > 0.0:
                    surplus = ahead[j] / (np.float32(worth) * asked[j]) - np.float32(1.0)
                new = min(np.float32(1.0), max(np.float32(0.0), old + length[j] * surplus))
                ahead[j] = new + new - old
                own[j] = old + np.float32(further) * (new - old)


@compiled_parallel
def step_multipliers(
    multiplier: Raster, served: Raster, weight: Raster, step: Raster, slope: float, further: float
) -> None:
    """Raise the multiplier of each cell that is served less than once, lower it where more.

    All are float32[H, W]. ``multiplier``: lambda, changed in place, kept within 0 and ``weight``;
    ``served``: sum of the ``leap`` of the stations that serve each cell, emptied; ``weight``: 0
    where nothing is to be covered; ``step``: step length of each cell, times ``slope``, a weight;
    ``further``: factor of the step.
    """
    for y in numba.prange(weight.shape[0]):
        for x in range(weight.shape[1]):
            change = np.float32(slope) * step[y, x] * (np.float32(1.0) - served[y, x])
            old = multiplier[y, x]
            new = min(weight[y, x], max(np.float32(0.0), old + change))
            far = max(np.float32(0.0), old + np.float32(further) * (new - old))
            multiplier[y, x] = min(weight[y, x], far)
            served[y, x] = 0.0


@compiled_parallel
def surplus(gain: Raster, step: Raster, price: Raster, worth: float) -> float:
    """Return the sum of what stations gain beyond their price, of those that gain more.

    ``gain`` (float32[n]); the others as for :func:`step_stations`.
    """
    blocks = (gain.size + _BLOCK - 1) // _BLOCK
    total = np.zeros(blocks)
    for block in numba.prange(blocks):
        # Summed in place: of a scalar that is added to under a condition, Numba makes a reduction
        # on Python 3.12 and does not compile it.
        for j in range(block * _BLOCK, min(gain.size, (block + 1) * _BLOCK)):
            if step[j] > 0.0:
                asked = worth * price[0 if price.size == 1 else j]
                total[block] += max(0.0, gain[j] - asked)
    return float(total.sum())
