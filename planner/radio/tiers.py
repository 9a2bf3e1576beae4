"""The two tiers of radio over terrain: fast for the search, reference for the answer.

The fast tier adds the diffraction over the terrain in excess of flat land to the statistical model
of each area class. The reference tier is ITU-R P.1812 for every pixel.

The criterion of service is the same in the fast tier as over smooth Earth: the median loss without
line of sight must not exceed its value at the service radius of the class. On flat land a footprint
is the disc of that radius; terrain can only remove cells.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.footprints.terrain_spans import ServiceTerms
from kernels.radio.models.p526 import VERTICAL
from kernels.radio.p1812.raster import raster_losses_parallel_db
from kernels.radio.p1812.terms import INLAND, SEA, Conditions
from kernels.radio.terrain.fast_tier import fast_losses_db, terrain_diffraction_parallel_db
from kernels.radio.terrain.rays import RIM, Rays, rays_of
from kernels.radio.terrain.tables import TerrainMedium, flat_losses_db, terrain_medium
from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.area_class import AREA_CLASSES
from planner.ground.terrain import Terrain
from planner.radio.p1812_validity import p1812_problems
from planner.radio.service_area import Environment, environment_of
from planner.radio.tier_names import FAST_TIER, REFERENCE_TIER, SMOOTH_EARTH_TIER
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

__all__ = [
    "FAST_TIER",
    "REFERENCE_TIER",
    "SMOOTH_EARTH_TIER",
    "FastTier",
    "fast_tier",
    "reference_losses_db",
]

FLAT_NOISE_DB = 0.2
"""Error of the fast tier's tables over flat land, which must not cut cells off a disc's rim."""

OUT_OF_REACH_DB = -1.0

Floats = npt.NDArray[np.float64]
Raster = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FastTier:
    """Everything that the fast tier computes once for a scenario.

    ``environments``: the radio of each area class, by its code; ``terms``: the criterion of
    service.
    """

    environments: tuple[Environment, ...]
    rays: Rays
    medium: TerrainMedium
    terms: ServiceTerms

    @property
    def distances_m(self) -> Floats:
        """Distances of the loss tables: the square root of i cells, out to the reach."""
        return np.sqrt(np.arange(self.rays.reach**2 + 1)) * self.rays.cell_km * 1000.0

    def medians_db(self, user_class: int) -> Raster:
        """Return the statistical model's own median around a station, in the shape of losses."""
        reach = self.rays.reach
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        square = y**2 + x**2
        medians = np.full(square.shape, np.nan, dtype=np.float32)
        within = square <= reach**2
        medians_db = self.environments[user_class].median_loss_db(self.distances_m)
        medians[within] = medians_db[square[within]]
        return medians

    def losses_db(self, terrain: Terrain, cell: int, station_class: int, user_class: int) -> Raster:
        """Return the median loss from a station to every cell within the tier's reach.

        float32 (2 reach + 1 squared), the station in the middle; NaN at the station, beyond the
        reach and off the grid. ``station_class`` and ``user_class`` are area codes: the first
        has the mast, the second the model and the terminal.
        """
        environment = self.environments[user_class]
        row, column = divmod(cell, terrain.grid.width)
        mast_m = self.environments[station_class].link.base_height_m
        station = (row, column, float(terrain.height_m[row, column]) + mast_m)
        rx_m = environment.link.ue_height_m
        diffraction_db = terrain_diffraction_parallel_db(
            terrain.height_m, station, rx_m, self.rays, self.medium
        )
        distances_m = self.distances_m
        losses: Raster = fast_losses_db(
            diffraction_db,
            _flat_db(distances_m, mast_m, rx_m, environment, terrain),
            environment.median_loss_db(distances_m),
            float(self.rays.reach),
        )
        return losses


def fast_tier(
    radio: RadioSection,
    service: ServiceSection,
    terrain: Terrain,
    radius_m: Sequence[Sequence[float]],
    reach_m: float | None = None,
) -> FastTier:
    """Return the fast tier of a network, by default out to the largest service radius.

    ``radius_m``: of each situation of users in each area class.

    Raises
    ------
    InputError
        Values outside the validity of a propagation model, unless the scenario flags them.
    """
    cell_m = terrain.grid.cell_size_m
    environments = _environments(radio, service)
    reach_cells = max(1.0, (reach_m or float(np.max(radius_m))) / cell_m)
    rays = rays_of(reach_cells, cell_m / 1000.0)
    medium = terrain_medium(
        environments[0].link.frequency_ghz,
        VERTICAL,
        terrain.effective_radius_km,
        reach_cells * cell_m / 1000.0,
        cell_m / 1000.0,
    )
    return FastTier(environments, rays, medium, _terms(environments, radius_m, rays, terrain))


