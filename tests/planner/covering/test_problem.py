"""Bad input is refused with the key and what would be right; odd input has a documented answer."""

from __future__ import annotations

import numpy as np
import pytest

from planner.covering import (
    OBJECTIVES,
    CoveringProblem,
    FewestStations,
    LeastCost,
    MaxCovered,
    MaxCoveredWithinBudget,
    Multipliers,
    Status,
    proven_bound,
    solve_covering,
)
from planner.errors import InputError

# Three sites in a row: 0 covers customers 0 and 1, 1 covers 1 and 2, 2 covers 3.
WEIGHTS = [5.0, 3.0, 4.0, 2.0]
ROWS = {"indptr": [0, 2, 4, 5], "indices": [0, 1, 1, 2, 3]}


def problem(**more):
    return CoveringProblem(**{"weights": WEIGHTS, **ROWS, **more})


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("weights", {"weights": [5, -3, 4, 2]}),
        ("weights", {"weights": [5, np.nan, 4, 2]}),
        ("weights", {"weights": [5, np.inf, 4, 2]}),
        ("weights", {"weights": ["many", "few"]}),
        ("weights", {"weights": [[5, 3], [4, 2]]}),
        ("weights", {"weights": [1e308] * 4}),
        ("weights", {"weights": None}),
        ("weights", {"weights": [], "indptr": [0, 0], "indices": []}),
        ("indptr", {"indptr": [0], "indices": []}),
        ("indptr", {"indptr": [0, 3, 2, 5]}),
        ("indptr", {"indptr": [0, 2, 4, 9]}),
        ("indptr", {"indptr": [0.0, 2.0, 4.0, 5.0]}),
        ("indptr", {"indptr": [[0, 2], [5]]}),
        ("indices", {"indices": [0, 1, 1, 2, 4]}),
        ("indices", {"indices": [0, 1, 1, 2, -1]}),
        ("indices", {"indices": [1, 0, 1, 2, 3]}),
        ("indices", {"indices": [0, 0, 1, 2, 3]}),
        ("indices", {"indptr": [0, 0, 0, 0], "indices": []}),
        ("cost", {"cost": [1, 2]}),
        ("cost", {"cost": [1, 2, np.nan]}),
        ("fixed", {"fixed": [3]}),
        ("forbidden", {"forbidden": [-1]}),
        ("forbidden", {"fixed": [1], "forbidden": [1]}),
        ("must_cover", {"must_cover": [4]}),
        ("counted", {"counted": [True]}),
        ("quota", {"quota": [1.0]}),
        ("quota", {"quota": [-1.0], "customer_zone": [0, 0, 0, 0]}),
        ("customer_zone", {"quota": [1.0], "customer_zone": [0, 0, 0, 1]}),
        ("customer_zone", {"quota": [1.0], "customer_zone": [0, 0]}),
        ("site_zone", {"site_zone": [0, 0, 0]}),
        ("zone_least", {"site_zone": [0, 0, 0], "zone_least": [2], "zone_most": [1]}),
        ("zone_most", {"site_zone": [0, 0, 0], "zone_most": [-1]}),
        ("conflicts", {"conflicts": [[0, 3]]}),
        ("conflicts", {"conflicts": [[1, 1]]}),
        ("conflicts", {"conflicts": [0, 1, 2]}),
        ("place", {"place": [0, 0]}),
    ],
)
def test_bad_arrays_are_refused(key, more) -> None:
    with pytest.raises(InputError) as error:
        problem(**more)
    assert key in {p.key for p in error.value.problems}
    assert isinstance(error.value, ValueError)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        problem(weights=[1, 2, -3, np.nan], cost=[1], fixed=[9])
    assert {p.key for p in error.value.problems} == {"weights", "cost", "fixed"}


@pytest.mark.parametrize(
    "objective",
    [
        MaxCovered(4),
        MaxCovered(-1),
        MaxCoveredWithinBudget(-1.0),
        MaxCoveredWithinBudget(float("nan")),
        FewestStations(15.0),
        FewestStations(-1.0),
        LeastCost(float("nan")),
        MaxCovered("2"),
        MaxCovered(1.5),
        MaxCovered(None),
        MaxCoveredWithinBudget("3"),
        FewestStations("3"),
        LeastCost(None),
        MaxCovered,
        "max_covered",
    ],
)
def test_objectives_without_meaning_are_refused(objective) -> None:
    with pytest.raises(InputError, match="expected"):
        solve_covering(problem(), objective)


