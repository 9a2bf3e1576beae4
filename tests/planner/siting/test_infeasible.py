"""Infeasible is an answer: the nearest plan, what it misses and by how much, exit code 3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import planner
from planner.cli import main
from planner.errors import InputError
from planner.outputs.terminal.run_text import run_text
from tests.planner.study import SCENARIO, points, write_study

ASKED = """
[candidates]
file = "c.csv"
[cost]
station_cny = 400_000
[objective]
kind = "fewest_stations"
zone_share = 0.6
"""


@pytest.fixture
def infeasible(tmp_path: Path) -> Path:
    base = SCENARIO.replace("stations_baseline = 3\nstations_new = 6\n", "")
    base = base.replace("cell_size_m = 200", "cell_size_m = 400")
    path = write_study(tmp_path, base + ASKED)
    points(tmp_path / "c.csv", [(113.05, 23.05), (113.07, 23.09)])
    return path


def test_the_nearest_plan_is_written_and_says_what_it_misses(
    infeasible: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = infeasible.parent / "out"
    with pytest.raises(SystemExit) as ended:
        main(["run", str(infeasible), "--out", str(out)])
    assert ended.value.code == 3
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["target_met"] is False
    assert [row["constraint"] for row in summary["infeasible"]] == [
        "objective: share of zone 440001",
        "objective: share of zone 440002",
    ]
    for row in summary["infeasible"]:
        assert row["missing"] == pytest.approx(row["asked"] - row["reached"])
        assert row["unit"] == "weight"
    assert summary["stations_new"] == 2
    assert summary["cost_cny"] == 800_000
    assert summary["objective_proof"]["proven_infeasible"] is True
    assert summary["objective_proof"]["proven_optimal"] is False
    assert summary["optimality"]["proven_optimal"] is False
    printed = capsys.readouterr().out
    assert "NOT MET" in printed
    assert "zone 440002" in printed
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "share of zone 440002" in report
    assert "no plan at the allowed sites meets every requirement" in report
    assert "it is optimal" not in report


def test_a_proof_stands_in_the_summary(infeasible: Path) -> None:
    points(infeasible.parent / "c.csv", [(113.07 + 0.02 * i, 23.1) for i in range(5)])
    plan = planner.run(
        infeasible,
        {"objective": {"kind": "most_covered"}, "target.stations_new": 2},
    )
    assert plan.summary["objective_proof"]["proven_optimal"] is True
    optimality = plan.summary["optimality"]
    assert optimality["proven_optimal"] is True
    assert optimality["upper_bound_population"] == pytest.approx(plan.summary["people_by_siting"])
    assert plan.summary["infeasible"] == []
    assert "any plan with this many stations within the same limits" in run_text(plan, Path("out"))


def test_stations_tell_equipment_cost_and_upgrade(infeasible: Path) -> None:
    points(infeasible.parent / "s.csv", [(113.06, 23.1), (113.2, 23.05)])
    plan = planner.run(
        infeasible,
        {
            "objective": {"kind": "most_covered"},
            "candidates": {},
            "target.stations_new": 3,
            "target.stations_upgraded": 1,
            "sites.existing": str(infeasible.parent / "s.csv"),
            "sites.existing_use": "upgraded",
            "equipment": [
                {"name": "macro", "upgrade_cny": 90_000.0},
                {"name": "small", "radius_m": {"rural": 700.0}, "station_cny": 50_000.0},
            ],
        },
    )
    upgraded = plan.stations[plan.stations.origin == "upgraded"]
    assert len(upgraded) == 1
    assert upgraded["name"].iloc[0].startswith("site")
    assert set(plan.stations.equipment) <= {"macro", "small"}
    assert set(plan.stations.cost_cny) <= {90_000.0, 400_000.0, 50_000.0}
    assert plan.summary["cost_cny"] == plan.stations.cost_cny.sum()


def test_unknown_equipment_of_a_candidate_is_refused(infeasible: Path) -> None:
    (infeasible.parent / "c.csv").write_text("lon,lat,equipment\n113.1,23.1,tower\n", "utf-8")
    with pytest.raises(InputError, match="unknown equipment"):
        planner.run(infeasible, {"equipment": [{"name": "macro"}]})


def test_must_have_sites_beyond_the_budget_are_an_answer_too(infeasible: Path) -> None:
    points(infeasible.parent / "m.csv", [(113.06, 23.1)])
    plan = planner.run(
        infeasible,
        {
            "objective": {"kind": "most_within_budget", "budget_cny": 300_000.0},
            "candidates": {},
            "target.stations_new": 0,
            "sites.must_have": str(infeasible.parent / "m.csv"),
            "siting.exact": "never",
        },
    )
    assert [row["constraint"] for row in plan.summary["infeasible"]] == ["objective.budget_cny"]
    assert plan.summary["stations_new"] == 1
    assert plan.summary["target_met"] is False
    assert plan.summary["optimality"]["gap"] == 0.0
    assert plan.summary["optimality"]["proven_optimal"] is False
    assert "even ignoring the constraints this plan violates" in run_text(plan, Path("out"))
    report = (plan.save(infeasible.parent / "over") / "report.html").read_text(encoding="utf-8")
    assert "it is optimal" not in report
    assert "even ignoring the constraints this plan violates" in report


def test_too_few_stations_for_a_share_are_proven_and_said(infeasible: Path) -> None:
    points(infeasible.parent / "c.csv", [(113.05 + 0.02 * i, 23.1) for i in range(6)])
    share = {"objective": {"kind": "fewest_stations", "covered_share": 0.2}}
    enough = planner.run(infeasible, share)
    needed = enough.summary["stations_new"]
    said = f"{needed} stations  for the required coverage; this plan needs no more"
    assert said in run_text(enough, Path("out"))
    report = (enough.save(infeasible.parent / "enough") / "report.html").read_text("utf-8")
    assert f"takes at least {needed} new stations; this plan needs no more" in report
    plan = planner.run(infeasible, share | {"target.stations_new": needed - 1})
    proof = plan.summary["objective_proof"]
    assert proof["proven_infeasible"] is True
    assert (proof["value"], proof["bound"]) == (None, needed)
    report = (plan.save(infeasible.parent / "few") / "report.html").read_text(encoding="utf-8")
    assert f"at least {needed} new stations are needed, {needed - 1} are allowed" in report
