"""Exact answers for small problems: sites fixed by their prices, then branch and bound by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from planner.covering.certificate import OddSets
from planner.covering.dual import Prices, dual_value, site_values
from planner.covering.model import Model, reduced
from planner.covering.objectives.goal import Goal
from planner.covering.problem import CoveringProblem
from planner.covering.programme import programme

Index = npt.NDArray[np.int64]

# Relative error of values from HiGHS: its feasibility tolerance is 1e-6 on scaled rows.
TOLERANCE = 1e-6
_OPTIMAL, _INFEASIBLE = 0, 2
_FEWEST_TO_MERGE = 3
_MOST_SITES_TO_MERGE = 400
_LARGEST_TO_MERGE = 20_000
_NODES_TO_MERGE = 50


@dataclass(frozen=True)
class ExactAnswer:
    """Result of branch and bound: sites of the problem or None, a bound, whether it finished.

    ``bound`` is on the model's ``reward * cover - price``, without the part of fixed sites; -inf if
    no choice is better than the incumbent.
    """

    sites: Index | None
    bound: float
    finished: bool

    def or_weaker(self, other: ExactAnswer) -> ExactAnswer:
        """Return the bound that both answers prove: the weaker one."""
        return replace(
            self,
            bound=max(self.bound, other.bound),
            finished=self.finished and other.finished,
        )


def sites_that_can_improve(model: Model, prices: Prices, incumbent: float) -> npt.NDArray[np.bool_]:
    """Sites of the model that a choice better than ``incumbent`` may contain, by reduced costs.

    Choosing a site that is worth ``c < 0`` at these prices lowers the bound by ``-c``.
    """
    least = incumbent + model.grain * (1 - TOLERANCE)
    slack = 1e-9 * max(1.0, abs(incumbent))
    values = site_values(model, prices)
    return np.asarray(dual_value(model, prices) + np.minimum(values, 0.0) >= least - slack)


def sites_at_no_loss(model: Model, prices: Prices) -> Index:
    """Sites of the model that are worth their price, which those of the relaxation are."""
    values = site_values(model, prices)
    size = float(np.abs(values).max(initial=0.0))
    return np.flatnonzero(values >= -TOLERANCE * size)


def restricted(problem: CoveringProblem, goal: Goal, model: Model, stay: Index) -> Model:
    """The model of ``problem``, restricted to the sites ``stay`` of ``model``."""
    out = np.setdiff1d(
        np.arange(problem.n_sites), np.concatenate([model.sites[stay], problem.fixed])
    )
    return reduced(replace(problem, forbidden=out), goal)


def branch_and_bound(
    model: Model,
    sets: OddSets | None = None,
    *,
    time_limit_s: float | None = None,
    node_limit: int | None = None,
    seed: int | None = None,
) -> ExactAnswer:
    """Solve the model, with rows of odd ``sets``, by HiGHS within a limit on its time or nodes.

    ``seed``: of the order in which HiGHS gets the variables, which makes its search another one.
    """
    if model.broken:
        return ExactAnswer(None, -np.inf, True)
    if model.n_sites == 0:
        open_weight = float(model.quota.max(initial=0.0)) + model.target
        none = np.zeros(0, np.int64)
        return ExactAnswer(None, -np.inf, True) if open_weight else ExactAnswer(none, 0.0, True)
    mip = programme(model, sets)
    whole = np.zeros(len(mip.objective))
    whole[: mip.n_sites] = 1
    limit: dict[str, float] = {}
    if time_limit_s is not None:
        limit["time_limit"] = max(1.0, time_limit_s)
    if node_limit is not None:
        limit["node_limit"] = node_limit
    order = np.arange(len(whole))
    if seed is not None:
        order = np.random.default_rng(seed).permutation(order)
    result = milp(
        mip.objective[order],
        constraints=LinearConstraint(mip.matrix[:, order], -np.inf, mip.upper),
        integrality=whole[order],
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0} | limit,
    )
    if result.status == _INFEASIBLE:
        return ExactAnswer(None, -np.inf, True)
    bound = np.inf if result.mip_dual_bound is None else -float(result.mip_dual_bound)
    sites = None
    if result.x is not None:
        taken = order[result.x > 0.5]
        sites = model.sites[np.sort(taken[taken < mip.n_sites])]
    return ExactAnswer(sites, bound, result.status == _OPTIMAL)


def merged(
    problem: CoveringProblem,
    goal: Goal,
    model: Model,
    choices: list[Index],
    time_limit_s: float | None = None,
) -> list[Index]:
    """Choices among the sites of several ``choices`` alone, as positions in the model.

    Good choices agree on most sites, so little is left to decide (as Cook and Seymour 2003 did with
    tours). The first three are merged, then one more each time until that takes too long.
    """
    found = []
    for many in range(min(_FEWEST_TO_MERGE, len(choices)), len(choices) + 1):
        union = np.unique(np.concatenate(choices[:many]))
        if not 0 < len(union) <= _MOST_SITES_TO_MERGE:
            break
        small = restricted(problem, goal, model, union)
        if len(small.fp.customers) > _LARGEST_TO_MERGE:
            break
        answer = branch_and_bound(small, time_limit_s=time_limit_s, node_limit=_NODES_TO_MERGE)
        if answer.sites is not None:
            found.append(np.searchsorted(model.sites, answer.sites))
        if not answer.finished:
            break
    return found


@dataclass(frozen=True)
class Nearest:
    """The choice with the smallest shortfall, and whether that is proven."""

    sites: Index
    finished: bool


def nearest_choice(model: Model, time_limit_s: float) -> Nearest | None:
    """Choice that keeps every upper limit and has the smallest shortfall of the others.

    The shortfall is weight missing to the quotas and the target; a missing unit of a lower limit (a
    station in a zone, a customer that must be covered) counts as much as all weight.
    """
    mip = programme(model)
    n_rows, n_free = mip.matrix.shape
    lower = np.flatnonzero(model.limits.limit < 0) + mip.n_customers
    quotas = np.arange(mip.n_customers + mip.n_limits, n_rows)
    rows = np.concatenate([lower, quotas])
    total = float(model.people.sum()) + 1.0
    penalty = np.concatenate([np.full(len(lower), total), np.ones(len(quotas))])
    slack = sp.csc_array(
        (np.full(len(rows), -1.0), (rows, np.arange(len(rows)))), shape=(n_rows, len(rows))
    )
    most = np.concatenate([-model.limits.limit[model.limits.limit < 0], -mip.upper[quotas]])
    whole = np.zeros(n_free + len(rows))
    whole[: mip.n_sites] = 1
    tie_break = np.concatenate([np.zeros(mip.n_sites), -1e-6 * model.people / total])
    result = milp(
        np.concatenate([tie_break, penalty]),
        constraints=LinearConstraint(sp.hstack([mip.matrix, slack]), -np.inf, mip.upper),
        integrality=whole,
        bounds=Bounds(0, np.concatenate([np.ones(n_free), most])),
        options={"time_limit": max(1.0, time_limit_s)},
    )
    if result.x is None:
        return None
    sites = model.sites[np.flatnonzero(result.x[: mip.n_sites] > 0.5)]
    return Nearest(sites, result.status == _OPTIMAL)
