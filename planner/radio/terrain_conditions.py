"""Conditions of P.1812 over the terrain of a scenario."""

from __future__ import annotations

from kernels.radio.p1812.terms import FROM_CLUTTER, Conditions
from planner.ground.terrain import Terrain

_MEDIAN = 50.0


def terrain_conditions(
    terrain: Terrain, frequency_ghz: float, heights_m: tuple[float, float], latitude_deg: float
) -> Conditions:
    """Return the conditions of paths at a latitude; ``heights_m`` of both antennas over ground.

    The spread over places is that of P.1812-8, section 4.7, in a cell of the grid.
    """
    waves = terrain.waves
    return Conditions(
        frequency_ghz,
        waves.polarisation,
        *heights_m,
        time_percent=waves.time_percent,
        location_percent=waves.location_percent,
        latitude_deg=latitude_deg,
        lapse_rate=terrain.lapse_rate,
        refractivity=waves.refractivity,
        location_sigma_db=0.0 if waves.location_percent == _MEDIAN else FROM_CLUTTER,
        area_width_m=terrain.grid.cell_size_m,
    )
