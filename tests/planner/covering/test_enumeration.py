"""Tiny problems with every kind of constraint, against trying every choice of sites."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.covering import (
    CoveringProblem,
    MaxCovered,
    Status,
    proven_bound,
    solve_covering,
)
from tests.planner.covering.cases import random_objective, random_problem
from tests.planner.covering.naive import (
    all_choices,
    best_value,
    cost_of,
    covered_weight,
    keeps_constraints,
    n_counted,
)


def assert_answer(problem, objective, plan, best, *, exact):
    maximised = objective.name.startswith("max")
    assert plan.covered_weight == pytest.approx(covered_weight(problem, plan.sites))
    assert plan.gains.sum() == pytest.approx(plan.covered_weight)
    assert len(set(plan.sites.tolist())) == len(plan.sites)
    assert proven_bound(problem, objective, plan.multipliers) == plan.dual_bound
    assert plan.cost == pytest.approx(cost_of(problem, plan.sites))
    assert plan.n_stations == n_counted(problem, plan.sites)
    if best is None:
        assert plan.shortfalls
        assert all(s.missing > 0 for s in plan.shortfalls)
        assert plan.status in (
            {Status.INFEASIBLE} if exact else {Status.INFEASIBLE, Status.UNKNOWN}
        )
        return
    assert plan.status is not Status.INFEASIBLE
    slack = 1e-6 * max(1.0, abs(best))
    sign = 1 if maximised else -1
    assert sign * plan.bound >= sign * best - slack
    assert sign * plan.dual_bound >= sign * best - slack
    if plan.shortfalls:
        assert not exact
        assert plan.status is Status.UNKNOWN
        return
    assert keeps_constraints(problem, plan.sites)
    assert sign * plan.value <= sign * best + slack
    if plan.status is Status.OPTIMAL:
        assert plan.value == pytest.approx(best, abs=slack)
    if exact:
        assert plan.status is Status.OPTIMAL


@pytest.mark.parametrize("exact", ["always", "never"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1_000_000))
def test_against_every_choice(exact, seed) -> None:
    problem = random_problem(seed)
    objective = random_objective(problem, seed)
    plan = solve_covering(problem, objective, exact=exact, effort=0.02)
    assert_answer(problem, objective, plan, best_value(problem, objective), exact=exact == "always")


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1_000_000))
def test_nearest_plan_misses_the_quotas_by_the_least(seed) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(seed)
    zone = rng.integers(0, 2, problem.n_customers)
    there = np.bincount(zone, problem.weights, minlength=2)
    plain = CoveringProblem(
        problem.weights, problem.indptr, problem.indices, customer_zone=zone, quota=there
    )
    n = int(rng.integers(0, 3))
    plan = solve_covering(plain, MaxCovered(min(n, plain.n_sites)), exact="always")
    free = CoveringProblem(problem.weights, problem.indptr, problem.indices)
    reached = max(covered_weight(free, sites) for sites in all_choices(free) if len(sites) <= n)
    missing = sum(s.missing for s in plan.shortfalls)
    assert missing == pytest.approx(problem.weights.sum() - reached, abs=1e-6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1_000_000))
def test_greedy_reaches_its_guarantee(seed) -> None:
    from planner.covering.model import reduced
    from planner.covering.search import greedy_choice

    problem = random_problem(seed)
    plain = CoveringProblem(problem.weights, problem.indptr, problem.indices)
    objective = MaxCovered(min(3, plain.n_sites))
    model = reduced(plain, objective.goal(plain))
    choice = greedy_choice(model, model.people, model.limits)
    best = best_value(plain, objective)
    assert (1 - 1 / np.e) * best - 1e-9 <= choice.people <= best + 1e-9


def test_same_plan_for_any_number_of_threads() -> None:
    rng = np.random.default_rng(5)
    covers = rng.random((80, 400)) < 0.04
    indptr = np.concatenate([[0], np.cumsum(covers.sum(axis=1))])
    problem = CoveringProblem(rng.integers(1, 99, 400), indptr, np.nonzero(covers)[1])
    before = numba.get_num_threads()
    plans = []
    for threads in (1, 2, 4):
        if threads <= numba.config.NUMBA_NUM_THREADS:
            numba.set_num_threads(threads)
            plans.append(solve_covering(problem, MaxCovered(12), exact="never"))
    numba.set_num_threads(before)
    for plan in plans[1:]:
        assert (plan.sites == plans[0].sites).all()
        assert plan.dual_bound == plans[0].dual_bound
