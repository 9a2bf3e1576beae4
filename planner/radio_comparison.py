"""Comparisons on a scenario's own terrain: tiers of radio, and propagation models on one path."""

from __future__ import annotations

from planner.errors import naming_file
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.ground.ground import Ground
from planner.ground.terrain import terrain_on_grid
from planner.pipeline import scenario_radii
from planner.radio.cell_size import cell_size_m
from planner.radio.path_loss import PathLosses, path_losses
from planner.scenario import Scenario
from planner.sites.candidates import candidate_sites
from planner.sites.equipment import network_kind
from planner.terrain_error import TerrainError, terrain_error


def compare_tiers(scenario: Scenario, *, stations: int, reach_m: float) -> TerrainError:
    """Compare the fast with the reference tier of radio on a scenario's own terrain.

    Raises
    ------
    InputError
        As :func:`run`, and for a scenario without terrain.
    """
    radii = scenario_radii(scenario.radio, scenario.service, scenario.file)
    radius_m = [radius.radius_m for radius in radii]
    area = study_area(scenario, cell_size_m(scenario, radii))
    terrain = terrain_on_grid(scenario, area)
    demand = demand_on_grid(scenario, area)
    candidates = candidate_sites(scenario, area, demand, radius_m)
    ground = Ground(area, demand, terrain)
    with naming_file(scenario.file):
        return terrain_error(
            network_kind(scenario.radio, scenario.service, scenario.cost),
            ground,
            candidates,
            seed=scenario.seed,
            stations=stations,
            reach_m=reach_m,
        )


def compare_models(
    scenario: Scenario,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    area_class: str = "rural",
) -> PathLosses:
    """Return the loss by each propagation model on one path over a scenario's own terrain.

    ``start`` (base station) and ``end`` (terminal) are longitude and latitude in degrees.

    Raises
    ------
    InputError
        As :func:`planner.radio.path_loss.path_losses`.
    """
    radii = scenario_radii(scenario.radio, scenario.service, scenario.file)
    area = study_area(scenario, cell_size_m(scenario, radii))
    with naming_file(scenario.file):
        terrain = terrain_on_grid(scenario, area)
        return path_losses(
            scenario.radio, scenario.service, terrain, start, end, area_class=area_class
        )
