"""Prices in the search for a bound: how they are steered, and what they are charged for.

A place has a label for each combination of the limited parts that it lies in, so that all places of
a label have the same price for their parts.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kernels.arrays import Bools, Floats, Ints, Zones
from kernels.covering.bound_limits import NO_LIMIT, Limits, Parts
from kernels.covering.bound_value import Kind

_PRICE_EXPONENT = 0.3
_CHANGE_AT_TURN, _CHANGE_ON_THE_WAY = 0.6, 1.1
"""How far prices follow what is taken too much, and by what that changes where they turn or not."""

LEAST_PRICE_SHARE = 0.02
"""A zone that must get stations makes them cheaper there, but never quite free."""


class Price:
    """A price that is steered: by smaller steps whenever it turns."""

    def __init__(self, value: float) -> None:
        self.value = value
        self._exponent, self._rising = _PRICE_EXPONENT, 0.0

    def step(self, ratio: float) -> float:
        """Return the logarithm by which the price changes where ``ratio`` of the room is taken."""
        logarithm = math.log(max(0.5, min(2.0, ratio)))
        turns = logarithm * self._rising < 0
        change = _CHANGE_AT_TURN if turns else _CHANGE_ON_THE_WAY
        self._exponent = min(self._exponent * change, _PRICE_EXPONENT)
        self._rising = logarithm
        return self._exponent * logarithm


class Division(NamedTuple):
    """Part of each label in a division, the stations that parts ask for, and their prices."""

    part: Ints
    least: Floats
    most: Floats
    price: list[Price]


def search_costs(kinds: tuple[Kind, ...], within_budget: bool) -> list[Floats]:
    """Cost of each candidate of each kind, none near free; 1 where money does not count."""
    if within_budget:
        usual = float(np.concatenate([kind.cost for kind in kinds]).mean())
        if usual > 0:
            return [np.maximum(kind.cost, LEAST_PRICE_SHARE * usual) for kind in kinds]
    return [np.ones(1) for _ in kinds]


def labels_of(shape: tuple[int, ...], limits: Limits) -> tuple[Zones | None, list[Division]]:
    """Return one label for each combination of limited parts, and their parts by division.

    No labels where no part is limited.
    """
    if not any(_limited(parts).any() for parts in limits.parts):
        return None, []
    label = np.zeros(shape, dtype=np.int64)
    columns: list[Ints] = []
    kept = []
    for parts in limits.parts:
        limited = _limited(parts)
        if not limited.any():
            continue
        number = np.where(limited, np.cumsum(limited) - 1, limited.sum())
        own = np.append(number, limited.sum())[parts.label]
        size = int(limited.sum()) + 1
        columns = [np.repeat(column, size) for column in columns]
        before = columns[0].size // size if columns else 1
        columns.append(np.tile(np.arange(size), before))
        label = label * size + own
        kept.append((parts.least[limited], parts.most[limited]))
    divisions = [
        Division(column, least.astype(float), most.astype(float), [Price(0.0) for _ in least])
        for column, (least, most) in zip(columns, kept, strict=True)
    ]
    labels = columns[0].size
    return label.astype(np.int16 if labels <= np.iinfo(np.int16).max else np.int32), divisions


def _limited(parts: Parts) -> Bools:
    """Return which parts have limits."""
    return (parts.least > 0) | (parts.most < NO_LIMIT)
