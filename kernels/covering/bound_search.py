"""Upper bound on what any plan within limits can cover: a search for multipliers that prove it.

A plan is judged by the linear relaxation of maximal covering, in which a station may be split:
nothing covers more. Its dual needs one multiplier for each cell, and any multipliers give a valid
bound, for every number of stations at once (:mod:`kernels.covering.bound_value`). Good ones are
found by the steps of :mod:`kernels.covering.bound_steps`, while prices are steered: a worth of what
stations cost, so that no more than the budget is spent, and what a place is worth in a zone that is
full, or that must still get stations. :mod:`kernels.covering.bound_check` sums the bound again.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from kernels.arrays import Floats, Ints, Raster
from kernels.covering.bound_curve import Bound
from kernels.covering.bound_limits import Limits, best_worth, least_cost, values_within
from kernels.covering.bound_prices import (
    LEAST_PRICE_SHARE,
    Division,
    Price,
    labels_of,
    search_costs,
)
from kernels.covering.bound_stations import (
    MovingStations,
    built_kinds,
    left_by_all,
    taking_part,
)
from kernels.covering.bound_steps import step_multipliers, step_stations, surplus
from kernels.covering.bound_value import (
    WHOLE,
    Kind,
    Shares,
    ToCover,
    bound_unit,
    gains_of,
    store_multipliers,
    stored_multipliers,
)
from kernels.covering.bound_walk import Walk
from kernels.footprints.coarser import carry_to_finer

_BALANCE, _MOST_BALANCE = 0.1, 1.0
"""Step of the multipliers against that of the stations: 0.05 to 0.2 do about equally well where
stations are counted, 0.3 to 1 where money counts and what weighs is scattered."""

_FURTHER = 1.5
"""How far steps go: bounds lie a quarter nearer to the best than with 1, but not where a weight is
asked. With 1.6, and shares kept within 0 to 1, they do not settle."""

_STEADY_SHARE = 0.25
"""Where a weight is asked, the share of all steps after which the worth of money is steered."""

_NEXT, _NEXT_SHARE, _FEWEST_STEPS = 2, 0.4, 30
"""Most stations of a search over those of the next; steps of that, at the most stations of all."""

_STEPS_PER_PRICE = 5
_FIRST_PRICE_SHARE = 0.8
"""Price to start from, as a share of what the plan's least station gains: it is too dear."""

_WORTH_A_STATION = 0.5
"""Candidates whose whole footprint weighs less than this share of the price take no part in the
search (in the bound itself all do), where only the number of stations is limited."""

_LEAST_MONEY, _LEAST_WORTH = 1e-9, 1e-6
"""Least money, and least worth of it as a share of the first."""


class Start(NamedTuple):
    """A good plan to start from.

    ``price``: weight that a station is to gain, above 0, about what its last ones do;
    ``stations``: flat indices of the cells of its stations of each kind, or nothing where none are
    known. ``enough``: the search for a bound ends where it is no higher than this.
    """

    price: float
    stations: tuple[Ints, ...] = ()
    enough: float = -math.inf

    @classmethod
    def of_order(cls, cells: Ints, gain: Floats, n_stations: int) -> Start:
        """Return the first stations of a plan of one kind, by what each adds to those before it.

        What the n-th best station gains tells the price, in whatever order they are built.
        """
        useful = np.sort(gain[gain > 0])[::-1][: max(1, n_stations)]
        price = float(useful[-1]) * _FIRST_PRICE_SHARE if useful.size else 1.0
        return cls(price, (cells[:n_stations],))


