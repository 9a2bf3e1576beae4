"""Weights and costs of any size have the plan, and the proof, that others have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.covering import (
    CoveringProblem,
    FewestStations,
    LeastCost,
    MaxCovered,
    MaxCoveredWithinBudget,
    Status,
    proven_bound,
    solve_covering,
)
from planner.covering.model import common_measure
from planner.covering.units import in_handy_units
from tests.planner.covering.cases import random_objective, random_problem
from tests.planner.covering.naive import best_value


def measured(problem, objective, weight, cost):
    """The same problem and objective with weights and costs times a factor."""
    quota = None if problem.quota is None else problem.quota * weight
    paid = None if problem.cost is None else problem.cost * cost
    other = replace(problem, weights=problem.weights * weight, quota=quota, cost=paid)
    if isinstance(objective, MaxCovered):
        return other, objective, weight
    if isinstance(objective, MaxCoveredWithinBudget):
        unit = 1.0 if paid is None else cost
        return other, MaxCoveredWithinBudget(objective.budget * unit), weight
    unit = cost if isinstance(objective, LeastCost) and paid is not None else 1.0
    return other, type(objective)(objective.cover_target * weight), unit


@pytest.mark.parametrize("weight", [1e-12, 1e12])
@pytest.mark.parametrize("cost", [1e-9, 1e9])
@settings(max_examples=12)
@given(seed=st.integers(0, 1_000_000))
def test_scale_changes_nothing(weight, cost, seed) -> None:
    problem = random_problem(seed)
    objective = random_objective(problem, seed)
    best = best_value(problem, objective)
    other, asked, unit = measured(problem, objective, weight, cost)
    for exact in ("always", "never"):
        plan = solve_covering(other, asked, exact=exact, effort=0.02)
        assert proven_bound(other, asked, plan.multipliers) == plan.dual_bound
        if best is None:
            assert plan.shortfalls
            assert plan.status in {Status.INFEASIBLE, Status.UNKNOWN}
            continue
        assert plan.status is not Status.INFEASIBLE
        sign = 1 if objective.name.startswith("max") else -1
        assert sign * plan.bound / unit >= sign * best - 1e-6 * abs(best)
        assert sign * plan.dual_bound / unit >= sign * best - 1e-6 * abs(best)
        if exact == "always":
            assert plan.status is Status.OPTIMAL
            assert plan.value / unit == pytest.approx(best)


def test_tiny_weights_need_as_many_stations() -> None:
    problem = CoveringProblem(np.full(4, 1e-12), [0, 2, 4, 5], [0, 1, 1, 2, 3])
    plan = solve_covering(problem, FewestStations(4e-12))
    assert plan.sites.tolist() == [0, 1, 2]
    assert plan.bound == 3


def test_units_are_powers_of_two_and_1_where_sums_are_handy() -> None:
    people = CoveringProblem([3e6, 1e6], [0, 1, 2], [0, 1], cost=[4e5, 8e5])
    case = in_handy_units(people, MaxCoveredWithinBudget(8e5).goal(people))
    assert (case.weight, case.price, case.limits.tolist()) == (1, 1, [1])
    tiny = CoveringProblem([3e-12, 1e-12], [0, 1, 2], [0, 1], cost=[4e-15, 8e-15])
    case = in_handy_units(tiny, LeastCost(2e-12).goal(tiny))
    for unit in (case.weight, case.price):
        assert np.frexp(unit)[0] == 0.5
    assert 2**19 <= case.problem.weights.sum() <= 2**21
    assert (case.problem.weights * case.weight == tiny.weights).all()
    assert case.goal.cover_target * case.weight == 2e-12


@pytest.mark.parametrize(
    ("values", "grain"),
    [
        ([6, 9, 0], 3),
        ([0.75, 1.25], 0.25),
        ([3 * 2.0**-40, 9 * 2.0**-40], 3 * 2.0**-40),
        ([0.1, 1e6], 0),
        ([0, 0], 0),
        ([], 0),
    ],
)
def test_grain_is_the_greatest_common_measure(values, grain) -> None:
    assert common_measure(np.array(values, float)) == grain
