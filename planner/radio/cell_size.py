"""The cell size of a scenario: how coarse a grid may be for its service."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from planner.errors import PlannerWarning
from planner.ground.cell_size import auto_cell_size_m, coarse_warnings, graded_cell_size_m
from planner.radio.service_radius import ServiceRadius
from planner.radio.user_situations import situation_radii
from planner.scenario import Scenario
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection


def cell_size_m(scenario: Scenario, radii: Sequence[ServiceRadius]) -> float:
    """Return the scenario's cell size, or the automatic one for its service radii.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> radii = planner.service_radii(scenario.radio, scenario.service)
    >>> 50 <= planner.cell_size_m(scenario, radii) <= 1000
    True
    """
    if scenario.area.cell_size_m == "auto":
        return finest_cell_size_m(scenario.radio, scenario.service, radii)
    return float(scenario.area.cell_size_m)


def finest_cell_size_m(
    radio: RadioSection, service: ServiceSection, radii: Sequence[ServiceRadius]
) -> float:
    """Return the automatic cell size for a service with its service radii."""
    if service.model == "graded":
        return graded_cell_size_m(situation_radii(radio, service)[-1])
    return auto_cell_size_m([radius.radius_m for radius in radii])


def warn_if_coarse(
    radio: RadioSection,
    service: ServiceSection,
    radii: Sequence[ServiceRadius],
    cell_size_m: float,
) -> None:
    """Warn of each service radius that cells of this side are too coarse for."""
    texts = coarse_warnings([radius.radius_m for radius in radii], cell_size_m)
    if service.model == "graded":
        finest_m = graded_cell_size_m(situation_radii(radio, service)[-1])
        texts = []
        if cell_size_m > 1.5 * finest_m:
            texts = [
                f"cells of {cell_size_m:g} m are coarse for the users who are hardest to serve; "
                f"{finest_m:g} m is fine enough"
            ]
    for text in texts:
        warnings.warn(text, PlannerWarning, stacklevel=2)