def upper_bound(
    to_cover: ToCover,
    kinds: Sequence[Kind],
    limits: Limits,
    start: Start,
    *,
    n_stations: int | None = None,
    iterations: int = 400,
    coarse: Sequence[tuple[int, int]] = (),
    progress: Callable[[int], object] | None = None,
) -> Bound:
    """Bound from above the weight that new stations within ``limits`` can cover.

    Parameters
    ----------
    to_cover
        Weight to cover, and what is covered before.
    kinds
        Kinds of stations, at least one. Within a budget, those of which the plan has none take no
        part in the search, but in the bound, unless it is worse for them.
    limits
        Within a budget any number of stations may be built, up to ``limits.most_stations``. If they
        ask for a weight, multipliers are sought that prove much money to be needed for it.
    start
        A good plan.
    n_stations
        The bound is computed for every number up to it; ``limits.most_stations`` if not given.
    iterations
        Steps of the primal-dual method; more make the bound lower.
    coarse
        Pairs of a factor and a number of steps, first done on a raster coarser by it, the coarsest
        first: worth it where the shortest radius is several cells. Only where one kind takes part,
        no part of the area is limited and footprints know something coarser.
    progress
        Called with the number of iterations since the last call.

    Raises
    ------
    ValueError
        When a weight is negative or not finite, or a number is out of range.
    """
    last = limits.most_stations if n_stations is None else n_stations
    wanted = limits.budget if math.isfinite(limits.budget) else last
    effort = _Effort(iterations, tuple(coarse), progress, start.enough)
    every = tuple(kinds)
    built = built_kinds(every, start.stations, limits)
    found = _multipliers(to_cover, built, limits, start, wanted, effort)
    bound = _lowest(found, to_cover, every, limits, last, last)
    if len(built) < len(every):
        alone = _lowest(found, to_cover, built, limits, last, last)
        if not bound.is_near(alone):
            found += _multipliers(to_cover, every, limits, start, wanted, effort)
            bound = _lowest(found, to_cover, every, limits, last, last)
    return bound


def upper_bounds(
    to_cover: ToCover,
    kind: Kind,
    numbers: Sequence[int],
    plan: tuple[Ints, Floats],
    *,
    iterations: int = 100,
    coarse: Sequence[tuple[int, int]] = (),
    progress: Callable[[int], object] | None = None,
) -> list[Bound]:
    """Bound a whole curve of coverage: multipliers for a few numbers of stations.

    One of at least half as many stations as that before it begins where that ended
    (:mod:`kernels.covering.bound_walk`), and takes the fewer steps the more stations it is for.

    Parameters
    ----------
    to_cover, kind, coarse, progress
        As for :func:`upper_bound`, for stations of one kind without limits.
    numbers
        Numbers of stations, rising: the ``values`` of each of the bounds reach to the last.
    plan
        Cells of a good plan's stations in their order, and what each adds to those before it.
    iterations
        For each number.

    Raises
    ------
    ValueError
        As for :func:`upper_bound`, or when ``numbers`` is empty or does not rise.
    """
    rising = all(a < b for a, b in itertools.pairwise(numbers))
    if not numbers or numbers[0] < 0 or not rising:
        raise ValueError(f"numbers of stations must be at least 0 and rise, not {list(numbers)}")
    limits, walk = Limits.none(numbers[-1]), Walk(to_cover.weight.shape, kind.candidate.shape)
    bounds: list[Bound] = []
    for n in reversed(numbers):
        effort = _Effort(iterations, tuple(coarse), progress)
        walk.price *= bool(bounds) and bounds[-1].n_stations <= _NEXT * n
        if walk.price:
            more = math.sqrt(numbers[-1] / max(1, n))
            steps = min(iterations, max(_FEWEST_STEPS, round(_NEXT_SHARE * more * iterations)))
            effort = effort._replace(iterations=steps, coarse=())
            if progress is not None and steps < iterations:
                progress(iterations - steps)
        start = Start.of_order(*plan, n)
        found = _multipliers(to_cover, (kind,), limits, start, n, effort, walk)
        bounds.append(_lowest(found, to_cover, (kind,), limits, n, numbers[-1]))
    return bounds[::-1]


class _Effort(NamedTuple):
    """Steps on the raster itself, and before them on coarser ones; who is to hear of them.

    ``enough``: as in :class:`Start`, of the weight that is not covered before.
    """

    iterations: int
    coarse: tuple[tuple[int, int], ...]
    progress: Callable[[int], object] | None
    enough: float = -math.inf


