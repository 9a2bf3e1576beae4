"""Multipliers of a reduced covering problem: by HiGHS if it is small, else matrix-free.

The matrix-free method is the primal-dual hybrid gradient (Chambolle, Pock 2011) with diagonal
steps (Pock, Chambolle 2011) on the linear relaxation, restarted at its averages (Applegate and
others 2021). Steps are measured in people: a customer's price moves by its weight divided by one
more than its number of sites, a site by one divided by the weight of its footprint, so that no
scale needs tuning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from kernels.sparse.cover import footprint_weight
from kernels.sparse.dual import limit_use, lower_to_no_surplus, reduced_value, times_covered
from planner.covering.certificate import Multipliers, OddSets
from planner.covering.deadline import Deadline
from planner.covering.limits import limit_rows
from planner.covering.model import Model
from planner.covering.objectives.goal import Goal
from planner.covering.problem import CoveringProblem
from planner.covering.programme import half_of_covered, programme

Floats = npt.NDArray[np.float64]

LARGEST_FOR_HIGHS, _SHARE_FOR_HIGHS = 400_000, 0.5
_INFEASIBLE = 2
_ROUNDS_BETWEEN_RESTARTS = 100


@dataclass(frozen=True)
class Prices:
    """Multipliers of a ``Model``: of customers, limits, quotas (one per zone), target, odd sets."""

    lam: Floats
    nu: Floats
    mu: Floats
    target: float
    sets: OddSets = field(default_factory=OddSets)


@dataclass(frozen=True)
class Relaxation:
    """Prices, and the shares of sites and customers that they belong to; None if not known."""

    prices: Prices
    sites: Floats | None = None
    customers: Floats | None = None


def reward(model: Model, prices: Prices) -> Floats:
    """Worth of covering each customer: its people, worth more under quotas and a target."""
    worth: Floats = model.people * (model.reward + prices.target + prices.mu[model.zone])
    return worth


def site_values(model: Model, prices: Prices) -> Floats:
    """Worth of each site at these prices, negative if it does not pay."""
    values: Floats = reduced_value(model.fp, model.price, model.limits, prices.lam, prices.nu)
    if len(prices.sets.price):
        values += half_of_covered(model, prices.sets).T @ prices.sets.price
    return values


def capped(model: Model, found: Prices) -> Prices:
    """The same or a better bound: no customer's price exceeds the worth of covering it."""
    return replace(found, lam=np.clip(found.lam, 0.0, np.maximum(0.0, _worth(model, found))))


def _worth(model: Model, prices: Prices) -> Floats:
    """Worth of covering each customer, less the prices of its sets."""
    sets = prices.sets
    charge = np.repeat(sets.price, sets.size)
    return reward(model, prices) - np.bincount(sets.customers, charge, model.n_customers)


