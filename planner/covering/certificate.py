"""Prices that prove a bound, and the proof, using only the arrays of the problem.

Of a set of customers ``C``, site ``j`` covers ``n_j``. A choice of sites covers at most ``|C|`` of
them and at most the sum of its ``n_j``, so at most half of both together, and what it covers is a
whole number: at most ``floor(|C| / 2)`` plus the sum of ``ceil(n_j / 2)``. This row holds for every
choice of sites, but not for fractions of sites, so that its price proves more than the linear
relaxation does.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.covering.limits import limit_rows
from planner.covering.objectives.goal import Objective
from planner.covering.problem import CoveringProblem

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OddSets:
    """Sets of customers and the price of the row of each.

    Set ``k`` has the customers ``customers[start[k]:start[k + 1]]``: ``start int64[s + 1]``,
    ``customers int64``, ``price float64[s]``.
    """

    start: Index = field(default_factory=lambda: np.zeros(1, np.int64))
    customers: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    price: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def size(self) -> Index:
        """Number of customers of each set, ``int64[s]``."""
        return np.diff(self.start)


@dataclass(frozen=True)
class Multipliers:
    """Prices: any non-negative numbers prove a bound, and good ones prove a tight one.

    ``customer float64[n]``, price of covering each customer; ``limit float64[r]``, of each row of
    ``limit_rows``; ``quota float64[z]``, of each zone's quota; ``target``, of the cover target;
    ``sets``, of rows of sets of customers.
    """

    customer: Floats
    limit: Floats
    quota: Floats
    target: float
    sets: OddSets = field(default_factory=OddSets)


def proven_bound(problem: CoveringProblem, objective: Objective, multipliers: Multipliers) -> float:
    """Bound on the objective over every choice of sites.

    Weak duality, from the problem's own arrays with exactly rounded sums (``math.fsum``); it
    shares no code with the search for the multipliers. Negative prices count as 0.

    Returns
    -------
    float
        Upper bound of the covered weight, or lower bound of stations or cost.
    """
    goal = objective.goal(problem)
    lam = np.maximum(multipliers.customer, 0.0)
    nu = np.maximum(multipliers.limit, 0.0)
    worth = np.full(problem.n_customers, goal.reward + max(multipliers.target, 0.0))
    paid = [-max(multipliers.target, 0.0) * goal.cover_target]
    if problem.quota is not None and problem.customer_zone is not None:
        mu = np.maximum(multipliers.quota, 0.0)
        worth += np.append(mu, 0.0)[problem.customer_zone]
        paid.extend((-mu * problem.quota).tolist())
    site_terms: list[list[float]] = [[-price] for price in goal.price.tolist()]
    for row, price in zip(limit_rows(problem, goal), nu.tolist(), strict=True):
        if price > 0:
            paid.append(price * row.limit)
            for site, coefficient in zip(row.sites.tolist(), row.coefficient.tolist(), strict=True):
                site_terms[site].append(-price * coefficient)
    set_price = np.maximum(multipliers.sets.price, 0.0)
    paid.extend((set_price * (multipliers.sets.size // 2)).tolist())
    sets_of, charge = _sets_of_customers(problem.n_customers, multipliers.sets)
    is_fixed = np.zeros(problem.n_sites, bool)
    is_fixed[problem.fixed] = True
    is_forbidden = np.zeros(problem.n_sites, bool)
    is_forbidden[problem.forbidden] = True
    for site in np.flatnonzero(~is_forbidden).tolist():
        served = problem.indices[problem.indptr[site] : problem.indptr[site + 1]]
        met = Counter(k for i in served.tolist() for k in sets_of.get(i, ()))
        of_sets = [float(set_price[k]) * ((n + 1) // 2) for k, n in met.items()]
        value = math.fsum([*lam[served].tolist(), *site_terms[site], *of_sets])
        paid.append(value if is_fixed[site] else max(0.0, value))
    paid.extend(np.maximum(0.0, problem.weights * worth - lam - charge).tolist())
    bound = math.fsum(paid)
    return bound if goal.reward else -bound + 0.0


def _sets_of_customers(n_customers: int, sets: OddSets) -> tuple[dict[int, list[int]], Floats]:
    """Sets that each customer is in, as often as it is, and the sum of their prices."""
    sets_of: dict[int, list[int]] = {}
    charge = np.zeros(n_customers)
    for k, price in enumerate(np.maximum(sets.price, 0.0).tolist()):
        for i in sets.customers[sets.start[k] : sets.start[k + 1]].tolist():
            sets_of.setdefault(i, []).append(k)
            charge[i] += price
    return sets_of, charge
