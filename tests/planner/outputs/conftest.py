"""Plans to write outputs from, and one folder of outputs to read."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.outputs import save_plan
from planner.plan import Plan
from tests.planner.outputs.synthetic import asking_for_radio_maps, make_plan
from tests.planner.rollout.cases import ROLLOUT_TEXT
from tests.planner.sites.cases import PLACES, study


@pytest.fixture(scope="session")
def synthetic_plan() -> Plan:
    """A small plan of four invented prefectures; see ``synthetic.py``."""
    return make_plan()


@pytest.fixture(scope="session")
def hostile_plan() -> Plan:
    """The same with quotes, angle brackets, line breaks and formulas in every name."""
    return make_plan(hostile=True)


@pytest.fixture(scope="session")
def radio_plan(synthetic_plan: Plan) -> Plan:
    """The synthetic plan of a scenario that asks for radio maps, with them."""
    return asking_for_radio_maps(synthetic_plan).with_radio_maps()


@pytest.fixture(scope="session")
def built_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan of the small study with cost, build-out and priority places."""
    return planner.run(study(tmp_path_factory.mktemp("built"), ROLLOUT_TEXT + PLACES))


@pytest.fixture(scope="session")
def saved(synthetic_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of all outputs of the synthetic plan: to be read only."""
    return save_plan(synthetic_plan, tmp_path_factory.mktemp("saved") / "plan")


@pytest.fixture(scope="session")
def saved_hostile(hostile_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of all outputs of the hostile plan: to be read only."""
    return save_plan(hostile_plan, tmp_path_factory.mktemp("hostile") / "plan")


@pytest.fixture(scope="session")
def saved_radio(radio_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of all outputs of the plan with radio maps: to be read only."""
    return save_plan(radio_plan, tmp_path_factory.mktemp("radio") / "plan")


@pytest.fixture(scope="session")
def saved_built(built_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of all outputs of the plan with a build-out: to be read only."""
    return save_plan(built_plan, tmp_path_factory.mktemp("built") / "plan")
