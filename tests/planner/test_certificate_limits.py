"""Certificates of plans within a budget, limits of zones, and kinds of equipment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.certificate_check import check_certificate
from tests.planner.study import SCENARIO, write_study

COST = "\n[cost]\nstation_cny = 300_000\n"
BUDGET = '\n[objective]\nkind = "most_within_budget"\nbudget_cny = 1_950_000\n'
KINDS = """
[[equipment]]
name = "small"
station_cny = 100_000
[equipment.radius_m]
dense_urban = 400
urban = 500
suburban = 700
rural = 900

[[equipment]]
name = "macro"
station_cny = 300_000
[equipment.radius_m]
dense_urban = 800
urban = 1000
suburban = 1500
rural = 2000
"""
ZONES = '\n[[siting.zone_stations]]\nzone = "440001"\nat_most = 2\n'
AT_LEAST = '\n[[siting.zone_stations]]\nzone = "440002"\nat_least = 5\n'
SHARES = '\n[objective]\nkind = "least_cost"\nzone_share = 0.6\n'
GREEDY = '\n[siting]\nexact = "never"\ncertificate_iterations = 150\nimprovement_rounds = 0\n'


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (COST + BUDGET, "within the budget"),
        (COST + BUDGET + KINDS, "within the budget, the kinds of equipment"),
        (ZONES, "within the stations of zones"),
        (AT_LEAST, "within the stations of zones"),
        (KINDS + COST, "within the kinds of equipment"),
    ],
    ids=["budget", "budget-kinds", "at-most", "at-least", "kinds"],
)
def test_a_plan_within_limits_is_proven_and_checked(tmp_path: Path, more: str, words: str) -> None:
    plan = planner.run(write_study(tmp_path / "study", SCENARIO + GREEDY + more))
    found = plan.certificate
    assert found is not None
    assert words in found.method
    assert plan.summary["population_covered"] <= found.upper_bound_people[-1] * (1 + 1e-9)
    assert found.gap < 0.25
    assert (np.diff(found.upper_bound_people) >= 0).all()
    checked = check_certificate(plan.save(tmp_path / "out"))
    assert checked.holds
    assert checked.upper_bound_people_summed == pytest.approx(
        found.upper_bound_people[-1], rel=1e-12
    )


def test_limits_of_zones_lower_the_bound(tmp_path: Path) -> None:
    free = planner.run(write_study(tmp_path / "free", SCENARIO + GREEDY)).certificate
    few = planner.run(write_study(tmp_path / "few", SCENARIO + GREEDY + ZONES)).certificate
    assert few.upper_bound_people[-1] < free.upper_bound_people[-1]


def test_shares_have_a_least_cost_and_fewest_stations(tmp_path: Path) -> None:
    plan = planner.run(write_study(tmp_path / "study", SCENARIO + GREEDY + COST + SHARES))
    proven = plan.summary["optimality"]
    assert 0 < proven["fewest_new_stations"] <= plan.summary["stations_new"]
    assert 0 < proven["least_cost_cny"] <= plan.summary["cost_cny"]
    assert "leaves out shares of zones one by one" in proven["method"]


def test_bound_near_no_stations_is_the_baseline_and_the_best_ones(tmp_path: Path) -> None:
    found = planner.run(write_study(tmp_path / "study", SCENARIO + GREEDY)).certificate
    plan = planner.run(write_study(tmp_path / "again", SCENARIO + GREEDY))
    before = plan.stations["people_covered"].to_numpy()[2]
    assert found.upper_bound_people[0] == pytest.approx(before, rel=1e-6)
