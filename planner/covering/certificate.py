"""Prices that prove a bound, and the proof, using only the arrays of the problem."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.covering.limits import limit_rows
from planner.covering.objectives.goal import Objective
from planner.covering.problem import CoveringProblem

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Multipliers:
    """Prices: any non-negative numbers prove a bound, and good ones prove a tight one.

    ``customer float64[n]``, price of covering each customer; ``limit float64[r]``, of each row of
    ``limit_rows``; ``quota float64[z]``, of each zone's quota; ``target``, of the cover target.
    """

    customer: Floats
    limit: Floats
    quota: Floats
    target: float


def proven_bound(problem: CoveringProblem, objective: Objective, multipliers: Multipliers) -> float:
    """Bound on the objective over every choice of sites, fractional ones included.

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
    is_fixed = np.zeros(problem.n_sites, bool)
    is_fixed[problem.fixed] = True
    is_forbidden = np.zeros(problem.n_sites, bool)
    is_forbidden[problem.forbidden] = True
    for site in np.flatnonzero(~is_forbidden).tolist():
        served = problem.indices[problem.indptr[site] : problem.indptr[site + 1]]
        value = math.fsum([*lam[served].tolist(), *site_terms[site]])
        paid.append(value if is_fixed[site] else max(0.0, value))
    paid.extend(np.maximum(0.0, problem.weights * worth - lam).tolist())
    bound = math.fsum(paid)
    return bound if goal.reward else -bound + 0.0
