"""Verdicts of HiGHS that are wrong, and a time limit that leaves no time."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.optimize

from planner.covering import CoveringProblem, FewestStations, MaxCovered, Status, solve_covering
from planner.covering import exact as exact_module
from planner.covering.search import choice_of


@pytest.fixture
def problem() -> CoveringProblem:
    rng = np.random.default_rng(4)
    covers = rng.random((30, 90)) < 0.12
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    weights = rng.integers(1, 99, 90).astype(float)
    return CoveringProblem(weights, start, np.nonzero(covers)[1])


def infeasible_at_first(times: int):
    calls = []

    def milp(*args, **options):
        calls.append(options)
        if len(calls) <= times:
            return SimpleNamespace(status=2, x=None, mip_dual_bound=None)
        return scipy.optimize.milp(*args, **options)

    return milp, calls


@pytest.mark.parametrize("objective", [MaxCovered(6), FewestStations(3000.0)])
def test_a_first_verdict_that_is_wrong_costs_no_optimum(problem, objective, monkeypatch) -> None:
    right = solve_covering(problem, objective, exact="always")
    # A poor search leaves the answer to branch and bound.
    monkeypatch.setattr("planner.covering.solve.search", first_that_serve)
    monkeypatch.setattr("planner.covering.solve.merged", lambda *_: [])
    milp, calls = infeasible_at_first(1)
    monkeypatch.setattr(exact_module, "milp", milp)
    plan = solve_covering(problem, objective, exact="always")
    assert len(calls) >= 2
    assert plan.value == pytest.approx(right.value)
    assert right.status is Status.OPTIMAL
    sign = 1 if isinstance(objective, MaxCovered) else -1
    assert sign * plan.bound >= sign * right.value - 1e-6


def first_that_serve(model, *_args, **_more):
    return [choice_of(model, np.arange(6 if model.reward else model.n_sites))]


@pytest.mark.parametrize("objective", [MaxCovered(6), FewestStations(3000.0)])
@pytest.mark.parametrize("exact", ["auto", "never"])
def test_no_time_still_gives_a_plan_and_a_bound(problem, objective, exact) -> None:
    plan = solve_covering(problem, objective, exact=exact, time_limit_s=1e-9)
    sign = 1 if isinstance(objective, MaxCovered) else -1
    best = solve_covering(problem, objective, exact="always").value
    assert sign * plan.value <= sign * best + 1e-6
    assert sign * plan.bound >= sign * best - 1e-6
    assert not plan.shortfalls