def test_options_that_do_not_exist_are_refused() -> None:
    nan = float("nan")
    for key, wrong in (
        ("exact", ["sometimes"]),
        ("effort", [0, "1", nan, np.inf]),
        ("time_limit_s", [0, -1.0, nan, None]),
        ("seed", [-1, 1.5, 2**31, None]),
    ):
        for value in wrong:
            with pytest.raises(InputError, match=key):
                solve_covering(problem(), MaxCovered(1), **{key: value})


def test_objectives_are_registered_by_name() -> None:
    assert set(OBJECTIVES) == {
        "max_covered",
        "fewest_stations",
        "least_cost",
        "max_covered_within_budget",
    }
    assert all(OBJECTIVES[name].name == name for name in OBJECTIVES)


def test_input_arrays_stay_as_they_are() -> None:
    weights = np.array(WEIGHTS)
    made = problem(weights=weights)
    solve_covering(made, MaxCovered(2))
    assert made.weights is not weights
    np.testing.assert_array_equal(weights, WEIGHTS)


def test_no_weight_at_all_is_covered_by_nothing() -> None:
    plan = solve_covering(problem(weights=[0, 0, 0, 0]), MaxCovered(2))
    assert plan.status is Status.OPTIMAL
    assert plan.covered_weight == plan.bound == plan.gap == 0
    assert len(plan.sites) == 0


def test_a_budget_below_the_cheapest_site_buys_nothing() -> None:
    plan = solve_covering(problem(cost=[3, 4, 5]), MaxCoveredWithinBudget(2.5))
    assert plan.status is Status.OPTIMAL
    assert plan.value == plan.cost == 0
    kept = solve_covering(problem(cost=[0, 4, 5], fixed=[0]), MaxCoveredWithinBudget(0.0))
    assert kept.sites.tolist() == [0]
    assert kept.value == 8


def test_the_cheapest_of_sites_that_serve_alike_is_found_by_the_search() -> None:
    # Each of two customers must be served, by any of three sites of its own.
    alike = CoveringProblem(
        [1, 1], range(7), [0, 0, 0, 1, 1, 1], cost=[50, 1, 3, 40, 2.5, 60], must_cover=[0, 1]
    )
    plan = solve_covering(alike, LeastCost(2.0), exact="never")
    assert (sorted(plan.sites.tolist()), plan.value) == ([1, 4], 3.5)


def test_search_comes_close_to_the_least_cost() -> None:
    rng = np.random.default_rng(2)
    covers = rng.random((40, 120)) < 0.15
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    costs = np.round(rng.random(40) * 10, 2)
    made = CoveringProblem(rng.integers(0, 9, 120), start, np.nonzero(covers)[1], cost=costs)
    objective = LeastCost(0.9 * made.weights.sum())
    best = solve_covering(made, objective, exact="always")
    assert best.status is Status.OPTIMAL
    found = solve_covering(made, objective, exact="never")
    assert best.value <= found.value <= 1.03 * best.value


def test_search_for_the_fewest_asks_the_relaxation_which_sites() -> None:
    rng = np.random.default_rng(5)
    place = rng.random((1500, 2))
    covers = ((place[:150, None] - place) ** 2).sum(axis=2) < 0.08**2
    start = np.concatenate([[0], covers.sum(axis=1).cumsum()])
    made = CoveringProblem(rng.integers(1, 99, 1500), start, np.nonzero(covers)[1])
    everyone = FewestStations(float(made.weights[covers.any(axis=0)].sum()))
    best = solve_covering(made, everyone, exact="always")
    assert best.status is Status.OPTIMAL
    assert solve_covering(made, everyone, exact="never", effort=0.1).value == best.value


def test_duplicated_sites_are_one() -> None:
    twice = CoveringProblem(WEIGHTS, [0, 2, 4, 6], [0, 1, 0, 1, 0, 1])
    plan = solve_covering(twice, MaxCovered(3))
    assert plan.sites.tolist() == [0]
    assert plan.value == 8