def dual_value(model: Model, prices: Prices) -> float:
    """Upper bound of ``reward * cover - price`` over what is left to decide."""
    return float(
        np.maximum(0.0, _worth(model, prices) - prices.lam).sum()
        + np.maximum(0.0, site_values(model, prices)).sum()
        + prices.nu @ model.limits.limit
        - prices.mu @ model.quota
        - prices.target * model.target
        + prices.sets.price @ (prices.sets.size // 2)
    )


def relaxation(model: Model, rounds: int, deadline: Deadline) -> Relaxation:
    """Good multipliers: exact ones if HiGHS solves the relaxation, else after ``rounds``."""
    if model.n_sites == 0:
        return Relaxation(_Point.zero(model).prices)
    if len(model.fp.customers) <= LARGEST_FOR_HIGHS:
        found = relaxation_by_highs(model, OddSets(), deadline.share(_SHARE_FOR_HIGHS))
        if found is not None:
            return found
    return Relaxation(prices_matrix_free(model, rounds, deadline))


def without_surplus(model: Model, found: Prices) -> Prices:
    """The same bound, or a better one, from prices at which no site is worth more than 0."""
    lam = found.lam.copy()
    lower_to_no_surplus(model.fp, site_values(model, found), lam)
    return replace(found, lam=lam)


def multipliers(problem: CoveringProblem, goal: Goal, model: Model, found: Prices) -> Multipliers:
    """Multipliers of the whole problem: those of an aggregated customer split by weight."""
    clean = without_surplus(model, found)
    # A customer that no site can cover gets its worth as price, which does not weaken the bound.
    worth = goal.reward + clean.target + clean.mu[model.customer_zone]
    customer = np.where(model.covered_by_fixed, 0.0, problem.weights * worth)
    inside = model.group >= 0
    group = model.group[inside]
    customer[inside] = problem.weights[inside] * (clean.lam / model.people)[group]
    limit = np.zeros(len(limit_rows(problem, goal)))
    limit[model.rows] = clean.nu
    sets = _of_single_customers(problem, model, clean.sets)
    return Multipliers(customer, limit, clean.mu[:-1].copy(), clean.target, sets)


def _of_single_customers(problem: CoveringProblem, model: Model, sets: OddSets) -> OddSets:
    """The same sets, of customers of the problem: each takes its part of the price, by weight.

    The price is a line; each member of a set divides it among its customers. Where all stay the
    same, one set of single customers gets the piece.
    """
    inside = np.flatnonzero((model.group >= 0) & (problem.weights > 0))
    order = inside[np.argsort(model.group[inside], kind="stable")]
    first = np.searchsorted(model.group[order], np.arange(model.n_customers + 1))
    customers, prices, sizes = [], [], []
    for k in np.flatnonzero(sets.price > 0).tolist():
        groups = sets.customers[sets.start[k] : sets.start[k + 1]]
        inner = [order[first[g] : first[g + 1]] for g in groups.tolist()]
        ends = [np.cumsum(problem.weights[who]) / problem.weights[who].sum() for who in inner]
        cuts = np.unique(np.concatenate([[0.0], *(end[:-1] for end in ends), [1.0]]))
        middle = (cuts[1:] + cuts[:-1]) / 2
        pieces = [
            who[np.minimum(np.searchsorted(end, middle), len(who) - 1)]
            for who, end in zip(inner, ends, strict=True)
        ]
        customers.append(np.stack(pieces, axis=1).ravel())
        prices.append(sets.price[k] * np.diff(cuts))
        sizes.append(np.full(len(middle), len(groups)))
    if not prices:
        return OddSets()
    start = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    return OddSets(start, np.concatenate(customers), np.concatenate(prices))


def relaxation_by_highs(model: Model, sets: OddSets, deadline: Deadline) -> Relaxation | None:
    """Solution of the relaxation with rows of ``sets``; None if HiGHS finds none in time.

    Prices are 0 if nothing is feasible. Any prices give a bound, so that a wrong verdict of HiGHS
    only weakens it.
    """
    lp = programme(model, sets)
    limit = {"time_limit": deadline.left_s} if math.isfinite(deadline.at_s) else {}
    result = linprog(
        lp.objective,
        A_ub=lp.matrix,
        b_ub=lp.upper,
        bounds=(0, 1),
        method="highs-ipm",
        options=limit,
    )
    if result.status == _INFEASIBLE:
        return Relaxation(_Point.zero(model).prices)
    if result.status != 0:
        return None
    dual = np.maximum(0.0, -result.ineqlin.marginals)
    n = lp.n_customers
    mu = np.zeros(len(model.quota))
    mu[lp.zones] = dual[n + lp.n_limits : n + lp.n_limits + len(lp.zones)]
    of_sets = len(dual) - len(sets.price)
    found = Prices(
        lam=dual[:n],
        nu=dual[n : n + lp.n_limits],
        mu=mu,
        target=float(dual[of_sets - 1]) if lp.has_target else 0.0,
        sets=replace(sets, price=dual[of_sets:]),
    )
    return Relaxation(capped(model, found), result.x[: lp.n_sites], result.x[lp.n_sites :])


def prices_matrix_free(model: Model, rounds: int, deadline: Deadline) -> Prices:
    """Multipliers after ``rounds`` of the primal-dual hybrid gradient; the best are kept."""
    steps = _steps(model)
    now = _first_point(model, steps)
    best = now.prices
    least = dual_value(model, best)
    for first in range(0, rounds, _ROUNDS_BETWEEN_RESTARTS):
        n = min(_ROUNDS_BETWEEN_RESTARTS, rounds - first)
        mean, done = _Point.zero(model), 0
        while done < n and not (done and deadline.passed):
            now = _next_point(model, steps, now)
            done += 1
            mean = mean.plus(now, 1.0 / n)
        if done < n:
            mean = _Point.zero(model).plus(mean, n / done)
        value_now = dual_value(model, capped(model, now.prices))
        value_mean = dual_value(model, capped(model, mean.prices))
        if value_mean < value_now:
            now, value_now = mean, value_mean
        if value_now < least:
            least, best = value_now, capped(model, now.prices)
        if deadline.passed:
            break
    return best


@dataclass(frozen=True)
class _Point:
    """Shares of sites and customers that are taken, and the prices."""

    x: Floats
    y: Floats
    prices: Prices

    @classmethod
    def zero(cls, model: Model) -> _Point:
        zones, limits = len(model.quota), len(model.limits.limit)
        nothing = Prices(np.zeros(model.n_customers), np.zeros(limits), np.zeros(zones), 0.0)
        return cls(np.zeros(model.n_sites), np.zeros(model.n_customers), nothing)

    def plus(self, other: _Point, share: float) -> _Point:
        """Add ``share`` of another point."""
        a, b = self.prices, other.prices
        return _Point(
            self.x + share * other.x,
            self.y + share * other.y,
            Prices(
                a.lam + share * b.lam,
                a.nu + share * b.nu,
                a.mu + share * b.mu,
                a.target + share * b.target,
            ),
        )


def _steps(model: Model) -> _Point:
    """Step length of every variable: one divided by the people in its row or column."""
    fp, limits = model.fp, model.limits
    weight = footprint_weight(fp.site_start, fp.customers, model.people)
    # What one person is worth: itself, or its share of the price of the sites around it.
    charged = float(model.price.sum())
    worth = 1.0 if model.reward or charged == 0 else charged / max(float(weight.sum()), 1e-300)
    size = np.bincount(limits.row, np.abs(limits.coefficient), minlength=len(limits.limit))
    members = np.maximum(np.diff(limits.row_start), 1)
    typical = worth * float(np.sort(weight)[-max(1, len(weight) // 10) :].mean()) / 2
    per_unit = typical * members / np.maximum(size, 1e-300)
    site = np.repeat(np.arange(model.n_sites), np.diff(limits.start))
    load = np.bincount(
        site, np.abs(limits.coefficient) * per_unit[limits.row], minlength=model.n_sites
    )
    has_quota, has_target = model.quota > 0, model.target > 0
    in_zone = np.bincount(model.zone, model.people, minlength=len(model.quota))
    rows = 1.0 + has_quota[model.zone] + float(has_target)
    return _Point(
        x=1.0 / np.maximum(worth * weight + load, 1e-300),
        y=1.0 / (worth * model.people * rows),
        prices=Prices(
            lam=worth * model.people / (1.0 + np.diff(fp.customer_start)),
            nu=per_unit / np.maximum(size, 1e-300),
            mu=np.where(has_quota, worth / np.maximum(in_zone, 1e-300), 0.0),
            target=worth / max(float(model.people.sum()), 1e-300) if has_target else 0.0,
        ),
    )


def _first_point(model: Model, steps: _Point) -> _Point:
    zero = _Point.zero(model)
    lam = np.minimum(steps.prices.lam * 2.0, reward(model, zero.prices))
    start = Prices(lam, zero.prices.nu, zero.prices.mu, 0.0)
    return _Point(zero.x, np.ones(model.n_customers), start)


def _next_point(model: Model, steps: _Point, at: _Point) -> _Point:
    """One round: the shares move up their gradients, then the prices towards what is lacking."""
    gain = reward(model, at.prices) - at.prices.lam
    x = np.clip(at.x + steps.x * site_values(model, at.prices), 0.0, 1.0)
    y = np.clip(at.y + steps.y * gain, 0.0, 1.0)
    x_ahead, y_ahead = 2.0 * x - at.x, 2.0 * y - at.y
    people = np.bincount(model.zone, model.people * y_ahead, minlength=len(model.quota))
    old, step = at.prices, steps.prices
    lack = y_ahead - times_covered(model.fp, x_ahead)
    excess = limit_use(model.limits, x_ahead) - model.limits.limit
    target = max(0.0, old.target + step.target * (model.target - float(people.sum())))
    moved = Prices(
        lam=np.maximum(0.0, old.lam + step.lam * lack),
        nu=np.maximum(0.0, old.nu + step.nu * excess),
        mu=np.maximum(0.0, old.mu + step.mu * (model.quota - people)),
        target=target,
    )
    return _Point(x, y, moved)
