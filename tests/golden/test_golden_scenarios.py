"""Golden values of a coarse run of every shipped scenario, and of the small study."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.scenario import scenario_folder
from tests.golden.scenario_quantities import SCENARIO_CASES, SHIPPED, scenario_values
from tests.golden.values import assert_golden


@pytest.mark.parametrize("case", SCENARIO_CASES)
def test_scenarios_give_the_golden_values(case: str, tmp_path: Path) -> None:
    assert_golden(case, scenario_values(case, tmp_path))


def test_every_shipped_scenario_has_a_golden_run() -> None:
    folder = scenario_folder()
    files = [
        *folder.glob("*.toml"),
        *folder.glob("national/*.toml"),
        *folder.glob("hindcast/*.toml"),
    ]
    names = {path.relative_to(folder).with_suffix("").as_posix() for path in files}
    # Data by name are not here; tests/planner/test_data_by_name.py runs these on synthetic ones.
    by_name = {name for name in planner.scenario_names() if planner.load_scenario(name).data_names}
    assert names == set(SHIPPED) | by_name
