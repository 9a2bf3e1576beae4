"""What the search proposes, and how it joins the choices that it found."""

from __future__ import annotations

import numpy as np
import pytest

from planner.covering import CoveringProblem, MaxCovered
from planner.covering.deadline import NO_DEADLINE
from planner.covering.dual import relaxation
from planner.covering.exact import merged
from planner.covering.model import reduced
from planner.covering.search import choice_of, greedy_choice, worth_proposing


def test_no_site_that_loses_nothing_is_left_out() -> None:
    heavy = np.arange(700) < 650
    weights = np.where(heavy, 100.0, 10.0)
    problem = CoveringProblem(weights, np.arange(701), np.arange(700))
    model = reduced(problem, MaxCovered(3).goal(problem))
    prices = relaxation(model, 0, NO_DEADLINE).prices
    first = greedy_choice(model, model.people, model.limits)
    proposed = worth_proposing(model, prices, first)
    np.testing.assert_array_equal(model.sites[proposed], np.flatnonzero(heavy))


@pytest.fixture(scope="module")
def town():
    """A town, and five choices of twelve of its sites, as poor as chance makes them."""
    rng = np.random.default_rng(8)
    homes = rng.random((300, 2))
    covers = ((homes[:, None] - homes) ** 2).sum(axis=2) < 0.12**2
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    problem = CoveringProblem(rng.integers(1, 99, 300), start, np.nonzero(covers)[1])
    goal = MaxCovered(12).goal(problem)
    model = reduced(problem, goal)
    choices = [rng.choice(model.n_sites, 12, replace=False) for _ in range(5)]
    return problem, goal, model, choices


def test_merged_choices_are_at_least_as_good_and_get_better(town) -> None:
    problem, goal, model, choices = town
    found = merged(problem, goal, model, choices)
    reached = [choice_of(model, sites).people for sites in found]
    assert len(found) == 3
    assert reached == sorted(reached)
    assert reached[0] > max(choice_of(model, sites).people for sites in choices[:3])
    for many, sites in zip((3, 4, 5), found, strict=True):
        assert set(sites.tolist()) <= set(np.concatenate(choices[:many]).tolist())


def test_merging_ends_where_a_programme_is_not_solved(town, monkeypatch) -> None:
    problem, goal, model, choices = town
    monkeypatch.setattr("planner.covering.exact._NODES_TO_MERGE", 0)
    assert len(merged(problem, goal, model, choices)) <= 1
