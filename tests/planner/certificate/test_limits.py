"""Certificates of plans within a budget, limits of zones, and kinds of equipment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.certificate_check import check_certificate
from planner.outputs.terminal.run_text import run_text
from tests.planner.certificate.cases import AT_LEAST, BUDGET, COST, GREEDY, KINDS, ZONES
from tests.planner.study import SCENARIO, points, write_study

SHARES = '\n[objective]\nkind = "least_cost"\nzone_share = 0.6\n'


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (COST + BUDGET, "within the budget"),
        (COST + BUDGET + KINDS, "within the budget, the kinds of equipment"),
        (ZONES, "within station limits of zones"),
        (AT_LEAST, "within station limits of zones"),
        (KINDS + COST, "within the kinds of equipment"),
    ],
    ids=["budget", "budget-kinds", "at-most", "at-least", "kinds"],
)
def test_a_plan_within_limits_is_proven_and_checked(tmp_path: Path, more: str, words: str) -> None:
    plan = planner.run(write_study(tmp_path / "study", SCENARIO + GREEDY + more))
    found = plan.certificate
    assert found is not None
    assert words in found.method
    assert plan.summary["people_by_siting"] <= found.upper_bound_people[-1] * (1 + 1e-9)
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


def test_shares_have_a_least_cost(tmp_path: Path) -> None:
    plan = planner.run(write_study(tmp_path / "study", SCENARIO + GREEDY + COST + SHARES))
    proven = plan.summary["optimality"]
    assert 0 < proven["least_cost_cny"] <= plan.summary["cost_cny"]
    assert "leaves out shares of zones one by one" in proven["method"]
    assert "yuan  for the required coverage" in run_text(plan, tmp_path)
    folder = plan.save(tmp_path / "out")
    report = (folder / "report.html").read_text("utf-8")
    assert "Reaching the required coverage at the allowed sites takes at least" in report
    checked = check_certificate(folder)
    assert checked.holds
    assert checked.least_cost_cny_summed == pytest.approx(proven["least_cost_cny"], rel=1e-9)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    for key, value in (
        ("least_cost_cny", proven["least_cost_cny"] * 1.01),
        ("upper_bound_population", proven["upper_bound_population"] * 0.999),
        ("gap", proven["gap"] / 2),
        ("proven_optimal", True),
    ):
        tampered = summary | {"optimality": summary["optimality"] | {key: value}}
        (folder / "summary.json").write_text(json.dumps(tampered), encoding="utf-8")
        assert not check_certificate(folder).holds, key


def test_fewest_stations_without_a_price_are_summed_again(tmp_path: Path) -> None:
    shares = '[objective]\nkind = "fewest_stations"\ncovered_share = 0.7\n'
    text = SCENARIO.replace("stations_new = 6\n", "")
    plan = planner.run(write_study(tmp_path / "study", text + GREEDY + shares))
    assert "least_cost_cny" not in plan.summary["optimality"]
    folder = plan.save(tmp_path / "out")
    checked = check_certificate(folder)
    assert checked.holds
    assert 0 < (checked.fewest_new_stations_summed or 0) <= plan.summary["stations_new"]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    proven = summary["optimality"]
    for number in (proven["fewest_new_stations"] + 1, proven["fewest_new_stations"] - 1):
        tampered = summary | {"optimality": proven | {"fewest_new_stations": number}}
        (folder / "summary.json").write_text(json.dumps(tampered), encoding="utf-8")
        assert not check_certificate(folder).holds, number


def test_a_proof_by_branch_and_bound_stands_beside_its_certificate(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    path = write_study(folder, SCENARIO + '\n[candidates]\nfile = "c.csv"\n')
    points(folder / "c.csv", [(113.03 + 0.01 * i, 23.05 + 0.012 * (i % 6)) for i in range(14)])
    plan = planner.run(path)
    assert plan.summary["optimality"]["proven_optimal"] is True
    saved = plan.save(tmp_path / "out")
    assert check_certificate(saved).holds
    summary = json.loads((saved / "summary.json").read_text(encoding="utf-8"))
    summary["optimality"]["upper_bound_population"] *= 0.9
    (saved / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert not check_certificate(saved).holds


def test_bound_near_no_stations_is_the_baseline_and_the_best_ones(tmp_path: Path) -> None:
    found = planner.run(write_study(tmp_path / "study", SCENARIO + GREEDY)).certificate
    plan = planner.run(write_study(tmp_path / "again", SCENARIO + GREEDY))
    stations, share = plan.summary["curve_by_siting"][3]
    assert stations == 3
    before = share * plan.summary["population_total"]
    assert found.upper_bound_people[0] == pytest.approx(before, rel=1e-6)
