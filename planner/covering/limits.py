"""Every limit on the choice of sites as one kind of row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.covering.objectives.goal import Goal, LimitRow
from planner.covering.problem import CoveringProblem


def limit_rows(problem: CoveringProblem, goal: Goal) -> list[LimitRow]:
    """Limits of the goal, of zones, of separation, of places, of customers that must be covered.

    Always in the same order, so that a multiplier of a row can be stored by its position.
    """
    return [
        *goal.limits,
        *_zone_rows(problem),
        *_place_rows(problem),
        *_conflict_rows(problem),
        *_must_cover_rows(problem),
    ]


def _zone_rows(problem: CoveringProblem) -> list[LimitRow]:
    if problem.site_zone is None:
        return []
    rows = []
    for sign, bounds, words in (
        (1.0, problem.zone_most, "most"),
        (-1.0, problem.zone_least, "least"),
    ):
        for zone, bound in enumerate(() if bounds is None else bounds.tolist()):
            if sign < 0 and bound == 0:
                continue
            sites = np.flatnonzero(problem.site_zone == zone)
            name = f"stations in zone {zone}, at {words} {bound}"
            rows.append(LimitRow(name, sites, np.full(len(sites), sign), sign * bound))
    return rows


def _place_rows(problem: CoveringProblem) -> list[LimitRow]:
    if problem.place is None:
        return []
    order = np.argsort(problem.place, kind="stable")
    order = order[problem.place[order] >= 0]
    places = problem.place[order]
    return [
        LimitRow(
            f"one kind of equipment at place {places[group[0]]}", order[group], _ones(group), 1.0
        )
        for group in np.split(np.arange(len(order)), np.flatnonzero(np.diff(places)) + 1)
        if len(group) > 1
    ]


def _conflict_rows(problem: CoveringProblem) -> list[LimitRow]:
    return [
        LimitRow(f"separation of sites {pair[0]} and {pair[1]}", pair, _ones(pair), 1.0)
        for pair in problem.conflicts
    ]


def _must_cover_rows(problem: CoveringProblem) -> list[LimitRow]:
    if len(problem.must_cover) == 0:
        return []
    wanted = np.full(problem.n_customers, -1, np.int64)
    wanted[problem.must_cover] = np.arange(len(problem.must_cover))
    hit = np.flatnonzero(wanted[problem.indices] >= 0)
    site = np.searchsorted(problem.indptr, hit, side="right") - 1
    which = wanted[problem.indices[hit]]
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(problem.must_cover) + 1))
    return [
        LimitRow(f"cover of customer {customer}", sites, -_ones(sites), -1.0)
        for customer, sites in zip(
            problem.must_cover.tolist(), np.split(site[order], starts[1:-1]), strict=True
        )
    ]


def _ones(like: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.ones(len(like))
