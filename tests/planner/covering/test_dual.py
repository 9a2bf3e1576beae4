"""Bounds from prices: the matrix-free ones against the optimum of the relaxation by HiGHS."""

from __future__ import annotations

import numpy as np
import pytest

from planner.covering import (
    CoveringProblem,
    FewestStations,
    LeastCost,
    MaxCovered,
    MaxCoveredWithinBudget,
    proven_bound,
)
from planner.covering.deadline import NO_DEADLINE, Deadline
from planner.covering.dual import (
    dual_value,
    multipliers,
    prices_matrix_free,
    relaxation,
    without_surplus,
)
from planner.covering.model import reduced


def clustered(seed=3, m=60, n=400, **more):
    rng = np.random.default_rng(seed)
    site, customer = rng.random((m, 2)), rng.random((n, 2))
    covers = ((site[:, None] - customer) ** 2).sum(axis=2) < 0.15**2
    weights = np.round(np.exp(rng.normal(3, 1, n)))
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    return CoveringProblem(weights, start, np.nonzero(covers)[1], **more), weights, covers


ZONES = {"customer_zone": np.arange(400) % 3, "quota": np.array([3000.0, 0.0, 1500.0])}


@pytest.mark.parametrize(
    ("objective", "more"),
    [
        (MaxCovered(9), {}),
        (MaxCovered(12), ZONES),
        (MaxCoveredWithinBudget(9.0), {"cost": 0.5 + np.arange(60) % 3}),
        (FewestStations(9000.0), {}),
        (FewestStations(9000.0), ZONES),
        (LeastCost(9000.0), {"cost": 0.5 + np.arange(60) % 3}),
        (MaxCovered(12), {"site_zone": np.arange(60) % 2, "zone_most": [4, 60]}),
        (MaxCovered(12), {"site_zone": np.arange(60) % 2, "zone_least": [9, 0]}),
        (MaxCovered(12), {"conflicts": [[i, i + 1] for i in range(59)]}),
        (MaxCovered(12), {"fixed": [3, 4], "forbidden": [5, 6]}),
    ],
)
def test_matrix_free_comes_close_to_the_relaxation(objective, more) -> None:
    problem, *_ = clustered(**more)
    goal = objective.goal(problem)
    model = reduced(problem, goal)
    exact = relaxation(model, 0, NO_DEADLINE).prices
    least = dual_value(model, exact)
    found = prices_matrix_free(model, 3000, NO_DEADLINE)
    value = dual_value(model, found)
    assert least - 1e-6 * abs(least) <= value <= least + 0.004 * abs(least)
    for some in (exact, found):
        assert dual_value(model, without_surplus(model, some)) <= dual_value(model, some) + 1e-6
        whole = proven_bound(problem, objective, multipliers(problem, goal, model, some))
        inside = dual_value(model, some)
        expected = model.covered + inside if goal.reward else model.spent - inside
        sign = 1 if goal.reward else -1
        assert sign * whole <= sign * expected + 1e-6 * abs(expected)


def test_a_deadline_that_has_passed_leaves_one_round() -> None:
    problem, *_ = clustered()
    model = reduced(problem, MaxCovered(5).goal(problem))
    one, cut = (
        prices_matrix_free(model, rounds, deadline)
        for rounds, deadline in ((1, NO_DEADLINE), (3000, Deadline.after(0.0)))
    )
    assert dual_value(model, cut) == pytest.approx(dual_value(model, one))
