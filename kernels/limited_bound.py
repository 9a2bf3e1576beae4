"""Upper bound on what any plan can cover within limits: zones, kinds of stations, a budget.

As :mod:`kernels.dual_bound`, with shares of a station for each kind, and a price for each label
of a place: what a station costs times the worth of money, and what a place is worth in a zone
that is full, or that must still get stations. The bound itself is :mod:`kernels.bound_within`'s;
:mod:`kernels.bound_check_within` sums it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.bound_value import stored_multipliers
from kernels.bound_within import (
    NO_LIMIT,
    Floats,
    Gains,
    Kind,
    Limits,
    best_worth,
    gains_of,
    values_within,
)
from kernels.covering_lp import (
    add_times_served,
    served_sum,
    step_multipliers_by_service,
    step_stations_by_label,
)
from kernels.disc import disc_cell_count, half_width_table
from kernels.zones import zone_sum

_BALANCE = 0.1
_STEPS_PER_PRICE = 5
_PRICE_EXPONENT = 0.3
_PRICE_CHANGES_TO_HALVE = 10
_LEAST_PRICE_SHARE = 0.02
"""A zone that must get stations makes them cheaper there, but never quite free."""


@dataclass(frozen=True)
class LimitedBound:
    """Upper bounds within limits, and what proves them.

    ``multipliers`` (uint16[H, W]) as in :class:`kernels.dual_bound.Bound`; ``worth``: weight for
    a unit of money. ``values`` (float64[n + 1]): see
    :func:`kernels.bound_within.values_within`, the least for these multipliers with this worth
    and with none, and for the best single stations. ``gains``: of these multipliers.
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
        As for :func:`kernels.greedy.greedy_order`.
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


class _Prices(NamedTuple):
    """Part of each label in each division, the stations that it asks for, and the price of it."""

    part: npt.NDArray[np.int64]
    least: Floats
    most: Floats
    price: Floats


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
        n_classes = kinds[0].radius_cells.size
        counts = (area_class < n_classes) & ~covered
        self.weight = np.where(counts, weight, 0).astype(np.float32)
        self.area_class = np.ascontiguousarray(area_class)
        self.half_width = [half_width_table(kind.radius_cells) for kind in kinds]
        self.label, self.divisions = _labels(weight.shape, limits)
        self.n_labels = self.divisions[0].part.size if self.divisions else 1
        self.within_budget = bool(np.isfinite(limits.budget))
        self.cost = self._costs(kinds)
        self.wanted = limits.budget if self.within_budget else float(max(1, n_stations))
        held = (self.weight > 0).astype(np.float32)
        self.step = []
        for kind, half_width in zip(kinds, self.half_width, strict=True):
            cells = served_sum(held, self.area_class, half_width)
            step = np.where(kind.candidate & (cells > 0), 1 / np.maximum(cells, 1), 0)
            self.step.append(step.astype(np.float32))
        discs = [[disc_cell_count(radius) for radius in kind.radius_cells] for kind in kinds]
        self.disc_cells = np.array(discs, dtype=np.float64)
        self.worth = price / float(self.cost.min())
        self.x = [np.zeros(weight.shape, dtype=np.float32) for _ in kinds]
        self.leap = [np.zeros(weight.shape, dtype=np.float32) for _ in kinds]
        each = (self.worth * self.cost.min(axis=1)[:, None] / self.disc_cells).min(axis=0)
        of_class = np.zeros(256, dtype=np.float32)
        of_class[:n_classes] = each
        self.multiplier = np.minimum(self.weight, of_class[self.area_class])

    def _costs(self, kinds: tuple[Kind, ...]) -> Floats:
        """Mean cost of a kind in each label; 1 where money does not count."""
        cost = np.ones((len(kinds), self.n_labels))
        if not self.within_budget:
            return cost
        for number, kind in enumerate(kinds):
            own = self.label[kind.candidate]
            total = np.bincount(own, kind.cost, minlength=self.n_labels)
            count = np.bincount(own, minlength=self.n_labels)
            cost[number] = np.where(count > 0, total / np.maximum(count, 1), np.inf)
        dearest = cost[np.isfinite(cost)].max(initial=1.0)
        finite: Floats = np.minimum(cost, dearest)
        return finite

    def _price(self) -> Floats:
        """Price of a station of each kind in each label, above 0."""
        asked = self.worth * self.cost
        price = asked.copy()
        for division in self.divisions:
            price += np.append(division.price, 0.0)[division.part]
        above: Floats = np.maximum(price, _LEAST_PRICE_SHARE * asked)
        return above

    def run(self, iterations: int, progress: Callable[[int], object] | None) -> None:
        """Take so many steps."""
        served = np.zeros(self.weight.shape, dtype=np.float32)
        price = self._price()
        for iteration in range(1, iterations + 1):
            rows = self.disc_cells[:, None, :] / price[:, :, None]
            step = (_BALANCE / rows.max(axis=1).sum(axis=0)).astype(np.float32)
            for number, half_width in enumerate(self.half_width):
                step_stations_by_label(
                    self.x[number],
                    self.leap[number],
                    self.multiplier,
                    self.area_class,
                    half_width,
                    self.step[number],
                    (1 / (_BALANCE * price[number])).astype(np.float32),
                    price[number].astype(np.float32),
                    self.label,
                )
                add_times_served(
                    served, self.leap[number], self.weight, self.area_class, half_width
                )
            step_multipliers_by_service(self.multiplier, served, self.weight, self.area_class, step)
            if iteration % _STEPS_PER_PRICE == 0 or iteration == iterations:
                if iteration < iterations:
                    self._change_prices(iteration // _STEPS_PER_PRICE)
                    price = self._price()
                if progress is not None:
                    progress((iteration - 1) % _STEPS_PER_PRICE + 1)

    def _change_prices(self, change: int) -> None:
        exponent = _PRICE_EXPONENT / (1 + change / _PRICE_CHANGES_TO_HALVE)
        count = np.array([zone_sum(x, self.label, self.n_labels) for x in self.x])
        spent = float((count * self.cost).sum())
        # No money is left where the must-have sites cost all of it.
        self.worth *= _within_half_and_double(spent / max(self.wanted, 1e-9)) ** exponent
        usual = self.worth * float(self.cost.mean())
        for division in self.divisions:
            parts = division.price.size
            in_part = np.bincount(division.part, count.sum(axis=0), minlength=parts + 1)[:parts]
            for part in range(parts):
                over = _within_half_and_double(in_part[part] / max(division.most[part], 0.5))
                under = _within_half_and_double(in_part[part] / max(division.least[part], 0.5))
                now = division.price[part]
                if now > 0 or (now == 0 and over > 1):
                    now = max(0.0, now + exponent * usual * np.log(over))
                elif division.least[part] > 0:
                    now = min(0.0, now + exponent * usual * np.log(under))
                division.price[part] = now


def _within_half_and_double(ratio: float) -> float:
    return float(max(0.5, min(2.0, ratio)))


def _labels(shape: tuple[int, int], limits: Limits) -> tuple[npt.NDArray[np.int16], list[_Prices]]:
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
        _Prices(column, least.astype(float), most.astype(float), np.zeros(least.size))
        for column, (least, most) in zip(columns, kept, strict=True)
    ]
    return label.astype(np.int16), divisions
