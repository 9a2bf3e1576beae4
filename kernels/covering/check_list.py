"""The certificate over explicit footprints checked: the upper bound summed afresh, simply.

This file shares no code with the one that found the bound (:mod:`kernels.covering.bound_list`):
whoever doubts a certificate reads these lines. For shares ``s_i`` of 65,535, with whole numbers of
a unit for the weights, the multiplier of a cell is

    lambda_i = floor(floor(w_i) * s_i / 65535), 0 where covered before,

and no plan with N more stations covers more than

    sum_i (ceil(w_i) - lambda_i) + sum of the N greatest c_j, c_j = sum of lambda_i that j serves:

each cell covered adds at most lambda_i to the sum of the c_j of the chosen stations, and at most
w_i - lambda_i beyond it. The shares may be anything: those of 65,535 throughout say that N stations
add no more than the N greatest footprints do. Nor does any plan cover more than the sum of all w_i.
The least of these holds. All sums are of integers, cell by cell.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact
from kernels.footprints.spans import Spans


def check_list_bound(
    multipliers: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    spans: Spans,
    allowed: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_stations: int,
) -> float:
    """Sum the upper bound on the weight that ``n_stations`` more can cover, from its multipliers.

    Parameters
    ----------
    multipliers
        ``uint16[H, W]``, share of each cell's weight, 65,535 for all of it. A bound holds
        whatever they are; good ones make it low.
    weight, spans, allowed, covered
        As for :func:`kernels.covering.greedy_list.greedy_list`.
    n_stations
        Number of new stations.

    Returns
    -------
    float
        Weight, that of ``covered`` included, in the unit of ``weight``.

    Raises
    ------
    ValueError
        When shapes differ, a weight is negative or not finite, or the number is negative.
    """
    if not multipliers.shape == weight.shape == covered.shape:
        raise ValueError("multipliers, weight and covered differ in shape")
    if allowed.shape != (spans.first.size - 1,):
        raise ValueError(f"allowed must be of {spans.first.size - 1} candidates")
    if n_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {n_stations}")
    highest = float(np.max(weight, initial=0.0))
    if not (np.min(weight, initial=0.0) >= 0 and math.isfinite(highest)):
        raise ValueError("weights must be finite and at least 0")
    # Units per weight: no cell holds 2**46 of them, no sum 2**62.
    bits = min(46 - math.frexp(highest)[1], 61 - math.frexp(highest * weight.size)[1])
    fine = weight.ravel().astype(np.float64) * 2.0**bits
    everything = int(np.ceil(fine).astype(np.int64).sum())
    whole = np.where(covered.ravel(), 0, np.floor(fine).astype(np.int64))
    units = everything
    for shares in (multipliers.ravel().astype(np.int64), np.int64(65535)):
        price = whole * shares // 65535
        gains = sorted(price_in_spans(price, *spans)[allowed].tolist(), reverse=True)
        units = min(units, everything - int(price.sum()) + sum(gains[:n_stations]))
    value = float(units)
    if value < units:
        value = math.nextafter(value, math.inf)
    return math.ldexp(value, -bits)


@compiled_exact
def price_in_spans(price, first, start, length):  # type: ignore[no-untyped-def]
    """Sum the multipliers of all cells that each candidate serves, one after the other."""
    gains = np.zeros(first.size - 1, dtype=np.int64)
    for candidate in range(gains.size):
        for span in range(first[candidate], first[candidate + 1]):
            for cell in range(start[span], start[span] + length[span]):
                gains[candidate] += price[cell]
    return gains
