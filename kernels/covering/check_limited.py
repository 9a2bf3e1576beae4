"""The certificate within limits checked: the bound summed afresh from its multipliers, simply.

This file shares no code with the search (:mod:`kernels.covering.bound_raster_limited`,
:mod:`kernels.covering.bound_list_limited`, :mod:`kernels.covering.bound_limits`), only the sums
over discs with :mod:`kernels.covering.check_raster` and over spans with
:mod:`kernels.covering.check_list`. For multipliers lambda and a worth ``t`` of money, no plan
within the limits covers more than

    sum_i (ceil(w_i) - lambda_i) + ceil(t * budget) + sum of u_j over the places j that it takes,
    u_j = max(0, greatest over kinds k of c_jk - floor(t * cost_jk)):

its stations cost no more than the budget, and each cell covered adds at most lambda_i to the sum of
the c_jk of its stations and w_i - lambda_i beyond it. What the places that it takes add up to is
found here place by place: from the greatest u down, each is taken while its part and the number of
stations have room, once those that parts must get are set aside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_limits import Kind, Limits, Parts
from kernels.covering.check_list import price_in_spans
from kernels.covering.check_raster import price_units, price_within_reach
from kernels.footprints.spans import Spans

Ints = npt.NDArray[np.int64]

_NOWHERE = -(2**62)


def check_bound_within(
    multipliers: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    kinds: tuple[Kind, ...],
    covered: npt.NDArray[np.bool_],
    limits: Limits,
    worth: float,
) -> float:
    """Sum the upper bound on what new stations within ``limits`` can cover.

    Parameters as for :func:`kernels.covering.bound_raster_limited.limited_bound`; ``worth``: weight
    for a unit of money, 0 where it does not count. Return the weight, ``covered`` included.
    """
    everything, price, bits = price_units(
        multipliers, weight, area_class, covered, kinds[0].radius_cells.size
    )
    gains = [
        price_within_reach(price, area_class, kind.candidate, kind.radius_cells) for kind in kinds
    ]
    return _bound(everything, price, bits, gains, kinds, limits, worth)


def check_list_bound_within(
    multipliers: npt.NDArray[np.uint16],
    weight: npt.NDArray[np.floating],
    spans: Sequence[Spans],
    kinds: tuple[Kind, ...],
    covered: npt.NDArray[np.bool_],
    limits: Limits,
    worth: float,
) -> float:
    """Sum the upper bound for footprints as spans, those of each kind row by row.

    Parameters as for :func:`kernels.covering.bound_list_limited.limited_list_bound`, ``worth`` and
    what is returned as for :func:`check_bound_within`.
    """
    inside = np.zeros(weight.shape, dtype=np.uint8)
    everything, price, bits = price_units(multipliers, weight, inside, covered, 1)
    gains = [price_in_spans(price.ravel(), *own) for own in spans]
    return _bound(everything, price, bits, gains, kinds, limits, worth)


def _bound(
    everything: int,
    price: Ints,
    bits: int,
    gains: Sequence[Ints],
    kinds: tuple[Kind, ...],
    limits: Limits,
    worth: float,
) -> float:
    net = np.full(price.size, _NOWHERE)
    for kind, own in zip(kinds, gains, strict=True):
        gain = own
        if worth > 0:
            paid = np.floor(np.nextafter(worth * kind.cost, 0.0) * 2.0**bits)
            gain = gain - np.minimum(paid, 2.0**61).astype(np.int64)
        place = np.flatnonzero(kind.candidate)
        net[place] = np.maximum(net[place], gain)
    spent = 0
    if worth > 0:
        spent = math.ceil(math.nextafter(worth * limits.budget, math.inf) * 2.0**bits)
    nothing = np.zeros(1, np.int64)
    whole = Parts(np.zeros(price.shape, np.int16), nothing, nothing + limits.most_stations)
    taken = min(_taken(net, parts, limits.most_stations) for parts in (whole, *limits.parts))
    units = max(0, min(int(everything), int(everything) - int(price.sum()) + spent + taken))
    value = float(units)
    if value < units:
        value = math.nextafter(value, math.inf)
    return math.ldexp(value, -bits)


def _taken(net: Ints, parts: Parts, most_stations: int) -> int:
    """Greatest sum of so many places within what each part may and must have."""
    places = np.flatnonzero(net > _NOWHERE)
    falling = places[np.argsort(-net[places], kind="stable")]
    part = parts.label.ravel()[falling].tolist()
    value = net[falling].tolist()
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
