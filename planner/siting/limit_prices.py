"""Prices of limits and required shares: what a station must be worth to be chosen.

Where numbers or money are limited, every limit has a price, in weight, that rises while a set of
stations takes up more than there is. Where shares are asked, a station has the price of its cost,
and weight counts for more, in each zone and in all, while less of it is covered than asked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kernels.covering.limits import PLENTY
from planner.siting.construction import Construction
from planner.siting.options import Options

Floats = npt.NDArray[np.float64]
Raster = npt.NDArray[np.float32]

_EXPONENT = 0.5
"""A price moves with (taken up / limit) to this power: a hundredth too much, half of it dearer."""

_FIRST_SHARE = 1.0
"""Price to start from, as a share of what the least stations gain; soon corrected."""

_LOWEST_SHARE = 0.03
"""Of that, the price of a limit that leaves room: so that it is soon felt where it does not."""

_LEAST_UNCOVERED = 1e-3
"""Share that counts as left to be covered where all of a zone is asked."""


class LimitPrices:
    """Prices of what a plan's stations take up, and what the weight of each zone counts for.

    ``start``: the plan with nothing chosen; ``first``: a plan to begin from. ``by_cost``: what
    counts is money, else stations; ``covers_shares``: the plan is to cover shares.
    """

    def __init__(
        self, start: Construction, first: Construction, *, by_cost: bool, covers_shares: bool
    ) -> None:
        self._start, self._by_cost = start, by_cost
        limits = start.limits()
        zones = len(limits.room)
        self._zone = np.where(limits.zone < 0, zones, limits.zone).ravel()
        counts = np.concatenate([[start.room], limits.group_room, limits.room, [PLENTY]])
        self._limit = np.append(np.where(counts < PLENTY, counts, np.inf), limits.budget)
        self._least = np.append(limits.owed, 0).astype(np.float64)
        cost = self._cost(first.chosen)
        ratio = first.gain_in_turn() / cost
        gained = ratio[ratio > 0]
        worth = _FIRST_SHARE * float(np.quantile(gained, 0.05)) if len(gained) else 1.0
        station = np.full(self._limit.size, worth * float(cost.mean()))
        station[-1] = worth
        limited = np.isfinite(self._limit)
        self._lowest = np.where(limited, _LOWEST_SHARE * station, 0.0)
        taken_up = self._taken_up(first.chosen)
        full = limited & (taken_up > 0.98 * self._limit)
        self._price = np.where(full, station, self._lowest)
        self._lowest_bonus = np.where(self._least > 0, _LOWEST_SHARE * station[0], 0.0)
        short = (self._least > 0) & (taken_up[3:-1] <= self._least)
        self._bonus = np.where(short, 0.5 * station[0], self._lowest_bonus)
        self._own = worth if covers_shares else 0.0
        rules = start.rules
        self._asked = np.append(rules.zone_weight, rules.total_weight)
        self._factor = np.where(self._asked > 0, 1.0, 0.0)
        if not covers_shares:
            self._factor[-1] = 1.0
        self._there = rules.covered_by_zone(start.weight, np.ones_like(start.covered))

    def of(self, options: Options) -> Floats:
        """Weight that each option has to be worth (float64[n])."""
        zone, cost = self._zone[options.cell], self._cost(options)
        stations = self._price[0] + self._price[1 + options.group] + self._price[3 + zone]
        return np.asarray(stations - self._bonus[zone] + (self._price[-1] + self._own) * cost)

    def weight(self) -> Raster:
        """Weight of each cell as it counts (float32, stacked by situation)."""
        factor = (np.append(self._factor[:-1], 0.0) + self._factor[-1]).astype(np.float32)
        if (factor == 1).all():
            return self._start.weight.astype(np.float32)
        situations = self._start.weight.size // self._zone.size
        weight = self._start.weight.ravel() * np.tile(factor[self._zone], situations)
        return np.asarray(weight.reshape(self._start.weight.shape), dtype=np.float32)

    def steer(self, stations: Options, covered: npt.NDArray[np.bool_]) -> None:
        """Move the prices by what a set of stations takes up, and the weight by what it covers."""
        taken_up = self._taken_up(stations)
        self._price = _moved(self._price, taken_up, self._limit, self._lowest)
        in_zone = taken_up[3:-1]
        self._bonus = _moved(self._bonus, self._least, in_zone, self._lowest_bonus)
        if self._own:
            reached = self._start.rules.covered_by_zone(self._start.weight, covered)
            there = np.append(self._there, self._there.sum())
            left = there - np.append(reached, reached.sum())
            may = np.maximum(there - self._asked, _LEAST_UNCOVERED * there)
            lowest = np.where(self._asked > 0, _LOWEST_SHARE, 0.0)
            self._factor = _moved(self._factor, left, may, lowest)

    def _taken_up(self, options: Options) -> Floats:
        """Stations in all, of each group and zone, and money."""
        cost = self._cost(options).sum() if self._by_cost else 0.0
        groups = np.bincount(options.group, minlength=2)
        zones = np.bincount(self._zone[options.cell], minlength=len(self._least))
        return np.concatenate([[len(options)], groups, zones, [cost]]).astype(np.float64)

    def _cost(self, options: Options) -> Floats:
        return options.cost_cny if self._by_cost else np.ones(len(options))


def _moved(price: Floats, taken_up: Floats, limit: Floats, lowest: Floats) -> Floats:
    ratio = np.clip(taken_up / np.maximum(limit, 0.5), 0.5, 2.0)
    return np.asarray(np.maximum(price * ratio**_EXPONENT, lowest))