def reference_losses_db(
    radio: RadioSection, terrain: Terrain, cell: int, mast_m: float, rx_m: float, reach_m: float
) -> Raster:
    """Return the median loss by P.1812 from a station to every cell within a reach.

    Half of the time and half of the places; clutter and sea where the terrain has them. The
    shape is that of :meth:`FastTier.losses_db`.

    Raises
    ------
    InputError
        Values outside the validity of P.1812, unless the scenario flags them: then a warning.
    """
    _check_p1812(radio, mast_m, rx_m, reach_m)
    _, lat = terrain.grid.lonlat(*terrain.grid.xy_m([cell]))
    conditions = Conditions(
        radio.frequency_ghz,
        VERTICAL,
        mast_m,
        rx_m,
        latitude_deg=float(lat[0]),
        lapse_rate=terrain.lapse_rate,
    )
    nothing = np.zeros((0, 0), dtype=np.float32)
    zones = np.zeros((0, 0), dtype=np.int8)
    if terrain.sea.any():
        zones = np.where(terrain.sea, np.int8(SEA), np.int8(INLAND))
    losses: Raster = raster_losses_parallel_db(
        terrain.height_m,
        nothing if terrain.clutter_m is None else terrain.clutter_m,
        zones,
        divmod(cell, terrain.grid.width),
        terrain.grid.cell_size_m,
        reach_m,
        conditions,
    ).astype(np.float32)
    return losses


def _check_p1812(radio: RadioSection, mast_m: float, rx_m: float, reach_m: float) -> None:
    problems = p1812_problems(
        {
            "frequency_ghz": radio.frequency_ghz,
            "distance_km": reach_m / 1000.0,
            "base_height_m": mast_m,
            "ue_height_m": rx_m,
        }
    )
    if problems and radio.outside_validity == "refuse":
        raise InputError(problems)
    for problem in problems:
        warnings.warn(str(problem), PlannerWarning, stacklevel=3)


def _environments(radio: RadioSection, service: ServiceSection) -> tuple[Environment, ...]:
    environments: list[Environment] = []
    problems: list[Problem] = []
    for area_class in AREA_CLASSES:
        try:
            environments.append(environment_of(radio, service, area_class.key))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(environments)


def _flat_db(
    distances_m: Floats, mast_m: float, rx_m: float, environment: Environment, terrain: Terrain
) -> Floats:
    losses: Floats = flat_losses_db(
        distances_m / 1000.0,
        mast_m,
        rx_m,
        terrain.effective_radius_km,
        terrain.grid.cell_size_m / 1000.0,
        environment.link.frequency_ghz,
        VERTICAL,
    )
    return losses


def _terms(
    environments: Sequence[Environment],
    radius_m: Sequence[Sequence[float]],
    rays: Rays,
    terrain: Terrain,
) -> ServiceTerms:
    """Return the criterion of service: the loss that terrain may add before a cell is lost."""
    # If the radius is not a whole number of cells, some cells off the axes are beyond the reach.
    distances_m = np.sqrt(np.arange((rays.reach + 1) ** 2)) * rays.cell_km * 1000.0
    classes = len(environments)
    shape = (len(radius_m), classes, classes, distances_m.size)
    allowed_db = np.full(shape, OUT_OF_REACH_DB)
    for here, environment in enumerate(environments):
        median_db = environment.median_loss_db(distances_m)
        own_m = np.array([radii[here] for radii in radius_m])
        at_radius_db = environment.median_loss_db(own_m)[:, None]
        within = distances_m <= own_m[:, None] * RIM
        spare_db = np.maximum(at_radius_db - median_db, 0.0) + FLAT_NOISE_DB
        for own, station in enumerate(environments):
            flat_db = _flat_db(
                distances_m,
                station.link.base_height_m,
                environment.link.ue_height_m,
                environment,
                terrain,
            )
            allowed_db[:, own, here] = np.where(within, spare_db + flat_db, OUT_OF_REACH_DB)
    return ServiceTerms(
        np.array([environment.link.base_height_m for environment in environments]),
        np.array([environment.link.ue_height_m for environment in environments]),
        allowed_db,
    )
