"""A search that runs while the bound is tightened: choices that keep the limits, in the time."""

from __future__ import annotations

import math
import time
from types import SimpleNamespace

import numpy as np
import pytest

from planner.covering import (
    CoveringProblem,
    FewestStations,
    MaxCovered,
    Status,
    proven_bound,
    solve_covering,
)
from planner.covering.deadline import Deadline
from planner.covering.dual import relaxation
from planner.covering.meanwhile import searching
from planner.covering.model import reduced
from planner.covering.search import Effort, greedy_choice


@pytest.fixture(scope="module")
def town() -> CoveringProblem:
    """A town in which no bound that is found in seconds is proven to be reached."""
    rng = np.random.default_rng(3)
    homes = rng.random((500, 2))
    covers = ((homes[:, None] - homes) ** 2).sum(axis=2) < 0.1**2
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    return CoveringProblem(rng.integers(1, 99, 500), start, np.nonzero(covers)[1])


@pytest.mark.parametrize("objective", [MaxCovered(15), FewestStations(20_000.0)])
def test_plan_and_bound_found_at_the_same_time(town, objective, monkeypatch) -> None:
    best = solve_covering(town, objective, exact="always")
    monkeypatch.setattr("planner.covering.solve._LARGEST_TO_BRANCH", 0)
    plan = solve_covering(town, objective, time_limit_s=10.0)
    assert best.status is Status.OPTIMAL
    assert not plan.shortfalls
    sign = 1 if isinstance(objective, MaxCovered) else -1
    assert sign * plan.value <= sign * best.value + 1e-6
    assert sign * plan.bound >= sign * best.value - 1e-6
    assert proven_bound(town, objective, plan.multipliers) == plan.dual_bound


@pytest.fixture
def searched(town, monkeypatch):
    """The efforts of searches that last ten seconds for a scale of 1, and the search itself."""
    model = reduced(town, MaxCovered(15).goal(town))
    prices = relaxation(model, 0, Deadline.after(60.0)).prices
    start = greedy_choice(model, model.people, model.limits)
    efforts = []

    def search(_model, _prices, effort, **_more):
        efforts.append((effort.scale, effort.seed))
        time.sleep(10.0 * effort.scale)
        return [start]

    monkeypatch.setattr("planner.covering.meanwhile.search", search)

    def searched_for(seconds, deadline, bound=math.inf):
        first = Effort(0.001, 1, 7, deadline)
        with searching(model, prices, first, bound, start) as found:
            time.sleep(seconds)
        return SimpleNamespace(efforts=efforts, found=found, value=start.value(model))

    return searched_for


def test_anneals_grow_until_the_body_ends(searched) -> None:
    began = time.monotonic()
    result = searched(0.3, Deadline.after(600.0))
    assert time.monotonic() - began < 3.0
    scales, seeds = zip(*result.efforts, strict=True)
    assert list(seeds) == list(range(7, 7 + len(seeds)))
    assert len(scales) >= 3
    np.testing.assert_array_less(scales[:-1], scales[1:])
    assert len(result.found) == 1 + len(scales)


def test_anneals_fit_into_the_time(searched) -> None:
    began = time.monotonic()
    result = searched(1.0, Deadline.after(0.5))
    assert time.monotonic() - began < 2.0
    assert max(scale for scale, _ in result.efforts) <= 0.011


def test_no_anneal_after_the_bound_is_reached(searched) -> None:
    result = searched(0.2, Deadline.after(600.0), bound=0.0)
    assert len(result.efforts) == 1
    assert result.value > 0
