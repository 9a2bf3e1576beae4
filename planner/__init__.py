"""Base-station planner: where mobile base stations go, who is covered, and where gaps remain.

>>> import planner
>>> found = planner.run_networks("guangdong-2020")    # doctest: +SKIP
>>> found.summary["population_covered_by_any"]    # doctest: +SKIP

The steps between are public too, one function for each arrow of the data flow; see
:mod:`planner.pipeline`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import kernels

if getattr(kernels, "IDENTITY", None) != "basestation-planner":
    raise ImportError(
        f"the package 'kernels' found at {list(kernels.__path__)} belongs to another distribution; "
        "install basestation-planner into an environment of its own, or uninstall the other one"
    )

if TYPE_CHECKING:
    from planner import plots as plots
    from planner.comparison import Comparison, compare
    from planner.errors import InputError, PlannerError, PlannerWarning
    from planner.ground.area import StudyArea, study_area
    from planner.ground.demand import Demand, demand_on_grid
    from planner.ground.grid import Grid
    from planner.ground.ground import Ground
    from planner.national import NationalPlan, run_national
    from planner.networks import NetworksPlan, run_networks
    from planner.outputs.pages.radio_maps import save_radio_maps
    from planner.pipeline import ground_of, run
    from planner.plan import Plan
    from planner.radio import service_radii
    from planner.radio.cell_size import cell_size_m
    from planner.radio.radio_map import RadioMaps, radio_maps
    from planner.results.coverage import Coverage, coverage
    from planner.results.gaps import find_gaps
    from planner.rollout.build_out import BuildOut, build_out
    from planner.rollout.hindcast import hindcast
    from planner.saved import SavedNetworks, SavedPlan
    from planner.saved import open as open
    from planner.scenario import Scenario, load_scenario, scenario_names
    from planner.scenario.hindcast import load_hindcast
    from planner.sensitivity import SensitivityTable, run_sensitivity
    from planner.site_coverage import site_coverage
    from planner.sites.candidates import Candidates, candidate_sites
    from planner.siting import Siting, site_stations

_HOMES = {
    "StudyArea": "ground.area", "study_area": "ground.area",
    "Candidates": "sites.candidates", "candidate_sites": "sites.candidates",
    "Demand": "ground.demand", "demand_on_grid": "ground.demand",
    "InputError": "errors", "PlannerError": "errors", "PlannerWarning": "errors",
    "find_gaps": "results.gaps",
    "Grid": "ground.grid", "Ground": "ground.ground",
    "NationalPlan": "national", "run_national": "national",
    "NetworksPlan": "networks", "run_networks": "networks",
    "cell_size_m": "radio.cell_size",
    "Comparison": "comparison", "compare": "comparison",
    "Coverage": "results.coverage", "coverage": "results.coverage",
    "ground_of": "pipeline", "run": "pipeline",
    "Plan": "plan",
    "save_radio_maps": "outputs.pages.radio_maps",
    "service_radii": "radio",
    "RadioMaps": "radio.radio_map", "radio_maps": "radio.radio_map",
    "BuildOut": "rollout", "build_out": "rollout",
    "hindcast": "rollout.hindcast", "load_hindcast": "scenario.hindcast",
    "SensitivityTable": "sensitivity", "run_sensitivity": "sensitivity",
    "site_coverage": "site_coverage",
    "SavedNetworks": "saved", "SavedPlan": "saved", "open": "saved",
    "Scenario": "scenario", "load_scenario": "scenario", "scenario_names": "scenario",
    "Siting": "siting", "site_stations": "siting",
}  # fmt: skip

__all__ = [
    "BuildOut", "Candidates", "Comparison", "Coverage", "Demand", "Grid", "Ground", "InputError",
    "NationalPlan", "NetworksPlan", "Plan", "PlannerError", "PlannerWarning", "RadioMaps",
    "SavedNetworks", "SavedPlan", "Scenario", "SensitivityTable", "Siting", "StudyArea",
    "build_out", "candidate_sites", "cell_size_m", "compare", "coverage", "demand_on_grid",
    "find_gaps", "ground_of", "hindcast", "load_hindcast", "load_scenario", "radio_maps", "run",
    "run_national", "run_networks", "run_sensitivity", "save_radio_maps", "scenario_names",
    "service_radii", "site_coverage", "site_stations", "study_area",
]  # fmt: skip
"""Without ``planner.open``, which must not hide the built-in one after an import of all."""


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that ``import planner`` stays light."""
    if name == "plots":
        return importlib.import_module(f"{__name__}.plots")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return sorted({*globals(), *_HOMES})
