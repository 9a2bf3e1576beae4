"""Exact value of the upper bound that multipliers give within limits: parts, kinds, a budget.

For multipliers ``0 <= lambda_i <= w_i`` and a worth of money ``t >= 0`` no plan within the limits
covers more than (Lagrangian duality; Fisher, Management Science 27, 1981)

    sum_i (w_i - lambda_i) + t * budget + max sum_j u_j over places j within the limits of parts,
    u_j = max over kinds k of c_jk - t * cost_jk, c_jk = sum of lambda_i that j serves as k,

with one station in a place, and none with u_j below 0 but where a part must have it. *Parts* are
zones, or new and upgraded sites: a least and a greatest number of each. The maximum over
one division into parts is a sum of the greatest; of several divisions the least bound holds. Sums
are of whole numbers of a unit, rounded so that the value is a bound for the numbers as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kernels.arrays import Floats, Ints, Zones
from kernels.covering.bound_value import Gains, rounded_up

NO_LIMIT = 2**40
_NEVER = 2**61
"""Loss, in units, of a kind where it may not be: more than any sum."""

_LOOKS = 28
_FURTHEST = 2.0**12
_GOLDEN = (math.sqrt(5) - 1) / 2


class Parts(NamedTuple):
    """A division of the places: ``label`` (int16[H, W], negative: in no part) of each.

    ``least`` and ``most`` (int64[parts]): stations of each; :data:`NO_LIMIT` for any number.
    """

    label: Zones
    least: Ints
    most: Ints


class Limits(NamedTuple):
    """Limits on new stations: their number, money (inf: any), and the parts.

    ``asked``: weight that they must cover, together with what is covered before; 0: any.
    """

    most_stations: int
    budget: float
    parts: tuple[Parts, ...]
    asked: float = 0.0

    @classmethod
    def none(cls, most_stations: int) -> Limits:
        """Return no limit but the number of stations."""
        return cls(most_stations, math.inf, ())


def values_within(gains: Gains, limits: Limits, worth: float, n_most: int) -> Floats:
    """Upper bound (float64[n_most + 1]) for 0 to ``n_most`` stations, that never falls.

    The last one is for any number the limits allow; those before it hold for the first stations of
    a plan that keeps all limits in the end. Weight, what is covered before included. ``worth``:
    weight for a unit of money, 0 where money does not count.
    """
    units = np.clip(_units(gains, limits, worth, n_most), 0, gains.everything)
    return rounded_up(units, gains.unit)


def _units(gains: Gains, limits: Limits, worth: float, n_most: int) -> Ints:
    """Return the bound in whole units, however much that is."""
    spent = 0
    if worth > 0:
        if not math.isfinite(limits.budget):
            raise ValueError("money is worth something only within a budget")
        spent = math.ceil(math.nextafter(worth * limits.budget, math.inf) / gains.unit)
    return _greatest_sums(gains, limits, worth, n_most) + (gains.constant + min(spent, 2**61))


def best_worth(gains: Gains, limits: Limits, n_most: int) -> float:
    """Return a worth of money near the one that makes the bound within a budget least."""
    if not math.isfinite(limits.budget):
        return 0.0
    # The bound is convex in the worth, so that it falls to one least value and rises again.
    return _lowest_at(gains, lambda worth: float(_units(gains, limits, worth, n_most)[-1]))


def least_cost(gains: Gains, limits: Limits) -> tuple[float, float]:
    """Money below which no plan covers ``limits.asked``, and the worth of money that proves it.

    ``limits.budget`` plays no part. 0 where nothing is proven.
    """
    # What lacks is concave in the worth, and what is concave over the worth rises to one peak.
    worth = _lowest_at(gains, lambda worth: -_money(gains, limits, worth))
    money = max(0.0, _money(gains, limits, worth)) if worth > 0 else 0.0
    return (money, worth) if money > 0 else (0.0, 0.0)


def _lowest_at(gains: Gains, value: Callable[[float], float]) -> float:
    """Return a worth of money near the one where ``value`` is lowest; 0 where nothing is gained.

    Golden section search in the logarithm: ``value`` must fall to one lowest point and rise again.
    """
    ratio = _weight_for_money(gains)
    if not ratio.size:
        return 0.0
    high = float(np.log2(ratio.max()))
    low = high - math.log2(_FURTHEST) * 2
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_inner, at_outer = value(2.0**inner), value(2.0**outer)
    for _ in range(_LOOKS):
        if at_inner <= at_outer:
            high, outer, at_outer = outer, inner, at_inner
            inner = high - _GOLDEN * (high - low)
            at_inner = value(2.0**inner)
        else:
            low, inner, at_inner = inner, outer, at_outer
            outer = low + _GOLDEN * (high - low)
            at_outer = value(2.0**outer)
    return float(2.0 ** (inner if at_inner <= at_outer else outer))


def _weight_for_money(gains: Gains) -> Floats:
    """Weight for a unit of money of every candidate that gains any."""
    each = [
        own[own > 0] / np.maximum(np.broadcast_to(cost, own.shape)[own > 0], 1e-300) * gains.unit
        for own, cost in zip(gains.gain, gains.cost, strict=True)
    ]
    return np.concatenate(each)


def _money(gains: Gains, limits: Limits, worth: float) -> float:
    sums = _greatest_sums(gains, limits, worth, 0)
    lacking = limits.asked - (gains.constant + int(sums[-1])) * gains.unit
    return lacking / worth * (1 - 1e-12 if lacking > 0 else 1)


def _greatest_sums(gains: Gains, limits: Limits, worth: float, n_most: int) -> Ints:
    """Greatest sum of u over 0 to ``n_most`` places, the last one over any that limits allow."""
    net = _net(gains, worth)
    sums = _rising(_greatest(net[net > 0], limits.most_stations), n_most)
    for parts in limits.parts:
        label = parts.label[gains.place].astype(np.int64)
        sums = np.minimum(sums, _sums_by_parts(net, label, parts, limits.most_stations, n_most))
    return np.minimum(sums, sums[-1])


def _net(gains: Gains, worth: float) -> Ints:
    """Return u of each place in units, below 0 too."""
    each = []
    for own, cost in zip(gains.gain, gains.cost, strict=True):
        charge = np.floor(np.nextafter(worth * cost, 0.0) / gains.unit) if worth > 0 else None
        paid = 0 if charge is None else np.minimum(charge, 2.0**61).astype(np.int64)
        each.append(own - paid if worth > 0 else own)
    if len(each) == 1:
        return each[0]
    net = np.full(int(np.count_nonzero(gains.place)), -_NEVER)
    for own, where in zip(each, gains.where, strict=True):
        net[where] = np.maximum(net[where], own)
    return net


def _sums_by_parts(net: Ints, label: Ints, parts: Parts, most_stations: int, n_most: int) -> Ints:
    owed, spare = [np.zeros(0, np.int64)], [net[(label < 0) & (net > 0)]]
    for part in range(parts.least.size):
        own = _greatest(net[label == part], int(min(parts.most[part], most_stations)))
        owed.append(own[: parts.least[part]])
        spare.append(own[parts.least[part] :])
    forced = int(parts.least.sum())
    first, more = np.concatenate(owed), np.maximum(np.concatenate(spare), 0)
    every = _greatest(np.maximum(np.concatenate([first, more]), 0), most_stations)
    sums = _rising(every, n_most)
    if 0 < forced <= most_stations:
        rest = int(_greatest(more, most_stations - forced).sum())
        # Where money is worth very much, what parts must have costs more than 64 bits hold.
        sums[-1] = max(sum(first.tolist()) + rest, -_NEVER)
    return np.minimum(sums, sums[-1])


def _rising(greatest: Ints, n_most: int) -> Ints:
    """Return the sum of 0 to ``n_most`` greatest, the last one of all."""
    sums = np.full(n_most + 1, int(greatest.sum()), dtype=np.int64)
    sums[0] = 0
    rising = np.cumsum(greatest[:n_most])
    sums[1 : rising.size + 1] = rising
    sums[-1] = int(greatest.sum())
    return sums


def _greatest(values: Ints, count: int) -> Ints:
    """Return the greatest ``count`` values, falling."""
    if count <= 0:
        return values[:0]
    if count < values.size:
        values = np.partition(values, values.size - count)[values.size - count :]
    return np.sort(values)[::-1]