def _multipliers(
    to_cover: ToCover,
    kinds: tuple[Kind, ...],
    limits: Limits,
    start: Start,
    wanted: float,
    effort: _Effort,
    walk: Walk | None = None,
) -> list[Shares]:
    """Search for multipliers; ``wanted``: money to spend, or stations to build.

    Return those of the lowest bound on the way, and the last ones: what the search takes for the
    bound depends on its price of the moment, and knows less of limits. Often they are the same.
    """
    if effort.iterations < 1:
        raise ValueError(f"iterations must be at least 1, not {effort.iterations}")
    if wanted < 0:
        raise ValueError(f"the number of stations must be at least 0, not {wanted}")
    if not start.price > 0:
        raise ValueError(f"the price to start from must be above 0, not {start.price}")
    bound_unit(to_cover.weight)
    uncovered = to_cover.uncovered()
    left = left_by_all(uncovered, kinds, start.stations)
    if left is not None:
        if effort.progress is not None:
            effort.progress(effort.iterations)
        return [stored_multipliers(left, uncovered)]
    done = to_cover.done()
    to_do = limits._replace(asked=max(0.0, limits.asked - done))
    effort = effort._replace(enough=effort.enough - done)
    if not _only_number(kinds, limits):
        return _found(uncovered, kinds, to_do, wanted, start.price, effort)
    part = taking_part(kinds[0], uncovered, _WORTH_A_STATION * start.price)
    smaller = part.sums.packed(uncovered)
    if smaller is None:
        return _found(uncovered, (part,), to_do, wanted, start.price, effort, walk)
    packing, candidate, sums = smaller
    weight, held = packing.packed(uncovered, 0), uncovered > 0
    del uncovered
    step = None if walk is None else walk.packed(packing)
    small = _found(weight, (Kind(candidate, sums),), to_do, wanted, start.price, effort, step)
    if walk is not None and step is not None:
        walk.unpack(step, packing)
    # What no station that is worth it reaches belongs to those that are not.
    whole = [np.where(held, np.uint16(WHOLE), np.uint16(0)) for _ in small]
    for stored, own in zip(whole, small, strict=True):
        packing.unpack(own, stored)
    return whole


def _only_number(kinds: tuple[Kind, ...], limits: Limits) -> bool:
    """Whether the stations are of one kind, and only their number is limited."""
    return len(kinds) == 1 and not limits.parts and not math.isfinite(limits.budget)


def _found(
    weight: Raster,
    kinds: tuple[Kind, ...],
    limits: Limits,
    wanted: float,
    price: float,
    effort: _Effort,
    walk: Walk | None = None,
) -> list[Shares]:
    """Return the result of a search for an uncovered weight."""
    search = _Search(weight, kinds, limits, wanted, price)
    if walk is None or not walk.price:
        search.begin(effort)
    else:
        search.worth = walk.begin(search.stations[0], weight, search.multiplier, price)
    search.run(effort.iterations, effort.progress, effort.enough)
    if walk is not None:
        walk.end(search.stations[0], search.multiplier, search.worth, price)
    best, last = search.best, stored_multipliers(search.multiplier, weight)
    return [best] if np.array_equal(best, last) else [best, last]


def _lowest(
    found: list[Shares],
    to_cover: ToCover,
    kinds: tuple[Kind, ...],
    limits: Limits,
    n_stations: int,
    n_most: int,
) -> Bound:
    """Return the multipliers with the lowest bound for a number of stations, of those found.

    Their values reach to ``n_most`` stations.
    """
    single = values_within(gains_of(None, to_cover, kinds), limits, 0.0, n_most)
    bounds = []
    for stored in found:
        gains = gains_of(stored, to_cover, kinds)
        money, worth = least_cost(gains, limits) if limits.asked else (0.0, 0.0)
        worth = worth or best_worth(gains, limits, n_most)
        values = values_within(gains, limits, 0.0, n_most)
        if worth > 0:
            values = np.minimum(values, values_within(gains, limits, worth, n_most))
        bounds.append(Bound(stored, np.minimum(single, values), n_stations, worth, money))
    return min(bounds, key=lambda bound: (-bound.money, bound.value))