def test_sites_come_in_the_order_of_construction() -> None:
    plan = solve_covering(problem(fixed=[2]), MaxCovered(3))
    assert plan.sites.tolist() == [2, 0, 1]
    assert plan.gains.tolist() == [2, 8, 4]


def test_existing_stations_that_do_not_count() -> None:
    existing = problem(fixed=[0], counted=[False, True, True])
    plan = solve_covering(existing, MaxCovered(1))
    assert plan.sites.tolist() == [0, 1]
    assert plan.n_stations == 1


def test_a_customer_nobody_serves_makes_its_quota_infeasible() -> None:
    alone = CoveringProblem([5, 3, 7], [0, 1, 2], [0, 1], customer_zone=[0, 0, 1], quota=[5.0, 6.0])
    for exact in ("auto", "always", "never"):
        plan = solve_covering(alone, MaxCovered(2), exact=exact)
        assert plan.status is Status.INFEASIBLE
        (missed,) = plan.shortfalls
        assert (missed.constraint, missed.required, missed.reached) == ("quota of zone 1", 6, 0)
        assert missed.missing == 6


def test_nearest_plan_of_an_aim_out_of_reach_has_no_station_in_vain() -> None:
    # Any two of three sites serve all that can be served.
    rows = {"indptr": [0, 2, 4, 6], "indices": [0, 1, 1, 2, 0, 2]}
    for exact in ("auto", "always", "never"):
        plan = solve_covering(
            CoveringProblem([5, 3, 4, 7], **rows), FewestStations(19), exact=exact
        )
        assert plan.status is Status.INFEASIBLE
        assert (plan.n_stations, plan.covered_weight) == (2, 12)
        assert plan.shortfalls[0].missing == 7
        assert np.isnan(plan.bound)


def test_quotas_that_too_few_stations_cannot_meet() -> None:
    zones = {"customer_zone": [0, 0, 1, 1], "quota": [8.0, 2.0]}
    plan = solve_covering(problem(**zones), MaxCovered(1))
    assert plan.status is Status.INFEASIBLE
    assert [s.constraint for s in plan.shortfalls] == ["quota of zone 1"]
    assert plan.covered_weight == 8
    assert solve_covering(problem(**zones), MaxCovered(2)).status is Status.OPTIMAL


def test_fixed_sites_in_conflict_are_named() -> None:
    plan = solve_covering(problem(fixed=[0, 1], conflicts=[[1, 0]]), MaxCovered(3))
    assert plan.status is Status.INFEASIBLE
    assert [s.constraint for s in plan.shortfalls] == ["separation of sites 0 and 1"]


def test_more_fixed_stations_than_stations() -> None:
    plan = solve_covering(problem(fixed=[0, 1]), MaxCovered(1))
    assert plan.status is Status.INFEASIBLE
    (missed,) = plan.shortfalls
    assert (missed.constraint, missed.missing) == ("number of stations", 1)


def test_zones_that_need_more_sites_than_there_are() -> None:
    zoned = problem(site_zone=[0, 1, 1], zone_least=[2, 0])
    plan = solve_covering(zoned, MaxCovered(3))
    assert plan.status is Status.INFEASIBLE
    assert plan.shortfalls[0].constraint == "stations in zone 0, at least 2"
    assert plan.shortfalls[0].missing == 1


def test_any_multipliers_prove_some_bound() -> None:
    rng = np.random.default_rng(1)
    made, objective = problem(), MaxCovered(2)
    for _ in range(20):
        multipliers = Multipliers(rng.random(4) * 9, rng.random(1) * 9, np.zeros(0), 0.0)
        assert proven_bound(made, objective, multipliers) >= 12
    negative = Multipliers(np.full(4, -1.0), np.full(1, -5.0), np.zeros(0), 0.0)
    assert proven_bound(made, objective, negative) == sum(WEIGHTS)


def test_progress_names_the_stages() -> None:
    told: list[str] = []
    solve_covering(problem(), MaxCovered(1), progress=told.append)
    assert told[:2] == ["prices", "search"]
