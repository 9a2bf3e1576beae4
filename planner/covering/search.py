"""Heuristic choice of sites on a reduced covering problem: greedy, then annealing over swaps.

To cover the most, several anneals run in parallel from the greedy choice, each with its own seed;
the number of threads changes the time, not the result. To choose the fewest (or cheapest) sites, a
cap on the price of sites that cover enough is lowered towards the bound until no choice under it
is found.
"""

from __future__ import annotations

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.sparse.anneal import AnnealingSchedule, Best, Quota, anneal, shortfall
from kernels.sparse.cover import (
    Cover,
    SparseDemand,
    SparseLimits,
    add_site,
    drop_site,
    fits,
    limits_from_rows,
    may_go,
    no_cover,
)
from kernels.sparse.greedy import greedy_sites
from kernels.sparse.swap import climb
from planner.covering.deadline import NO_DEADLINE, Deadline
from planner.covering.dual import Prices, site_values
from planner.covering.model import Model

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

# First and last temperature, in mean weights of a station; the first one from a good choice.
HOT, _COLD, WARM = 0.1, 0.001, 0.03
_STEPS_PER_SITE = 600
_FEWEST_STEPS = 100_000
_FEWEST_PROPOSED, _PROPOSED_PER_CHOSEN = 500, 15
# Reduced loss, of the mean worth of a chosen site, up to which a site is proposed in any case.
_SMALL_LOSS = 0.01
# Maximum footprint entries that one anneal visits at the usual effort.
_ANNEAL_WORK = 300_000_000
_CLIMB_WORK = 400_000_000
# Relative step of a cap on non-integer prices: larger than the rounding that limits allow.
_FINEST_CAP = 1e-7
_FIRST_SHARE_OF_GAP, _LAST_SHARE_OF_GAP = 0.5, 0.05


@dataclass(frozen=True)
class Choice:
    """Chosen sites, as positions in the model; ``short`` is weight missing to the quotas."""

    sites: Index
    short: float
    people: float
    price: float
    keeps_limits: bool

    @property
    def feasible(self) -> bool:
        """Whether it keeps every quota and limit."""
        return self.short == 0.0 and self.keeps_limits

    def value(self, model: Model) -> float:
        """Value under the goal: ``reward * people - price``."""
        return model.reward * self.people - self.price


@dataclass(frozen=True)
class Effort:
    """Search effort: ``runs`` anneals, each with ``scale`` times the usual steps, from ``seed``.

    ``deadline``: no further anneal begins after it. ``hot``: first temperature, in mean weights of
    a chosen site.
    """

    scale: float = 1.0
    runs: int = 4
    seed: int = 0
    deadline: Deadline = NO_DEADLINE
    hot: float = HOT

    def steps(self, model: Model) -> int:
        """Proposals of one anneal."""
        entries = len(model.fp.customers) / max(1, model.n_sites)
        most = _ANNEAL_WORK / max(1.0, entries)
        usual = max(min(_STEPS_PER_SITE * model.n_sites, most), _FEWEST_STEPS)
        return max(1, int(usual * self.scale))


def better(model: Model, first: Choice, second: Choice) -> Choice:
    """The better of two: feasible first, then the smaller shortfall, then the greater value."""
    return min(first, second, key=functools.partial(_rank, model))


def ranked(model: Model, choices: list[Choice]) -> list[Choice]:
    """The choices, the best one first."""
    return sorted(choices, key=functools.partial(_rank, model))


def _rank(model: Model, choice: Choice) -> tuple[bool, float, float, float]:
    return not choice.keeps_limits, choice.short, -choice.value(model), -choice.people


def search(
    model: Model, prices: Prices, effort: Effort, *, bound: float, start: Choice | None
) -> list[Choice]:
    """Choices found, the best one first; ends early if one reaches the value ``bound``."""
    if model.n_sites == 0:
        return [choice_of(model, np.zeros(0, np.int64))]
    if model.reward:
        return _most_covered(model, prices, effort, bound, start)
    return [_least_price(model, prices, effort, bound, start)]


def _most_covered(
    model: Model, prices: Prices, effort: Effort, bound: float, start: Choice | None
) -> list[Choice]:
    first = start if start is not None else greedy_choice(model, model.people, model.limits)
    if first.feasible and first.value(model) >= bound:
        return [first]
    seeds = [effort.seed * effort.runs + run for run in range(effort.runs)]

    allowed = worth_proposing(model, prices, first)

    def run(seed: int) -> Choice:
        return _annealed(model, model.limits, first, allowed, effort, seed, bound)

    with ThreadPoolExecutor(max_workers=min(len(seeds), os.cpu_count() or 1)) as pool:
        found = [first, *pool.map(run, seeds)]
    return ranked(model, found)


