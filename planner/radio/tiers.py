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
from functools import partial

import numpy as np
import numpy.typing as npt

from kernels.footprints.terrain_spans import ServiceTerms, terrain_loss_steps
from kernels.radio.p1812.raster import raster_losses_parallel_db
from kernels.radio.p1812.terms import INLAND, SEA
from kernels.radio.terrain.fast_tier import fast_losses_db, terrain_diffraction_parallel_db
from kernels.radio.terrain.rays import RIM, Rays, rays_of
from kernels.radio.terrain.tables import TerrainMedium, flat_losses_db, terrain_medium
from planner.errors import InputError, PlannerWarning, all_results
from planner.ground.area_class import AREA_CLASSES
from planner.ground.terrain import Terrain
from planner.radio.p1812_validity import p1812_problems
from planner.radio.service_area import Environment, environment_of
from planner.radio.terrain_conditions import terrain_conditions
from planner.radio.tier_names import FAST_TIER, REFERENCE_TIER, SMOOTH_EARTH_TIER
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

__all__ = [
    "FAST_TIER",
    "REFERENCE_TIER",
    "SMOOTH_EARTH_TIER",
    "STEPS_DB",
    "STEP_DB",
    "FastTier",
    "fast_tier",
    "radii_behind_terrain_m",
    "reference_losses_db",
    "terrain_steps",
]

FLAT_NOISE_DB = 0.2
"""Error of the fast tier's tables over flat land, which must not cut cells off a disc's rim."""

OUT_OF_REACH_DB = -1.0

STEP_DB = 1.0
"""Steps in which the loss by terrain is known where service is counted."""

STEPS_DB = tuple(STEP_DB * step for step in range(60))
"""Losses of all steps: behind 60 dB nobody is served."""

_DISTANCES = 400

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
            terrain.waves.diffraction_weight,
        )
        if terrain.clutter_loss_db is not None:
            reach = self.rays.reach
            around = np.pad(terrain.clutter_loss_db, reach)
            losses += around[row : row + 2 * reach + 1, column : column + 2 * reach + 1]
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
        terrain.waves.polarisation,
        terrain.effective_radius_km,
        reach_cells * cell_m / 1000.0,
        cell_m / 1000.0,
    )
    spare_db = _spare_db(environments, radius_m, rays)
    return FastTier(environments, rays, medium, _terms(environments, spare_db, rays, terrain))


def radii_behind_terrain_m(
    radio: RadioSection, service: ServiceSection, radius_m: Sequence[float], more_db: Floats
) -> Floats:
    """Return the radius of each class with more loss than over flat land (float64[C, losses]).

    ``radius_m``: of each class without it.
    """
    radii_m = np.zeros((len(radius_m), more_db.size))
    environments = _environments(radio, service)
    for row, environment, own_m in zip(radii_m, environments, radius_m, strict=True):
        distances_m = np.linspace(0.0, own_m, _DISTANCES)
        median_db = np.maximum.accumulate(environment.median_loss_db(distances_m))
        row[:] = np.interp(median_db[-1] - more_db, median_db, distances_m, left=0.0)
    return radii_m


