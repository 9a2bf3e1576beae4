"""State of stations in the search for a bound: share, price and step of each of one kind."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kernels.arrays import Floats, Ints, Raster, Zones
from kernels.covering.bound_limits import Limits
from kernels.covering.bound_value import Kind


def taking_part(kind: Kind, weight: Raster, least: float) -> Kind:
    """Return the candidates whose footprint holds more than ``least`` of ``weight`` by their cost.

    ``weight``: [Q * H, W], or as the sums take it.
    """
    part = kind.sums.at_candidates(kind.sums.gained(weight)) > least * kind.cost
    candidate = kind.candidate.copy()
    candidate[kind.candidate] = part
    cost = kind.cost if kind.cost.size == 1 else kind.cost[part]
    return Kind(candidate, kind.sums.only(part), cost)


def left_by_all(
    uncovered: Raster, kinds: Sequence[Kind], stations: Sequence[Ints]
) -> Raster | None:
    """Return the weight that stations leave if no candidate serves it: these multipliers prove it.

    ``stations``: cells of those of each kind.
    """
    built = [_built(kind, cells) for kind, cells in zip(kinds, stations, strict=False)]
    layers = list(zip(*(kind.sums.layers for kind in kinds), strict=True))
    parts = np.split(uncovered, len(layers))
    left: list[Raster] = []
    # Who is hardest to serve comes last in the stack, and is most often left.
    for part, layer in zip(reversed(parts), reversed(layers), strict=True):
        served = np.zeros_like(part)
        for sums, shares in zip(layer, built, strict=False):
            sums.add_served(served, shares, part)
        own = np.where(served > 0.5, np.float32(0), part)
        if any(sums.at_candidates(sums.gained(own)).max(initial=0.0) > 0 for sums in layer):
            return None
        left.insert(0, own)
    return np.concatenate(left)


def built_kinds(
    kinds: tuple[Kind, ...], stations: Sequence[Ints], limits: Limits
) -> tuple[Kind, ...]:
    """Return the kinds of which a plan has stations, by their cells; all where money is no limit.

    Where the plan has no stations, all too.
    """
    if not math.isfinite(limits.budget):
        return kinds
    built = [kind for kind, cells in zip(kinds, stations, strict=False) if len(cells)]
    return tuple(built) or kinds


def _built(kind: Kind, cells: Ints) -> Raster:
    """Return the share of each candidate: 1 of those in ``cells``."""
    here = np.zeros(kind.candidate.size, bool)
    here[cells] = True
    return kind.sums.spread(here[kind.candidate.reshape(-1)])


class MovingStations:
    """The stations of one kind in a search: cost, price, share and step of each.

    Costs and prices are over the cost of the cheapest and over the worth of that.
    """

    def __init__(self, kind: Kind, label: Zones | None) -> None:
        self.kind, self.sums, self.cost = kind, kind.sums, kind.cost
        self.label = np.zeros(1, np.int16) if label is None else label[kind.candidate]
        self.share = np.zeros(self.sums.size, np.float32)
        self.leap = np.zeros(self.sums.size, np.float32)
        self.step = np.zeros(self.sums.size, np.float32)
        self.price = np.ones(1, np.float32)

    def set_steps(self, held: Raster, balance: float) -> None:
        """Set the steps: one over the cells with weight that each serves; 0 without any."""
        cells = self.sums.at_candidates(self.sums.gained(held))
        self.step = self.sums.spread(np.where(cells > 0, 1 / np.maximum(cells, 1), 0) / balance)

    def usual_step(self, weight: Raster) -> float:
        """Return the step of a candidate, in the mean by what each gains."""
        gain = self.sums.gained(weight)
        total = float(gain[self.step > 0].sum(dtype=np.float64))
        return float((gain * self.step).sum(dtype=np.float64)) / total if total > 0 else 0.0

    def set_prices(self, price: Floats) -> None:
        """Set the price of each candidate."""
        same = bool((price == price[:1]).all())
        self.price = price[:1].astype(np.float32) if same else self.sums.spread(price)

    def per_price(self) -> Raster:
        """Return one over the price of each station that takes part."""
        return np.divide(1, self.price, out=np.zeros_like(self.step), where=self.step > 0)

    def spent(self) -> float:
        """Return the cost of what is built."""
        if self.cost.size == 1:
            return float(self.share.sum(dtype=np.float64) * self.cost[0])
        return float((self.sums.at_candidates(self.share) * self.cost).sum())

    def built_by_label(self, n_labels: int) -> Floats:
        """Return how many stations are built in places of each label."""
        built = self.sums.at_candidates(self.share)
        return np.bincount(np.broadcast_to(self.label, built.shape), built, n_labels).astype(
            np.float64
        )