def _least_price(
    model: Model, prices: Prices, effort: Effort, bound: float, start: Choice | None
) -> Choice:
    worth = prices.target + prices.mu
    worth = np.maximum(worth, 1e-6 * max(float(worth.max()), 1e-300))
    everyone = np.arange(model.n_sites)
    best = start
    if best is None:
        best = greedy_choice(model, model.people * worth[model.zone], model.limits)
    if best.short > 0:
        more = _annealed(model, model.limits, best, everyone, effort, effort.seed, np.inf)
        best = better(model, best, more)
    best = pruned(model, best)
    return _cheaper(model, prices, effort, bound, best)


def _cheaper(model: Model, prices: Prices, effort: Effort, bound: float, best: Choice) -> Choice:
    """Lower the cap on prices by a share of the gap, a smaller one after each that is too low."""
    capped, allowed = _with_cap(model), worth_proposing(model, prices, best)
    share, seed = _FIRST_SHARE_OF_GAP, effort.seed
    while best.feasible and not effort.deadline.passed:
        gap, finest = best.price + bound, max(model.grain, _FINEST_CAP * best.price)
        if gap < finest - 1e-9 * max(1.0, abs(bound)):
            break
        step = max(finest, share * gap)
        capped.limit[-1] = best.price - step
        found = _annealed(model, capped, best, allowed, effort, seed, -np.inf)
        seed += 1
        if found.feasible and found.price < best.price - finest / 2:
            best = pruned(model, found)
        elif share > _LAST_SHARE_OF_GAP and step > finest:
            share /= 4
        else:
            break
    return best


def _with_cap(model: Model) -> SparseLimits:
    """The limits of the model and one on the sum of prices, last."""
    old = model.limits
    order, ends = np.argsort(old.row, kind="stable"), old.row_start[1:]
    sites = np.split(np.repeat(np.arange(model.n_sites), np.diff(old.start))[order], ends)
    coefficients = np.split(old.coefficient[order], ends)
    rows: list[tuple[npt.ArrayLike, npt.ArrayLike, float]] = list(
        zip(sites[:-1], coefficients[:-1], old.limit.tolist(), strict=True)
    )
    charged = np.flatnonzero(model.price)
    rows.append((charged, model.price[charged], np.inf))
    return limits_from_rows(model.n_sites, rows)


def greedy_choice(model: Model, weight: Floats, limits: SparseLimits) -> Choice:
    """Greedy choice by ``weight`` per price until the goal is reached, lower limits first."""
    demand = SparseDemand(model.people, model.zone, np.ascontiguousarray(weight))
    cover = no_cover(model.fp, demand, limits, len(model.quota))
    unit = _unit_prices(model, limits)
    _keep_lower_limits(cover, unit)
    everyone = np.ones(model.n_sites, np.bool_)
    quota = _quota(model)
    if model.reward:
        greedy_sites(cover, unit, everyone)
        if not _is_uniform(unit):
            cover = max(
                (cover, _plain_greedy(model, demand, limits)), key=lambda c: float(c.met.sum())
            )
    elif shortfall(cover, quota) > 0:
        before = np.flatnonzero(cover.chosen)
        order, _ = greedy_sites(cover, unit, everyone)
        cover = no_cover(model.fp, demand, limits, len(model.quota))
        for site in np.concatenate([before, order]).tolist():
            if shortfall(cover, quota) == 0 and site not in before:
                break
            add_site(cover, site)
    return choice_of(model, np.flatnonzero(cover.chosen))


def _plain_greedy(model: Model, demand: SparseDemand, limits: SparseLimits) -> Cover:
    cover = no_cover(model.fp, demand, limits, len(model.quota))
    ones = np.ones(model.n_sites)
    _keep_lower_limits(cover, ones)
    greedy_sites(cover, ones, np.ones(model.n_sites, np.bool_))
    return cover


def _is_uniform(unit: Floats) -> bool:
    return bool((unit == unit[:1]).all())


def _unit_prices(model: Model, limits: SparseLimits) -> Floats:
    """Divisor of a gain: the price, or the largest share of a limit that a site uses."""
    if not model.reward:
        paid = model.price[model.price > 0]
        return np.maximum(model.price, 1e-6 * float(paid.min()) if len(paid) else 1.0)
    share = np.zeros(model.n_sites)
    wide = np.diff(limits.row_start) * 2 > model.n_sites
    site = np.repeat(np.arange(model.n_sites), np.diff(limits.start))
    limit = limits.limit[limits.row]
    counts = wide[limits.row] & (limits.coefficient > 0) & (limit > 0)
    np.maximum.at(share, site[counts], limits.coefficient[counts] / limit[counts])
    positive = share[share > 0]
    return np.maximum(share, 1e-6 * float(positive.min()) if len(positive) else 1.0)