def terrain_steps(
    radio: RadioSection,
    service: ServiceSection,
    terrain: Terrain,
    area_class: npt.NDArray[np.uint8],
    cells: npt.NDArray[np.int64],
    reach_cells: int,
    parts: int = 1,
) -> npt.NDArray[np.uint8]:
    """Return the loss by terrain around stations beyond that of flat land, in steps of 1 dB.

    uint8[n, side, side] of ``parts`` x ``parts`` of each of the 2 * reach_cells + 1 cells around,
    from :func:`kernels.footprints.terrain_spans.terrain_loss_steps` with all the parts that the
    terrain knows, of which these are means. Added to the median loss without
    line of sight, it leads to the same service as the criterion of :class:`FastTier`.
    """
    fine, finer = terrain.fine, terrain.finer
    tier = fast_tier(radio, service, fine, (), (reach_cells + 0.5) * terrain.grid.cell_size_m)
    nothing_db = np.full((1, len(tier.environments), (tier.rays.reach + 1) ** 2), FLAT_NOISE_DB)
    row, column = (place * finer + finer // 2 for place in np.divmod(cells, terrain.grid.width))
    steps: npt.NDArray[np.uint8] = terrain_loss_steps(
        fine.height_m,
        np.repeat(np.repeat(area_class, finer, axis=0), finer, axis=1),
        row * fine.grid.width + column,
        _terms(tier.environments, nothing_db, tier.rays, fine),
        tier.rays,
        tier.medium,
        STEP_DB,
        finer * (2 * reach_cells + 1),
    )
    side, width = parts * (2 * reach_cells + 1), finer // parts
    means = steps.reshape(-1, side, width, side, width).mean(axis=(2, 4), dtype=np.float32)
    return np.asarray(np.rint(means), np.uint8)


def reference_losses_db(
    radio: RadioSection, terrain: Terrain, cell: int, mast_m: float, rx_m: float, reach_m: float
) -> Raster:
    """Return the median loss by P.1812 from a station to every cell within a reach.

    For the shares of time and places of the terrain, clutter and sea where it has them. The shape
    is that of :meth:`FastTier.losses_db`.

    Raises
    ------
    InputError
        Values outside the validity of P.1812, unless the scenario flags them: then a warning.
    """
    _check_p1812(radio, mast_m, rx_m, reach_m)
    _, lat = terrain.grid.lonlat(*terrain.grid.xy_m([cell]))
    conditions = terrain_conditions(terrain, radio.frequency_ghz, (mast_m, rx_m), float(lat[0]))
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
    return tuple(
        all_results(*(partial(environment_of, radio, service, one.key) for one in AREA_CLASSES))
    )


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
        terrain.waves.polarisation,
    )
    return losses


def _distances_m(rays: Rays) -> Floats:
    """Return the distances in the terms of service.

    If the radius is not a whole number of cells, some cells off the axes are beyond the reach.
    """
    return np.asarray(np.sqrt(np.arange((rays.reach + 1) ** 2)) * rays.cell_km * 1000.0)


def _spare_db(
    environments: Sequence[Environment], radius_m: Sequence[Sequence[float]], rays: Rays
) -> Floats:
    """Return the loss that terrain may add to flat land's (float64[situations, classes, squares]).

    NaN beyond the radius.
    """
    distances_m = _distances_m(rays)
    spare_db = np.full((len(radius_m), len(environments), distances_m.size), np.nan)
    for here, environment in enumerate(environments):
        own_m = np.array([radii[here] for radii in radius_m]).reshape(-1, 1)
        at_radius_db = environment.median_loss_db(own_m.ravel())[:, None]
        more_db = np.maximum(at_radius_db - environment.median_loss_db(distances_m), 0.0)
        spare_db[:, here] = np.where(distances_m <= own_m * RIM, more_db + FLAT_NOISE_DB, np.nan)
    return spare_db


def _terms(
    environments: Sequence[Environment], spare_db: Floats, rays: Rays, terrain: Terrain
) -> ServiceTerms:
    """Return the criterion of service: the loss that terrain may add before a cell is lost."""
    distances_m = _distances_m(rays)
    classes = len(environments)
    allowed_db = np.empty((len(spare_db), classes, classes, distances_m.size))
    all_flat_db = np.empty(allowed_db.shape[1:])
    for here, environment in enumerate(environments):
        for own, station in enumerate(environments):
            flat_db = _flat_db(
                distances_m,
                station.link.base_height_m,
                environment.link.ue_height_m,
                environment,
                terrain,
            )
            all_flat_db[own, here] = flat_db
            allowed = spare_db[:, here] + flat_db
            allowed_db[:, own, here] = np.where(np.isnan(allowed), OUT_OF_REACH_DB, allowed)
    terms = ServiceTerms(
        np.array([environment.link.base_height_m for environment in environments]),
        np.array([environment.link.ue_height_m for environment in environments]),
        allowed_db,
    )
    weight, clutter_db = terrain.waves.diffraction_weight, terrain.clutter_loss_db
    if clutter_db is None and weight == 1.0:
        return terms
    if clutter_db is None:
        clutter_db = np.zeros(terrain.grid.shape, np.float32)
    return terms._replace(flat_db=all_flat_db, clutter_db=clutter_db, weight=weight)
