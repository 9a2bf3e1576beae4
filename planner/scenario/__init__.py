"""Scenario files: their models, reading and checking."""

from planner.scenario.load import (
    load_scenario,
    measure_names,
    resolved,
    scenario_hash,
    scenario_names,
    scenario_of,
)
from planner.scenario.model import Aim, Scenario
from planner.scenario.scenario_file import scenario_folder
from planner.scenario.schema import schema_json

__all__ = [
    "Aim",
    "Scenario",
    "load_scenario",
    "measure_names",
    "resolved",
    "scenario_folder",
    "scenario_hash",
    "scenario_names",
    "scenario_of",
    "schema_json",
]
