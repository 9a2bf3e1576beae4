"""Upper bound on what any plan can cover within limits: zones, kinds of stations, a budget.

As :mod:`kernels.covering.bound_raster`, with shares of a station for each kind, and a price for
each label of a place: what a station costs times the worth of money, and what a place is worth in a
zone that is full, or that must still get stations. The bound itself is
:mod:`kernels.covering.bound_limits`'s; :mod:`kernels.covering.check_limited` sums it again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_limits import (
    NO_LIMIT,
    Floats,
    Gains,
    Kind,
    Limits,
    best_worth,
    gains_of,
    values_within,
)
from kernels.covering.bound_value import stored_multipliers
from kernels.covering.disc_steps import (
    add_times_served,
    served_sum,
    step_multipliers_by_service,
    step_priced_stations,
)
from kernels.footprints.disc import half_width_table
from kernels.numbers.zones import zone_sum

_BALANCE = 0.1
_STEPS_PER_PRICE = 5
_PRICE_EXPONENT = 0.3
_CHANGE_AT_TURN, _CHANGE_ON_THE_WAY = 0.6, 1.1
"""How far prices follow what is taken too much, and by what that changes where they turn or not."""

_LEAST_WORTH = 1e-6
"""Least worth of money, as a share of the first."""

_LEAST_PRICE_SHARE = 0.02
"""A zone that must get stations makes them cheaper there, but never quite free."""


@dataclass(frozen=True)
class LimitedBound:
    """Upper bounds within limits, and what proves them.

    ``multipliers`` (uint16[H, W]) as in :class:`kernels.covering.bound_raster.Bound`; ``worth``:
    weight for a unit of money. ``values`` (float64[n + 1]): see
    :func:`kernels.covering.bound_limits.values_within`, the least for these multipliers with this
    worth and with none, and for the best single stations. ``gains``: of these multipliers.
    """

    multipliers: npt.NDArray[np.uint16]
    worth: float
    values: Floats
    gains: Gains


def limited_bound(
    weight: npt.NDArray[np.floating],
    area_class: npt.NDArray[np.uint8],
    kinds: tuple[Kind, ...],
    covered: npt.NDArray[np.bool_],
    limits: Limits,
    *,
    n_stations: int,
    price: float,
    iterations: int = 400,
    progress: Callable[[int], object] | None = None,
) -> LimitedBound:
    """Bound from above the weight that new stations within ``limits`` can cover.

    Parameters
    ----------
    weight, area_class, covered
        As for :func:`kernels.covering.greedy_raster.greedy_order`.
    kinds
        At least one; all with radii for the same classes.
    limits
        Within a budget any number of stations may be built, up to ``limits.most_stations``.
    n_stations
        Stations of the plan: the bound is computed for every number up to it.
    price
        Weight that the plan's last station gains, to start from.
    iterations
        Steps of the primal-dual method; 0: only the best single stations.
    progress
        Called with the number of iterations since the last call.
    """
    stored = np.zeros(weight.shape, dtype=np.uint16)
    if iterations and any(kind.candidate.any() for kind in kinds):
        search = _Search(weight, area_class, kinds, covered, limits, n_stations, price)
        search.run(iterations, progress)
        stored = stored_multipliers(search.multiplier, np.asarray(weight))
    gains = gains_of(stored, weight, area_class, kinds, covered)
    single = gains_of(None, weight, area_class, kinds, covered)
    return least_values(stored, gains, single, limits, n_stations)


def least_values(
    stored: npt.NDArray[np.uint16], gains: Gains, single: Gains, limits: Limits, n_stations: int
) -> LimitedBound:
    """Return the least bounds by the gains of multipliers, and by those of single stations."""
    worth = best_worth(gains, limits, n_stations)
    values = np.minimum(
        values_within(gains, limits, 0.0, n_stations),
        values_within(single, limits, 0.0, n_stations),
    )
    if worth > 0:
        values = np.minimum(values, values_within(gains, limits, worth, n_stations))
    return LimitedBound(stored, worth, values, gains)


class _Price:
    """A price that is steered: by smaller steps whenever it turns."""

    def __init__(self, value: float) -> None:
        self.value = value
        self._exponent, self._rising = _PRICE_EXPONENT, 0.0

    def step(self, ratio: float) -> float:
        """Return the logarithm by which the price changes where so many times too much is taken."""
        logarithm = float(np.log(max(0.5, min(2.0, ratio))))
        turns = logarithm * self._rising < 0
        change = _CHANGE_AT_TURN if turns else _CHANGE_ON_THE_WAY
        self._exponent = min(self._exponent * change, _PRICE_EXPONENT)
        self._rising = logarithm
        return self._exponent * logarithm


class _Division(NamedTuple):
    """Part of each label in a division, the stations that parts ask for, and their prices."""

    part: npt.NDArray[np.int64]
    least: Floats
    most: Floats
    price: list[_Price]


class _Search:
    """Multipliers on their way down, with prices for money and for parts."""

    def __init__(
        self,
        weight: npt.NDArray[np.floating],
        area_class: npt.NDArray[np.uint8],
        kinds: tuple[Kind, ...],
        covered: npt.NDArray[np.bool_],
        limits: Limits,
        n_stations: int,
        price: float,
    ) -> None:
        counts = (area_class < kinds[0].radius_cells.size) & ~covered
        self.weight = np.where(counts, weight, 0).astype(np.float32)
        self.area_class = np.ascontiguousarray(area_class)
        self.half_width = [half_width_table(kind.radius_cells) for kind in kinds]
        self.candidate = [kind.candidate for kind in kinds]
        self.label, self.divisions = _labels(weight.shape, limits)
        self.n_labels = self.divisions[0].part.size if self.divisions else 1
        within_budget = bool(np.isfinite(limits.budget))
        self.cost = _search_costs(kinds, within_budget)
        if within_budget and limits.most_stations < NO_LIMIT:
            in_all = np.zeros(self.n_labels, dtype=np.int64)
            most = np.array([float(limits.most_stations)])
            self.divisions.append(_Division(in_all, np.zeros(1), most, [_Price(0.0)]))
        self.wanted = limits.budget if within_budget else float(max(1, n_stations))
        every = np.concatenate(self.cost)
        self.usual_cost = float(every.mean())
        self.worth = _Price(price / float(every.min()))
        self.least_worth = self.worth.value * _LEAST_WORTH
        self.x = [np.zeros(weight.shape, dtype=np.float32) for _ in kinds]
        self.leap = [np.zeros(weight.shape, dtype=np.float32) for _ in kinds]
        self.step = self._station_steps()
        self._set_prices()
        # Where stations overlap little, those that serve a cell share its price equally.
        share = self.cell_step * np.float32(1 / _BALANCE)
        self.multiplier = np.minimum(self.weight, share)

    def _station_steps(self) -> list[npt.NDArray[np.float32]]:
        """One over the cells with weight that each candidate of a kind serves; 0 without any."""
        held = (self.weight > 0).astype(np.float32)
        steps = []
        for candidate, half_width in zip(self.candidate, self.half_width, strict=True):
            cells = served_sum(held, self.area_class, half_width)
            step = np.where(candidate & (cells > 0), 1 / np.maximum(cells, 1), 0)
            steps.append((step / _BALANCE).astype(np.float32))
        return steps

    def _charged(self) -> Floats:
        """Price that parts add to a station in each label; and the same without what they pay."""
        prices = [
            np.array([*(one.value for one in division.price), 0.0])[division.part]
            for division in self.divisions
        ]
        added = np.zeros((2, self.n_labels))
        for price in prices:
            added += price, np.maximum(price, 0.0)
        return added

    def _set_prices(self) -> None:
        """Set the price of a station of each kind in each place, and the steps that go with it."""
        charged, without_bonus = self._charged()
        cheap = np.zeros(self.weight.shape, dtype=np.float32)
        self.price = []
        for number, (candidate, cost) in enumerate(zip(self.candidate, self.cost, strict=True)):
            label = self.label[candidate]
            paid = self.worth.value * cost
            least = _LEAST_PRICE_SHARE * (paid + without_bonus[label])
            price = np.zeros(candidate.shape, dtype=np.float32)
            price[candidate] = np.maximum(paid + charged[label], least)
            each = np.divide(1, price, out=np.zeros_like(price), where=self.step[number] > 0)
            add_times_served(cheap, each, self.weight, self.area_class, self.half_width[number])
            self.price.append(price)
        # Running sums are off by a rounding, and each cell of interest has one that dear at least.
        dearest = max(float(price.max()) for price in self.price)
        self.cell_step = np.float32(_BALANCE) / np.maximum(cheap, np.float32(1 / dearest))

    def run(self, iterations: int, progress: Callable[[int], object] | None) -> None:
        """Take so many steps."""
        served = np.zeros(self.weight.shape, dtype=np.float32)
        for iteration in range(1, iterations + 1):
            for number, half_width in enumerate(self.half_width):
                step_priced_stations(
                    self.x[number],
                    self.leap[number],
                    self.multiplier,
                    self.area_class,
                    half_width,
                    self.step[number],
                    self.price[number],
                )
                add_times_served(
                    served, self.leap[number], self.weight, self.area_class, half_width
                )
            step_multipliers_by_service(self.multiplier, served, self.weight, self.cell_step)
            if iteration % _STEPS_PER_PRICE == 0 or iteration == iterations:
                if iteration < iterations:
                    self._change_prices()
                    self._set_prices()
                if progress is not None:
                    progress((iteration - 1) % _STEPS_PER_PRICE + 1)

    def _change_prices(self) -> None:
        pairs = list(zip(self.x, self.candidate, self.cost, strict=True))
        spent = sum(float((x[where] * cost).sum()) for x, where, cost in pairs)
        count = np.sum([zone_sum(x, self.label, self.n_labels) for x in self.x], axis=0)
        # No money is left where the must-have sites cost all of it.
        changed = self.worth.value * math.exp(self.worth.step(spent / max(self.wanted, 1e-9)))
        self.worth.value = max(changed, self.least_worth)
        charged, without_bonus = self._charged()
        paid = self.worth.value * self.usual_cost
        whole = np.maximum(paid + charged, _LEAST_PRICE_SHARE * (paid + without_bonus))
        for division in self.divisions:
            parts = len(division.price)
            in_part = np.bincount(division.part, count, minlength=parts + 1)[:parts]
            limits = zip(division.price, in_part, division.least, division.most, strict=True)
            for part, (price, here, least, most) in enumerate(limits):
                usual = float(whole[division.part == part].mean())
                if price.value > 0 or (price.value == 0 and here > most):
                    changed = price.value + usual * math.expm1(price.step(here / max(most, 0.5)))
                    price.value = max(0.0, changed)
                elif least > 0:
                    changed = price.value + usual * math.expm1(price.step(here / least))
                    price.value = min(0.0, changed)


def _search_costs(kinds: tuple[Kind, ...], within_budget: bool) -> list[Floats]:
    """Cost of each candidate of each kind, none near free; 1 where money does not count."""
    if within_budget:
        usual = float(np.concatenate([kind.cost for kind in kinds]).mean())
        if usual > 0:
            return [np.maximum(kind.cost, _LEAST_PRICE_SHARE * usual) for kind in kinds]
    return [np.ones(kind.cost.size) for kind in kinds]


def _labels(
    shape: tuple[int, int], limits: Limits
) -> tuple[npt.NDArray[np.int16], list[_Division]]:
    """Return one label for each combination of limited parts, and their parts by division."""
    label = np.zeros(shape, dtype=np.int64)
    columns: list[npt.NDArray[np.int64]] = []
    kept = []
    for parts in limits.parts:
        limited = (parts.least > 0) | (parts.most < NO_LIMIT)
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
        _Division(column, least.astype(float), most.astype(float), [_Price(0.0) for _ in least])
        for column, (least, most) in zip(columns, kept, strict=True)
    ]
    return label.astype(np.int16), divisions
