"""A certificate read from a plan's files holds, and one that was tampered with does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.certificate_check import check_certificate
from planner.cli import BAD_INPUT, DONE, main
from planner.errors import InputError
from tests.planner.study import write_study


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    return planner.run(write_study(folder / "study")).save(folder / "out")


@pytest.fixture
def copied(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "out"))


def test_what_a_run_writes_holds(saved: Path) -> None:
    found = check_certificate(saved)
    assert found.holds
    optimality = json.loads((saved / "summary.json").read_text())["optimality"]
    assert found.upper_bound_people_stated >= found.people_summed > 0
    assert found.gap == pytest.approx(optimality["gap"], abs=0.02)


def test_a_bound_that_says_too_little_is_found(copied: Path) -> None:
    with np.load(copied / "certificate.npz") as data:
        multipliers, bound = data["multipliers"], data["upper_bound_people"]
    np.savez(copied / "certificate.npz", multipliers=multipliers, upper_bound_people=bound * 0.99)
    assert not check_certificate(copied).holds


def test_a_plan_that_claims_too_much_is_found(copied: Path) -> None:
    summary = json.loads((copied / "summary.json").read_text())
    summary["population_covered"] *= 1.01
    (copied / "summary.json").write_text(json.dumps(summary))
    assert not check_certificate(copied).holds


def test_other_multipliers_give_another_bound_that_holds_too(copied: Path) -> None:
    with np.load(copied / "certificate.npz") as data:
        multipliers, bound = data["multipliers"], data["upper_bound_people"]
    np.savez(copied / "certificate.npz", multipliers=multipliers // 2, upper_bound_people=bound)
    found = check_certificate(copied)
    assert not found.holds
    assert found.upper_bound_people_summed > found.people_summed


def test_the_command_says_it_in_a_line(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check-certificate", str(saved)])
    assert ended.value.code == DONE
    assert "certificate holds" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["check-certificate", str(tmp_path)])
    assert ended.value.code == BAD_INPUT


def test_a_plan_without_multipliers_has_nothing_to_check(tmp_path: Path) -> None:
    quick = {"siting.certificate_iterations": 0, "siting.improvement_rounds": 0}
    folder = planner.run(write_study(tmp_path / "study"), quick).save(tmp_path / "out")
    with pytest.raises(InputError, match="no certificate"):
        check_certificate(folder)
