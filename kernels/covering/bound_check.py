"""Check of a certificate: the upper bound, recomputed from its multipliers by simple code.

This file shares no code with the search (:mod:`kernels.covering.bound_search`,
:mod:`kernels.covering.bound_value`, :mod:`kernels.covering.bound_limits`) nor with the products of
:mod:`kernels.footprints`: to doubt a certificate is to doubt these lines, and no others.

Weights w_i are taken in whole numbers of a unit, a power of two. With shares ``s_i`` of 65,535 the
multiplier of a cell is

    lambda_i = floor(floor(w_i) * s_i / 65535), 0 where covered before,

so that ``0 <= lambda_i <= w_i``. A station in place j, of kind k, serves some cells, on which the
multipliers sum to ``c_jk``. For any worth ``t >= 0`` of money, no plan within the limits covers
more than

    sum_i (ceil(w_i) - lambda_i) + ceil(t * budget) + sum of u_j over the places j that it takes,
    u_j = greatest over kinds k of c_jk - floor(t * cost_jk).

Proof. Let the plan cover the cells of a set S. Each cell of S that was not covered before is served
by a station of the plan at least, so that the lambda_i of S sum to no more than the c_jk of its
stations; and the w_i - lambda_i of S, none of them negative, to no more than those of all cells. So
what it covers, the sum of w_i over S, is no more than the first sum plus its c_jk. Its stations
cost no more than the budget: adding ``t * (budget - their cost)`` takes nothing away. One station
stands in a place, and its c_jk - t * cost_jk is u_j at most. Nor does any plan cover more than the
sum of all w_i.

The shares may be anything: those of 65,535 throughout say that N stations add no more than the N
greatest footprints do. With ``t = 0`` the budget plays no part. What the u_j of the places that a
plan takes add up to is at most the greatest such sum within its number of stations; and, for each
division into parts, within what each part may and must have. From the greatest u down, each place
is taken while its part and the number of stations have room, once those that parts must have are
set aside. All sums are of integers, exact in any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.arrays import Bools, Classes, Counts, Floats, Ints, Numbers, Weights
from kernels.compiled import compiled_exact
from kernels.covering.bound_limits import Limits, Parts

_NOWHERE = -(2**62)


class CheckedKind(NamedTuple):
    """A kind of station as the check takes it.

    ``candidate`` (bool[H, W]): cells that may take one; ``price``: gives, for an int64[H, W] of
    multipliers, the sum over each candidate's footprint, row by row (int64[n]), as
    :func:`price_in_discs` and :func:`price_in_spans` do; ``cost`` (float64[n]): of each candidate,
    or of all.
    """

    candidate: Bools
    price: Callable[[Ints], Ints]
    cost: Floats | float = 1.0


def check_bound(
    multipliers: Counts,
    weight: Weights,
    covered: Bools,
    kinds: Sequence[CheckedKind],
    limits: Limits,
    worth: float = 0.0,
) -> float:
    """Sum the upper bound on the weight that new stations within ``limits`` can cover.

    Parameters
    ----------
    multipliers
        ``uint16[Q * H, W]``, share of each cell's weight, 65,535 for all of it. A bound holds
        whatever they are; good ones make it low.
    weight, covered
        ``float[Q * H, W]``, people (or whatever counts) in each cell and situation, and ``bool[Q *
        H, W]``, what was covered before.
    kinds
        Kinds of stations, at least one.
    limits
        What new stations must keep.
    worth
        Weight for a unit of money, 0 where money does not count.

    Returns
    -------
    float
        Weight, that of ``covered`` included, in the unit of ``weight``.

    Raises
    ------
    ValueError
        When shapes differ, a weight is negative or not finite, or the number is negative.
    """
    if limits.most_stations < 0:
        raise ValueError(f"the number of stations must be at least 0, not {limits.most_stations}")
    everything, price, bits = _in_units(multipliers, weight, covered, kinds)
    spent = math.ceil(math.nextafter(worth * limits.budget, math.inf) * 2.0**bits) if worth else 0
    net = _net(price, kinds, worth, bits)
    taken = _greatest_sum(net, limits.most_stations)
    for parts in limits.parts:
        taken = min(taken, _greatest_sum_in_parts(net, parts, limits.most_stations))
    return _weight_of(int(everything), int(everything) - int(price.sum()) + spent + taken, bits)


def check_curve(
    multipliers: Counts, weight: Weights, covered: Bools, kind: CheckedKind, n_most: int
) -> Floats:
    """Sum the upper bound for 0 to ``n_most`` stations of one kind without other limits.

    Returns float64[n_most + 1], weight as of :func:`check_bound`, which has the other arguments and
    the errors.
    """
    everything, price, bits = _in_units(multipliers, weight, covered, (kind,))
    net = _net(price, (kind,), 0.0, bits)
    taken, kept = 0, int(everything) - int(price.sum())
    bounds = [_weight_of(int(everything), kept, bits)]
    for gain in np.sort(net[net > 0])[::-1][:n_most].tolist():
        taken += gain
        bounds.append(_weight_of(int(everything), kept + taken, bits))
    return np.array(bounds + bounds[-1:] * (n_most + 1 - len(bounds)))


def _in_units(
    multipliers: Counts, weight: Weights, covered: Bools, kinds: Sequence[CheckedKind]
) -> tuple[Any, Ints, int]:
    """Sum of all weight, the multiplier of each cell, both in units; and their bits."""
    shapes = {each.shape for each in (multipliers, weight, covered)}
    places = {kind.candidate.shape for kind in kinds}
    height, width = kinds[0].candidate.shape
    if len(shapes) != 1 or len(places) != 1 or weight.shape[1] != width or weight.size % height:
        raise ValueError(f"the rasters differ in shape: {shapes | places}")
    highest = float(np.max(weight, initial=0.0))
    if not (np.min(weight, initial=0.0) >= 0 and math.isfinite(highest)):
        raise ValueError("weights must be finite and at least 0")
    # Units per weight: no cell holds 2**46 of them, no sum 2**62.
    bits = min(46 - math.frexp(highest)[1], 61 - math.frexp(highest * weight.size)[1])
    return *_multipliers(multipliers, weight, covered, 2.0**bits), bits


def _weight_of(everything: int, units: int, bits: int) -> float:
    """Weight of a bound in units, rounded up; no more than all."""
    units = max(0, min(everything, units))
    value = float(units)
    if value < units:
        value = math.nextafter(value, math.inf)
    return math.ldexp(value, -bits)


def price_in_discs(
    price: Ints, area_class: Classes, radius_cells: npt.ArrayLike, candidate: Bools
) -> Ints:
    """Return the sum of multipliers that each candidate of a raster serves, row by row.

    It serves a cell of class c in situation q at ``(dy)**2 + (dx)**2 <= radius_cells[q, c]**2``
    (within one part in 1e9), and no cell of a class without a radius or with one below 0.
    ``price`` is a stack of one raster for each situation.
    """
    radius = np.atleast_2d(np.asarray(radius_cells, dtype=np.float64))
    squares = np.where(radius < 0, -1, np.floor(radius**2 * (1 + 1e-9))).astype(np.int64)
    layers = price.reshape(len(squares), *area_class.shape)
    gains: Ints = np.zeros(int(np.count_nonzero(candidate)), np.int64)
    for layer, own in zip(layers, squares, strict=True):
        gains += _disc_sums(layer, area_class, own)[candidate]
    return gains


@compiled_exact
def price_in_spans(price: Ints, first: Ints, start: Numbers, length: Counts) -> Ints:
    """Return the sum of multipliers over the spans of each candidate, one cell after the other."""
    cells = price.reshape(-1)
    gains = np.zeros(first.size - 1, dtype=np.int64)
    for candidate in range(gains.size):
        for span in range(first[candidate], first[candidate + 1]):
            for cell in range(start[span], start[span] + length[span]):
                gains[candidate] += cells[cell]
    return gains


def _net(price: Ints, kinds: Sequence[CheckedKind], worth: float, bits: int) -> Ints:
    """Return u of each place that may take a station."""
    net = np.full(kinds[0].candidate.shape, _NOWHERE)
    for kind in kinds:
        gain = kind.price(price)
        if worth > 0:
            paid = np.floor(np.nextafter(worth * np.asarray(kind.cost), 0.0) * 2.0**bits)
            gain = gain - np.minimum(paid, 2.0**61).astype(np.int64)
        net[kind.candidate] = np.maximum(net[kind.candidate], gain)
    return net


def _greatest_sum(net: Ints, most_stations: int) -> int:
    """Greatest sum of u over no more places than there may be stations."""
    gaining = net[net > 0]
    return int(np.sort(gaining)[max(0, gaining.size - most_stations) :].sum())


def _greatest_sum_in_parts(net: Ints, parts: Parts, most_stations: int) -> int:
    """Greatest sum of u over places within what each part may and must have."""
    places = np.flatnonzero(net > _NOWHERE)
    falling = places[np.argsort(-net.reshape(-1)[places], kind="stable")]
    part = parts.label.reshape(-1)[falling].tolist()
    value = net.reshape(-1)[falling].tolist()
    owed, room = parts.least.tolist(), parts.most.tolist()
    free = most_stations - sum(owed)
    if free < 0:
        owed, free = [0] * len(owed), most_stations
    total = 0
    for number, gain in zip(part, value, strict=True):
        if number >= 0 and room[number] <= 0:
            continue
        if number >= 0 and owed[number] > 0:
            owed[number] -= 1
        elif free > 0 and gain > 0:
            free -= 1
        else:
            continue
        total += gain
        if number >= 0:
            room[number] -= 1
    return total


@compiled_exact
def _multipliers(shares: Counts, weight: Weights, covered: Bools, scale: float) -> tuple[Any, Ints]:
    """Sum of all weight, rounded up, and the multiplier of each cell, in units."""
    everything = np.int64(0)
    price: Ints = np.zeros(weight.shape, dtype=np.int64)
    for y in range(weight.shape[0]):
        for x in range(weight.shape[1]):
            units = np.float64(weight[y, x]) * scale
            everything += np.int64(np.ceil(units))
            if not covered[y, x]:
                price[y, x] = np.int64(np.floor(units)) * np.int64(shares[y, x]) // 65535
    return everything, price


@compiled_exact
def _disc_sums(price: Ints, area_class: Classes, squares: Ints) -> Ints:
    """Sum the multipliers of all cells that a station in each cell serves, along rows of discs."""
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
            if before[area, width] == 0 or squares[area] < 0:
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
    return gains
