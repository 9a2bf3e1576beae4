"""JSON that any reader takes."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner.outputs.tables.summary_json import write_summary
from planner.plan import Plan
from planner.scenario import load_scenario, resolved


def strict(path: Path) -> Any:
    def refuse(word: str) -> None:
        pytest.fail(f"{word} is no JSON")

    return json.loads(path.read_bytes().decode("utf-8"), parse_constant=refuse)


def test_summary_is_the_plan_s_with_the_runtime_of_this_stage(
    synthetic_plan: Plan, saved: Path
) -> None:
    written = strict(saved / "summary.json")
    assert written["runtime_s"].pop("outputs") >= 0.0
    assert written == json.loads(json.dumps(synthetic_plan.summary))


def test_chinese_stays_readable(saved: Path) -> None:
    assert "合成湾区" in (saved / "summary.json").read_text(encoding="utf-8")


def test_not_a_number_is_refused(synthetic_plan: Plan, tmp_path: Path) -> None:
    broken = replace(synthetic_plan, summary={**synthetic_plan.summary, "area_km2": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        write_summary(broken, tmp_path / "summary.json", 0.0)


def test_run_has_provenance_and_scenario(synthetic_plan: Plan, saved: Path) -> None:
    run = strict(saved / "run.json")
    assert run["scenario"] == resolved(synthetic_plan.scenario)
    for key, value in synthetic_plan.provenance.items():
        assert run[key] == value


@pytest.mark.parametrize("folder", ["saved", "saved_hostile"])
def test_scenario_copy_is_a_scenario_again(
    folder: str, synthetic_plan: Plan, hostile_plan: Plan, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(folder) / "scenario.toml"
    plan = synthetic_plan if folder == "saved" else hostile_plan
    assert tomllib.loads(path.read_text(encoding="utf-8")) == resolved(plan.scenario)
    assert resolved(load_scenario(path)) == resolved(plan.scenario)
