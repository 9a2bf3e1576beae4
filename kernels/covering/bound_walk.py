"""The search for a bound goes from one number of stations to a smaller one, and keeps what it has.

Fewer stations are dearer, and what a cell pays for being served goes with the price of a station:
multipliers of the greater number, times the ratio of the prices and at most the weight, are near
those of the smaller one, and so are the shares of the stations.
"""

from __future__ import annotations

import copy

import numpy as np

from kernels.arrays import Raster
from kernels.covering.bound_prices import Price
from kernels.covering.bound_stations import MovingStations
from kernels.footprints.packed import Packing


class Walk:
    """Where the search for one number ended: one kind of stations, without limits.

    ``multiplier`` (float32[Q * H, W]); ``share`` (float32[H, W]): how much of a station is built in
    each cell; ``worth`` of a station; ``price``: that from which the search started, 0 before the
    first.
    """

    def __init__(self, stack: tuple[int, ...], cells: tuple[int, ...]) -> None:
        self.multiplier, self.share = np.zeros(stack, np.float32), np.zeros(cells, np.float32)
        self.worth = self.price = 0.0

    def packed(self, packing: Packing) -> Walk:
        """Return the same on a packed raster."""
        small = copy.copy(self)
        small.multiplier = packing.packed(self.multiplier, 0)
        small.share = packing.packed(self.share, 0)
        return small

    def unpack(self, small: Walk, packing: Packing) -> None:
        """Take what a search on a packed raster ended with."""
        packing.unpack(small.multiplier, self.multiplier)
        packing.unpack(small.share, self.share)
        self.worth, self.price = small.worth, small.price

    def begin(self, own: MovingStations, weight: Raster, multiplier: Raster, price: float) -> Price:
        """Set the ``multiplier`` and shares of a search at a ``price``; return the worth."""
        dearer = price / self.price
        np.minimum(weight, self.multiplier * np.float32(dearer), out=multiplier)
        own.share = own.sums.spread(self.share[own.kind.candidate])
        return Price(self.worth * dearer)

    def end(self, own: MovingStations, multiplier: Raster, worth: Price, price: float) -> None:
        """Take what a search ended with."""
        self.share = np.zeros(own.kind.candidate.shape, np.float32)
        self.share[own.kind.candidate] = own.sums.at_candidates(own.share)
        self.multiplier, self.worth, self.price = multiplier, worth.value, price