class _Search:
    """Multipliers on their way down, with prices for money and for parts."""

    def __init__(
        self, weight: Raster, kinds: tuple[Kind, ...], limits: Limits, wanted: float, price: float
    ) -> None:
        self.weight = weight
        label, self.divisions = labels_of(kinds[0].candidate.shape, limits)
        self.n_labels = self.divisions[0].part.size if self.divisions else 1
        within_budget = math.isfinite(limits.budget)
        self.limited = within_budget or bool(self.divisions) or len(kinds) > 1
        costs = search_costs(kinds, within_budget)
        cheapest = min(float(cost.min(initial=np.inf)) for cost in costs)
        if within_budget and (limits.most_stations + 1) * cheapest < limits.budget:
            in_all = np.zeros(self.n_labels, dtype=np.int64)
            most = np.array([float(limits.most_stations)])
            self.divisions.append(Division(in_all, np.zeros(1), most, [Price(0.0)]))
        # No money is left where the must-have sites cost all of it.
        self.wanted = max(wanted / cheapest, _LEAST_MONEY)
        self.usual_cost = float(np.concatenate(costs).mean()) / cheapest
        self.worth = Price(price)
        self.least_worth = price * _LEAST_WORTH
        relative = [cost / cheapest for cost in costs]
        least = 0.0 if self.limited else _WORTH_A_STATION * price
        self.stations = [
            MovingStations(taking_part(kind._replace(cost=cost), weight, least), label)
            for kind, cost in zip(kinds, relative, strict=True)
        ]
        self.asked = limits.asked
        held = (weight > 0).astype(np.float32)
        for own in self.stations:
            own.set_steps(held, _BALANCE)
        del held
        self._set_prices()
        self.balance, self.further = _BALANCE, 1.0 if self.asked else _FURTHER
        if within_budget:
            self.balance = self._balance()
            for own in self.stations:
                own.step *= np.float32(_BALANCE / self.balance)
        self.served = np.zeros(weight.shape, np.float32)
        self.multiplier = np.zeros(weight.shape, np.float32)
        self.best, self.value = np.zeros(weight.shape, np.uint16), math.inf

    def _balance(self) -> float:
        """Return the balance of steps: more where a cell has many candidates, and they few cells.

        Cells, and candidates, count by their weight.
        """
        total = float(self.weight.sum(dtype=np.float64))
        serving = float((self.weight / self.cell_step).sum(dtype=np.float64)) / max(total, 1e-300)
        step = max(own.usual_step(self.weight) for own in self.stations)
        return min(max(_BALANCE, _BALANCE**2 * serving * step), _MOST_BALANCE)

    def begin(self, effort: _Effort) -> None:
        """Set the first multipliers, by way of coarser rasters if there are any."""
        own, alone = self.stations[0], len(self.stations) == 1 and not self.divisions
        if effort.coarse and alone and own.cost.size == 1:
            factor, iterations = effort.coarse[-1]
            coarser = own.sums.coarser(self.weight, factor)
            if coarser is not None:
                weight, candidate, sums = coarser
                kinds, wanted = (Kind(candidate, sums),), self.wanted
                other = _Search(weight, kinds, Limits.none(0), wanted, self.worth.value)
                other.further = self.further
                before = tuple((finer // factor, steps) for finer, steps in effort.coarse[:-1])
                other.begin(effort._replace(coarse=before))
                other.run(iterations, effort.progress)
                self._carry(other, factor)
                return
        # Where stations overlap little, those that serve a cell share its price equally.
        np.multiply(self.cell_step, np.float32(self.worth.value), out=self.multiplier)
        np.minimum(self.weight, self.multiplier, out=self.multiplier)

    def _carry(self, other: _Search, factor: int) -> None:
        """Take multipliers, shares and price from a search on a coarser raster."""
        own, coarse = self.stations[0], other.stations[0]
        shape, blocks = own.kind.candidate.shape, coarse.kind.candidate.shape
        stacks = (self.multiplier, self.weight), (other.weight, other.multiplier)
        fine = (one.reshape(-1, *shape) for one in stacks[0])
        coarser = (one.reshape(-1, *blocks) for one in stacks[1])
        for multiplier, of, coarse_of, value in zip(*fine, *coarser, strict=True):
            carry_to_finer(multiplier, coarse_of, of, value, factor)
        each = np.full(blocks, factor * factor, dtype=np.float32)
        here = np.sign(own.step).reshape(shape)
        carry_to_finer(own.share.reshape(shape), each, here, coarse.share.reshape(blocks), factor)
        self.worth = Price(other.worth.value)

    def _charged(self) -> Floats:
        """Price that parts add to a station in each label; and the same without what they pay."""
        added = np.zeros((2, self.n_labels))
        for division in self.divisions:
            price = np.array([*(one.value for one in division.price), 0.0])[division.part]
            added += price, np.maximum(price, 0.0)
        return added

    def _set_prices(self) -> None:
        """Set the price of a station of each kind in each place, and the steps that go with it."""
        charged, without_bonus = self._charged() / self.worth.value
        times = np.zeros(self.weight.shape, dtype=np.float32)
        for own in self.stations:
            least = LEAST_PRICE_SHARE * (own.cost + without_bonus[own.label])
            own.set_prices(np.maximum(own.cost + charged[own.label], least))
            own.sums.add_served(times, own.per_price(), self.weight)
        # Running sums are off by a rounding, and each cell of interest has one that dear at least.
        dearest = max(float(own.price.max(initial=1.0)) for own in self.stations)
        np.maximum(times, np.float32(1 / dearest), out=times)
        self.cell_step = np.divide(1, times, out=times)

    def run(
        self,
        iterations: int,
        progress: Callable[[int], object] | None,
        enough: float = -math.inf,
    ) -> None:
        """Take up to ``iterations`` steps, until the lowest bound, which is kept, is ``enough``."""
        whole = float(self.weight.sum(dtype=np.float64))
        steady = _STEADY_SHARE * iterations
        for iteration in range(1, iterations + 1):
            for own in self.stations:
                own.sums.gained(self.multiplier, own.leap)
            if iteration % _STEPS_PER_PRICE == 1:
                self._keep_if_lower()
                if whole + self.value <= enough:
                    return
            worth, further = self.worth.value, self.further
            for own in self.stations:
                step_stations(own.share, own.leap, own.step, own.price, worth, further)
                own.sums.add_served(self.served, own.leap, self.weight)
            steps = self.cell_step, self.balance * worth, further
            step_multipliers(self.multiplier, self.served, self.weight, *steps)
            if iteration % _STEPS_PER_PRICE == 0 or iteration == iterations:
                if iteration < iterations and (iteration > steady or not self.asked):
                    self._change_prices()
                if progress is not None:
                    progress((iteration - 1) % _STEPS_PER_PRICE + 1)
        for own in self.stations:
            own.sums.gained(self.multiplier, own.leap)
        self._keep_if_lower()

    def _keep_if_lower(self) -> None:
        """Keep the multipliers if the bound at today's prices is the best yet."""
        free = -float(self.multiplier.sum(dtype=np.float64))
        for own in self.stations:
            free += surplus(own.leap, own.step, own.price, self.worth.value)
        for _, least, most, prices in self.divisions:
            for price, fewest, room in zip(prices, least, most, strict=True):
                free += price.value * (room if price.value > 0 else fewest)
        if self.asked:
            # What no plan covers without money, and so the money for the rest.
            lacking = self.asked - float(self.weight.sum(dtype=np.float64)) - free
            self.wanted = max(lacking / self.worth.value, _LEAST_MONEY)
            value = -lacking / self.worth.value
        else:
            value = free + self.worth.value * self.wanted
        if value < self.value:
            store_multipliers(self.best, self.multiplier, self.weight)
            self.value = value

    def _change_prices(self) -> None:
        spent = sum(own.spent() for own in self.stations)
        changed = self.worth.value * math.exp(self.worth.step(spent / self.wanted))
        self.worth.value = max(changed, self.least_worth)
        if not self.divisions:
            return
        count = np.sum([own.built_by_label(self.n_labels) for own in self.stations], axis=0)
        charged, without_bonus = self._charged()
        paid = self.worth.value * self.usual_cost
        whole = np.maximum(paid + charged, LEAST_PRICE_SHARE * (paid + without_bonus))
        for division in self.divisions:
            parts = len(division.price)
            in_part = np.bincount(division.part, count, minlength=parts + 1)[:parts]
            asked = zip(division.price, in_part, division.least, division.most, strict=True)
            for part, (price, here, least, most) in enumerate(asked):
                usual = float(whole[division.part == part].mean())
                if price.value > 0 or (price.value == 0 and here > most):
                    change = usual * math.expm1(price.step(here / max(most, 0.5)))
                    price.value = max(0.0, price.value + change)
                elif least > 0:
                    change = usual * math.expm1(price.step(here / least))
                    price.value = min(0.0, price.value + change)
        self._set_prices()
