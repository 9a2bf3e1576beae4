"""Bounds that odd sets of customers prove: below the relaxation, never below the optimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.covering import (
    CoveringProblem,
    FewestStations,
    MaxCovered,
    Multipliers,
    Status,
    odd_sets,
    proven_bound,
    solve_covering,
)
from planner.covering.certificate import OddSets
from planner.covering.deadline import NO_DEADLINE, Deadline
from planner.covering.dual import dual_value, multipliers, relaxation
from planner.covering.exact import branch_and_bound, restricted
from planner.covering.limits import limit_rows
from planner.covering.model import reduced
from planner.covering.odd_sets import MANY, USUAL, carried, tightened
from tests.planner.covering.cases import random_objective, random_problem
from tests.planner.covering.naive import best_value


def town(seed, places=0):
    """200 customers on a plane that are candidates too, or 300 who live at 150 places."""
    rng = np.random.default_rng(seed)
    homes = rng.random((places or 200, 2))
    customer = homes[rng.integers(0, places, 300)] if places else homes
    covers = ((homes[:, None] - customer) ** 2).sum(axis=2) < 0.15**2
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    return CoveringProblem(rng.integers(1, 99, len(customer)), start, np.nonzero(covers)[1])


@pytest.fixture(scope="module")
def proven():
    problem, objective = town(2), MaxCovered(8)
    return problem, objective, solve_covering(problem, objective, exact="always")


def tight_model(problem, objective):
    goal = objective.goal(problem)
    model = reduced(problem, goal)
    first = relaxation(model, 0, NO_DEADLINE)
    return goal, model, first


@pytest.mark.parametrize("rounds", [USUAL, MANY])
@pytest.mark.parametrize(
    ("objective", "seed", "places", "closed"),
    [
        (MaxCovered(8), 2, 0, 1.0),
        (MaxCovered(8), 1, 150, 1.0),
        (FewestStations(7_900.0), 1, 0, 0.05),
    ],
)
def test_gap_of_the_relaxation_closes(objective, seed, places, closed, rounds) -> None:
    problem = town(seed, places)
    best = solve_covering(problem, objective, exact="always")
    assert best.status is Status.OPTIMAL
    goal, model, first = tight_model(problem, objective)
    reached = best.value - model.covered if goal.reward else model.spent - best.value
    found = tightened(model, first, reached, NO_DEADLINE, rounds)
    before, after = dual_value(model, first.prices), dual_value(model, found.prices)
    assert reached - 1e-6 <= after
    assert after - reached <= (1 - closed) * (before - reached) + 1e-6 * abs(reached)
    whole = proven_bound(problem, objective, multipliers(problem, goal, model, found.prices))
    inside = model.covered + after if goal.reward else model.spent - after
    assert whole == pytest.approx(inside, rel=1e-9)


def test_plan_returns_the_sets_that_prove_its_bound(proven, monkeypatch) -> None:
    problem, objective, best = proven
    monkeypatch.setattr("planner.covering.solve.search", lambda *_a, **_b: [poor(*_a)])
    monkeypatch.setattr("planner.covering.solve.merged", lambda *_: [])
    plan = solve_covering(problem, objective, exact="always")
    relaxed = solve_covering(problem, objective, exact="never")
    assert plan.value == best.value == plan.bound
    assert best.value <= plan.dual_bound < relaxed.dual_bound
    assert len(plan.multipliers.sets.price) > 0
    assert proven_bound(problem, objective, plan.multipliers) == plan.dual_bound


def poor(model, *_more):
    from planner.covering.search import choice_of

    return choice_of(model, np.arange(8))


def test_rows_of_sets_change_no_optimum(proven) -> None:
    problem, objective, best = proven
    goal, model, first = tight_model(problem, objective)
    found = tightened(model, first, 0.0, NO_DEADLINE)
    stay = np.setdiff1d(np.arange(model.n_sites), np.arange(0, model.n_sites, 9))
    left = restricted(problem, goal, model, stay)
    for part, sets in ((model, found.prices.sets), (left, carried(found.prices.sets, model, left))):
        assert len(sets.size) > 0
        assert branch_and_bound(part, sets).bound == pytest.approx(branch_and_bound(part).bound)
    assert branch_and_bound(model).bound + model.covered == pytest.approx(best.value)


def test_no_time_returns_the_first_relaxation(proven) -> None:
    problem, objective, _ = proven
    _, model, first = tight_model(problem, objective)
    assert tightened(model, first, 0.0, Deadline.after(0.0)) is first


def test_no_round_begins_that_cannot_end(proven, monkeypatch) -> None:
    problem, objective, _ = proven
    _, model, first = tight_model(problem, objective)
    now_s, solves = [0.0], []
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    solve = odd_sets.relaxation_by_highs

    def slow(*given):
        now_s[0] += 10.0
        solves.append(now_s[0])
        return solve(*given[:2], NO_DEADLINE)

    monkeypatch.setattr(odd_sets, "relaxation_by_highs", slow)
    monkeypatch.setattr(odd_sets, "LARGEST_FOR_HIGHS", 0)
    tightened(model, first, 0.0, Deadline.after(15.0), MANY)
    assert solves == [10.0]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_any_sets_prove_some_bound(seed) -> None:
    problem = random_problem(seed)
    objective = random_objective(problem, seed)
    best = best_value(problem, objective)
    if best is None:
        return
    rng = np.random.default_rng(seed)
    n, size = problem.n_customers, rng.integers(1, 6, 7)
    sets = OddSets(
        np.concatenate([[0], size.cumsum()]), rng.integers(0, n, size.sum()), rng.random(7) * 5 - 1
    )
    limit = rng.random(len(limit_rows(problem, objective.goal(problem)))) * 5
    quota = np.zeros(0) if problem.quota is None else rng.random(len(problem.quota))
    found = Multipliers(rng.random(n) * 9, limit, quota, float(rng.random() * 3), sets)
    sign = 1 if objective.name.startswith("max") else -1
    assert sign * proven_bound(problem, objective, found) >= sign * best - 1e-9 * abs(best)
