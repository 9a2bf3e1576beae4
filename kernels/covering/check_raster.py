"""The certificate checked: the upper bound summed afresh from the stored multipliers, simply.

This file shares no code with the one that found the bound (:mod:`kernels.covering.bound_raster`,
:mod:`kernels.covering.bound_value`): whoever doubts a certificate reads these lines. Candidate j
serves cell i of class c when ``(dy)**2 + (dx)**2 <= radius_cells[c]**2`` (within one part in 1e9).
For shares ``s_i`` of 65,535, with whole numbers of a unit for the weights, the multiplier of a cell
is

    lambda_i = floor(floor(w_i) * s_i / 65535), 0 where covered before or outside,

and no plan with N stations covers more than

    sum_i (ceil(w_i) - lambda_i) + sum of the N greatest c_j, c_j = sum of lambda_i that j serves:

each cell covered adds at most lambda_i to the sum of the c_j of the chosen stations, and at most
w_i - lambda_i beyond it. Nor does any cover more than the sum of all w_i. All sums are of integers,
exact in any order.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact


def check_bound(
    multipliers: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    radius_cells: npt.ArrayLike,
    candidate: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    n_stations: int,
) -> float:
    """Sum the upper bound on the weight that ``n_stations`` can cover, from its multipliers.

    Parameters
    ----------
    multipliers
        ``uint16[H, W]``, share of each cell's weight, 65,535 for all of it. A bound holds
        whatever they are; good ones make it low.
    weight, area_class, radius_cells, candidate, covered
        As for :func:`kernels.covering.greedy_raster.greedy_order`.
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
    shapes = {a.shape for a in (multipliers, weight, area_class, candidate, covered)}
    if len(shapes) != 1:
        raise ValueError(f"the rasters differ in shape: {shapes}")
    if n_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {n_stations}")
    everything, price, bits = price_units(
        multipliers, weight, area_class, covered, np.size(radius_cells)
    )
    gains = price_within_reach(price, area_class, candidate, radius_cells)
    n_most = min(n_stations, gains.size)
    greatest = (
        np.partition(gains, gains.size - n_most)[gains.size - n_most :] if n_most else gains[:0]
    )
    units = min(int(everything), int(everything) - int(price.sum()) + int(greatest.sum()))
    value = float(units)
    if value < units:
        value = math.nextafter(value, math.inf)
    return math.ldexp(value, -bits)


def price_units(
    multipliers: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    covered: npt.NDArray[np.bool_],
    n_classes: int,
) -> tuple[int, npt.NDArray[np.int64], int]:
    """Return the sum of all weight, the multiplier of each cell, and the bits of the unit."""
    highest = float(np.max(weight, initial=0.0))
    if not (np.min(weight, initial=0.0) >= 0 and math.isfinite(highest)):
        raise ValueError("weights must be finite and at least 0")
    # Units per weight: no cell holds 2**46 of them, no sum 2**62.
    bits = min(46 - math.frexp(highest)[1], 61 - math.frexp(highest * weight.size)[1])
    counts = covered | (area_class >= n_classes)
    everything, price = _multipliers(multipliers, weight, area_class, counts, n_classes, 2.0**bits)
    return int(everything), price, bits


def price_within_reach(
    price: npt.NDArray[np.int64],
    area_class: npt.NDArray[np.uint8],
    candidate: npt.NDArray[np.bool_],
    radius_cells: npt.ArrayLike,
) -> npt.NDArray[np.int64]:
    """Return the sum of multipliers that each candidate serves, row by row."""
    radius = np.asarray(radius_cells, dtype=np.float64).reshape(-1)
    squares = np.floor(radius**2 * (1 + 1e-9)).astype(np.int64)
    gains: npt.NDArray[np.int64] = _gains(price, area_class, candidate, squares)
    return gains


@compiled_exact
def _multipliers(shares, weight, area_class, excluded, n_classes, scale):  # type: ignore[no-untyped-def]
    """Sum of the weight of all cells within, and the multiplier of each, in units."""
    everything = np.int64(0)
    price = np.zeros(weight.shape, dtype=np.int64)
    for y in range(weight.shape[0]):
        for x in range(weight.shape[1]):
            units = np.float64(weight[y, x]) * scale
            if not excluded[y, x]:
                price[y, x] = np.int64(np.floor(units)) * np.int64(shares[y, x]) // 65535
            if area_class[y, x] < n_classes:
                everything += np.int64(np.ceil(units))
    return everything, price


@compiled_exact
def _gains(price, area_class, candidate, squares):  # type: ignore[no-untyped-def]
    """Sum the multipliers of all cells that each candidate serves, along rows of the disc."""
    height, width = price.shape
    gains = np.zeros(price.shape, dtype=np.int64)
    before = np.zeros((squares.size, width + 1), dtype=np.int64)
    for y in range(height):
        before[:] = 0
        for x in range(width):
            before[:, x + 1] = before[:, x]
            if area_class[y, x] < squares.size:
                before[area_class[y, x], x + 1] += price[y, x]
        for area in range(squares.size):
            if before[area, width] == 0:
                continue
            reach = int(np.sqrt(squares[area])) + 1
            for target in range(max(0, y - reach), min(height, y + reach + 1)):
                left = squares[area] - (target - y) ** 2
                if left < 0:
                    continue
                half = int(np.sqrt(left)) + 1
                while half * half > left:
                    half -= 1
                for x in range(width):
                    gains[target, x] += (
                        before[area, min(width, x + half + 1)] - before[area, max(0, x - half)]
                    )
    found = np.empty(candidate.sum(), dtype=np.int64)
    count = 0
    for y in range(height):
        for x in range(width):
            if candidate[y, x]:
                found[count] = gains[y, x]
                count += 1
    return found
