"""The loss over one path by the terrain models: P.526, P.1812, Longley-Rice, fast tier.

Each refuses inputs that it cannot compute, with all problems at once.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from kernels.radio.models import p526
from kernels.radio.models.free_space import free_space_loss_db
from kernels.radio.p1812 import path as p1812
from kernels.radio.p1812.terms import Conditions
from kernels.radio.profile import EARTH_RADIUS_KM, lapse_rate_of_factor
from kernels.radio.terrain.tables import flat_losses_db
from planner.errors import InputError, Problem
from planner.ground.terrain import Terrain
from planner.radio.irregular_terrain import EDITION as ITM_EDITION
from planner.radio.irregular_terrain import (
    IrregularTerrainLoss,
    Polarisation,
    point_to_point_loss,
)
from planner.radio.kernel_codes import code_of, kernel_codes
from planner.radio.p1812_validity import P1812_EDITION, p1812_problems
from planner.radio.path_profile import PathProfile, great_circle_profile
from planner.radio.propagation_model import Link
from planner.radio.service_area import Environment, environment_of
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

P526_EDITION = "ITU-R P.526-15 (10/2019)"

Outside = Literal["refuse", "flag"]

_POLARISATIONS = kernel_codes(Polarisation, p526)
_EVEN_STEPS = 1e-6


@dataclass(frozen=True)
class P1812Options:
    """Shares of time and locations for P.1812, in percent as in the Recommendation, and the air.

    The loss is not exceeded for ``time_percent`` of the time (1 to 50) and at
    ``location_percent`` of the locations (1 to 99), which vary by ``location_sigma_db``.
    ``lapse_rate`` is delta-N in N-units/km, ``refractivity`` N0 in N-units, both at the middle of
    the path; the air of an effective Earth of 4/3 has 39.25. ``entry_loss_db`` and
    ``entry_sigma_db``: median and spread of building entry loss, 0 outdoors.
    """

    time_percent: float = 50.0
    location_percent: float = 50.0
    location_sigma_db: float = 0.0
    lapse_rate: float = 45.0
    refractivity: float = 325.0
    entry_loss_db: float = 0.0
    entry_sigma_db: float = 0.0


@dataclass(frozen=True)
class P1812Loss:
    """Basic transmission loss of P.1812, some of its parts, and whether its ranges cover it."""

    loss_db: float
    free_space_db: float
    diffraction_db: float
    scatter_db: float
    ducting_db: float
    valid: bool


def p1812_loss(
    profile: PathProfile,
    link: Link,
    *,
    wanted: P1812Options | None = None,
    polarisation: Polarisation = "vertical",
    outside: Outside = "refuse",
) -> P1812Loss:
    """Return the basic transmission loss of a path, ITU-R P.1812.

    Parameters
    ----------
    profile
        Ground, clutter and zones.
    link
        Frequency and both heights above ground; its surroundings are ignored.
    wanted
        Shares of time and places, and the air; the median without it.
    polarisation
        Of the wave.
    outside
        Outside the ranges of the Recommendation: raise, or compute and flag.

    Raises
    ------
    InputError
        Outside the ranges unless flagged, and where the relations have no meaning.
    """
    asked = wanted or P1812Options()
    conditions = Conditions(
        link.frequency_ghz,
        code_of(_POLARISATIONS, "polarisation", polarisation),
        link.base_height_m,
        link.ue_height_m,
        latitude_deg=profile.latitude_deg,
        **asdict(asked),
    )
    problems = _p1812_problems(profile, link, asked)
    if problems and outside == "refuse":
        raise InputError(problems)
    if not p1812.in_domain(conditions):
        raise InputError(problems or [Problem(f"{P1812_EDITION} cannot compute with these values")])
    _, _, losses = p1812.analysed_path(
        profile.distances_km, profile.heights_m, profile.clutter_m, profile.zones, conditions
    )
    return P1812Loss(
        loss_db=float(losses.lb),
        free_space_db=float(losses.lbfs),
        diffraction_db=float(losses.diffraction.ldp),
        scatter_db=float(losses.lbs),
        ducting_db=float(losses.lba),
        valid=not problems,
    )


def diffraction_loss_db(
    profile: PathProfile,
    link: Link,
    *,
    earth_radius_factor: float = 4.0 / 3.0,
    polarisation: Polarisation = "vertical",
) -> float:
    """Return the delta-Bullington loss over the bare ground, ITU-R P.526, in dB beyond free space.

    Raises
    ------
    InputError
        Antennas not above the ground, no frequency, no Earth.
    """
    problems = [
        Problem(f"{P526_EDITION} needs it above 0", key=key, value=value, expected="more than 0")
        for key, value in (
            ("frequency_ghz", link.frequency_ghz),
            ("base_height_m", link.base_height_m),
            ("ue_height_m", link.ue_height_m),
            ("earth_radius_factor", earth_radius_factor),
        )
        if not 0.0 < value < math.inf
    ]
    if problems:
        raise InputError(problems)
    return float(
        p526.delta_bullington_loss_db(
            profile.distances_km,
            profile.heights_m,
            profile.heights_m[0] + link.base_height_m,
            profile.heights_m[-1] + link.ue_height_m,
            EARTH_RADIUS_KM * earth_radius_factor,
            link.frequency_ghz,
            code_of(_POLARISATIONS, "polarisation", polarisation),
        )
    )


def in_line_of_sight(
    profile: PathProfile, link: Link, *, earth_radius_factor: float = 4.0 / 3.0
) -> bool:
    """Whether the straight ray between the antennas clears the bare ground everywhere."""
    d, total_km = profile.distances_km[1:-1], profile.distance_km
    tx_m = profile.heights_m[0] + link.base_height_m
    rx_m = profile.heights_m[-1] + link.ue_height_m
    bulge_m = 500.0 * d * (total_km - d) / (EARTH_RADIUS_KM * earth_radius_factor)
    ray_m = tx_m + (rx_m - tx_m) * d / total_km
    return bool(np.all(profile.heights_m[1:-1] + bulge_m < ray_m))


def irregular_terrain_loss(profile: PathProfile, link: Link) -> IrregularTerrainLoss:
    """Return the median loss by Longley-Rice, point to point, over average ground.

    Raises
    ------
    InputError
        A profile whose points are not evenly spaced; inputs that the model cannot compute.
    """
    steps_km = np.diff(profile.distances_km)
    if np.ptp(steps_km) > _EVEN_STEPS * profile.distance_km:
        raise InputError(
            Problem(
                f"{ITM_EDITION} needs points at equal steps",
                key="distances_km",
                value=[float(steps_km.min()), float(steps_km.max())],
                expected="one step in km",
            )
        )
    step_m = 1000.0 * profile.distance_km / steps_km.size
    return point_to_point_loss(profile.heights_m, step_m, link)


def fast_tier_loss_db(
    profile: PathProfile, environment: Environment, *, earth_radius_factor: float = 4.0 / 3.0
) -> float:
    """Return the loss by the fast tier's rule: median plus diffraction beyond flat land.

    For one path, the same as :mod:`planner.radio.tiers` computes for rasters with tables and shared
    rays. ``environment`` holds model, mast and terminal.
    """
    distance_m = 1000.0 * profile.distance_km
    median_db = environment.median_loss_db(np.array([distance_m]))
    flat_db = flat_losses_db(
        np.array([profile.distance_km]),
        environment.link.base_height_m,
        environment.link.ue_height_m,
        EARTH_RADIUS_KM * earth_radius_factor,
        profile.distance_km / (profile.distances_km.size - 1),
        environment.link.frequency_ghz,
        p526.VERTICAL,
    )
    over_db = diffraction_loss_db(
        profile, environment.link, earth_radius_factor=earth_radius_factor
    )
    return float(median_db[0] + max(over_db - flat_db[0], 0.0))


@dataclass(frozen=True)
class PathLosses:
    """The loss by each model on one path between two places."""

    start: tuple[float, float]
    end: tuple[float, float]
    area_class: str
    distance_km: float
    points: int
    step_m: float
    highest_m: float
    frequency_ghz: float
    base_height_m: float
    ue_height_m: float
    line_of_sight: bool
    free_space_db: float
    diffraction_db: float
    fast_tier_db: float
    p1812_db: float
    irregular_terrain_db: float
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """Return a table for the terminal."""
        sight = "in line of sight" if self.line_of_sight else "beyond the horizon"
        rows = (
            ("free space", self.free_space_db, "ITU-R P.525"),
            (
                "diffraction over the ground",
                self.diffraction_db,
                f"{P526_EDITION}, delta-Bullington",
            ),
            ("fast tier", self.fast_tier_db, f"model of {self.area_class} plus diffraction"),
            ("reference tier", self.p1812_db, f"{P1812_EDITION}, median"),
            ("irregular terrain", self.irregular_terrain_db, f"{ITM_EDITION}, median"),
        )
        lines = [
            f"{self.distance_km:.3f} km great circle, {sight}; {self.points} points, one every "
            f"{self.step_m:.0f} m; highest ground {self.highest_m:.0f} m",
            f"{self.frequency_ghz:g} GHz, base station {self.base_height_m:g} m, terminal "
            f"{self.ue_height_m:g} m above ground",
            *(f"  {name:<28}{loss_db:>8.1f} dB   {source}" for name, loss_db, source in rows),
        ]
        return "\n".join([*lines, *(f"  warning: {text}" for text in self.warnings)])


def path_losses(
    radio: RadioSection,
    service: ServiceSection,
    terrain: Terrain | None,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    area_class: str = "rural",
) -> PathLosses:
    """Return the losses from a base station to a terminal by every terrain model.

    ``start`` and ``end`` are longitude and latitude in degrees; frequency, mast, terminal and
    statistical model are those of the scenario's ``area_class``.

    Raises
    ------
    InputError
        A scenario without terrain; as :func:`great_circle_profile` and the models.
    """
    if terrain is None:
        raise InputError(
            Problem(
                "the scenario has no terrain, which this comparison needs",
                key="terrain.tiles",
                expected="at least one tile",
            )
        )
    environment = environment_of(radio, service, area_class)
    profile = great_circle_profile(terrain, start, end)
    factor = terrain.earth_radius_factor
    wanted = P1812Options(lapse_rate=float(lapse_rate_of_factor(factor)))
    reference = p1812_loss(profile, environment.link, wanted=wanted, outside=radio.outside_validity)
    irregular = irregular_terrain_loss(profile, environment.link)
    rise_m = profile.heights_m[0] + environment.link.base_height_m
    rise_m -= profile.heights_m[-1] + environment.link.ue_height_m
    slant_m = math.hypot(1000.0 * profile.distance_km, rise_m)
    return PathLosses(
        start=start,
        end=end,
        area_class=area_class,
        distance_km=profile.distance_km,
        points=profile.distances_km.size,
        step_m=1000.0 * profile.distance_km / (profile.distances_km.size - 1),
        highest_m=float(profile.heights_m.max()),
        frequency_ghz=environment.link.frequency_ghz,
        base_height_m=environment.link.base_height_m,
        ue_height_m=environment.link.ue_height_m,
        line_of_sight=in_line_of_sight(profile, environment.link, earth_radius_factor=factor),
        free_space_db=float(free_space_loss_db(slant_m, environment.link.frequency_ghz)),
        diffraction_db=diffraction_loss_db(profile, environment.link, earth_radius_factor=factor),
        fast_tier_db=fast_tier_loss_db(profile, environment, earth_radius_factor=factor),
        p1812_db=reference.loss_db,
        irregular_terrain_db=irregular.loss_db,
        warnings=(
            *_median_warnings(environment, 1000.0 * profile.distance_km),
            *(
                f"reference tier: {problem}"
                for problem in _p1812_problems(profile, environment.link, wanted)
            ),
            *(f"irregular terrain: {text}" for text in irregular.warnings),
        ),
    )


def _median_warnings(environment: Environment, distance_m: float) -> list[str]:
    problems = environment.model.problems(np.array([distance_m]), environment.link, "nlos")
    return [f"fast tier: {problem}" for problem in problems]


def _p1812_problems(profile: PathProfile, link: Link, asked: P1812Options) -> list[Problem]:
    return p1812_problems(
        {
            "frequency_ghz": link.frequency_ghz,
            "distance_km": profile.distance_km,
            "base_height_m": link.base_height_m,
            "ue_height_m": link.ue_height_m,
            **asdict(asked),
        }
    )