def _keep_lower_limits(cover: Cover, unit: Floats) -> None:
    """Add the site with the most gain per price for each unmet lower limit, while one fits."""
    limits = cover.limits
    for row in np.flatnonzero(limits.limit < 0).tolist():
        members = limits.sites[limits.row_start[row] : limits.row_start[row + 1]]
        while cover.use[row] > limits.limit[row] + 1e-9:
            fitting = [j for j in members.tolist() if not cover.chosen[j] and fits(cover, j)]
            if not fitting:
                break
            site = max(fitting, key=lambda j: (float(cover.gain[j] / unit[j]), -unit[j]))
            add_site(cover, site)


def worth_proposing(model: Model, prices: Prices, first: Choice) -> Index:
    """Sites that a good choice may contain: those worth most at these prices, many per choice.

    None is left out that loses next to nothing beside what a site of ``first`` is worth.
    """
    n_chosen = max(1, len(first.sites))
    values = site_values(model, prices)
    worth = (model.reward * first.people + first.price) / n_chosen
    near = int(np.count_nonzero(values >= -_SMALL_LOSS * worth))
    many = max(_FEWEST_PROPOSED, _PROPOSED_PER_CHOSEN * n_chosen, near)
    return np.sort(np.argsort(-values, kind="stable")[:many])


def _annealed(
    model: Model,
    limits: SparseLimits,
    start: Choice,
    allowed: Index,
    effort: Effort,
    seed: int,
    bound: float,
) -> Choice:
    """Anneal from ``start`` under ``limits``, then climb; a cap that it breaks is kept first."""
    demand = model.demand()
    cover = _cover_of(model, demand, limits, start.sites)
    _keep_cap(cover)
    quota = _quota(model)
    best = Best(cover.chosen.copy(), np.array([np.inf, -np.inf]))
    mean = float(cover.met.sum()) / max(1, int(cover.chosen.sum()))
    mean = mean if mean > 0 else float(model.people.max(initial=1.0))
    enough = bound if model.reward else -np.inf
    hot, cold = effort.hot * mean, _COLD * mean
    schedule = AnnealingSchedule(effort.steps(model), seed, hot, cold, float(enough))
    anneal(cover, quota, best, allowed, schedule)
    sites = np.flatnonzero(best.chosen)
    if model.reward and best.score[0] == 0.0 and not model.quota.any() and model.target == 0:
        demand = model.demand()
        cover = _cover_of(model, demand, limits, sites)
        climb(cover, np.arange(model.n_sites), _CLIMB_WORK)
        sites = np.flatnonzero(cover.chosen)
    return choice_of(model, sites)


def _keep_cap(cover: Cover) -> None:
    """Drop the sites with the smallest loss until the last limit, a cap on prices, holds."""
    limits = cover.limits
    while len(cover.use) and limits.limit[-1] >= 0 and cover.use[-1] > limits.limit[-1] + 1e-9:
        row = limits.sites[limits.row_start[-2] : limits.row_start[-1]]
        there = [j for j in row[cover.chosen[row] == 1].tolist() if may_go(cover, j)]
        if not there:
            return
        site = min(there, key=lambda j: float(cover.loss[j]))
        drop_site(cover, site)


def pruned(model: Model, choice: Choice) -> Choice:
    """Drop sites that cost something and are not needed, most expensive and least useful first."""
    demand, quota = model.demand(), _quota(model)
    cover = _cover_of(model, demand, model.limits, choice.sites)
    charged = choice.sites[model.price[choice.sites] > 0]
    loss_per_price = cover.loss[charged] / model.price[charged]
    for site in charged[np.argsort(loss_per_price, kind="stable")].tolist():
        if may_go(cover, site):
            drop_site(cover, site)
            if shortfall(cover, quota) > choice.short:
                add_site(cover, site)
    return choice_of(model, np.flatnonzero(cover.chosen))


def _quota(model: Model) -> Quota:
    return Quota(model.quota, np.array([model.target]))


def _cover_of(model: Model, demand: SparseDemand, limits: SparseLimits, sites: Index) -> Cover:
    cover = no_cover(model.fp, demand, limits, len(model.quota))
    for site in sites.tolist():
        add_site(cover, site)
    return cover


def choice_of(model: Model, sites: Index) -> Choice:
    """The choice made of ``sites`` (positions in the model), recounted."""
    cover = _cover_of(model, model.demand(), model.limits, sites)
    slack = 1e-9 * np.maximum(1.0, np.abs(model.limits.limit))
    return Choice(
        sites=np.sort(np.asarray(sites, np.int64)),
        short=float(shortfall(cover, _quota(model))),
        people=float(cover.met.sum()),
        price=float(model.price[sites].sum()),
        keeps_limits=bool((cover.use <= model.limits.limit + slack).all()),
    )
